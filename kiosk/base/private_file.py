"""Private files: for their owner alone from the first moment, whatever the umask is; whole or not there."""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path


def write_private(path: Path, content: bytes, *, durable: bool) -> None:
    """Put ``content`` at ``path`` in one step, readable by the owner alone; a power cut leaves old or new.

    ``durable`` waits until the disk has it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # mkstemp makes the file 0600 from its first moment: no reader ever finds it open.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        os.replace(temporary, path)  # noqa: PTH105 - the same call, said plainly
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    if durable:
        sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Wait until the disk has the folder's names."""
    # Windows has no directory handles to sync; its rename is journaled.
    if os.name != "posix":
        return
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_to_readers(file: Path) -> None:
    """Let others read ``file``, which is to be carried to them; a stick without owners needs no such thing."""
    with suppress(OSError):
        file.chmod(0o644)


def close_to_others(folder: Path, spared: str) -> None:
    """Take from others what an older version let them read in ``folder``; names that begin with ``spared`` stay."""
    if os.name != "posix":
        return
    with suppress(OSError):  # another user's file, or a disk that refuses: the doctor tells of it
        for path in folder.iterdir():
            mode = stat.S_IMODE(path.lstat().st_mode)
            if mode & 0o77 and not path.name.startswith(spared) and not path.is_symlink():
                path.chmod(mode & ~0o77)
