"""A collector that a browser can call, in this process, on loopback."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import uvicorn
from playwright.sync_api import Page, expect

from sync.collector.run.app import create_app
from sync.collector.services.services import make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.database import Database

CHROMIUM = "/usr/bin/chromium"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync")  # fmt: skip


@contextmanager
def serving(
    database: Database, now: Callable[[], datetime] = lambda: datetime.now(UTC), **settings: Any
) -> Iterator[str]:
    """The address of a collector over ``database``, which it closes at the end."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = create_app(make_services(CollectorConfig(public_url=url, **settings), database, now))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def sign_in(page: Page, url: str, name: str, password: str) -> None:
    """Sign somebody in, as they would."""
    page.goto(f"{url}/dang-nhap")
    page.fill("#name", name)
    page.fill("#password", password)
    page.click("button.main")
    page.wait_for_url(lambda address: "/dang-nhap" not in address)


def sign_in_by_keyboard(page: Page, url: str, name: str, password: str) -> None:
    """The same without touching the mouse."""
    page.goto(f"{url}/dang-nhap")
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/t")
