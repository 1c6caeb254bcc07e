"""Servers: a collector of one process or several, and what it and its database have spent of the processor."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

READY_S_MAX = 60.0
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_ROOT = Path(__file__).resolve().parents[2]
_COLLECTOR = (sys.executable, "-c", "from sync.collector.commands.main import main; main()", "serve", "--port")
_TAKES = '"worker takes requests"'


@dataclass(frozen=True)
class Collectors:
    """The processes that serve one database."""

    port: int
    pid: int
    """The process that was started; of several, their parent."""
    database_pid: int | None
    """The first process of the database's server; none where it is the collectors' own library."""

    def cpu_s(self) -> tuple[float, float]:
        """Seconds of the processor that collectors and database have taken until now."""
        own = _family_cpu_s(self.pid)
        return own, 0.0 if self.database_pid is None else _family_cpu_s(self.database_pid)

    def peaks_mb(self) -> list[float]:
        """The most memory that each process that serves ever had."""
        return [_memory_mb(pid, "VmHWM") for pid in _children(self.pid) or [self.pid]]


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def collectors(url: str, folder: Path, workers: int, port: int) -> Iterator[Collectors]:
    """A real collector of so many processes over the database at ``url``."""
    environment = {
        **os.environ,
        "HAILONG_COLLECTOR_DATABASE_URL": url,
        "HAILONG_COLLECTOR_DATA_DIR": str(folder),
        "HAILONG_COLLECTOR_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    said = folder / "collector.log"
    with said.open("wb") as log:
        command = [*_COLLECTOR, str(port), "--workers", str(workers)]
        running = subprocess.Popen(command, env=environment, cwd=_ROOT, stdout=log, stderr=log)
        try:
            _await_ready(port, running, lambda: workers == 1 or said.read_text().count(_TAKES) >= workers)
            yield Collectors(port, running.pid, _server_of(url))
        finally:
            _stop(running)


def _stop(running: "subprocess.Popen[bytes]") -> None:
    running.terminate()
    try:
        running.wait(60)
    except subprocess.TimeoutExpired:
        # Its workers hold on to it, and end with it.
        running.kill()
        running.wait()


def _await_ready(port: int, running: "subprocess.Popen[bytes]", are_all: Callable[[], bool]) -> None:
    """Return when all processes take requests; raises RuntimeError when they do not."""
    deadline = time.monotonic() + READY_S_MAX
    while running.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
            if are_all():
                return
        time.sleep(0.1)
    raise RuntimeError("the collector did not start")


def _server_of(url: str) -> int | None:
    """The process of the PostgreSQL server at a private socket."""
    _, found, folder = url.partition("?host=")
    return int((Path(folder) / "data/postmaster.pid").read_text().split()[0]) if found else None


def _cpu_s(pid: int, *, with_ended: bool = False) -> float:
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, told[11 : 15 if with_ended else 13])) * TICK_S


def _family_cpu_s(pid: int) -> float:
    """Of a process and its children, those that have ended included."""
    total = _cpu_s(pid, with_ended=True)
    for child in _children(pid):
        with contextlib.suppress(OSError):
            total += _cpu_s(child)
    return total


def _children(pid: int) -> Sequence[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _memory_mb(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024
