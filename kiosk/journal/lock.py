"""Lock: one program writes a journal; a killed one's lock is free at once."""

from pathlib import Path

from filelock import FileLock, Timeout

from kiosk.journal.errors import JournalInUse


def lock_of(path: Path) -> FileLock:
    """The held lock of the journal at ``path``; raises JournalInUse when another program holds it."""
    lock = FileLock(path.with_suffix(".lock"), timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise JournalInUse(
            "another kiosk program is writing the journal at {path}; stop it first", path=path
        ) from error
    return lock
