"""Status: how the log is, stored in one place after whatever was done to it, for pages, measures and people.

What can be read from the log's own files is read from there. What cannot is why nothing is signed, or published, and
what each witness answered last.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from functools import partial
from typing import Any

from sync.collector.settings.collector import CollectorConfig
from sync.collector.settings.log import Log
from sync.collector.store.database import Database
from sync.collector.store.writer import Transact
from sync.collector.transparency.days import cosigned_ahead, last_over, require_over
from sync.collector.transparency.disk.folder import Folder, Signed
from sync.collector.transparency.disk.keys import LogKeys
from sync.collector.transparency.disk.names import epoch_of
from sync.collector.transparency.errors import LogBehind, LogElsewhere, LogForked, LogStopped, LogUnwitnessed
from sync.collector.transparency.leaves.index import State, count_sources, keep_state
from sync.collector.transparency.leaves.whole import hold_index
from sync.collector.transparency.witnessing import Answered, keep_answers
from sync.protocol.tlog.merkle import EMPTY_ROOT

UNWITNESSED_AFTER = timedelta(days=2)
"""So long a checkpoint may wait for its witnesses before people are told."""


def read_keys(folder: Folder, state: State | None) -> LogKeys:
    """The log's keys; raises LogElsewhere where the database has another log, and LogDamaged."""
    if state is not None and not folder.key_files.exist():
        raise LogElsewhere(
            "the database belongs to the log {origin}, whose key is not here: put its folder and its key back, "
            "set log.keep = false where another collector keeps it, or begin another log with collector log "
            "restart",
            origin=state.origin,
        )
    keys = folder.key_files.read()
    if state is not None and not keys.follow(state.vkey):
        raise LogElsewhere("the database belongs to another log than the one in {folder}", folder=folder.root)
    return keys


def stopped_by(config: CollectorConfig, database: Database, state: State, now: datetime) -> LogStopped | None:
    """Why the log cannot go on, by what lies here; nothing is changed and nobody is asked.

    None where only others could say it, another collector keeps the log, or its key is being changed right now.
    """
    folder = Folder(config.log_directory, config.log.key_file)
    if not config.log.keep or folder.key_files.next_file.exists():
        return None
    try:
        keys = read_keys(folder, state)
        signed = folder.signed(keys)
        require_over(folder, last_over(now, config.zone))
        require_as_noted(folder, signed, state)
        if signed is None:
            return None
        size, epoch = signed.checkpoint.size, epoch_of(keys.origin)
        with database.reading() as connection:
            is_whole = count_sources(connection, epoch, size) == size
        if is_whole:
            # What a restored database does not know of it is put back when the log goes on.
            hold_index(database, folder.index, epoch, size)
        ahead = cosigned_ahead(folder, signed, config.log.witnesses, config.zone)
    except LogStopped as stopped:
        return stopped
    return ahead or unwitnessed(state, now, config.zone)


def facts_of(folder: Folder, keys: LogKeys, settings: Log, state: State | None, now: datetime) -> dict[str, Any]:
    """How far the log is, by its files. Raises LogDamaged."""
    signed, published = folder.signed(keys), folder.published(keys)
    size, root = _reached(signed)
    shown = 0 if published is None else published.checkpoint.size
    is_known = state is not None and state.origin == keys.origin and state.published_size == shown
    at = state.published_at if state is not None and is_known else None if published is None else now
    is_by_newest = signed is None or bool(signed.note.verified_by([keys.signer.verifier]))
    return {
        "origin": keys.origin,
        "vkey": keys.signer.vkey if is_by_newest or state is None else state.vkey,
        "size": size,
        "root": root,
        "day": folder.day(),
        "published_size": shown,
        "published_at": at,
        "cosigned": 0 if published is None else cosigned_by(published, settings),
    }


def cosigned_by(signed: Signed, settings: Log) -> int:
    """How many of the witnesses that the settings name cosigned a checkpoint."""
    return len(signed.note.verified_by([one.verifier for one in settings.witnesses]))


def store_facts(transact: Transact, state: State | None, facts: Mapping[str, Any]) -> None:
    """Store what is not stored yet."""
    if state is None or any(getattr(state, name) != value for name, value in facts.items()):
        transact(partial(keep_state, **facts))


def store_fault(transact: Transact, state: State | None, why: LogStopped | None, now: datetime) -> None:
    """Store why the log stands still, or that it goes on; since when stays where it is the same."""
    code = None if why is None else why.code
    if state is not None and state.fault != code:
        transact(partial(keep_state, fault=code, fault_at=None if code is None else now))


def store_answers(transact: Transact, settings: Log, answers: Mapping[str, Answered], now: datetime) -> None:
    """Store what witnesses answered, by key; those that the settings do not name any more are forgotten."""
    if answers:
        transact(partial(keep_answers, at=now, answers=answers, named=[one.vkey for one in settings.witnesses]))


def unwitnessed(state: State | None, now: datetime, zone: tzinfo) -> LogUnwitnessed | None:
    """What is told where too few witnesses have cosigned for long, or have never."""
    if state is None or state.published_size == state.size:
        return None
    since = state.published_at
    if since is not None and now - since < UNWITNESSED_AFTER:
        return None
    return LogUnwitnessed(
        "too few witnesses cosigned since {day}: nothing newer is published",
        day="-" if since is None else since.astimezone(zone).date().isoformat(),
    )


def require_as_noted(folder: Folder, signed: Signed | None, state: State | None) -> None:
    """That the database knows no more of the log than lies here, and nothing else. Raises LogBehind or LogForked."""
    if state is None:
        return
    size, _ = _reached(signed)
    if state.size > size:
        raise LogBehind(
            "the database knows {theirs} leaves of this log, and here are {size}: put the log's folder back, rebuild "
            "it with collector log rebuild, or begin another one with collector log restart",
            theirs=state.size, size=size,
        )  # fmt: skip
    if folder.tree.root(state.size, size) != state.root:
        raise LogForked("the database knows another story of {size} leaves under this log's name", size=state.size)


def _reached(signed: Signed | None) -> tuple[int, bytes]:
    return (0, EMPTY_ROOT) if signed is None else (signed.checkpoint.size, signed.checkpoint.root)
