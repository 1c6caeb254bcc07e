"""Today's page as it lives: a press shows within seconds, what was opened stays open, and nothing is not 0%."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LiveCollector, Seat
from tests.browser.looked import look, too_wide, violations
from tests.sync.collector.builders import Pen

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def busy(collectors: Callable[[], LiveCollector]) -> LiveCollector:
    """A collector with a day of ratings."""
    live = collectors()
    pen = Pen()
    for number in range(60):
        pen.rating(
            1 + number * 7 % 5, "repeat" if number % 12 == 0 else "counted", counter="Q1" if number % 3 else "Q2"
        )
    live.press(pen)
    return live


@pytest.mark.parametrize(("language", "width", "theme"), [("vi", 360, "light"), ("en", 1440, "dark")])
def test_a_busy_day_is_silent_accessible_and_fits(
    opened: Callable[..., Seat], busy: LiveCollector, language: str, width: int, theme: str
) -> None:
    seat = opened("")
    seat.page.goto(f"{busy.url}/?lang={language}")
    look(seat.page, width, theme)

    assert violations(seat.page) == []
    assert too_wide(seat.page) <= 0
    assert seat.said == []


def test_a_press_shows_on_the_open_page_within_seconds_and_what_was_opened_stays_open(
    opened: Callable[..., Seat], collectors: Callable[[], LiveCollector]
) -> None:
    live, pen, seat = collectors(), Pen(), opened("")
    page = seat.page
    page.goto(live.url)
    # A day without ratings is not 0%.
    expect(page.get_by_text("Đây không phải là 0%")).to_be_visible()
    expect(page.locator(".fig.hero")).to_have_text("–")
    expect(page.locator(".counters .of-n").first).to_have_text("n = 0")

    pen.rating(5)
    live.press(pen)
    expect(page.locator(".fig.hero")).to_have_text("100,0%", timeout=60_000)
    page.locator("summary").click()
    pen.rating(1)
    live.press(pen)

    expect(page.locator(".fig.hero")).to_have_text("50,0%", timeout=60_000)
    expect(page.locator("details")).to_have_attribute("open", "")
    assert seat.said == []


def test_print_opens_the_tables_and_hides_the_controls(opened: Callable[..., Seat], busy: LiveCollector) -> None:
    page = opened("").page
    page.goto(busy.url)
    look(page, 794, medium="print")

    expect(page.locator(".levels-table")).to_be_visible()
    expect(page.locator(".languages")).to_be_hidden()
    expect(page.locator(".notice")).to_contain_text("không thay thế Bộ chỉ số 766")
