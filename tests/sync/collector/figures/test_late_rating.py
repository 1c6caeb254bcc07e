"""One late rating, or one counter whose counts cannot go out, is no other counter's business."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from kiosk.domain.numbers.disclosure import Policy
from sync.collector.chores.every import chores_of
from sync.collector.errors import StorageFull
from sync.collector.figures.held_back import AGAIN_AFTER_S, HeldBack
from sync.collector.figures.release import Release
from sync.collector.run.app import create_app
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store import schema
from sync.collector.store.partitions import ensure_partitions
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.kiosk_client import URL

MONDAY_NOON = NOON - timedelta(days=4)
PAGES = ("/", "/t", "/t?ky=2026-11-16", "/t/XA/Q1", "/t/XA/Q2", "/ly-do",
         "/v1/tallies?from=2026-11-16&to=2026-11-17", "/v1/report?period=2026-11", "/xuat/csv")  # fmt: skip


@dataclass
class Clock:
    now: datetime = MONDAY_NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def services(office: Office, clock: Clock) -> Services:
    return make_services(CollectorConfig(public_url=URL), office.database, clock)


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    app = create_app(services)
    with TestClient(app, base_url=URL, client=("127.0.0.1", 50000), raise_server_exceptions=False) as opened:
        yield opened


def press(office: Office, pressed: datetime, received: datetime, counter: str, *levels: int) -> None:
    """Presses at one moment, delivered at another."""
    pen = Pen()
    for level in levels:
        pen.rating(level, counter=counter)
    clock = replace(pen.instant(), mono_us=pen.mono_us + int((received - pressed).total_seconds() * 1e6))
    with office.database.writing() as connection:
        ensure_partitions(connection, received)
    office.append(pen, received_at=received, clock=clock)


def at(hour: int, *, days: int = 0) -> datetime:
    """An hour of that Monday, or of a day after."""
    return MONDAY_NOON + timedelta(hours=hour - 12, days=days)


def counted(client: TestClient, counter: str, day: str) -> int | None:
    tables = client.get(f"/v1/tallies?from={day}&to={day}").json()["tables"]
    rows = [row for table in tables for row in table["counters"] if row["counter"] == counter]
    return rows[0]["counted"] if rows else None


def left_over(office: Office) -> list[tuple[object, ...]]:
    return office.rows("leftover_count", "counter_id", "day", "part", "level", "n")


def test_a_late_rating_beside_one_that_was_left_over_stops_no_page(
    office: Office, services: Services, client: TestClient, clock: Clock
) -> None:
    press(office, at(9), at(9), "Q1", 3)
    press(office, at(9), at(9), "Q2", *[4] * 40)
    clock.now = at(13)
    assert client.get("/t").status_code == 200
    press(office, at(10), at(14), "Q1", 3)
    press(office, at(15), at(15), "Q2", *[5] * 40)

    clock.now = at(8, days=1)
    answers = {page: client.get(page).status_code for page in PAGES}
    for chore in chores_of(services):
        chore.run()

    assert set(answers.values()) == {200}, answers
    assert counted(client, "Q2", "2026-11-16") == 80
    assert left_over(office) == [(1, date(2026, 11, 16), "am", 3, 2)]


def test_what_was_left_over_twice_goes_out_with_the_next(office: Office, client: TestClient, clock: Clock) -> None:
    for pressed, received in ((9, 9), (10, 14), (11, 32), (9, 38)):
        press(office, at(pressed), at(received), "Q1", 3)
        clock.now = at(received + 6)
        assert client.get("/t").status_code == 200
    press(office, at(9, days=2), at(9, days=2), "Q1", 3, 5)

    clock.now = at(13, days=2)

    assert counted(client, "Q1", "2026-11-18") == 6
    assert left_over(office) == []


def break_counts(office: Office) -> None:
    """Counts on their way that no calendar can add up: of the first counter, on the last day there is."""
    row = {"journal_id": Pen().journal_id, "counter_id": 1, "survey": "sipas-5@1", "question": "overall",
           "stream": "counted", "out_day": date(2026, 11, 16), "out_part": "am", "day": date(9999, 12, 31),
           "part": "am", "level": 3, "n": 9}  # fmt: skip
    with office.database.writing() as connection:
        connection.execute(insert(schema.waiting_count), row)


def test_a_counter_whose_counts_cannot_go_out_waits_alone(
    office: Office, services: Services, client: TestClient, clock: Clock
) -> None:
    services.release()
    break_counts(office)
    press(office, at(9), at(9), "Q1", *[3] * 8)
    press(office, at(9), at(9), "Q2", *[4] * 40)

    clock.now = at(13)
    answers = {page: client.get(page).status_code for page in PAGES}

    assert set(answers.values()) == {200}, answers
    assert counted(client, "Q2", "2026-11-16") == 40
    assert services.held_back.counters() == {1}
    with office.database.reading() as connection:
        release = Release(services.days.today(clock.now), Policy(), services.held_back.counters())
        assert not release.is_due(connection)


def test_a_counter_is_tried_again_after_a_while() -> None:
    now = [0.0]
    held_back = HeldBack(lambda: now[0])
    held_back.add([7])
    now[0] = AGAIN_AFTER_S - 1
    before = held_back.counters()
    now[0] = AGAIN_AFTER_S + 1

    assert (before, held_back.counters()) == ({7}, frozenset())


def test_a_page_is_shown_while_the_disk_is_full(
    office: Office, services: Services, client: TestClient, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    press(office, at(9), at(9), "Q2", *[4] * 40)
    clock.now = at(13)
    before = counted(client, "Q2", "2026-11-16")
    press(office, at(14), at(14), "Q2", *[4] * 40)
    clock.now = at(20)
    monkeypatch.setattr(services.writer, "submit", _full)

    assert (client.get("/t").status_code, before, counted(client, "Q2", "2026-11-16")) == (200, 40, 40)


def test_numbers_formed_by_another_rule_are_not_shown(
    office: Office, services: Services, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    press(office, at(9), at(9), "Q2", *[4] * 40)
    replace(services, config=CollectorConfig(demo=True)).release()
    monkeypatch.setattr(services.writer, "submit", _full)

    with pytest.raises(StorageFull):
        services.release()


def _full(*_: object) -> None:
    raise StorageFull("the collector's disk is full; nothing of this request was kept")
