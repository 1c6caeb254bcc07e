"""Today's page in a real browser: every width and theme, nothing in the console, nothing that axe finds."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SHOTS, LiveCollector
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


@pytest.fixture
def said(page: Page) -> list[str]:
    """What the browser's console says."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_is_silent_accessible_and_fits(
    page: Page, said: list[str], busy: LiveCollector, language: str
) -> None:
    page.goto(f"{busy.url}/?lang={language}")
    page.evaluate("document.fonts.ready")

    for width, theme in ((360, "light"), (360, "dark"), (1440, "dark"), (1440, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert [violation["id"] for violation in Axe().run(page).response["violations"]] == [], (width, theme)
    assert said == []
    _shoot(page, f"today-{language}.png")


def test_a_press_shows_on_the_open_page_within_seconds_and_what_was_opened_stays_open(
    page: Page, said: list[str], collectors: Callable[[], LiveCollector]
) -> None:
    live, pen = collectors(), Pen()
    page.goto(live.url)
    expect(page.get_by_text("Đây không phải là 0%")).to_be_visible()

    pen.rating(5)
    live.press(pen)
    expect(page.locator(".fig.hero")).to_have_text("100,0%", timeout=10_000)
    page.locator("summary").click()
    pen.rating(1)
    live.press(pen)

    expect(page.locator(".fig.hero")).to_have_text("50,0%", timeout=10_000)
    expect(page.locator("details")).to_have_attribute("open", "")
    assert said == []


def test_a_day_without_ratings_is_not_0_percent(page: Page, collectors: Callable[[], LiveCollector]) -> None:
    page.goto(collectors().url)

    expect(page.locator(".fig.hero")).to_have_text("–")
    expect(page.locator(".counters .of-n").first).to_have_text("n = 0")
    _shoot(page, "today-empty.png")


def test_print_opens_the_tables_and_hides_the_controls(page: Page, busy: LiveCollector) -> None:
    page.set_viewport_size({"width": 794, "height": 1123})
    page.goto(busy.url)
    page.emulate_media(media="print")

    expect(page.locator(".levels-table")).to_be_visible()
    expect(page.locator(".languages")).to_be_hidden()
    expect(page.locator(".notice")).to_contain_text("không thay thế Bộ chỉ số 766")
    _shoot(page, "today-print.png")


def test_the_keyboard_reaches_the_content_first(page: Page, busy: LiveCollector) -> None:
    page.goto(busy.url)

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.url.endswith("#main")


def _shoot(page: Page, name: str) -> Path:
    # Last, and after the console was judged: the screenshot tool brings a style of its own, which our policy refuses.
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / name, full_page=True)
    return SHOTS / name
