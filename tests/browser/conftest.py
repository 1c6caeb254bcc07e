"""A collector on loopback and a real Chromium that calls nobody else."""

import contextlib
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from sync.collector.database import open_database
from sync.collector.migrate import migrate
from tests.browser.live import CHROMIUM, QUIET, serving
from tests.sync.collector.builders import Office, Pen, open_office

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


class LiveCollector:
    """A collector that a browser can call, and the office behind it."""

    def __init__(self, url: str, office: Office) -> None:
        self.url = url
        self.office = office

    def press(self, pen: Pen) -> None:
        """Bring everything that ``pen`` wrote to the collector, as received just now."""
        self.office.append(pen, received_at=datetime.now(UTC))


@pytest.fixture(scope="session")
def collectors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], LiveCollector]]:
    """Starts collectors in the demo's mode, each with an office of its own."""
    with contextlib.ExitStack() as stack:
        yield lambda: stack.enter_context(_collector(tmp_path_factory.mktemp("collector")))


@contextlib.contextmanager
def _collector(folder: Path) -> Iterator[LiveCollector]:
    database = open_database(f"sqlite:///{folder / 'collector.db'}", create=True)
    migrate(database)
    office = open_office(database)
    # The writer of the app owns the one writing connection's turn; the office writes beside it.
    with serving(database, demo=True) as url:
        yield LiveCollector(url, office)
