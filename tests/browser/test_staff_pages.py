"""The pages of administrators, IT staff and auditors in a real browser, over a thousand kiosks; and their pictures."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Connection, insert, update

from sync.collector import schema
from sync.collector.accounts import change_password, new_account
from sync.collector.config import Accounts
from sync.collector.credentials import move_device
from sync.collector.database import Database, open_database
from sync.collector.kiosks.commands import Kind, order_command, settle_commands
from sync.collector.kiosks.faults import Fault
from sync.collector.kiosks.known import Known, know_fault
from sync.collector.kiosks.settings import Fleet
from sync.collector.migrate import migrate
from sync.collector.oidc.settings import Oidc
from sync.collector.rights import Role
from sync.collector.rollouts.change import Change
from sync.collector.rollouts.store import go_on, plan_rollout, read_rollout
from sync.collector.surveys.library import shipped_surveys
from sync.collector.surveys.store import begin_draft
from sync.protocol.messages import CommandDone
from tests.browser.conftest import SHOTS
from tests.browser.live import serving
from tests.sync.collector.builders import NOON
from tests.sync.collector.kiosks.simulated import device_of, write_fleet

pytestmark = pytest.mark.browser

PASSWORD = "mưa rào tháng tám"
ILL = device_of(120)
PAGES = {
    "it": ("/may", "/may?xem=don-vi", "/may?loi=dia", "/may?tim=khong-co", f"/may/{ILL}", f"/may/{device_of(1)}"),
    "administrator": (
        "/tai-khoan",
        "/tai-khoan/huong",
        "/tai-khoan/it",
        "/mat-khau",
        "/thiet-lap",
        "/thiet-lap/1",
        "/thiet-lap/moi?title=x&set_hours=1&h0_1=1",
        "/phieu-hoi",
        "/phieu-hoi/sipas-5@1",
        "/phieu-hoi/cua-toi@1?them=km",
    ),
    "auditor": ("/nhat-ky", "/nhat-ky?viec=sign-in&tu=2026-11-01"),
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("staff")
    database = open_database(f"sqlite:///{folder / 'collector.db'}", create=True)
    migrate(database)
    write_fleet(database, NOON)
    _write_story(database)
    with database.writing() as connection:
        for name, role in (("it", Role.IT), ("administrator", Role.ADMINISTRATOR), ("auditor", Role.AUDITOR)):
            new_account(connection, name, "Bế Văn Sơn", role, None, NOON, "test")
            change_password(connection, name, PASSWORD, NOON)
        new_account(connection, "huong", "Nông Thị Hương", Role.SUPERVISOR, "20.03", NOON, "administrator")
    oidc = Accounts(oidc=Oidc(issuer="https://sso.example.gov.vn", client_id="hailong"))
    with serving(database, now=lambda: NOON, fleet=Fleet(software_min="1.0.0"), accounts=oidc) as address:
        yield address
    shutil.rmtree(folder)


def _write_story(database: Database) -> None:
    """Some weeks of one kiosk: it was moved, asked for its log, and silent now and then."""
    with database.writing() as connection:
        move_device(connection, ILL, "20.06-2", NOON - timedelta(days=9), "son")
        asked = order_command(connection, ILL, Kind.LOG, NOON - timedelta(hours=2), "son")
        said = CommandDone(asked, "done", "2026-11-20T10:00:01 up_to_date\n2026-11-20T10:01:02 cycle_without_success\n")
        settle_commands(connection, ILL, [said], NOON - timedelta(hours=1))
        order_command(connection, ILL, Kind.RESTART, NOON, "son")
        rows = []
        for days in range(50):
            at = NOON - timedelta(days=days)
            if days not in (12, 13):
                gap_s = 7800 if days in (6, 20) else 60
                rows.append({"device_id": ILL, "day": at.date(), "heard": 400, "last_at": at, "gap_s": gap_s})
        connection.execute(insert(schema.device_day), rows)
        know_fault(connection, ILL, Fault.DISK, Known("", "Đã đặt mua ổ đĩa mới, lắp ngày 25/11", NOON, "son"))
        _write_fork(connection)
        shipped = shipped_surveys()
        begin_draft(connection, shipped["sipas-5@1"], "cua-toi", shipped, "administrator", NOON)
        change = Change(theme="dark", survey="tt32-3@1", texts={"vi": {"office": "Trung tâm Phục vụ hành chính công"}})
        number = plan_rollout(connection, None, "Giao diện tối cho sảnh lớn", change, NOON, "administrator", NOON)
        go_on(connection, read_rollout(connection, number), "administrator", NOON)


def _write_fork(connection: Connection) -> None:
    """Its journal forked and went on in a new one."""
    mine = schema.journal.c.device_id == ILL
    old = connection.execute(
        update(schema.journal).where(mine).values(next_seq=1205, forked_at=NOON).returning(schema.journal.c.journal_id)
    ).scalar_one()
    new = {"journal_id": device_of(90_000), "device_id": ILL, "next_seq": 401, "head": bytes(32), "continues": old,
           "continues_why": "diverged", "continues_seq": 1100, "first_received_at": NOON,
           "last_received_at": NOON}  # fmt: skip
    connection.execute(insert(schema.journal).values(new))


@pytest.fixture(scope="module")
def signed_in(browser: Browser, url: str) -> dict[str, dict[str, object]]:
    """What browsers keep of each of them."""
    found = {}
    for name in PAGES:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{url}/dang-nhap")
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        page.click("button.main")
        page.wait_for_url("**/may" if name == "it" else "**/t")
        found[name] = dict(context.storage_state())
        context.close()
    return found


@pytest.mark.parametrize(
    ("width", "theme", "language"),
    [(360, "light", "vi"), (1440, "light", "vi"), (1440, "dark", "vi"), (1440, "light", "en"), (3840, "light", "vi")],
)
def test_every_page_is_silent_accessible_and_fits(
    browser: Browser, signed_in: dict[str, dict[str, object]], url: str, width: int, theme: str, language: str
) -> None:
    for name, ways in PAGES.items():
        context = browser.new_context(
            storage_state=signed_in[name],  # type: ignore[arg-type]
            viewport={"width": width, "height": 900},
            color_scheme=theme,  # type: ignore[arg-type]
        )
        page, said = context.new_page(), []
        page.on("console", lambda message, said=said: said.append(message.text))
        for number, way in enumerate(ways):
            page.goto(f"{url}{way}{'&' if '?' in way else '?'}lang={language}")
            _keep_picture(page, f"{name}-{number}-{language}-{theme}-{width}")
            found = [(one["id"], one["nodes"][0]["html"][:160]) for one in Axe().run(page).response["violations"]]
            assert found == [], way
            assert page.evaluate("document.documentElement.scrollWidth") <= width, way
        assert said == []
        context.close()


def test_pages_print_without_controls(browser: Browser, signed_in: dict[str, dict[str, object]], url: str) -> None:
    context = browser.new_context(storage_state=signed_in["it"], viewport={"width": 794, "height": 1123})  # type: ignore[arg-type]
    page = context.new_page()
    page.emulate_media(media="print")
    for number, way in enumerate(("/may", f"/may/{ILL}")):
        page.goto(url + way)
        _keep_picture(page, f"in-{number}")
        expect(page.locator(".bar2")).to_be_hidden()
        assert page.evaluate("document.documentElement.scrollWidth") <= 794
    expect(page.locator(".asks")).to_be_hidden()
    expect(page.locator("#days-numbers table")).to_be_visible()
    context.close()


def test_a_kiosk_is_found_and_asked_with_the_keyboard_alone_and_without_script(
    browser: Browser, signed_in: dict[str, dict[str, object]], url: str
) -> None:
    context = browser.new_context(storage_state=signed_in["it"], java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{url}/may")

    page.locator("#tim").focus()
    page.keyboard.type(device_of(7)[:8])
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Đĩa sắp đầy").focus()
    page.keyboard.press("Enter")
    page.goto(f"{url}/may/{device_of(7)}")
    page.get_by_role("button", name="Thử cảm ứng").focus()
    page.keyboard.press("Enter")

    expect(page.locator("table.asked")).to_contain_text("chờ lần liên lạc sau")
    context.close()


def test_the_sign_in_page_offers_the_offices_account(browser: Browser, url: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(f"{url}/dang-nhap")
    _keep_picture(page, "dang-nhap")

    expect(page.get_by_role("link", name="Đăng nhập bằng tài khoản của cơ quan")).to_be_visible()
    assert [one["id"] for one in Axe().run(page).response["violations"]] == []
    page.close()


def _keep_picture(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.evaluate("document.fonts.ready")
    page.screenshot(path=SHOTS / f"staff-{name}.png", full_page=True)
