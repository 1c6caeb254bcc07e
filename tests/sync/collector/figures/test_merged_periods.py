"""Periods across a merger compare: what counters got before they were moved stands beside what they get now."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta

import pytest
from starlette.testclient import TestClient

from sync.collector.figures.book import Book
from sync.collector.people.rights import ANYBODY
from sync.collector.run.app import create_app
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.database import open_database
from tests.sync.collector.builders import NOON, Office, open_office
from tests.sync.collector.conftest import world_to_copy
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.moving import TODAY, day, moving

MERGED = date(2026, 11, 9)
"""A Monday; the weeks before and after it are over."""
BEFORE, AFTER, ACROSS = "2026-W45", "2026-W46", "2026-11-05..2026-11-12"


def back(on: date) -> int:
    return (TODAY - on).days


def _merged(url: str) -> None:
    database = open_database(url)
    made = moving(open_office(database))
    for first in (MERGED - timedelta(days=7), MERGED):
        for number in range(12):
            on = first + timedelta(days=number // 6)
            made.press(0, back(on), 1)
            made.press(1, back(on), 5)
    made.release()
    made.move_counter("Q2", "XB", back(date(2026, 8, 31)))
    made.end("XA", "XB", back(MERGED))
    database.close()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest) -> Iterator[Callable[[], AbstractContextManager[str]]]:
    """Twelve pressed bad at Q1 and twelve good at Q2, in the week before and in the one after; XA went into XB."""
    with world_to_copy(request, request.param, _merged) as (_, copies):
        yield copies


@pytest.fixture
def merged(world: Callable[[], AbstractContextManager[str]]) -> Iterator[Services]:
    """A collector that has it."""
    with world() as url:
        database = open_database(url)
        yield make_services(CollectorConfig(public_url=URL), database, lambda: NOON)
        database.close()


def book(services: Services, unit: str, period: str) -> Book:
    return read_book(services, ANYBODY, Query(unit, period=period))


def counts(shown: object) -> dict[int, int]:
    return dict(shown.counts)  # type: ignore[attr-defined]


def test_the_unit_that_took_over_is_compared_with_all_of_its_counters(merged: Services) -> None:
    after = book(merged, "XB", AFTER)

    assert counts(after.me.shown) == {1: 12, 5: 12}
    assert counts(after.me.before) == {1: 12, 5: 12}
    assert {line.place.code: (counts(line.shown), counts(line.before)) for line in after.counters} == {
        "Q1": ({1: 12}, {1: 12}), "Q2": ({5: 12}, {5: 12}),
    }  # fmt: skip
    ((joined),) = after.joined
    assert (joined.left.unit, joined.now.unit, joined.day, joined.compares) == (
        "Xã Bắc Sơn", "Xã XB", MERGED, True,
    )  # fmt: skip


def test_what_was_pressed_before_stays_in_the_period_before(merged: Services) -> None:
    """A report of then is what it was."""
    assert counts(book(merged, "XB", BEFORE).me.shown) == {5: 12}
    assert counts(book(merged, "XA", BEFORE).me.shown) == {1: 12}
    everything = read_book(merged, ANYBODY, Query(period=BEFORE))
    assert {line.place.code: counts(line.shown) for line in everything.children} == {"XA": {1: 12}, "XB": {5: 12}}
    assert [line.place.key for line in everything.counters] == ["XA/:Q1~2026-11-09", "XB/:Q2"]


def test_a_unit_that_ended_is_listed_in_its_own_time_only(merged: Services) -> None:
    everything = read_book(merged, ANYBODY, Query("XB", period=AFTER))
    top = read_book(merged, ANYBODY, Query(period=AFTER))

    assert [line.place.code for line in top.children or [top.me]] == ["XB"]
    assert [line.place.code for line in everything.counters] == ["Q1", "Q2"]
    assert counts(top.me.shown) == {1: 12, 5: 12} == counts(top.me.before)


def test_reasons_of_both_sides_compare_too(merged: Services) -> None:
    (reason,) = [line for line in book(merged, "XB", AFTER).reasons if line.id == "attitude"]

    assert reason.n == 24
    assert reason.share_before is None or reason.share_before.numerator == 24


def test_a_period_with_the_merger_inside_says_that_it_does_not_compare(merged: Services) -> None:
    ((joined),) = book(merged, "XB", ACROSS).joined

    assert not joined.compares


def test_the_page_says_how_it_compares_and_until_when_a_place_was(merged: Services) -> None:
    client = TestClient(create_app(replace(merged, now=lambda: NOON)), base_url=URL, client=("127.0.0.1", 5000))

    with client:
        after = client.get("/t/XB", params={"ky": AFTER}, headers={"Accept-Language": "vi"}).text
        ended = client.get("/t/XA", params={"ky": BEFORE}, headers={"Accept-Language": "vi"}).text
        later = client.get("/t/XA", params={"ky": AFTER}, headers={"Accept-Language": "vi"}).text
        counter = client.get(f"/t/XA/Q1~{MERGED}", params={"ky": BEFORE})
        tallies = client.get("/v1/tallies", params={"from": "2026-11-09", "to": "2026-11-15", "unit": "XA"}).json()

    assert "So sánh theo vị trí quầy hiện nay" in after
    assert "Quầy 1 chuyển từ Xã Bắc Sơn sang Xã XB ngày 09/11/2026" in after
    assert "Xã Bắc Sơn (đến 08/11/2026)" in ended
    assert "Xã Bắc Sơn (đến 08/11/2026)" in later
    assert "Quầy 1 (đến 08/11/2026)" in later
    assert counter.status_code == 200
    assert "Q1~" not in str(tallies)


def test_what_was_not_moved_is_compared_as_ever(office: Office, services: Services) -> None:
    world = moving(office)
    for on in (MERGED - timedelta(days=6), MERGED):
        for _ in range(6):
            world.press(0, back(on), 4)
    world.release()

    found = book(services, "XA", AFTER)

    assert (counts(found.me.shown), counts(found.me.before), found.joined) == ({4: 6}, {4: 6}, ())
    assert day(0) == TODAY
