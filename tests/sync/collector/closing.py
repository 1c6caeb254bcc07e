"""A small office whose November is closed: one unit with two counters, another beside it, and a clock that is moved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from sync.collector.chores.every import transact
from sync.collector.chores.months import CloseMonths, Render
from sync.collector.closed.closing import begin
from sync.collector.closed.frozen import thaw
from sync.collector.closed.kept import UnitMonth, numbers_of
from sync.collector.closed.named import FILE_FORMS
from sync.collector.export import closed_files
from sync.collector.export.forms import FORMS
from sync.collector.figures.book import Book
from sync.collector.people.rights import ANYBODY
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store import schema
from sync.collector.store.partitions import ensure_partitions
from tests.sync.collector.builders import HANOI, OPENED, Office, Pen
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.moving import after_ids

NOVEMBER = date(2026, 11, 1)
XA, XB, ALL = UnitMonth(1, NOVEMBER), UnitMonth(2, NOVEMBER), UnitMonth(0, NOVEMBER)


def at(day: int, hour: int = 12, month: int = 11) -> datetime:
    """A moment of that November, or of a month after."""
    return datetime.combine(date(2026, month, day), time(hour), HANOI)


CLOSED = at(8, month=12)
"""The first day on which November is closed."""
LATER = at(10, month=12)
"""Some days after it was."""


@dataclass
class Clock:
    now: datetime = CLOSED

    def __call__(self) -> datetime:
        return self.now


def real_tables(reports: Sequence[bytes], language: str, zone: ZoneInfo, address: str = "") -> list[dict[str, bytes]]:
    """The tables as CSV, and in the place of the others what they would be made of."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(closed_files, "FORMS", {"csv": FORMS["csv"]})
        tables = [closed_files.closed_files(one, language, zone) for one in reports]
    return [{**other, **csv} for other, csv in zip(small_files(reports, language, zone), tables, strict=True)]


def small_files(reports: Sequence[bytes], language: str, zone: ZoneInfo, address: str = "") -> list[dict[str, bytes]]:
    """In the place of files, which take a second: what they would be made of."""
    return [{form: form.encode() + one for form in FILE_FORMS} for one in reports]


@dataclass
class Closed:
    """The office, its collector, and what was kept there."""

    office: Office
    clock: Clock = field(default_factory=Clock)
    render: Render = small_files
    config: CollectorConfig = field(default_factory=lambda: CollectorConfig(public_url=URL))

    def __post_init__(self) -> None:
        self.services: Services = make_services(self.config, self.office.database, self.clock)
        with self.office.database.writing() as connection:
            begin(connection, NOVEMBER)
            unit = {"unit_id": 2, "code": "XB", "name": "Xã Nam Sơn", "kind": "office", "path": "XB/"}
            connection.execute(insert(schema.unit), unit)
            counter = {"counter_id": 3, "code": "Q3", "name": "Quầy 3", "unit_id": 2, "created_at": OPENED}
            connection.execute(insert(schema.counter), counter)
            after_ids(connection)
        self.office.device = replace(self.office.device, counters={**self.office.device.counters, "Q3": 3})

    def press(
        self,
        *levels: int,
        day: int = 16,
        counter: str = "Q1",
        came: datetime | None = None,
        repeats: int = 0,
        reason: str = "",
        **values: Any,
    ) -> None:
        """Presses at 9 of a day, which came at noon of it, or later; cut as its kiosk would."""
        pen, pressed, received = Pen(), at(day, 9), came or at(day)
        for level in levels:
            rating = pen.rating(level, counter=counter, **values)
            if reason:
                pen.reasons(rating, reason)
        for _ in range(repeats):
            pen.rating(5, standing="repeat", counter=counter, **values)
        clock = replace(pen.instant(), mono_us=pen.mono_us + int((received - pressed).total_seconds() * 1e6))
        with self.office.database.writing() as connection:
            ensure_partitions(connection, received)
        self.office.append(pen, received_at=received, clock=clock)

    def rounds(self, services: Services | None = None, **values: Any) -> CloseMonths:
        """What closes months, of this collector or another one."""
        services = services or self.services
        return CloseMonths(services, partial(transact, services), **{"render": self.render, **values})

    def close(self) -> int:
        """One round; how many reports were kept."""
        return self.rounds().run_round()

    def numbers(self, key: UnitMonth = XA, number: int = 0) -> bytes:
        """The numbers that were kept."""
        with self.office.database.reading() as connection:
            found = numbers_of(connection, key, number)
        assert found is not None
        return found

    def book(self, key: UnitMonth = XA, number: int = 0) -> Book:
        """The report that was kept."""
        return thaw(self.numbers(key, number))

    def read(self, unit: str | None = "XA", **values: Any) -> Book:
        """What somebody who asks for that month is given."""
        return read_book(self.services, ANYBODY, Query(unit, period="2026-11", **values))

    def kept(self) -> list[tuple[int, int]]:
        """Every report that was kept, by its unit and number."""
        return [(unit_id, number) for unit_id, number in self.office.rows("closed_month", "unit_id", "number")]  # type: ignore[misc]

    def end(self) -> None:
        """Let the collector go."""
        self.services.writer.close()


Make = Callable[..., Closed]
