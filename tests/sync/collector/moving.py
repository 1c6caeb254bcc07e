"""A small office whose counters and kiosks move, beside a model that knows where everything was really pressed."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property, partial

from sqlalchemy import delete, insert, select, update

from kiosk.journal.lines import CountLine, encode_line
from sync.collector.errors import NotAllowed, UsageWrong
from sync.collector.figures.queries.grains import Days
from sync.collector.fleet.devices.credentials import find_device
from sync.collector.fleet.devices.directory import Directory
from sync.collector.fleet.devices.grants import end_grants, grant_counters
from sync.collector.people.audit import note
from sync.collector.replica.ingest import append_batch
from sync.collector.replica.sender import Device
from sync.collector.services.device_moves import move_device_since
from sync.collector.services.moves import Act, end_unit, move_counter
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store import schema
from sync.collector.store.database import Database
from sync.collector.store.partitions import ensure_partitions
from tests.sync.collector.builders import DAYS, HANOI, NOON, Office, Pen, receipt_of
from tests.sync.collector.recount import check_numbers
from tests.sync.collector.replica.test_tally import (
    recounted_ratings,
    recounted_reasons,
    tallied_ratings,
    tallied_reasons,
)

TODAY = NOON.date()
ACT = Act(NOON, "test", DAYS)
UNITS = ("XA", "XB", "XC")
Place = tuple[str, str]
"""A unit's and a counter's code."""


def day(back: int) -> date:
    """A day before today."""
    return TODAY - timedelta(days=back)


def at(back: int, hour: int = 10) -> datetime:
    """A moment of that day."""
    return datetime.combine(day(back), time(hour), HANOI)


@dataclass
class Moving:
    """The office, two kiosks at its two counters, and what is true of them."""

    office: Office
    kiosks: list[str] = field(default_factory=list)
    pens: list[Pen] = field(default_factory=list)
    counters: dict[str, list[tuple[date, str]]] = field(default_factory=dict)
    """By code, from which day on in which unit."""
    stands: list[list[tuple[datetime, str]]] = field(default_factory=list)
    """By kiosk, from when on at which counter."""
    pressed: list[tuple[int, datetime, str | None, int]] = field(default_factory=list)
    typed: dict[tuple[int, date], int] = field(default_factory=dict)
    granted: list[dict[str, datetime | None]] = field(default_factory=list)
    """By kiosk, the counters besides its own that it may speak for, and until when."""
    aside: int = 0
    """So many ratings came for a counter that their kiosk might not speak for then."""

    @property
    def database(self) -> Database:
        """The database."""
        return self.office.database

    def known(self, kiosk: int) -> Device:
        """The kiosk as a process knows it from now on, for some seconds."""
        found = Directory(self.database).find(self.kiosks[kiosk])
        assert found is not None
        return found

    def where(self, kiosk: int, moment: datetime, named: str | None) -> Place:
        """Where something was really pressed."""
        code = named or [code for since, code in self.stands[kiosk] if since <= moment][-1]
        local = moment.astimezone(HANOI).date()
        return [unit for since, unit in self.counters[code] if since <= local][-1], code

    def may_name(self, kiosk: int, moment: datetime, code: str) -> bool:
        """Whether the kiosk may speak for that counter at a moment, as far as is booked now."""
        stands = self.stands[kiosk]
        if code == stands[-1][1]:
            return True
        left = [until for (until, _), (_, at) in zip(stands[1:], stands, strict=False) if at == code]
        if code in self.granted[kiosk]:
            until = self.granted[kiosk][code]
            return until is None or moment < max([until, *left[-1:]])
        return bool(left) and moment < left[-1]

    def press(
        self, kiosk: int, back: int, level: int = 5, named: str | None = None, late: int = 0, hour: int = 10,
        known: Device | None = None,
    ) -> None:  # fmt: skip
        """A rating with a reason, that comes so many days later, to who knows the kiosk as ``known``."""
        pen, moment = self.pens[kiosk], at(back, hour)
        first = len(pen.lines) + 1
        seq = pen.rating(level, counter=named)
        pen.reasons(seq, "attitude")
        # Named after its level, so that a comment can be told from another; a private note of this test.
        pen.comment(seq, f"{level} {back}")
        self._send(kiosk, first, moment, min(NOON, moment + timedelta(days=late, hours=1)), known)
        if named is None or self.may_name(kiosk, moment, named):
            self.pressed.append((kiosk, moment, named, level))
        else:
            self.aside += 1

    def type_in(self, kiosk: int, back: int, n: int) -> None:
        """Transactions of a day, at the counter where the kiosk stood."""
        pen = self.pens[kiosk]
        first = len(pen.lines) + 1
        pen.mono_us += 1_000_000
        common = {"seq": first, "at": "2026-11-20T11:59:00+07:00", "mono": pen.mono_us, "boot": pen.boot}
        pen.raw(encode_line(CountLine(**common, kind="count", day=day(back).isoformat(), n=n)))
        self._send(kiosk, first, NOON, NOON)
        self.typed[kiosk, day(back)] = n

    def move_counter(self, code: str, unit: str, back: int) -> None:
        """Book the move of a counter; what cannot be is refused and changes nothing."""
        since = day(back)
        try:
            with self.database.writing() as connection:
                move_counter(connection, code, unit, since, ACT)
        except NotAllowed:
            return
        places = self.counters[code]
        if places[-1][0] == since:
            places.pop()
        places.append((since, unit))

    def end(self, unit: str, into: str, back: int) -> None:
        """End a unit."""
        with self.database.writing() as connection:
            end_unit(connection, unit, [into], day(back), ACT)
        for places in self.counters.values():
            if places[-1][1] == unit:
                places.append((day(back), into))

    def carry(self, kiosk: int, code: str, back: int, hour: int = 9) -> None:
        """Book where a kiosk was carried."""
        since = at(back, hour)
        try:
            with self.database.writing() as connection:
                move_device_since(connection, find_device(connection, self.kiosks[kiosk]), code, since, ACT)
        except NotAllowed:
            return
        self.stands[kiosk].append((since, code))
        granted, unit = self.granted[kiosk], self.counters[code][-1][1]
        granted.pop(code, None)
        for other, until in granted.items():
            if until is None and self.counters[other][-1][1] != unit:
                granted[other] = since

    def grant(self, kiosk: int, code: str) -> None:
        """Let a kiosk speak for a counter; what is its own already is refused."""
        with suppress(UsageWrong), self.database.writing() as connection:
            grant_counters(connection, self.kiosks[kiosk], [code], NOON, "it")
            self.granted[kiosk][code] = None

    def ungrant(self, kiosk: int, code: str, back: int) -> None:
        """Let it speak for the counter no longer; where it may not already, that is refused."""
        with suppress(UsageWrong), self.database.writing() as connection:
            end_grants(connection, self.kiosks[kiosk], [code], at(back), "it")
            self.granted[kiosk][code] = at(back)

    def release(self) -> None:
        """Bring out what may go."""

        self.office.cut()
        self._services.release()

    @cached_property
    def _services(self) -> Services:
        return make_services(CollectorConfig(), self.database, lambda: NOON)

    def require_true(self) -> None:
        """Everything stored is what the model knows, and every sum is that of its parts."""
        wanted = Counter(
            (*self.where(k, moment, named), moment.date(), level) for k, moment, named, level in self.pressed
        )
        assert self._ratings() == wanted
        assert [why for (why,) in self.office.rows("unread", "reason")].count("unknown_counter") == self.aside
        assert self._comments() == Counter((*key[:2], f"{key[3]} {(TODAY - key[2]).days}") for key in wanted.elements())
        assert self._typed() == self._wanted_typed()
        assert recounted_ratings(self.office) == tallied_ratings(self.office)
        assert recounted_reasons(self.office) == tallied_reasons(self.office)
        self.release()
        self._require_sums()

    def require_all(self, standing: str, wanted: dict[str, int]) -> None:
        """So many ratings stand like this in each unit, and none otherwise."""
        places, found = self._places(), Counter[tuple[str, str]]()
        for counter_id, stands in self.office.rows("rating", "counter_id", "standing"):
            found[places[counter_id][0], str(stands)] += 1
        assert found == {(unit, str(standing)): n for unit, n in wanted.items()}

    def _require_sums(self) -> None:
        first = day(120)
        periods = [Days(first, TODAY), *(Days(day(back), TODAY - timedelta(days=1)) for back in (1, 4, 9, 30))]
        with self.database.reading() as connection:
            check_numbers(self._services, connection, periods)

    def _places(self) -> dict[int, Place]:
        wanted = select(schema.counter.c.counter_id, schema.counter.c.code, schema.unit.c.code.label("unit"))
        with self.database.reading() as connection:
            rows = connection.execute(wanted.join_from(schema.counter, schema.unit))
            return {row.counter_id: (row.unit, row.code.partition("~")[0]) for row in rows}

    def _ratings(self) -> "Counter[tuple[str, str, date, int]]":
        places = self._places()
        return Counter(
            (*places[c], on, level) for c, on, level in self.office.rows("rating", "counter_id", "day", "level")
        )

    def _comments(self) -> "Counter[tuple[str, str, str]]":
        places = self._places()
        return Counter((*places[c], str(text)) for c, text in self.office.rows("comment", "counter_id", "text"))

    def _typed(self) -> dict[tuple[str, str, date], int]:
        places = self._places()
        rows = self.office.rows("transaction_count", "counter_id", "day", "n", "seq")
        # Two kiosks may have told of one counter's day: the later received one holds; here they are added.
        found: Counter[tuple[str, str, date]] = Counter()
        for counter_id, on, n, _ in rows:
            found[(*places[counter_id], on)] += n
        return dict(found)

    def _wanted_typed(self) -> dict[tuple[str, str, date], int]:
        found: Counter[tuple[str, str, date]] = Counter()
        for (kiosk, on), n in self.typed.items():
            noon = datetime.combine(on, time(12), HANOI)
            found[(*self.where(kiosk, noon, None), on)] += n
        return dict(found)

    def _send(self, kiosk: int, first: int, moment: datetime, received: datetime, known: Device | None = None) -> None:
        pen = self.pens[kiosk]
        written = pen.mono_us
        clock = replace(pen.instant(), mono_us=written + int((received - moment).total_seconds() * 1e6))
        device = known or self.known(kiosk)
        with self.database.writing() as connection:
            ensure_partitions(connection, received)
            append_batch(connection, device, pen.batch(first), receipt_of(pen, received, clock), DAYS)


def moving(office: Office) -> Moving:
    """Two more units, and a kiosk at each of the two counters."""
    other = office.new_device()
    with office.database.writing() as connection:
        for number, code in enumerate(UNITS[1:], 2):
            row = {"unit_id": number + 100, "code": code, "name": f"Xã {code}", "kind": "office", "path": f"{code}/"}
            connection.execute(insert(schema.unit), row)
        for table, name in ((schema.counter, "created_at"), (schema.device, "enrolled_at")):
            connection.execute(update(table).values({name: NOON - timedelta(days=90)}))
        mine = schema.device.c.device_id
        for number, each in enumerate((office.device, other), 1):
            key = {"public_key": f"a2V5{number:04d}", "counter_id": number}
            connection.execute(update(schema.device).where(mine == each.device_id).values(key))
        grant = {"device_id": other.device_id, "granted_at": NOON, "granted_by": "it", "counter_id": 1}
        connection.execute(delete(schema.device_grant).where(schema.device_grant.c.device_id == other.device_id))
        connection.execute(insert(schema.device_grant), grant)
        note(connection, NOON, "test", "begun", "", {})
        after_ids(connection)
    begin = date.min
    return Moving(
        office, [office.device.device_id, other.device_id], [Pen(), Pen()],
        {"Q1": [(begin, "XA")], "Q2": [(begin, "XA")]},
        [[(datetime.min.replace(tzinfo=HANOI), code)] for code in ("Q1", "Q2")],
        granted=[{"Q2": None}, {"Q1": None}],
    )  # fmt: skip


def after_ids(connection) -> None:
    # Rows with ids of their own leave PostgreSQL's counting where it was.
    if connection.dialect.name == "postgresql":
        for table in ("counter", "unit"):
            connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table}', '{table}_id'), 1000)")


MOVES = {
    "press": Moving.press, "type": Moving.type_in, "counter": Moving.move_counter, "kiosk": Moving.carry,
    "release": Moving.release, "grant": Moving.grant, "ungrant": Moving.ungrant,
}  # fmt: skip
"""What may happen, by name."""


def happen(world: Moving, name: str, *values: object) -> None:
    """One thing happens."""
    partial(MOVES[name], world)(*values)
