"""What IT staff do on the pages of kiosks: with the keyboard alone and without script; and what paper shows of them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, expect

from tests.browser.conftest import Seat
from tests.browser.listed import ADMINISTRATOR, IT
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


def test_a_page_left_by_mistake_asks_first_and_one_that_was_sent_does_not(
    opened: Callable[..., Seat], url: str
) -> None:
    page, asked = opened(ADMINISTRATOR).page, []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto(f"{url}/tai-khoan")
    page.locator("#full_name-new").fill("Bà Mới")
    page.locator("nav.pages a").first.click()

    assert asked == ["beforeunload"]
    expect(page.locator("#full_name-new")).to_have_value("Bà Mới")
    page.locator("#name").fill("moi.ba")
    page.locator("#unit-new").fill("khong-co")
    page.locator("form.box button").click()
    expect(page.locator("form.box [role=alert]")).to_be_visible()
    assert asked == ["beforeunload"]
