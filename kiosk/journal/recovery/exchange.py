"""Exchange: a new journal takes the place of one that is put aside, whole, whatever moment the power goes at."""

import re
from pathlib import Path

from kiosk.journal.disk.engine import writer_engine
from kiosk.journal.disk.schema import schema_version
from kiosk.journal.errors import JournalUnwritable
from kiosk.journal.recovery.remains import UNREADABLE, is_damage

_COMPANIONS = ("-wal", "-journal", "-shm")


def new_path(path: Path) -> Path:
    """Where the new journal is built, beside the old one."""
    return path.with_name(f"{path.stem}.new{path.suffix}")


def finish_exchange(path: Path) -> None:
    """Put the new journal, if a finished one stands ready, in the place of the old; repeating it changes nothing."""
    new = new_path(path)
    if not new.exists():
        return
    if not _is_finished(new):
        _remove(new)
        return
    if any(_size(Path(f"{new}{companion}")) for companion in ("-wal", "-journal")):
        # The disk refused the checkpoint when the file was closed: renamed without its log, it would be empty.
        raise JournalUnwritable("the disk refuses ({why})", why=f"{new.name} cannot be completed")
    aside = _aside_folder(path)
    # The old file's companions first: beside the new journal they would be replayed into it.
    for companion in (*_COMPANIONS, ""):
        old = Path(f"{path}{companion}")
        if old.exists():
            old.rename(aside / old.name)
    new.rename(path)


def _is_finished(new: Path) -> bool:
    """Whether the new journal was built to its end: it is one transaction, so it is all there or not at all."""
    engine = writer_engine(new)
    try:
        with engine.connect() as connection:
            return schema_version(connection) > 0
    except UNREADABLE as error:
        # A disk that refuses for now says nothing about the file, and a finished one must not be removed.
        if is_damage(error):
            return False
        raise
    finally:
        engine.dispose()


def _aside_folder(path: Path) -> Path:
    """A new, numbered folder for what is put aside; an exchange that was broken off goes on in the same one."""
    base = path.parent / "aside"
    base.mkdir(mode=0o700, exist_ok=True)
    taken = sorted(int(folder.name) for folder in base.iterdir() if re.fullmatch(r"\d+", folder.name))
    unfinished = taken and not (base / str(taken[-1]) / path.name).exists()
    number = taken[-1] if unfinished else (taken[-1] if taken else 0) + 1
    folder = base / str(number)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _remove(path: Path) -> None:
    for companion in ("", *_COMPANIONS):
        Path(f"{path}{companion}").unlink(missing_ok=True)
