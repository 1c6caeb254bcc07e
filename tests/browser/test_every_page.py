"""Every page of the list, in both languages and themes, on phone, desk and paper: silent, accessible, light."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.acts import ACTS, Act
from tests.browser.conftest import Seat
from tests.browser.listed import PAGES, Listed, in_language
from tests.browser.looked import look, too_wide, violations
from tests.browser.world import World

pytestmark = pytest.mark.browser

PHONE, DESK, PAPER, LARGE = 360, 1440, 794, 3840
PAGE_BYTES_MAX = 50_000
"""On the wire: with a page's own style sheet and script it stays below 60 kB."""


@pytest.mark.parametrize("listed", [*PAGES, *ACTS], ids=lambda listed: listed.name)
def test_a_page_fits_is_silent_accessible_and_light(
    seats: Callable[[str], Seat], world: World, url: str, listed: Listed | Act
) -> None:
    seat = seats(listed.who)
    page = seat.page

    _open(seat, listed, world, url, "vi")
    look(page, PHONE)
    assert violations(page) == []
    assert too_wide(page) <= 0, "on a phone"
    look(page, PAPER, medium="print")
    assert too_wide(page) <= 0, "on paper"
    assert _seen(page, ".bar2, .pages, .me, button, summary") == [], "on paper"
    look(page, DESK)
    assert too_wide(page) <= 0

    _open(seat, listed, world, url, "en")
    look(page, DESK, "dark")
    assert violations(page) == [], "in the dark"
    look(page, PHONE, "dark")
    assert too_wide(page) <= 0, "in English on a phone"
    look(page, LARGE)
    assert too_wide(page) <= 0, "in 4K"
    assert seat.said == []


def _open(seat: Seat, listed: Listed | Act, world: World, url: str, language: str) -> None:
    look(seat.page, DESK)
    answer = seat.page.goto(in_language(url + world.way(listed.way), language))
    assert answer is not None
    assert answer.request.sizes()["responseBodySize"] <= PAGE_BYTES_MAX
    if isinstance(listed, Act):
        listed.do(seat.page, world, language)
    else:
        assert answer.status == listed.status
    if listed.status != 200:
        # The browser itself says that a page is none.
        seat.said[:] = [said for said in seat.said if f"status of {listed.status}" not in said]


def _seen(page: Page, selector: str) -> list[str]:
    """What of this is to be seen."""
    return list(
        page.eval_on_selector_all(
            selector, "found => found.filter(one => one.checkVisibility()).map(one => one.outerHTML.slice(0, 120))"
        )
    )
