"""A screen that stands still falls silent towards the service manager, which then starts it again."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.window

WATCHDOG_S = 1.5
DEADLINE_S = 60.0
FREEZES = """
import sys, time
from pathlib import Path
from kivy.clock import Clock
from kiosk.office.settings import load_kiosk_settings
from kiosk.run.start import show_kiosk

settings = load_kiosk_settings(None, Path(sys.argv[1]), {
    "screen": {"fullscreen": True, "sound": False}, "journal": {"allow_any_disk": True}})
freeze = lambda app: Clock.schedule_once(lambda _elapsed: time.sleep(600), 3) if sys.argv[2] == "freeze" else None
show_kiosk(settings, on_started=freeze)
"""


class Manager:
    """What systemd does with Type=notify and WatchdogSec=, over a real socket and real processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._door = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._door.bind(str(folder / "notify"))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, behaviour: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", FREEZES, str(self._folder), behaviour],
            env=os.environ
            | {
                "NOTIFY_SOCKET": str(self._folder / "notify"),
                "WATCHDOG_USEC": str(int(WATCHDOG_S * 1_000_000)),
                "SDL_VIDEODRIVER": "offscreen",
                "SDL_AUDIODRIVER": "dummy",
            },
        )

    def hear(self, within_s: float) -> bytes:
        """The next message; empty when none comes in time."""
        self._door.settimeout(within_s)
        try:
            return self._door.recv(100)
        except TimeoutError:
            return b""

    def stop(self, by: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(by)
        return self._process.wait(60)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(60)
        self._door.close()


@contextmanager
def managed(folder: Path) -> Iterator[Manager]:
    manager = Manager(folder)
    try:
        yield manager
    finally:
        manager.close()


def test_frozen_screen_falls_silent_and_is_started_again(tmp_path):
    with managed(tmp_path) as manager:
        manager.start("freeze")
        assert manager.hear(DEADLINE_S) == b"READY=1"
        assert manager.hear(DEADLINE_S) == b"WATCHDOG=1"
        deadline = time.monotonic() + DEADLINE_S
        while manager.hear(WATCHDOG_S):
            assert time.monotonic() < deadline, "the frozen screen went on beating"
        assert manager.stop(signal.SIGABRT) == -signal.SIGABRT

        manager.start("live")

        assert manager.hear(DEADLINE_S) == b"READY=1"
        assert [manager.hear(WATCHDOG_S) for _ in range(4)] == [b"WATCHDOG=1"] * 4


def test_screen_that_fills_the_glass_ends_when_the_manager_says_so(tmp_path):
    with managed(tmp_path) as manager:
        manager.start("live")
        assert manager.hear(DEADLINE_S) == b"READY=1"

        assert manager.stop(signal.SIGTERM) == 0
