"""What IT staff do on the pages of kiosks: with the keyboard alone and without script; and what paper shows of them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Seat
from tests.browser.listed import IT
from tests.browser.looked import look
from tests.browser.world import ILL
from tests.sync.collector.fleet.kiosks.simulated import device_of

pytestmark = pytest.mark.browser


def test_a_kiosk_prints_with_its_numbers_and_without_controls(opened: Callable[..., Seat], url: str) -> None:
    page = opened(IT).page
    page.goto(f"{url}/may/{ILL}")
    look(page, 794, medium="print")

    expect(page.locator(".bar2")).to_be_hidden()
    expect(page.locator(".asks")).to_be_hidden()
    expect(page.locator("#days-numbers table")).to_be_visible()


def test_a_kiosk_is_found_and_asked_with_the_keyboard_alone_and_without_script(
    opened: Callable[..., Seat], url: str
) -> None:
    page = opened(IT, java_script_enabled=False).page
    page.goto(f"{url}/may")

    page.locator("#tim").focus()
    page.keyboard.type(device_of(7)[:8])
    page.keyboard.press("Enter")
    page.wait_for_url("**tim=**")
    page.goto(f"{url}/may/{device_of(7)}")
    page.get_by_role("button", name="Thử cảm ứng").focus()
    page.keyboard.press("Enter")

    expect(page.locator("table.asked")).to_contain_text("chờ lần liên lạc sau")
