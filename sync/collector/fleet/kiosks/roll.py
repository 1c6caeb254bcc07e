"""Roll: every kiosk of somebody's units with what is wrong with it, the gravest first; the page, the file, the
alerts and the metrics all read this one list."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from kiosk.domain.office_calendar import Calendar
from sync.collector.calendar.half_days import half_day_at, told_until
from sync.collector.errors import UsageWrong
from sync.collector.fleet.devices.grants import unseen_grants
from sync.collector.fleet.devices.last_words import LastWords, contact_of
from sync.collector.fleet.devices.roster import JournalState, read_journals
from sync.collector.fleet.kiosks.beyond import beyond_since
from sync.collector.fleet.kiosks.days import last_pressed
from sync.collector.fleet.kiosks.faults import HURT, STORY_DAYS, Fault, Seen, faults_of, mark_of, oldest_waiting_s
from sync.collector.fleet.kiosks.hours import Missed, open_days_back
from sync.collector.fleet.kiosks.known import Known, read_known, still_known
from sync.collector.fleet.rollouts.calendars import Calendars
from sync.collector.fleet.rollouts.effective import InForce, read_bases, read_in_force
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.schema import counter, device, device_status, journal, unit

AT_ONCE = 500
"""So many rows are fetched together."""


@dataclass(frozen=True, slots=True)
class Kiosk:
    """One kiosk as IT staff watch it."""

    device_id: str
    counter: str
    counter_name: str
    unit: str
    unit_name: str
    path: str
    enrolled_at: datetime
    revoked_at: datetime | None
    heard_at: datetime | None
    status: Mapping[str, Any]
    """Its last word, put right by what came since, and what moves with presses by the half day; empty before."""
    clock_ahead_s: float | None
    oldest_waiting_s: int | None
    journals: tuple[JournalState, ...]
    hurt_at: datetime | None
    faults: tuple[Fault, ...]
    known: Mapping[Fault, Known]
    """Of its faults those that somebody knows of."""
    ring: str
    """The ring of upgrades the office set for it; empty where it set none."""
    calendar: Calendar
    """When its counter is open."""
    beyond: str = ""
    """What it said lately that it may not say, in short."""
    unseen_grants: int = 0
    """So many counters the update let it serve further, and nobody has looked at that yet."""

    @property
    def short_id(self) -> str:
        """What people call it."""
        return self.device_id[:8]

    @property
    def software(self) -> str:
        """Its version, without our name."""
        return str(self.status.get("software", "")).removeprefix("hailong ")

    @property
    def news(self) -> tuple[Fault, ...]:
        """The faults of which nobody knows yet."""
        return tuple(fault for fault in self.faults if fault not in self.known)

    @property
    def journal_state(self) -> str:
        """``forked``, ``damaged``, ``continued`` or ``whole``; empty before anything came."""
        states = {one.state for one in self.journals}
        if Fault.JOURNAL in self.faults:
            return "forked" if "forked" in states else "damaged"
        if states & {"forked", "continued"}:
            return "continued"
        return "whole" if states else ""


def read_roll(
    connection: Connection, path: str, now: datetime, config: CollectorConfig, in_force: InForce | None = None
) -> list[Kiosk]:
    """Every kiosk at or below a unit, whoever needs a look first; withdrawn ones at the end."""
    return sorted(walk_roll(connection, path, now, config, in_force), key=_gravest_first)


def walk_roll(
    connection: Connection, path: str, now: datetime, config: CollectorConfig, in_force: InForce | None = None
) -> Iterator[Kiosk]:
    """The same kiosks one by one, by their places: whoever keeps less of each than all needs less memory for many."""
    rules = config.fleet
    in_force = in_force or read_in_force(connection)
    calendars = Calendars(config, in_force)
    missed = Missed(calendars, config.zone, timedelta(minutes=rules.silent_minutes), now)
    pressed = _Pressed(connection, calendars, now, config)
    journals, hurt = read_journals(connection), _hurt(connection)
    rings = _rings(connection, path, in_force)
    known, words = read_known(connection), LastWords(connection, now, config.zone)
    until = told_until(now, config.zone)
    beyond, unseen = beyond_since(connection, now - timedelta(days=STORY_DAYS), until), unseen_grants(connection)
    for row in connection.execute(_rows(path).execution_options(yield_per=AT_ONCE)):
        mine = tuple(journals.get(row.device_id, ()))
        delivered = hurt.heard.get(row.device_id)
        heard = max((at for at in (row.said_at, delivered) if at is not None), default=row.enrolled_at)
        contact = contact_of(row.said_at, delivered)
        ahead = None if row.clock_ahead_us is None else row.clock_ahead_us / 1_000_000
        calendar = calendars.of(row.path)
        since = pressed.since(calendar)
        seen = Seen(
            row.enrolled_at, contact, words.of(row.status, row.said_at), ahead, hurt.at.get(row.device_id),
            pressed.is_pressed(row.device_id, since), datetime.combine(since, datetime.min.time(), config.zone),
            missed.is_missed(row.path, heard), beyond.get(row.device_id, ""),
        )  # fmt: skip
        faults = () if row.revoked_at else faults_of(seen, now, rules)
        marks = {fault: mark_of(fault, seen.status, seen.hurt_at, seen.beyond) for fault in faults}
        yield Kiosk(
            row.device_id, row.code, row.counter_name, row.unit, row.unit_name, row.path, row.enrolled_at,
            row.revoked_at, contact, seen.status, ahead, oldest_waiting_s(seen, now), mine, seen.hurt_at, faults,
            still_known(known.get(row.device_id, {}), marks), rings.get(row.device_id) or "", calendar,
            seen.beyond, unseen.get(row.device_id, 0),
        )  # fmt: skip


def find_kiosk(kiosks: Sequence[Kiosk], device_id: str) -> Kiosk:
    """The kiosk with this id.

    Raises UsageWrong for one that is not there, or not among somebody's.
    """
    for kiosk in kiosks:
        if kiosk.device_id == device_id:
            return kiosk
    raise UsageWrong("there is no kiosk {name}; see: collector device list", name=device_id[:36])


class _Pressed:
    """Which kiosks were pressed in as many days as the settings name, on which their counters were open.

    Of today only what is over: that a kiosk was pressed again tells nobody when.
    """

    def __init__(self, connection: Connection, calendars: Calendars, now: datetime, config: CollectorConfig) -> None:
        self._today, self._days = now.astimezone(config.zone).date(), config.fleet.dead_days
        self._since: dict[int, date] = {}
        every = [calendars.of(path) for path in ("", *calendars.paths)]
        self._last = last_pressed(connection, min(map(self.since, every)), half_day_at(now, config.zone))

    def since(self, calendar: Calendar) -> date:
        """From when on that is."""
        known = self._since.get(id(calendar))
        if known is None:
            known = self._since[id(calendar)] = open_days_back(calendar, self._today, self._days)[0]
        return known

    def is_pressed(self, device_id: str, since: date) -> bool:
        """Whether anybody pressed at the kiosk from that day on."""
        return self._last.get(device_id, date.min) >= since


@dataclass(frozen=True, slots=True)
class _Journals:
    """What journals tell of their kiosks."""

    heard: Mapping[str, datetime]
    at: Mapping[str, datetime]


def _hurt(connection: Connection) -> _Journals:
    heard: dict[str, datetime] = {}
    hurt: dict[str, datetime] = {}
    j = journal.c
    wanted = select(j.device_id, j.first_received_at, j.last_received_at, j.forked_at, j.continues_why)
    for row in connection.execute(wanted.execution_options(yield_per=AT_ONCE)):
        _later(heard, row.device_id, row.last_received_at)
        if row.forked_at is not None:
            _later(hurt, row.device_id, row.forked_at)
        if row.continues_why in HURT:
            _later(hurt, row.device_id, row.first_received_at)
    return _Journals(heard, hurt)


def _later(found: dict[str, datetime], device_id: str, at: datetime) -> None:
    found[device_id] = max(at, found.get(device_id, at))


def _rings(connection: Connection, path: str, in_force: InForce) -> dict[str, str | None]:
    """The rings of kiosks, where the office set one for any."""
    if not any(active.change.ring for active in in_force.rollouts):
        return {}
    return {base.device_id: in_force.settings(base).ring for base in read_bases(connection, path)}


def _rows(path: str) -> Any:
    place = (
        counter.c.code,
        counter.c.name.label("counter_name"),
        unit.c.code.label("unit"),
        unit.c.name.label("unit_name"),
        unit.c.path,
    )
    word = (device_status.c.received_at.label("said_at"), device_status.c.clock_ahead_us, device_status.c.status)
    return (
        select(device.c.device_id, device.c.enrolled_at, device.c.revoked_at, *place, *word)
        .select_from(device)
        .join(counter, counter.c.counter_id == device.c.counter_id)
        .join(unit, unit.c.unit_id == counter.c.unit_id)
        .outerjoin(device_status, device_status.c.device_id == device.c.device_id)
        .where(unit.c.path.startswith(path, autoescape=True))
        .order_by(unit.c.path, counter.c.code, device.c.enrolled_at, device.c.device_id)
    )


def _gravest_first(kiosk: Kiosk) -> tuple[int, int, str, int, str]:
    order = list(Fault)
    # What somebody knows of comes after all that nobody has looked at, and before what is well.
    gravest = order.index(kiosk.news[0]) if kiosk.news else len(order) + (not kiosk.faults)
    # Counter 10 after counter 2: of two codes that begin alike the shorter number is the smaller.
    return (1 if kiosk.revoked_at else 0, gravest, kiosk.path, len(kiosk.counter), kiosk.counter)
