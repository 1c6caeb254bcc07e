"""Pictures of every page over the demo province, for people to look at: `make pages` puts them into build/pages."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from sync.collector.accounts import change_password, new_account
from sync.collector.chores import transact
from sync.collector.config import CollectorConfig, Reports
from sync.collector.database import Database, open_database
from sync.collector.demo_data import add_people, tell_stories, write_province
from sync.collector.migrate import migrate
from sync.collector.presstime import LocalDays
from sync.collector.rights import Role
from sync.collector.services import make_services
from sync.collector.signals.watch import watch_signs
from sync.collector.surveys.library import shipped_surveys
from tests.browser.live import CHROMIUM, QUIET, serving

NOW = datetime(2026, 11, 20, 10, 10, tzinfo=UTC)
"""A Friday, ten past five in the afternoon."""
PASSWORD = "một mật khẩu dài"
PAGES = {
    "01-tong-quan": "/t",
    "02-don-vi": "/t/20.HCC",
    "03-quay": "/t/20.HCC/20.HCC-2",
    "04-ly-do": "/ly-do",
    "05-giai-thich": "/giai-thich/share",
    "06-ngay": "/t?ky=2026-11-19",
    "07-quy": "/t?ky=2026-Q3",
    "09-diem-trung-binh": "/t/20.HCC?do=mean5",
    "10-so-voi-quay-khac": "/t/20.HCC/20.HCC-2?voi=20.HCC:20.HCC-3",
    "11-quyet-dinh-766": "/766",
    "12-thong-tu-01": "/tt01",
    "13-gop-y": "/gop-y",
    "14-gop-y-tim": "/gop-y?tim=tre+hen&ky=2026-11",
    "15-vu-viec": "/vu-viec",
    "16-mot-vu-viec": "/vu-viec/2026-005",
    "17-dau-hieu": "/dau-hieu",
    "18-mot-dau-hieu": "/dau-hieu/1",
}
LOOKS = (
    ("vi", "light", 1440),
    ("vi", "dark", 1440),
    ("vi", "light", 390),
    ("en", "light", 1440),
    ("vi", "light", 3840),
)


def main(folder: Path) -> None:
    """Take every picture anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        database = province(Path(place))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        with live_province(database) as url:
            for name, picture in _pictures(browser, url, folder):
                print(f"{name}: {picture}")
        browser.close()


def province(folder: Path, months: int = 6) -> Database:
    """The demo province in a folder, with an account."""
    database = open_database(f"sqlite:///{folder / 'collector.db'}", create=True)
    migrate(database)
    config = CollectorConfig()
    write_province(
        database, "20", months, 1, NOW, LocalDays(config.zone), shipped_surveys()["sipas-5@1"], lambda *_: None
    )
    add_people(database, "20", NOW)
    services = make_services(config, database, lambda: NOW)
    tell_stories(database, services, NOW, 1)
    watch_signs(services, partial(transact, services))
    services.writer.close()
    with database.writing() as connection:
        new_account(connection, "huong.nt", "Nông Thị Hương", Role.SUPERVISOR, None, NOW, "pages")
        change_password(connection, "huong.nt", PASSWORD, NOW)
    return database


@contextmanager
def live_province(database: Database) -> Iterator[str]:
    """A collector that shows it, standing at NOW."""
    with serving(database, now=lambda: NOW, reports=Reports(tt01=True)) as url:
        yield url


def _pictures(browser: Browser, url: str, folder: Path) -> Iterator[tuple[str, Path]]:
    for language, theme, width in LOOKS:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{url}/dang-nhap?lang={language}")
        page.screenshot(path=folder / f"00-dang-nhap-{language}-{theme}-{width}.png")
        page.fill("#name", "huong.nt")
        page.fill("#password", PASSWORD)
        page.click("button.main")
        page.wait_for_url("**/t*")
        for name, way in PAGES.items():
            page.goto(f"{url}{way}{'&' if '?' in way else '?'}lang={language}")
            page.evaluate("document.fonts.ready")
            picture = folder / f"{name}-{language}-{theme}-{width}.png"
            page.screenshot(path=picture, full_page=True)
            yield name, picture
        if width == 1440:
            page.goto(f"{url}/t?lang={language}")
            page.click("[data-explain] >> nth=0")
            page.wait_for_selector("dialog[open]")
            page.screenshot(path=folder / f"05-hop-giai-thich-{language}-{theme}-{width}.png")
            page.keyboard.press("Escape")
            page.emulate_media(media="print")
            page.set_viewport_size({"width": 794, "height": 1123})
            page.screenshot(path=folder / f"08-in-{language}-{theme}.png", full_page=True)
        context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/pages"))
