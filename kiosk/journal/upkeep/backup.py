"""Backup and restore: a verified copy of the running journal, and the way back that never rewinds in silence."""

import contextlib
import os
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from kiosk.domain.instant import Clock
from kiosk.journal.disk.engine import create_private, sqlite_module
from kiosk.journal.disk.head_file import HeadFile
from kiosk.journal.disk.lock import AGENT_S_MAX, lock_of
from kiosk.journal.errors import JournalDamaged, JournalUnusable
from kiosk.journal.reader import JournalReader
from kiosk.journal.recovery.acknowledged import acknowledged_by_collector
from kiosk.journal.recovery.recovery import continue_in_new
from kiosk.journal.refusal import telling_refusals
from kiosk.journal.upkeep.forgetting import forget_in
from kiosk.journal.upkeep.verify import verify_journal


def back_up(path: Path, to: Path) -> int:
    """Copy the journal at ``path``, in use or not, into the new file ``to`` and verify the copy; its entries.

    The copy appears under its name only when it is whole. Raises JournalUnusable when ``to``
    exists or cannot be written, JournalDamaged when the copy does not verify.
    """
    if to.exists():
        raise JournalUnusable("{file} exists already; name a new file", file=to)
    unfinished = to.with_name(f".{to.name}.unfinished")
    try:
        _copy(path, unfinished)
        _forget(unfinished, path.parent)
        entries = _verified(unfinished)
        unfinished.rename(to)
    except OSError as error:
        raise JournalUnusable("{file} cannot be written ({why})", file=to, why=error.strerror) from error
    finally:
        for companion in ("", "-wal", "-shm", "-journal"):
            Path(f"{unfinished}{companion}").unlink(missing_ok=True)
    return entries


def restore(path: Path, backup: Path, clock: Clock, software: str) -> int:
    """Continue the journal in ``backup`` in a new journal at ``path``; what lies there is put aside whole.

    Nothing is rewound: what the collector has stays, what it does not have is carried over. Returns the
    backup's entries; raises JournalInUse while the kiosk runs, JournalUnusable or JournalDamaged.
    """
    if not backup.is_file():
        raise JournalUnusable("there is no backup at {file}; name a file made by: kiosk backup", file=backup)
    create_private(path.with_suffix(".lock"))
    with contextlib.ExitStack() as leaving:
        leaving.enter_context(lock_of(path, AGENT_S_MAX))
        copy = path.with_name(f"{path.stem}.restored{path.suffix}")
        for companion in ("", "-wal", "-shm", "-journal"):
            leaving.callback(Path(f"{copy}{companion}").unlink, missing_ok=True)
        _copy(backup, copy)
        entries = _verified(copy)
        with telling_refusals():
            continue_in_new(path, "restored", HeadFile(path).read(), clock.now(), software, remains_at=copy)
    return entries


def _copy(path: Path, to: Path) -> None:
    if not path.is_file():
        raise JournalUnusable("there is no journal at {path}; start the kiosk once, or check --data-dir", path=path)
    os.close(os.open(to, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600))
    sqlite = sqlite_module()
    try:
        with contextlib.closing(sqlite.connect(path)) as source, contextlib.closing(sqlite.connect(to)) as target:
            source.backup(target, pages=1000)
    except sqlite.DatabaseError as error:
        raise JournalUnusable("the journal could not be copied ({why})", why=error) from error


def _forget(copy: Path, notes: Path) -> None:
    """Take the texts out of the copy that the collector is proven to have: a copy must not outlive their deletion."""
    with JournalReader(copy) as reader:
        acknowledged = acknowledged_by_collector(notes, reader.id)
    try:
        forget_in(copy, acknowledged)
    except DatabaseError as error:
        raise JournalUnusable("the journal could not be copied ({why})", why=error.orig) from error


def _verified(copy: Path) -> int:
    with JournalReader(copy) as reader:
        fault = verify_journal(reader)
        if fault is not None:
            raise JournalDamaged(
                "the copy does not verify: entry {seq} was {wrong}; do not rely on it", seq=fault.seq, wrong=fault.wrong
            )
        return reader.head().next_seq - reader.anchor().next_seq
