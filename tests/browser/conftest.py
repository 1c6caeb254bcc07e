"""A collector on loopback and a real Chromium that calls nobody else."""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from sync.collector.app import create_app
from sync.collector.config import CollectorConfig
from sync.collector.database import open_database
from sync.collector.migrate import migrate
from sync.collector.services import make_services
from tests.sync.collector.builders import Office, Pen, open_office

CHROMIUM = "/usr/bin/chromium"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync")  # fmt: skip
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
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = create_app(make_services(CollectorConfig(public_url=url, demo=True), database))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        # The writer of the app owns the one writing connection's turn; the office writes beside it.
        yield LiveCollector(url, office)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
