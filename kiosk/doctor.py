"""Doctor: looks at everything a kiosk rests on, and says of each how it is and how to mend it."""

import stat
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from kiosk.config import KioskSettings
from kiosk.domain.instant import Clock
from kiosk.journal.engine import durability_for, sqlite_version
from kiosk.journal.errors import JournalError
from kiosk.journal.lines import OpenedLine, decode_line
from kiosk.journal.place import UNFIT, filesystem_of
from kiosk.journal.reader import JournalReader
from kiosk.journal.reserve import LOW_BYTES, free_bytes
from kiosk.journal.upkeep import last_check
from kiosk.texts import Texts

EARLIEST_YEAR = 2026
"""This program was not there before: an earlier clock is wrong."""


class State(StrEnum):
    """How one thing is."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; the sentences are in the reader's language."""

    about: str
    """What was looked at, a stable name for programs."""
    state: State
    said: str
    remedy: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


def examine(settings: KioskSettings, clock: Clock, t: Texts) -> Iterator[Finding]:
    """Look at one thing after the other."""
    yield _sqlite(t)
    yield _disk(settings, t)
    yield _room(settings, t)
    yield _rights(settings, t)
    yield _clock(clock, settings, t)
    yield from _journal(settings, t)


def finding_line(finding: Finding) -> str:
    """One line for a terminal."""
    remedy = f" → {finding.remedy}" if finding.remedy else ""
    return f"{finding.state:<4}  {finding.said}{remedy}"


def _sqlite(t: Texts) -> Finding:
    version = sqlite_version()
    mode = durability_for(version)
    said = t("SQLite {version}, mode {mode}", version=".".join(map(str, version)), mode=mode)
    if mode.journal_mode == "wal":
        return Finding("sqlite", State.OK, said)
    remedy = t("ratings are safe; a newer SQLite is faster: pip install 'hailong[sqlite]'")
    return Finding("sqlite", State.OK, said, remedy)


def _disk(settings: KioskSettings, t: Texts) -> Finding:
    kind = filesystem_of(settings.journal_path)
    said = t("Data folder {folder} on {kind}", folder=settings.folder, kind=kind or "?")
    if kind not in UNFIT:
        return Finding("disk", State.OK, said)
    allowed = settings.journal.allow_any_disk
    return Finding("disk", State.WARN if allowed else State.FAIL, f"{said}: {t(UNFIT[kind])}", t("use a local disk"))


def _room(settings: KioskSettings, t: Texts) -> Finding:
    folder = _existing(settings.folder)
    free = free_bytes(folder)
    said = t("{n} MB free", n=t.number(free // 1_000_000))
    if free >= LOW_BYTES:
        return Finding("room", State.OK, said)
    return Finding("room", State.FAIL, said, t("make room on the disk of {folder}", folder=folder))


def _rights(settings: KioskSettings, t: Texts) -> Finding:
    if not settings.folder.exists():
        return Finding("rights", State.WARN, t("No data yet"), t("start the kiosk once"))
    try:
        open_to_others = [
            path.name
            for path in (settings.folder, *settings.folder.iterdir())
            if stat.S_IMODE(path.stat().st_mode) & 0o77
        ]
    except OSError as error:
        why = t("{folder} cannot be read ({why})", folder=settings.folder, why=error.strerror)
        return Finding("rights", State.FAIL, why, t("run this as the kiosk's user"))
    if not open_to_others:
        return Finding("rights", State.OK, t("The data is for this user alone"))
    said = t("Others may read: {files}", files=", ".join(sorted(open_to_others)))
    return Finding("rights", State.FAIL, said, f"chmod -R go= {settings.folder}")


def _clock(clock: Clock, settings: KioskSettings, t: Texts) -> Finding:
    wall = clock.now().wall
    said = t("Clock {time}, zone {zone}", time=f"{wall:%H:%M} {t.day(wall.date())}", zone=settings.time_zone)
    if wall.year >= EARLIEST_YEAR:
        return Finding("clock", State.OK, said)
    return Finding("clock", State.FAIL, said, t("set the machine's date, or let it ask a time server"))


def _journal(settings: KioskSettings, t: Texts) -> Iterator[Finding]:
    if not settings.journal_path.exists():
        yield Finding("journal", State.WARN, t("No journal yet"), t("start the kiosk once"))
        return
    try:
        with JournalReader(settings.journal_path) as reader:
            yield Finding("journal", State.OK, t("{n} entries", n=t.number(reader.head().next_seq - 1)))
            yield _continuation(reader, t)
    except JournalError as error:
        yield Finding(
            "journal", State.FAIL, error.said(t), t("start the kiosk: it continues a damaged journal by itself")
        )
    yield _check(settings.journal_path, t)


def _continuation(reader: JournalReader, t: Texts) -> Finding:
    first = next(iter(reader.entries(reader.anchor().next_seq)), None)
    opened = decode_line(first.line) if first else None
    if not isinstance(opened, OpenedLine) or opened.why is None:
        return Finding("continuation", State.OK, t("The journal goes back to its own beginning"))
    said = t(
        "Continues journal {journal} ({why}): {carried} entries carried over, {lost} could not be read",
        journal=opened.continues or "?",
        why=t(opened.why),
        carried=t.number(opened.carried or 0),
        lost=t.number(opened.lost or 0),
    )
    return Finding("continuation", State.WARN, said, t("find out what happened; the old file is kept in aside"))


def _check(path: Path, t: Texts) -> Finding:
    check = last_check(path)
    if not check:
        return Finding("check", State.OK, t("Not checked in full yet; that happens by itself within a week"))
    if check["fault"]:
        return Finding("check", State.FAIL, t("Full check: {fault}", fault=check["fault"]), t("run: kiosk verify"))
    return Finding("check", State.OK, t("Checked in full on {day}", day=check["at"][:10]))


def _existing(folder: Path) -> Path:
    return next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
