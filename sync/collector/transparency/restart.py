"""Restart: where a log is lost for good, another one begins and says of which one it is the next.

Its first leaf names the last checkpoint that anybody knows of the old one, and a statement says so too, signed by the
old log's key or, where that was lost as well, by the key by which kiosks know their collector. So nobody calls it
altered, and nobody can begin another log unnoticed.
"""

import json
from contextlib import suppress
from datetime import date
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.collector.errors import NotAllowed
from sync.collector.settings.log import Log
from sync.collector.transparency.disk.folder import KEYS, RESTARTED, Folder, Signed
from sync.collector.transparency.disk.keys import LogKeys
from sync.collector.transparency.disk.names import Named, next_origin
from sync.collector.transparency.elsewhere.known import Others
from sync.collector.transparency.errors import LogDamaged
from sync.collector.transparency.leaves.index import State
from sync.protocol.tlog.leaf import note_hash, restart_leaf
from sync.protocol.tlog.note import Note, Signer, Verifier
from sync.protocol.tlog.statement import Restarted


class Lost(NamedTuple):
    """The log that ends: what is known of it here."""

    state: State
    own_key: Ed25519PrivateKey
    """By which kiosks know the collector."""
    today: date


def restart(folder: Folder, settings: Log, lost: Lost, *, although_whole: bool = False) -> Restarted:
    """Begin another log in place of the one that was lost. Raises NotAllowed where nothing was ever signed.

    Raises it too where nothing is lost, unless ``although_whole``: then the statement says so.

    The old one's files stay beside the new ones, as ``public-1`` and so on.
    """
    old = Verifier.from_text(lost.state.vkey)
    keys = _keys(folder)
    if keys is not None and keys.signer.verifier.name != old.name:
        keys = None
    last = _last_known(folder, settings, keys or Named(old.name, (old,)))
    if last is None and lost.state.size == 0:
        raise NotAllowed("the log has signed nothing yet: there is nothing that another one could follow")
    was_whole = keys is not None and _is_whole(folder, keys, lost.state, last)
    if was_whole and not although_whole:
        raise NotAllowed(
            "the log lies here whole and nobody knows more of it: there is nothing to begin anew. Who must all the "
            "same says --although-whole, and kiosks and auditors are told so"
        )
    signer = Signer.generate(next_origin(old.name))
    size = lost.state.size if last is None else last.checkpoint.size
    hash_ = note_hash("" if last is None else last.note.format())
    said = Restarted(keys.signer.verifier if keys else old, signer.verifier, lost.today, hash_, size, was_whole)
    note = said.sign(keys.signer) if keys else said.sign_as_collector(lost.own_key)
    history = (*_history(folder, keys), note)
    first = restart_leaf(lost.today, hash_, size).raw
    published = {RESTARTED: note.format().encode(), KEYS: LogKeys(signer, None, (), history).public_text}
    folder.stage(signer, first, published)
    return said


def _is_whole(folder: Folder, keys: LogKeys, state: State, last: Signed | None) -> bool:
    """Whether all that anybody knows of the log lies here, as it was signed."""
    with suppress(LogDamaged):
        here = folder.signed(keys)
        if here is not None:
            known = max(state.size, 0 if last is None else last.checkpoint.size)
            size = here.checkpoint.size
            return size >= known and folder.tree.root(size) == here.checkpoint.root
    return False


def _keys(folder: Folder) -> LogKeys | None:
    with suppress(LogDamaged):
        return folder.key_files.read()
    return None


def _history(folder: Folder, keys: LogKeys | None) -> tuple[Note, ...]:
    """The statements so far, also where the private key is lost."""
    if keys is not None:
        return keys.statements
    with suppress(OSError, ValueError, KeyError):
        return tuple(Note.parse(one) for one in json.loads((folder.public / KEYS).read_bytes())["statements"])
    return ()


def _last_known(folder: Folder, settings: Log, log: LogKeys | Named) -> Signed | None:
    """The largest checkpoint of the old log that lies here or that anybody shows."""
    found = [claim.signed for claim in Others(settings, folder, log).hear().claims]
    with suppress(LogDamaged):
        here = folder.signed(log)
        found += [] if here is None else [here]
    return max(found, key=lambda one: one.checkpoint.size, default=None)
