"""By hand: what a person orders of the log, and that they did: to fetch it back, begin another, change its key."""

from functools import partial

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.collector.errors import NotAllowed
from sync.collector.people.audit import note
from sync.collector.transparency.days import newest_day
from sync.collector.transparency.disk.names import epoch_of
from sync.collector.transparency.elsewhere.call import Caller
from sync.collector.transparency.elsewhere.known import Others
from sync.collector.transparency.elsewhere.mirrors import Mirror
from sync.collector.transparency.elsewhere.told_keys import Trusted, take_statements
from sync.collector.transparency.errors import (
    LogAhead,
    LogAltered,
    LogBehind,
    LogDamaged,
    LogElsewhere,
    LogForked,
    LogUnwitnessed,
)
from sync.collector.transparency.keeper import Keeper
from sync.collector.transparency.rebuild import Rebuilt, rebuild
from sync.collector.transparency.restart import Lost, restart
from sync.collector.transparency.status import require_as_noted
from sync.protocol.tlog.note import Verifier
from sync.protocol.tlog.statement import Restarted

_REBUILD_MENDS = frozenset(one.code for one in (LogBehind, LogDamaged, LogAltered, LogAhead))
_RESTART_MENDS = _REBUILD_MENDS | {one.code for one in (LogForked, LogElsewhere, LogUnwitnessed)}


def rebuild_log(keeper: Keeper, own_key: Ed25519PrivateKey, actor: str) -> Rebuilt:
    """Fetch from a mirror what was signed and does not lie here, and lay the index and the day out again.

    Raises LogStopped, also where a mirror knows a newer key of the log than the one that lies here.
    """
    folder = keeper.folder
    with folder.held(), keeper.told(folder, _REBUILD_MENDS):
        _take_statements(keeper, own_key)
        folder.key_files.read()
        keys = keeper.open_keys(folder)
        done = rebuild(folder, Others(keeper.config.log, folder, keys), folder.signed(keys))
        require_as_noted(folder, done.signed, keeper.state())
        newest = newest_day(folder.tree, done.size)
        folder.keep_day(newest if newest is not None and newest <= keeper.day else None)
        for index in (keeper.index_of(folder, epoch_of(keys.origin), done.size), *keeper.older_indexes(folder)):
            index.renew()
    _note(keeper, actor, "log.rebuild", keys.origin, {"size": done.size, "added": done.added})
    return done


def restart_log(keeper: Keeper, own_key: Ed25519PrivateKey, actor: str, *, although_whole: bool = False) -> Restarted:
    """Begin another log in place of the one that was lost; see :func:`restart`. Raises NotAllowed."""
    folder = keeper.folder
    state = keeper.state()
    if state is None:
        raise NotAllowed("the log has signed nothing yet: there is nothing that another one could follow")
    with folder.held(), keeper.told(folder, _RESTART_MENDS):
        newest = _take_statements(keeper, own_key)
        state = state if newest is None else state._replace(vkey=newest.vkey)
        said = restart(folder, keeper.config.log, Lost(state, own_key, keeper.today), although_whole=although_whole)
        keeper.open_keys(folder)
    what = "log.restart.whole" if said.was_whole else "log.restart"
    _note(keeper, actor, what, said.new.name, {"old": said.old.name, "size": said.last_size})
    return said


def change_key(keeper: Keeper, actor: str) -> str:
    """Give the log another key; it, as witnesses need it."""
    folder = keeper.folder
    with folder.held():
        keys = folder.key_files.change(keeper.open_keys(folder), keeper.today)
    _note(keeper, actor, "log.key", keys.origin, {"vkey": keys.signer.vkey})
    return keys.signer.vkey


def _take_statements(keeper: Keeper, own_key: Ed25519PrivateKey) -> Verifier | None:
    state, log = keeper.state(), keeper.config.log
    mirrors = [Mirror(one, Caller(log.ca_file)) for one in log.mirrors]
    trusted = Trusted(own_key.public_key().public_bytes_raw(), None if state is None else state.vkey)
    return take_statements(keeper.folder, mirrors, trusted)


def _note(keeper: Keeper, actor: str, what: str, origin: str, details: dict[str, object]) -> None:
    keeper.transact(partial(note, at=keeper.now(), actor=actor, action=what, subject=origin, details=details))
