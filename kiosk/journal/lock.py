"""Lock: one program writes a journal; a killed one's lock is free at once."""

from pathlib import Path

from filelock import FileLock, Timeout

from kiosk.journal.errors import JournalInUse, JournalUnwritable


def lock_of(path: Path) -> FileLock:
    """The held lock of the journal at ``path``.

    Raises JournalInUse when another program holds it, JournalUnwritable when the disk refuses.
    """
    lock = FileLock(path.with_suffix(".lock"), timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise JournalInUse(
            "another kiosk program is writing the journal at {path}; stop it first", path=path
        ) from error
    except OSError as error:
        raise JournalUnwritable("the disk refuses ({why})", why=error.strerror) from error
    return lock
