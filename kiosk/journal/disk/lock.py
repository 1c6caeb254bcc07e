"""Lock: one program writes a journal; a killed one's lock is free at once."""

from pathlib import Path

from filelock import FileLock, Timeout

from kiosk.journal.errors import JournalInUse, JournalUnwritable

AGENT_S_MAX = 5.0
"""The sync agent may hold the lock so long, while it continues a parted journal that no app writes."""


def lock_of(path: Path, wait_s: float = 0) -> FileLock:
    """The held lock of the journal at ``path``; one that is held elsewhere is waited for ``wait_s`` seconds.

    Raises JournalInUse when another program holds it, JournalUnwritable when the disk refuses.
    """
    lock = FileLock(path.with_suffix(".lock"), timeout=wait_s, mode=0o600)
    try:
        lock.acquire()
    except Timeout as error:
        raise JournalInUse(
            "another kiosk program is writing the journal at {path}; stop it first", path=path
        ) from error
    except OSError as error:
        raise JournalUnwritable("the disk refuses ({why})", why=error.strerror) from error
    return lock
