"""Faults: what is wrong with one kiosk, judged from its last word and from what came of it. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from kiosk.journal.disk.engine import durability_for
from sync.collector.settings.fleet import Fleet

STORY_DAYS = 30
"""So long a fork or a damage is shown as something to look at; the journals tell of it for ever."""
HURT = ("damaged", "rolled back", "restored", "diverged")
"""Why a journal was continued, where somebody should know of it."""
_NUMBERS = re.compile(r"\d+")


class Fault(StrEnum):
    """One thing that is wrong, the gravest first."""

    SILENT = "silent"
    """Not heard while its counter was open."""
    DISK = "disk"
    BACKLOG = "backlog"
    """What was pressed long ago has not come."""
    CLOCK = "clock"
    JOURNAL = "journal"
    """Forked, damaged or restored from a copy."""
    LOG = "log"
    """What it is shown of the public log does not hold against what it keeps."""
    BEYOND = "beyond"
    """It spoke for counters, days or visits that are not its own."""
    TOUCH = "touch"
    """A face did not answer in the last touch test."""
    SQLITE = "sqlite"
    """It does not commit as it should with its SQLite."""
    DEAD = "dead"
    """It is heard and nobody presses, for days."""
    ERROR = "error"
    """It says itself that something is wrong."""
    UPGRADE = "upgrade"
    """It went back from an upgrade, or could not install it."""
    VERSION = "version"


BEHIND_ITS_BACK = frozenset({Fault.SILENT, Fault.JOURNAL, Fault.BEYOND})
"""What is known of a kiosk without its word; of all else nothing new is known of one that is silent."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one kiosk."""

    enrolled_at: datetime
    heard_at: datetime | None
    status: Mapping[str, Any]
    """Its last word, as it may be told; empty before the first."""
    clock_ahead_s: float | None
    hurt_at: datetime | None
    """When one of its journals was last found forked or damaged."""
    pressed: bool
    """Whether anybody pressed in the days that the settings name, from ``pressed_from`` on."""
    pressed_from: datetime
    missed: bool
    """Whether the kiosk was not heard while its counter was open, for as long as the settings allow."""
    beyond: str = ""
    """What it said lately that it may not say, in short."""


def faults_of(seen: Seen, now: datetime, rules: Fleet) -> tuple[Fault, ...]:
    """Everything that is wrong, the gravest first."""
    found = set(_of_contact(seen, now)) | set(_of_word(seen, now, rules))
    if seen.beyond:
        found.add(Fault.BEYOND)
    if not seen.pressed and seen.enrolled_at < seen.pressed_from and Fault.SILENT not in found and seen.heard_at:
        found.add(Fault.DEAD)
    return tuple(fault for fault in Fault if fault in found)


def oldest_waiting_s(seen: Seen, now: datetime) -> int | None:
    """For how long at least the oldest entry has waited, from the end of its half day on.

    None where nothing waits or nobody knows.
    """
    since = seen.status.get("waits_since")
    return None if since is None else max(0, int((now - datetime.fromisoformat(since)).total_seconds()))


def mark_of(fault: Fault, status: Mapping[str, Any], hurt_at: datetime | None, beyond: str = "") -> str:
    """What a fault is like now, in short: whoever knows of one with another mark does not know of this."""
    marks = {
        Fault.JOURNAL: hurt_at.isoformat() if hurt_at else "",
        Fault.BEYOND: beyond,
        Fault.TOUCH: status.get("touch_test") or "",
        # Its first word only: what follows tells of the moment.
        Fault.ERROR: (status.get("last_error") or status.get("settings_fault") or "").partition(":")[0],
        Fault.LOG: status.get("log_fault") or "",
        Fault.VERSION: status.get("software", ""),
        Fault.UPGRADE: (status.get("upgrade_refused") or {}).get("version", ""),
    }
    return str(marks.get(fault, ""))[:200]


def _of_contact(seen: Seen, now: datetime) -> Iterator[Fault]:
    if seen.missed:
        yield Fault.SILENT
    if seen.hurt_at is not None and now - seen.hurt_at < timedelta(days=STORY_DAYS):
        yield Fault.JOURNAL


def _of_word(seen: Seen, now: datetime, rules: Fleet) -> Iterator[Fault]:
    said = seen.status
    if (oldest_waiting_s(seen, now) or 0) > rules.backlog_hours * 3600:
        yield Fault.BACKLOG
    if seen.clock_ahead_s is not None and abs(seen.clock_ahead_s) > rules.clock_s:
        yield Fault.CLOCK
    free = said.get("disk_free_bytes")
    if free is not None and free < rules.disk_free_mb * 1_000_000:
        yield Fault.DISK
    if rules.software_min and said and _version(said.get("software", "")) < _version(rules.software_min):
        yield Fault.VERSION
    if has_deaf_face(said.get("touch_test")):
        yield Fault.TOUCH
    if _commits_otherwise(said.get("versions") or {}):
        yield Fault.SQLITE
    if said.get("last_error") or said.get("settings_fault"):
        yield Fault.ERROR
    if said.get("log_fault"):
        yield Fault.LOG
    if said.get("upgrade_refused"):
        yield Fault.UPGRADE


def has_deaf_face(result: str | None) -> bool:
    """Whether a face was not hit once in a touch test: ``1,0,1,1,1+2 2026-…``."""
    hits = (result or "").partition(" ")[0].partition("+")[0]
    return "0" in hits.split(",")


def _commits_otherwise(versions: Mapping[str, str]) -> bool:
    found = _version(versions.get("sqlite", ""))
    if len(found) < 3 or "journal" not in versions:
        return False
    return versions["journal"] != str(durability_for((found[0], found[1], found[2])))


def _version(text: str) -> list[int]:
    return [int(number) for number in _NUMBERS.findall(text)[:4]]
