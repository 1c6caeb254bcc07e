"""Parting: the collector's copy of a journal took another course, so what it does not have goes on in a new one.

A restored disk image or a cloned card is found out by the agent, which notes the last entry
that both have. Whoever writes the journal then continues it: the app between two visits, or
the agent itself while no app is running.
"""

from pathlib import Path

from kiosk.domain.instant import Instant
from kiosk.journal.acknowledged import parted_from_collector
from kiosk.journal.errors import JournalInUse
from kiosk.journal.head_file import HeadFile
from kiosk.journal.lock import lock_of
from kiosk.journal.reader import JournalReader
from kiosk.journal.recovery import continue_in_new


def continue_parted(path: Path, now: Instant, software: str) -> bool:
    """Continue the journal at ``path`` if the agent found it parted and no program writes it; whether that was done."""
    try:
        lock = lock_of(path)
    except JournalInUse:
        return False
    try:
        with JournalReader(path) as reader:
            known = reader.id, reader.head()
        common = parted_from_collector(path.parent, known[0])
        if common is None:
            return False
        continue_in_new(path, "diverged", known, now, software, after=common)
        with JournalReader(path) as reader:
            HeadFile(path).write(reader.id, reader.head(), durable=True)
        return True
    finally:
        lock.release()
