"""Mounts: small real disks that can be filled and broken; gone again when the block ends, also after a failure.

Mounting needs root, which the continuous integration is; without it the tests fail and
say so, for a fault that is not injected proves nothing.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def memory_disk(at: Path, size: str) -> Iterator[Path]:
    """A tmpfs of this size, mounted at ``at``."""
    at.mkdir(parents=True)
    _run("mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "none", at)
    try:
        yield at
    finally:
        _run("umount", "--lazy", at)


@contextmanager
def ext4_disk(at: Path, megabytes: int) -> Iterator[Path]:
    """An ext4 in a file, mounted at ``at``, that goes read-only at the first error as most systems set it up."""
    at.mkdir(parents=True)
    file = at.with_name(at.name + ".ext4")
    with file.open("wb") as image:
        image.truncate(megabytes << 20)
    _run("mkfs.ext4", "-q", "-F", "-m", "0", file)
    mount_ext4(at)
    try:
        yield at
    finally:
        _run("umount", at)
        file.unlink()


def mount_ext4(at: Path) -> None:
    """Mount the disk of :func:`ext4_disk`, as after a restart."""
    _run("mount", "-o", "loop,errors=remount-ro", at.with_name(at.name + ".ext4"), at)


def mount_anew(at: Path) -> None:
    """What a restart of the machine does to the disk: an error that made it read-only is over."""
    _run("umount", at)
    mount_ext4(at)


def remount(at: Path, how: str) -> None:
    """Make it read-only (``ro``) or writable (``rw``), as an administrator does while nobody writes."""
    _run("mount", "-o", f"remount,{how}", at)


def break_down(at: Path) -> None:
    """Make the file system meet an error of its own, upon which it goes read-only under whoever is writing."""
    device = _run("findmnt", "--noheadings", "--output", "SOURCE", at).strip()
    Path("/sys/fs/ext4", Path(device).name, "trigger_fs_error").write_text("a fault test")


def fill(folder: Path) -> Path:
    """Fill the disk below ``folder`` to the last byte; the file that does it."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue
    return filler


def _run(*command: str | Path) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=30)
    if done.returncode:
        said = done.stderr.strip()
        raise RuntimeError(f"{command[0]} failed ({said}); these tests need root, and a kernel with tmpfs and loop")
    return done.stdout
