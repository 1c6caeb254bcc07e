"""One Chromium and one collector for the whole run, and a page for whoever is to look at it."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from sync.collector.settings.collector import Accounts, Reports
from sync.collector.settings.fleet import Fleet
from sync.collector.settings.oidc import Oidc
from sync.collector.settings.signals import Signals
from sync.collector.store.database import open_database
from tests.browser.listed import STRANGER
from tests.browser.live import CHROMIUM, QUIET, serving, sign_in
from tests.browser.world import PASSWORD, World, small_world
from tests.sync.collector.builders import NOON, Office, Pen, open_office
from tests.sync.collector.sharing import compiled_once, migrated, quick_hashes  # noqa: F401 - two are fixtures

SHOTS = Path(os.environ.get("HAILONG_PAGES", "/tmp/web-shots"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's own Chromium."""
    if not Path(CHROMIUM).exists():
        raise RuntimeError("these tests need Chromium: apt install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Something on every page."""
    path = tmp_path_factory.mktemp("world") / "collector.db"
    shutil.copy(migrated(), path)
    return small_world(open_database(f"sqlite:///{path}"))


@pytest.fixture(scope="session")
def url(world: World) -> Iterator[str]:
    """The collector that shows it, standing at NOON."""
    oidc = Accounts(oidc=Oidc(issuer="https://sso.example.gov.vn", client_id="hailong"))
    # The nightly look would find what these ratings are: invented, and pressed a second apart.
    settings = {"signals": Signals(watch=False), "reports": Reports(tt01=True), "fleet": Fleet(software_min="1.0.0")}
    with serving(world.database, now=lambda: NOON, accounts=oidc, **settings) as address:
        yield address


@dataclass
class Seat:
    """Somebody's browser window, and what its console says."""

    page: Page
    said: list[str] = field(default_factory=list)

    def listen(self) -> "Seat":
        """Hear the console from now on."""
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        return self


@pytest.fixture(scope="session")
def states(browser: Browser, url: str) -> Callable[[str], dict[str, object]]:
    """What a browser keeps of somebody who has signed in; each signs in once."""
    kept: dict[str, dict[str, object]] = {STRANGER: {"cookies": [], "origins": []}}

    def state_of(who: str) -> dict[str, object]:
        if who not in kept:
            context = browser.new_context()
            sign_in(context.new_page(), url, who, PASSWORD)
            kept[who] = dict(context.storage_state())
            context.close()
        return kept[who]

    return state_of


@pytest.fixture(scope="session")
def seats(browser: Browser, states: Callable[[str], dict[str, object]]) -> Iterator[Callable[[str], Seat]]:
    """One window for each person, kept open for the whole run."""
    taken: dict[str, Seat] = {}

    def seat_of(who: str) -> Seat:
        if who not in taken:
            context = browser.new_context(storage_state=states(who))  # type: ignore[arg-type]
            taken[who] = Seat(context.new_page()).listen()
        return taken[who]

    yield seat_of
    for seat in taken.values():
        seat.page.context.close()


@pytest.fixture
def opened(browser: Browser, states: Callable[[str], dict[str, object]]) -> Iterator[Callable[..., Seat]]:
    """A fresh window for somebody, closed after the test."""
    contexts: list[BrowserContext] = []

    def open_for(who: str, **options: object) -> Seat:
        contexts.append(browser.new_context(storage_state=states(who), **options))  # type: ignore[arg-type]
        return Seat(contexts[-1].new_page()).listen()

    yield open_for
    for context in contexts:
        context.close()


class LiveCollector:
    """A collector in the demo's mode that a browser can call, and the office behind it."""

    def __init__(self, url: str, office: Office) -> None:
        self.url = url
        self.office = office

    def press(self, pen: Pen) -> None:
        """Bring everything that ``pen`` wrote to the collector, as received just now."""
        self.office.append(pen, received_at=datetime.now(UTC))


@pytest.fixture(scope="session")
def collectors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], LiveCollector]]:
    """Starts collectors, each with an office of its own."""
    with contextlib.ExitStack() as stack:

        def start() -> LiveCollector:
            path = tmp_path_factory.mktemp("collector") / "collector.db"
            shutil.copy(migrated(), path)
            database = open_database(f"sqlite:///{path}")
            office = open_office(database)
            # The writer of the app owns the one writing connection's turn; the office writes beside it.
            return LiveCollector(stack.enter_context(serving(database, demo=True)), office)

        yield start
