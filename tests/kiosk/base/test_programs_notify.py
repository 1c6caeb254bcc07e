"""The agent and the collector tell their service manager that they are up and alive."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.started import start_quiet


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


COMMANDS = {
    "agent": lambda folder: ["kiosk", "sync", "--data-dir", str(folder)],
    "collector": lambda folder: ["collector", "serve", "--data-dir", str(folder), "--port", str(free_port())],
}


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(str(tmp_path / "notify"))
        door.settimeout(60)
        yield door


@pytest.mark.parametrize("program", COMMANDS)
def test_program_is_up_and_then_beats(tmp_path, heard, program):
    command, *arguments = COMMANDS[program](tmp_path)
    environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "3000000"}
    started = start_quiet(command, arguments, {**os.environ, **environment})
    try:
        assert heard.recv(100) == b"READY=1"
        assert [heard.recv(100) for _ in range(2)] == [b"WATCHDOG=1"] * 2
    finally:
        started.terminate()
        started.wait()
