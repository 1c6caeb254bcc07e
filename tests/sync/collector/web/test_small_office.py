"""A small office: one kiosk, one commune. Its pages tell what there is, once, and hold no empty panel."""

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from starlette.testclient import TestClient

from kiosk.domain.numbers.disclosure import Shown
from sync.collector.figures.lines import Week
from sync.collector.figures.points import points_of
from sync.collector.people.rights import ANYBODY
from sync.collector.run.app import create_app
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store import schema
from sync.collector.store.partitions import ensure_partitions
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.kiosk_client import URL

PANELS = re.compile(r"<h2[^>]*>(.*?)</h2>", re.DOTALL)


@pytest.fixture
def small(services: Services, office: Office) -> Services:
    """One counter, 26 ratings this month of which 22 are satisfied, no reason, nothing set aside."""
    with office.database.writing() as connection:
        gone = select(schema.counter.c.counter_id).where(schema.counter.c.code == "Q2").scalar_subquery()
        connection.execute(delete(schema.device_grant).where(schema.device_grant.c.counter_id == gone))
        connection.execute(delete(schema.counter).where(schema.counter.c.code == "Q2"))
    pen = Pen()
    for number in range(26):
        pen.rating(5 if number < 22 else 2)
    received_at = NOON - timedelta(days=8)
    with office.database.writing() as connection:
        ensure_partitions(connection, received_at)
    office.append(pen, received_at=received_at)
    return services


def page_of(services: Services, way: str) -> str:
    app = create_app(replace(services, config=CollectorConfig(public_url=URL)))
    answer = TestClient(app, base_url=URL, client=("127.0.0.1", 1)).get(way)
    assert answer.status_code == 200
    # What lies there for the printer is no part of what is seen.
    return re.sub("<noscript.*?</noscript>", "", html.unescape(answer.text), flags=re.DOTALL).replace("\u00a0", " ")


def panels(page: str) -> list[str]:
    return [" ".join(re.sub("<[^>]+>", " ", head).split()) for head in PANELS.findall(page)]


@pytest.mark.parametrize("way", ["/t/XA", "/t/XA/Q1"])
def test_few_ratings_are_told_as_people_and_not_as_a_percentage(small: Services, way: str) -> None:
    page = page_of(small, f"{way}?ky=2026-11")

    assert "22 trong 26 hài lòng" in page
    assert "84,6%" not in page


def test_the_units_page_does_not_repeat_its_only_counters_and_neither_has_an_empty_panel(small: Services) -> None:
    unit, counter = (panels(page_of(small, f"/t/XA{end}?ky=2026-11")) for end in ("", "/Q1"))

    assert unit == ["Kết quả kỳ này", "Quầy duy nhất"]
    assert 'href="/t/XA/Q1?ky=2026-11"' in page_of(small, "/t/XA?ky=2026-11")
    assert [head.split(":")[0] for head in counter] == [
        "Kết quả kỳ này", "Ngày và buổi", "1 tuần đã kết thúc gần nhất", "Máy tại quầy",
    ]  # fmt: skip


def test_a_month_without_a_rating_has_no_panel_that_says_so_again(small: Services) -> None:
    page = page_of(small, "/t/XA/Q1?ky=2026-09")

    assert "n = 0" in page
    assert panels(page) == ["Kết quả kỳ này", "Máy tại quầy"]


def test_weeks_that_are_too_thin_are_drawn_four_together(small: Services) -> None:
    book = read_book(small, ANYBODY, Query("XA"))
    thin = Shown({2: 2, 5: 8})
    weeks = tuple(Week(week.first, thin if at >= 17 else Shown(), 1, None) for at, week in enumerate(book.weeks))
    weeks = tuple(week._replace(aside=0) if at < 17 else week for at, week in enumerate(weeks))

    points = points_of(replace(book, weeks=weeks))

    # Nine weeks with ratings are three points, the first of one week's ratings and three before it.
    assert (points.each, len(points.weeks), points.weeks[-1].first) == (4, 3, book.weeks[-4].first)
    assert [(week.shown.n, week.aside, week.share is not None) for week in points.weeks] == [
        (10, 1, False), (40, 4, True), (40, 4, True),
    ]  # fmt: skip


def test_weeks_that_carry_a_percentage_stay_weeks_whatever_lies_between(small: Services) -> None:
    book = read_book(small, ANYBODY, Query("XA"))
    full = book.weeks[-1]._replace(shown=Shown({2: 10, 5: 30}, percent=True), share=book.me.parts)
    none = full._replace(shown=Shown(), share=None)

    points = points_of(replace(book, weeks=(*book.weeks[:20], full, none, none, none, none, full)))

    assert (points.each, len(points.weeks)) == (1, len(book.weeks[:20]) - 20 + 6)
