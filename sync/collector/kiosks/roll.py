"""Roll: every kiosk of somebody's units with what is wrong with it, the gravest first; the page, the file, the
alerts and the metrics all read this one list."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from sync.collector.config import CollectorConfig
from sync.collector.errors import UsageWrong
from sync.collector.kiosks.days import pressed_since
from sync.collector.kiosks.faults import HURT, Fault, Seen, faults_of, oldest_waiting_s
from sync.collector.kiosks.hours import Hours
from sync.collector.rollouts.effective import InForce, read_bases, read_in_force
from sync.collector.roster import JournalState, read_journals
from sync.collector.schema import counter, device, device_status, journal, unit

_DAY = timedelta(days=1)


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
    """Its last word; empty before the first."""
    clock_ahead_s: float | None
    oldest_waiting_s: int | None
    journals: tuple[JournalState, ...]
    hurt_at: datetime | None
    faults: tuple[Fault, ...]

    @property
    def short_id(self) -> str:
        """What people call it."""
        return self.device_id[:8]

    @property
    def software(self) -> str:
        """Its version, without our name."""
        return str(self.status.get("software", "")).removeprefix("hailong ")


def read_roll(
    connection: Connection, path: str, now: datetime, config: CollectorConfig, in_force: InForce | None = None
) -> list[Kiosk]:
    """Every kiosk at or below a unit, whoever needs a look first; withdrawn ones at the end."""
    rules = config.fleet
    since = _working_days_back(now.astimezone(config.zone).date(), rules.dead_days, config)
    pressed = pressed_since(connection, since)
    journals, hurt = read_journals(connection), _hurt(connection)
    hours = _hours(connection, path, config, in_force or read_in_force(connection))
    usual = Hours.of((), rules, config.calendar.days, config.zone)
    pressed_from = datetime.combine(since, datetime.min.time(), config.zone)
    found = []
    for row in connection.execute(_rows(path)):
        mine = tuple(journals.get(row.device_id, ()))
        heard = max((at for at in (row.said_at, hurt.heard.get(row.device_id)) if at is not None), default=None)
        ahead = None if row.clock_ahead_us is None else row.clock_ahead_us / 1_000_000
        seen = Seen(
            row.enrolled_at, heard, row.status or {}, row.said_at, ahead, hurt.at.get(row.device_id),
            row.device_id in pressed, hours.get(row.device_id, usual),
        )  # fmt: skip
        faults = () if row.revoked_at else faults_of(seen, now, rules, pressed_from)
        found.append(
            Kiosk(
                row.device_id, row.code, row.counter_name, row.unit, row.unit_name, row.path, row.enrolled_at,
                row.revoked_at, heard, seen.status, ahead, oldest_waiting_s(seen, now), mine, seen.hurt_at, faults,
            )
        )  # fmt: skip
    return sorted(found, key=_gravest_first)


def find_kiosk(kiosks: Sequence[Kiosk], device_id: str) -> Kiosk:
    """One of them.

    Raises UsageWrong for one that is not there, or not among somebody's.
    """
    for kiosk in kiosks:
        if kiosk.device_id == device_id:
            return kiosk
    raise UsageWrong("there is no kiosk {name}; see: collector device list", name=device_id[:36])


def count_faults(kiosks: Sequence[Kiosk]) -> Counter[Fault]:
    """How many have each fault."""
    return Counter(fault for kiosk in kiosks for fault in kiosk.faults)


@dataclass(frozen=True, slots=True)
class _Journals:
    """What journals tell of their kiosks."""

    heard: Mapping[str, datetime]
    at: Mapping[str, datetime]


def _hurt(connection: Connection) -> _Journals:
    heard: dict[str, datetime] = {}
    hurt: dict[str, datetime] = {}
    for row in connection.execute(select(journal)):
        _later(heard, row.device_id, row.last_received_at)
        if row.forked_at is not None:
            _later(hurt, row.device_id, row.forked_at)
        if row.continues_why in HURT:
            _later(hurt, row.device_id, row.first_received_at)
    return _Journals(heard, hurt)


def _later(found: dict[str, datetime], device_id: str, at: datetime) -> None:
    found[device_id] = max(at, found.get(device_id, at))


def _hours(connection: Connection, path: str, config: CollectorConfig, in_force: InForce) -> dict[str, Hours]:
    """The hours of kiosks for which the office set some."""
    if not any(active.change.hours for active in in_force.rollouts):
        return {}
    days, zone = config.calendar.days, config.zone
    bases = read_bases(connection, path)
    return {base.device_id: Hours.of(in_force.settings(base).hours, config.fleet, days, zone) for base in bases}


def _rows(path: str) -> Any:
    place = (counter.c.code, counter.c.name.label("counter_name"), unit.c.code.label("unit"),
             unit.c.name.label("unit_name"), unit.c.path)  # fmt: skip
    word = (device_status.c.received_at.label("said_at"), device_status.c.clock_ahead_us, device_status.c.status)
    return (
        select(device.c.device_id, device.c.enrolled_at, device.c.revoked_at, *place, *word)
        .select_from(device)
        .join(counter, counter.c.counter_id == device.c.counter_id)
        .join(unit, unit.c.unit_id == counter.c.unit_id)
        .outerjoin(device_status, device_status.c.device_id == device.c.device_id)
        .where(unit.c.path.startswith(path, autoescape=True))
        .order_by(unit.c.path, counter.c.code, device.c.enrolled_at)
    )


def _gravest_first(kiosk: Kiosk) -> tuple[int, int, str, int, str]:
    order = list(Fault)
    gravest = order.index(kiosk.faults[0]) if kiosk.faults else len(order)
    # Counter 10 after counter 2: of two codes that begin alike the shorter number is the smaller.
    return (1 if kiosk.revoked_at else 0, gravest, kiosk.path, len(kiosk.counter), kiosk.counter)


def _working_days_back(today: date, days: int, config: CollectorConfig) -> date:
    """The day from which on so many working days are over before today."""
    day = today
    while days:
        day -= _DAY
        days -= config.calendar.days.is_worked(day)
    return day
