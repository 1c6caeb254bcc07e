"""A page opens at the newest period with numbers, and no press of the running half day decides which that is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from starlette.testclient import TestClient

from sync.collector.people.rights import ANYBODY
from sync.collector.run.app import create_app
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services
from tests.sync.collector.builders import NOON, Office
from tests.sync.collector.figures.test_figures import press
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.one_engine import database_url  # noqa: F401 - what may be shown is read from both elsewhere

Page = Callable[..., str]
MORNING, AFTER = NOON - timedelta(minutes=30), NOON + timedelta(minutes=30)
THURSDAY, FRIDAY = NOON - timedelta(days=1, hours=2), NOON - timedelta(hours=2)
NEXT_MONDAY, FIRST_OF_DECEMBER = NOON + timedelta(days=3), NOON + timedelta(days=11)


@pytest.fixture
def page(services: Services) -> Page:
    """What somebody reads at a moment."""

    clock = [NOON]
    client = TestClient(create_app(replace(services, now=lambda: clock[-1])), base_url=URL, client=("127.0.0.1", 50000))

    def read(way: str, now: datetime) -> str:
        clock.append(now)
        return client.get(way).text

    return read


def title(text: str) -> str:
    return text.partition("<title>")[2].partition(" – hailong")[0].partition(" – ")[2]


def numbers(text: str) -> str:
    """What stands on a counter's page but for when its kiosk was heard."""
    return text.partition('aria-labelledby="result"')[2].partition('aria-labelledby="machine"')[0]


def test_a_period_that_is_over_stands_where_the_new_one_is_empty(page: Page, office: Office) -> None:
    press(office, [5] * 40, THURSDAY)

    for kind, now, found in (
        ("ky=ngay", MORNING, "19/11/2026"),
        ("ky=tuan", MORNING, "tuần 47/2026 (16/11–22/11/2026)"),
        ("ky=tuan", NEXT_MONDAY, "tuần 47/2026 (16/11–22/11/2026)"),
        ("", MORNING, "tháng 11/2026"),
        ("", FIRST_OF_DECEMBER, "tháng 11/2026"),
        ("ky=thang", FIRST_OF_DECEMBER, "tháng 11/2026"),
        ("ky=quy", FIRST_OF_DECEMBER, "quý iv/2026"),
    ):
        assert title(page(f"/t/XA/Q1?{kind}", now)).lower() == found


def test_page_says_that_the_new_one_is_empty_and_still_offers_it(page: Page, office: Office) -> None:
    press(office, [5] * 40, THURSDAY)

    text = page("/t/XA/Q1?ky=tuan", NEXT_MONDAY)

    assert "Tuần 48/2026 (23/11–29/11/2026) chưa có số liệu được hiện; đây là kỳ liền trước." in text
    assert '<option value="2026-W48">' in text
    assert '<option value="2026-W47" selected>' in text


def test_what_is_opened_from_there_is_about_the_period_that_stands_there(page: Page, office: Office) -> None:
    press(office, [5] * 40, THURSDAY)

    text = page("/t/XA/Q1?ky=tuan", NEXT_MONDAY)

    assert 'href="/giai-thich/share/XA/Q1?ky=2026-W47"' in text


def test_where_nothing_was_ever_shown_the_present_period_stands(page: Page, office: Office) -> None:
    assert title(page("/t/XA/Q1?ky=tuan", NEXT_MONDAY)).lower() == "tuần 48/2026 (23/11–29/11/2026)"


def test_last_week_is_one_click_away_whatever_the_new_one_has(page: Page, office: Office) -> None:
    press(office, [5] * 40, THURSDAY)

    in_november, in_december = page("/t/XA/Q1", NOON), page("/t/XA/Q1", FIRST_OF_DECEMBER)

    assert 'href="/t/XA/Q1?ky=2026-W46">Tuần trước</a>' in in_november
    # Beside a month that is over, the week is the last whole one of it.
    assert "Tuần trước" not in in_december
    assert 'href="/t/XA/Q1?ky=2026-W48">Tuần</a>' in " ".join(in_december.split()).replace(' aria-current="true"', "")


def test_no_press_of_the_running_half_day_moves_a_page_to_its_period(page: Page, office: Office) -> None:
    press(office, [5] * 40, THURSDAY)
    untouched = page("/t/XA/Q1?ky=ngay", MORNING)

    press(office, [1] * 40, FRIDAY)
    pressed, over = page("/t/XA/Q1?ky=ngay", MORNING), page("/t/XA/Q1?ky=ngay", AFTER)

    assert (title(pressed), numbers(pressed)) == ("19/11/2026", numbers(untouched))
    assert title(over) == "20/11/2026"


def test_programs_get_the_present_month_whatever_it_holds(services: Services, office: Office) -> None:
    press(office, [5] * 40, THURSDAY)

    book = read_book(replace(services, now=lambda: FIRST_OF_DECEMBER), ANYBODY, Query("XA"))

    assert book.period.code == "2026-12"
