"""One late rating, or one journal whose blocks cannot go out, is no other counter's business."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Row
from starlette.testclient import TestClient

from sync.collector.chores.every import chores_of
from sync.collector.errors import StorageFull
from sync.collector.figures import release
from sync.collector.figures.held_back import AGAIN_AFTER_S, HeldBack
from sync.collector.replica.outgoing.sums import add_blocks
from sync.collector.run.app import create_app
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig
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


def press(office: Office, pressed: datetime, received: datetime, counter: str, *levels: int) -> Pen:
    """Presses at one moment, delivered at another."""
    pen = Pen()
    for level in levels:
        pen.rating(level, counter=counter)
    clock = replace(pen.instant(), mono_us=pen.mono_us + int((received - pressed).total_seconds() * 1e6))
    with office.database.writing() as connection:
        ensure_partitions(connection, received)
    office.append(pen, received_at=received, clock=clock)
    return pen


def at(hour: int, *, days: int = 0) -> datetime:
    """An hour of that Monday, or of a day after."""
    return MONDAY_NOON + timedelta(hours=hour - 12, days=days)


def counted(client: TestClient, counter: str, day: str) -> int | None:
    tables = client.get(f"/v1/tallies?from={day}&to={day}").json()["tables"]
    rows = [row for table in tables for row in table["counters"] if row["counter"] == counter]
    return rows[0]["counted"] if rows else None


def test_a_late_rating_beside_one_that_waits_stops_no_page(
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
    assert counted(client, "Q1", "2026-11-16") is None


def test_a_journal_whose_blocks_cannot_go_out_waits_alone(
    office: Office, services: Services, client: TestClient, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = press(office, at(9), at(9), "Q1", *[3] * 8).journal_id
    press(office, at(9), at(9), "Q2", *[4] * 40)

    def add(connection: Connection, blocks: Sequence[Row[Any]], sign: int = 1) -> None:
        if any(one.journal_id == broken for one in blocks):
            raise ValueError("no calendar can add this up")
        add_blocks(connection, blocks, sign)

    monkeypatch.setattr(release, "add_blocks", add)
    clock.now = at(13)
    answers = {page: client.get(page).status_code for page in PAGES}

    assert set(answers.values()) == {200}, answers
    assert (counted(client, "Q1", "2026-11-16"), counted(client, "Q2", "2026-11-16")) == (0, 40)
    assert services.held_back.keys() == {broken}
    with office.database.reading() as connection:
        assert not services._release.is_due(connection)


def test_a_journal_is_tried_again_after_a_while() -> None:
    now = [0.0]
    held_back = HeldBack(lambda: now[0])
    held_back.add(["j"])
    now[0] = AGAIN_AFTER_S - 1
    before = held_back.keys()
    now[0] = AGAIN_AFTER_S + 1

    assert (before, held_back.keys()) == ({"j"}, frozenset())


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
