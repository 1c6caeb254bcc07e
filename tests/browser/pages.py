"""Pictures of every page over the demo province, for people to look at: `make pages` puts them into build/pages."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select

from sync.collector.calendar.presstime import LocalDays
from sync.collector.chores.every import transact
from sync.collector.chores.signals import watch_signs
from sync.collector.fleet.surveys.library import shipped_surveys
from sync.collector.run.demo_data import add_people, tell_stories, write_province
from sync.collector.services.services import make_services
from sync.collector.settings.collector import CollectorConfig, Reports
from sync.collector.store import schema
from sync.collector.store.database import Database, open_database
from sync.collector.store.migrate import migrate
from tests.browser.acts import ACTS, Act
from tests.browser.listed import PAGES, STRANGER, Listed, in_language
from tests.browser.live import CHROMIUM, QUIET, serving, sign_in
from tests.browser.world import PASSWORD, World, add_staff, write_upkeep

NOW = datetime(2026, 11, 20, 10, 10, tzinfo=UTC)
"""A Friday, ten past five in the afternoon."""
LOOKS = (
    ("vi", "light", "screen", 1440),
    ("vi", "dark", "screen", 1440),
    ("vi", "light", "screen", 360),
    ("vi", "light", "print", 794),
    ("en", "light", "screen", 1440),
)
"""Language, theme, medium and width in CSS pixels; 794 is A4."""
LARGE = ("01-tong-quan", "03-quay", "30-dang-nhap")
"""What is looked at in 4K too."""


def main(folder: Path, *only: str) -> None:
    """Take every picture anew, or those of the pages whose names begin so."""
    if not only:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        world = province_world(Path(place))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        with live_province(world.database) as url:
            for picture in take_pictures(browser, world, url, folder, only):
                print(picture)
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
    return database


def province_world(folder: Path) -> World:
    """The demo province with something on every page."""
    return world_of(province(folder))


def world_of(database: Database) -> World:
    """The same over a province that was written already."""
    with database.writing() as connection:
        add_staff(connection, NOW)
        devices = connection.execute(
            select(schema.device.c.device_id).order_by(schema.device.c.counter_id)
        ).scalars().all()  # fmt: skip
        write_upkeep(connection, devices[16], "20.HCC-3", NOW)
        comment = connection.execute(
            select(schema.comment.c.code).where(schema.comment.c.state == "doing").order_by(schema.comment.c.code)
        ).scalars().first()  # fmt: skip
        case = connection.execute(
            select(schema.follow_up.c.number).where(schema.follow_up.c.state != "closed")
        ).scalars().first()  # fmt: skip
    places = {"unit": "20.HCC", "counter": "20.HCC-2", "beside": "20.HCC:20.HCC-3", "device": devices[16],
              "well": devices[1], "account": "giamsat.20", "comment": str(comment), "case": str(case)}  # fmt: skip
    return World(database, places)


@contextmanager
def live_province(database: Database) -> Iterator[str]:
    """A collector that shows it, standing at NOW."""
    with serving(database, now=lambda: NOW, reports=Reports(tt01=True)) as url:
        yield url


def take_pictures(browser: Browser, world: World, url: str, folder: Path, only: tuple[str, ...] = ()) -> Iterator[Path]:
    """Every page in every look, one after another as each person sees them."""
    wanted = [page for page in (*PAGES, *ACTS) if not only or page.name.startswith(only)]
    for who in dict.fromkeys(page.who for page in wanted):
        context = browser.new_context()
        page = context.new_page()
        if who != STRANGER:
            sign_in(page, url, who, PASSWORD)
        for listed in (each for each in wanted if each.who == who):
            yield from _looks_of(page, listed, partial(_open, page, listed, world, url), folder)
        context.close()


def _open(page: Page, listed: Listed | Act, world: World, url: str, language: str) -> None:
    page.goto(in_language(url + world.way(listed.way), language))
    if isinstance(listed, Act):
        listed.do(page, world, language)
    page.evaluate("document.fonts.ready")


def _looks_of(page: Page, listed: Listed | Act, open_in: Callable[[str], None], folder: Path) -> Iterator[Path]:
    seen = ""
    large = [("vi", "light", "screen", 3840)] if listed.name in LARGE else []
    for language, theme, medium, width in (*LOOKS, *large):
        page.emulate_media(color_scheme=theme, media=medium)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 1123 if medium == "print" else 900})
        if language != seen:
            open_in(language)
            seen = language
        path = folder / f"{listed.name}-{language}-{medium if medium == 'print' else theme}-{width}.png"
        page.screenshot(path=path, full_page=True)
        yield path


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/pages"), *sys.argv[2:])
