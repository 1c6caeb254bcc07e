"""Storage: what the journal's file rests on."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from kiosk.base.texts import Texts
from kiosk.doctor.finding import Finding, doubtful, failing, fine
from kiosk.journal.disk.engine import durability_for, sqlite_version
from kiosk.journal.disk.place import UNFIT, filesystem_of
from kiosk.journal.disk.reserve import LOW_BYTES, free_bytes
from kiosk.office.settings import KioskSettings

SETTINGS = "kiosk.toml"
SCARCE_BYTES = 4 * LOW_BYTES
"""Below this there is room for weeks, not for years."""


def look_at_sqlite(t: Texts) -> Iterator[Finding]:
    """The library's version, and the mode that it allows."""
    version = sqlite_version()
    mode = durability_for(version)
    said = t("SQLite {version}, mode {mode}", version=".".join(map(str, version)), mode=mode)
    slow = t("ratings are safe; a newer SQLite is faster: pip install 'hailong[sqlite]'")
    yield fine("sqlite", said, "" if mode.journal_mode == "wal" else slow)


def look_at_disk(settings: KioskSettings, t: Texts) -> Iterator[Finding]:
    """The kind of disk, and whether it takes anything."""
    kind = filesystem_of(settings.journal_path)
    said = t("Data folder {folder} on {kind}", folder=settings.folder, kind=kind or "?")
    if kind in UNFIT:
        make = doubtful if settings.journal.allow_any_disk else failing
        yield make("disk", f"{said}: {t(UNFIT[kind])}", t("use a local disk"))
    elif _is_read_only(_existing(settings.folder)):
        remedy = t("restart the machine; if it stays so, its disk is failing: replace it")
        yield failing("disk", t("{said}: it is read-only", said=said), remedy)
    else:
        yield fine("disk", said)


def look_at_room(settings: KioskSettings, t: Texts) -> Iterator[Finding]:
    """How much room is left."""
    folder = _existing(settings.folder)
    free = free_bytes(folder)
    said = t("{n} MB free", n=t.number(free // 1_000_000))
    remedy = t("make room on the disk of {folder}", folder=folder)
    if free < LOW_BYTES:
        yield failing("room", said, remedy)
    elif free < SCARCE_BYTES:
        yield doubtful("room", said, remedy)
    else:
        yield fine("room", said)


def look_at_rights(settings: KioskSettings, t: Texts) -> Iterator[Finding]:
    """Whether the data is this kiosk's alone."""
    folder = settings.folder
    try:
        # Settings may lie here, too: they are no data, and who may read the folder decides about them.
        data = (path for path in folder.iterdir() if not path.name.startswith(SETTINGS))
        looks = {path.name: path.stat() for path in (folder, *data)}
    except FileNotFoundError:
        yield doubtful("rights", t("No data yet"), t("start the kiosk once"))
        return
    except OSError as error:
        why = t("{folder} cannot be read ({why})", folder=folder, why=error.strerror)
        yield failing("rights", why, t("run this as the kiosk's user"))
        return
    if os.name != "posix":
        yield fine("rights", t("The data folder can be read"))
        return
    open_to_others = sorted(name for name, look in looks.items() if stat.S_IMODE(look.st_mode) & 0o77)
    owner = looks[folder.name].st_uid
    foreign = sorted(name for name, look in looks.items() if look.st_uid != owner)
    if open_to_others:
        said = t("Others may read: {files}", files=", ".join(open_to_others))
        yield failing("rights", said, f"chmod -R go= {folder}")
    elif foreign:
        said = t("Another user owns: {files}", files=", ".join(foreign))
        yield failing("rights", said, f"chown -R {owner} {folder}")
    else:
        yield fine("rights", t("The data is for this user alone"))


def _is_read_only(folder: Path) -> bool:
    return hasattr(os, "statvfs") and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


def _existing(folder: Path) -> Path:
    return next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
