"""What people do on the report pages, with the keyboard alone, without script, and on paper; and how heavy they are."""

import io
from collections.abc import Callable

import pytest
from playwright.sync_api import Request, expect
from pypdf import PdfReader

from tests.browser.conftest import Seat
from tests.browser.listed import SUPERVISOR
from tests.browser.live import sign_in_by_keyboard
from tests.browser.looked import look
from tests.browser.world import PASSWORD

pytestmark = pytest.mark.browser

HEADS = ["Cách tính", "Mức độ chắc chắn", "Những lượt để riêng", "Số liệu mới đến lúc nào", "Có thiếu lượt nào không?",
         "Phạm vi và giới hạn"]  # fmt: skip
Open = Callable[..., Seat]


def test_somebody_signs_in_with_the_keyboard_alone(opened: Open, url: str) -> None:
    seat = opened("")

    sign_in_by_keyboard(seat.page, url, SUPERVISOR, PASSWORD)

    expect(seat.page.locator("h1")).to_be_visible()
    assert seat.said == []


def test_the_sign_in_page_offers_the_offices_account(opened: Open, url: str) -> None:
    page = opened("").page
    page.goto(f"{url}/dang-nhap")

    expect(page.get_by_role("link", name="Đăng nhập bằng tài khoản của cơ quan")).to_be_visible()


def test_a_figure_opens_its_explanation_and_the_focus_comes_back(opened: Open, url: str) -> None:
    seat = opened(SUPERVISOR)
    page = seat.page
    page.goto(f"{url}/t/XA")
    figure = page.locator(".fig.hero a")

    figure.focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog h2")).to_be_focused()
    heads = page.locator("dialog h3").all_inner_texts()
    page.keyboard.press("Escape")

    expect(figure).to_be_focused()
    assert heads == HEADS
    assert seat.said == []


def test_choosing_a_period_writes_it_into_the_address(opened: Open, url: str) -> None:
    page = opened(SUPERVISOR).page
    page.goto(f"{url}/t/XA")

    page.select_option("#ky", "2026-10")
    page.keyboard.press("Tab")
    assert "ky=" not in page.url
    page.locator(".choose .send").click()
    page.wait_for_url("**ky=2026-10**")
    page.get_by_role("link", name="Tuần", exact=True).click()

    page.wait_for_url("**ky=2026-W44**")
    expect(page.locator("h1")).to_have_text("Xã Bắc Sơn")


def test_how_a_counter_did_last_week_is_two_clicks_away(opened: Open, url: str) -> None:
    page = opened(SUPERVISOR).page
    page.goto(f"{url}/t/XA")

    page.locator(".places").get_by_role("link", name="Quầy 1").click()
    page.get_by_role("link", name="Tuần trước").click()

    expect(page.locator(".kpi h3").first).to_contain_text("09–15/11/2026")
    expect(page.locator(".kpi").first).to_contain_text("48 / 48 lượt")


_ROWS = """() => new Set([...document.querySelectorAll(".bar2 :is(.seg, select, button, .btn)")]
    .filter(part => part.checkVisibility() && !part.closest(".options > div"))
    .map(part => Math.round(part.getBoundingClientRect().top / 8))).size"""


@pytest.mark.parametrize("way", ["/t/XA", "/t/XA/Q1", "/ly-do/XA"])
def test_the_bar_stands_in_one_row_on_a_desk_and_in_two_on_a_phone(opened: Open, url: str, way: str) -> None:
    page = opened(SUPERVISOR).page
    rows = {}

    for width in (1440, 390):
        look(page, width)
        page.goto(url + way)
        rows[width] = page.evaluate(_ROWS)

    assert rows == {1440: 1, 390: 2}


def test_what_is_folded_away_is_chosen_with_the_keyboard_and_counted_on_its_lid(opened: Open, url: str) -> None:
    page = opened(SUPERVISOR).page
    page.goto(f"{url}/t/XA/Q1")
    lid = page.locator(".options summary")

    lid.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#do")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    page.wait_for_url("**do=mean5**")
    expect(lid).to_contain_text("Tùy chọn (1)")
    expect(lid).to_be_focused()
    expect(page.locator("#do")).to_have_value("mean5")


def test_an_arrow_key_goes_nowhere_enter_does_and_back_restores_what_was_chosen(opened: Open, url: str) -> None:
    page = opened(SUPERVISOR).page
    page.goto(f"{url}/t/XA")
    shown = page.locator("#ky").input_value()

    page.locator("#ky").focus()
    page.keyboard.press("ArrowDown")
    chosen = page.locator("#ky").input_value()
    assert (chosen != shown, page.url) == (True, f"{url}/t/XA")
    expect(page.locator("#ky")).to_be_focused()

    page.keyboard.press("Enter")
    page.wait_for_url(f"**ky={chosen}**")
    expect(page.locator("#ky")).to_be_focused()
    page.go_back()
    page.wait_for_url(f"{url}/t/XA")
    expect(page.locator("#ky")).to_have_value(shown)


def test_everything_works_without_script(opened: Open, url: str) -> None:
    page = opened(SUPERVISOR, java_script_enabled=False).page
    page.goto(f"{url}/t/XA")

    page.locator(".fig.hero a").click()
    expect(page.locator(".panel h3").first).to_have_text("Cách tính")
    page.go_back()
    page.select_option("#ky", "2026-10")
    page.locator(".choose .send").click()

    page.wait_for_url("**ky=2026-10**")


def test_a_sign_is_decided_about_with_the_keyboard_alone(opened: Open, url: str) -> None:
    seat = opened(SUPERVISOR)
    page = seat.page
    page.goto(f"{url}/dau-hieu")
    page.get_by_role("link", name="Bấm dồn").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/dau-hieu/1")
    page.locator("#note").focus()
    page.keyboard.type("Đã hỏi trưởng bộ phận.")
    page.locator("button[value=nothing]").focus()
    page.keyboard.press("Enter")

    expect(page.locator("h1 + .note .tag")).to_have_text("không có gì sai")
    expect(page.get_by_text("Đã hỏi trưởng bộ phận.")).to_be_visible()
    assert seat.said == []


def test_a_case_is_opened_from_the_units_page_with_the_keyboard_alone(opened: Open, url: str) -> None:
    seat = opened(SUPERVISOR)
    page = seat.page
    page.goto(f"{url}/t/XA")

    page.locator(".opening summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Nhiều người phàn nàn về thời gian chờ.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.wait_for_url("**/vu-viec/2026-*")
    expect(page.get_by_text("mở thủ công – Nhiều người phàn nàn")).to_be_visible()
    assert seat.said == []


def test_the_focus_is_always_to_be_seen_and_reaches_the_content_first(opened: Open, url: str) -> None:
    page = opened(SUPERVISOR).page
    page.goto(f"{url}/t/XA")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    for _ in range(12):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", page.evaluate("document.activeElement.outerHTML.slice(0, 120)")


@pytest.mark.parametrize("has_script", [True, False])
def test_what_is_printed_is_the_paper_of_the_pdf(opened: Open, url: str, has_script: bool) -> None:
    page = opened(SUPERVISOR, java_script_enabled=has_script).page
    page.goto(f"{url}/t/XA?ky=2026-10")
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    filed = PdfReader(io.BytesIO(page.request.get(f"{url}/xuat/pdf/XA?ky=2026-10").body()))

    one, other = ("".join(page.extract_text() for page in each.pages).split() for each in (printed, filed))
    # The page's number, each one's own, hangs on the word beside it, in a print as another sign where it has no font.
    assert len(set(one) ^ set(other)) <= 3, set(one) ^ set(other)
    assert abs(len(one) - len(other)) <= 3
    assert len(printed.pages) == len(filed.pages) == 2
    expect(page.locator("body > .printed")).to_have_count(0)


def test_print_shows_tables_and_no_controls(opened: Open, url: str) -> None:
    page = opened(SUPERVISOR).page
    page.goto(f"{url}/t/XA")
    look(page, 794, medium="print")

    expect(page.locator("#weeks-table")).to_be_visible()
    expect(page.locator(".bar2")).to_be_hidden()
    expect(page.locator(".notice")).to_be_visible()


def test_the_first_load_is_light_and_the_next_one_lighter(opened: Open, url: str) -> None:
    page = opened(SUPERVISOR).page
    asked: list[Request] = []
    page.on("requestfinished", lambda request: asked.append(request))

    def load(way: str) -> int:
        """The bytes on the wire for a page and whatever it needs."""
        asked.clear()
        page.goto(f"{url}{way}", wait_until="networkidle")
        return sum(request.sizes()["responseBodySize"] for request in asked)

    assert load("/t/XA") <= 600_000
    assert [way for way in ("/t/XA/Q1", "/ly-do/XA", "/gop-y", "/vu-viec", "/766") if load(way) > 60_000] == []
