"""Acts: pages that stand at no address of their own, but come of what somebody does; beside the list of pages."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from kiosk.domain.visit.receipt import draw_code
from tests.browser.listed import ADMINISTRATOR, IT, STRANGER, SUPERVISOR
from tests.browser.world import World


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does on a page, and what the page that comes of it is called."""

    name: str
    """Of its picture."""
    who: str
    way: str
    do: Callable[[Page, World, str], None]
    """Given the page that is open, the world and the language."""
    status: int = 200


def _explain(page: Page, _world: World, _language: str) -> None:
    page.locator("[data-explain]").first.click()
    page.wait_for_selector("dialog[open] h2")


def _hand_in_faults(page: Page, _world: World, _language: str) -> None:
    head = page.locator("pre").text_content() or ""
    lines = [head.splitlines()[0], "00001,2026-10,12,0,0,0,0,0,0,0", "20,10/2026,1,0,0,0,0,0,0,0", "20,2026-10,1.000"]
    file = {"name": "so-lieu.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    page.set_input_files("#file", files=[file])  # type: ignore[list-item]
    page.click(".handin button")
    page.wait_for_selector(".faults")


def _make_account(page: Page, _world: World, language: str) -> None:
    page.fill("[name=name]", f"moi.{language}")
    page.fill("[name=full_name]", "Lý Thị Mai")
    page.click(".box button.main")
    page.wait_for_selector(".once")


def _choose_an_occupied_counter(page: Page, world: World, _language: str) -> None:
    page.goto(page.url.replace("/may?", f"/may/chon?tim={world.places['counter']}&"))
    page.locator("button[name=counter]").first.click()
    page.wait_for_selector(".acts")


def _make_code(page: Page, world: World, language: str) -> None:
    _choose_an_occupied_counter(page, world, language)
    page.locator(".acts form:last-child button").click()
    page.wait_for_selector(".once")


def _type_a_wrong_password(page: Page, _world: World, language: str) -> None:
    page.fill("#name", f"ai-do.{language}")
    page.fill("#password", "sai mật khẩu")
    page.click("button.main")
    page.wait_for_selector("[role=alert]")


def _scan_a_receipt(page: Page, _world: World, _language: str) -> None:
    code = draw_code()
    page.goto(f"{page.url}#{code}")
    page.reload()
    page.wait_for_selector(".answer")
    assert code in page.inner_text(".answer")
    assert code not in page.url


ACTS = (
    Act("05-hop-giai-thich", SUPERVISOR, "/t/{unit}", _explain),
    Act("11-766-nhap-loi", ADMINISTRATOR, "/766", _hand_in_faults, 400),
    Act("20-quay-co-may", IT, "/may", _choose_an_occupied_counter, 409),
    Act("20-ma-mot-lan", IT, "/may", _make_code, 409),
    Act("22-mat-khau-mot-lan", ADMINISTRATOR, "/tai-khoan", _make_account),
    Act("34-bien-nhan-quet", STRANGER, "/bien-nhan", _scan_a_receipt),
    Act("30-dang-nhap-sai", STRANGER, "/dang-nhap", _type_a_wrong_password, 403),
)
