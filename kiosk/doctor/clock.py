"""Clock: whether the machine's time can be right, and who sets it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from kiosk.base.texts import Texts
from kiosk.doctor.finding import Finding, doubtful, failing, fine
from kiosk.doctor.machine import Machine
from kiosk.domain.instant import Clock
from kiosk.journal.errors import JournalError
from kiosk.journal.lines import LineUnreadable, decode_line
from kiosk.journal.reader import JournalReader
from kiosk.office.settings import KioskSettings

EARLIEST_YEAR = 2026
"""This program was not there before: an earlier clock is wrong."""
AHEAD_MAX = timedelta(minutes=5)
"""So far may the journal's last entry lie ahead of the clock: a time server corrects a little."""


def look_at_clock(settings: KioskSettings, clock: Clock, t: Texts) -> Iterator[Finding]:
    """The time in the office's zone, against the year of this program and the journal's last entry."""
    wall = clock.now().wall
    said = t("Clock {time}, zone {zone}", time=f"{wall:%H:%M} {t.day(wall.date())}", zone=settings.time_zone)
    remedy = t("set the machine's date, or let it ask a time server")
    last = _last_entry_at(settings)
    if wall.year < EARLIEST_YEAR:
        yield failing("clock", said, remedy)
    elif last is not None and last - wall > AHEAD_MAX:
        when = f"{last:%H:%M} {t.day(last.date())}"
        yield failing("clock", t("{said}; but the last entry is from {when}", said=said, when=when), remedy)
    else:
        yield fine("clock", said)


def look_at_time_server(machine: Machine, t: Texts) -> Iterator[Finding]:
    """Whether a time server sets the clock, as far as systemd knows."""
    told = machine.ask("timedatectl", "show", "--property=NTP", "--property=NTPSynchronized")
    known = dict(line.split("=", 1) for line in (told or "").splitlines() if "=" in line)
    if "NTP" not in known:
        yield fine("time_server", t("Whether a time server sets the clock is not known on this system"))
    elif known["NTP"] != "yes":
        yield doubtful("time_server", t("No time server sets the clock"), "timedatectl set-ntp true")
    elif known.get("NTPSynchronized") != "yes":
        remedy = t("let UDP port 123 through to a time server, or name one that is near")
        yield doubtful("time_server", t("The time server has not answered yet"), remedy)
    else:
        yield fine("time_server", t("A time server sets the clock"))


def _last_entry_at(settings: KioskSettings) -> datetime | None:
    """The wall clock of the journal's last entry; whether the journal is well, another check says."""
    try:
        with JournalReader(settings.journal_path) as reader:
            last = next(iter(reader.entries(reader.head().next_seq - 1)), None)
        return None if last is None else datetime.fromisoformat(decode_line(last.line).at)
    except (JournalError, LineUnreadable, ValueError):
        return None
