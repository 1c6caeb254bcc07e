import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.base.notify import BEATS_PER_TIMEOUT, ServiceManager


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(str(tmp_path / "notify"))
        door.settimeout(60)
        yield door


def test_manager_hears_that_the_program_is_up_and_alive(tmp_path, heard):
    manager = ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "30000000"})

    manager.ready()
    manager.beat()

    assert (heard.recv(100), heard.recv(100)) == (b"READY=1", b"WATCHDOG=1")
    assert manager.beat_s == 30 / BEATS_PER_TIMEOUT


def test_manager_in_the_abstract_namespace_hears_as_well():
    name = f"hailong-test-{time.monotonic_ns()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(f"\0{name}")
        door.settimeout(60)

        ServiceManager({"NOTIFY_SOCKET": f"@{name}"}).ready()

        assert door.recv(100) == b"READY=1"


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": "/nowhere/at/all"}])
def test_program_goes_on_where_nobody_listens(environment):
    manager = ServiceManager(environment)

    manager.ready()
    manager.beat()

    assert manager.beat_s is None


def test_program_never_waits_for_a_manager_that_does_not_listen(tmp_path, heard):
    manager = ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "notify")})
    begun = time.monotonic()

    for _ in range(10_000):  # more than a socket's queue holds
        manager.beat()

    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "variables",
    [
        {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"},
        {"WATCHDOG_USEC": "soon"},
        {"WATCHDOG_PID": "4711"},
    ],
)
def test_nobody_beats_who_was_not_asked(variables):
    manager = ServiceManager({"NOTIFY_SOCKET": "/run/notify", **variables}, pid=4711)

    assert manager.beat_s is None
