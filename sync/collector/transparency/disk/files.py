"""Files: written so that whoever looks after a power cut finds the old one or the new one, whole."""

import os
from collections.abc import Iterable
from pathlib import Path

from kiosk.base.private_file import sync_directory

PUBLIC_FILE, PRIVATE_FILE = 0o644, 0o600
_PUBLIC_FOLDER = 0o755


def write_file(path: Path, content: bytes, mode: int = PUBLIC_FILE) -> None:
    """Put the content at ``path``, durably and at once; a file that was there is replaced."""
    write_unsettled(path, content, mode)
    sync_directory(path.parent)


def write_unsettled(path: Path, content: bytes, mode: int = PUBLIC_FILE) -> None:
    """As :func:`write_file`, but the name is durable only when its folder was synced."""
    being_made = path.with_name(f".{path.name}.new")
    handle = os.open(being_made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    being_made.replace(path)


def make_folders(top: Path, wanted: Iterable[Path]) -> None:
    """Make these folders below ``top``, with their parents, durably."""
    for folder in sorted(set(wanted)):
        missing = []
        at = folder
        while at != top and not at.is_dir():
            missing.append(at)
            at = at.parent
        for each in reversed(missing):
            each.mkdir(mode=_PUBLIC_FOLDER, exist_ok=True)
            sync_directory(each.parent)
