"""Parting: the collector's copy of a journal took another course, so what it does not have goes on in a new one.

A restored disk image or a cloned card is found out by the agent, which notes the last entry
that both have. The app then continues the journal between two presses, or at its start; while
no app is running, the agent does so itself.
"""

from pathlib import Path

from kiosk.domain.instant import Instant
from kiosk.journal.disk.head_file import HeadFile
from kiosk.journal.disk.lock import lock_of
from kiosk.journal.errors import JournalInUse
from kiosk.journal.reader import JournalReader
from kiosk.journal.recovery.recovery import make_sound
from kiosk.journal.refusal import telling_refusals


def continue_unwatched(path: Path, now: Instant, software: str) -> bool:
    """Continue the journal at ``path`` if that is called for and no program writes it; whether it was done."""
    try:
        lock = lock_of(path)
    except JournalInUse:
        return False
    try:
        with telling_refusals():
            older = make_sound(path, now, software)
        if older is not None:
            with JournalReader(path) as reader:
                HeadFile(path).write(reader.id, reader.head(), durable=True)
        return older is not None
    finally:
        lock.release()
