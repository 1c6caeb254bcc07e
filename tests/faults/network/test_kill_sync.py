"""The agent, or the collector, is killed (SIGKILL) at any system call of a cycle: each rating once in the reports."""

import contextlib
import os
import re
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import BinaryIO

import pytest

from sync.agent.errors import CollectorUnavailable
from tests.faults.conftest import LONG
from tests.live import LiveCollector, LiveKiosk, once_each
from tests.started import Started, start, start_quiet

pytestmark = pytest.mark.timeout(3600 if LONG else 120)

KILLS_MAX = 100_000 if LONG else 6
CALLS = "connect,sendto,recvfrom,openat,write,fsync,rename,flock,pread64,pwrite64,fdatasync,ftruncate,unlink,shutdown"
READY_S_MAX = 60
AGENT = """
import sys
from pathlib import Path
from zoneinfo import ZoneInfo
import structlog
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
from kiosk.base.clock import SystemClock
from sync.agent.run import sync_once
folder = Path(sys.argv[1])
clock = SystemClock(ZoneInfo("Asia/Ho_Chi_Minh"))
print("ready", flush=True)
sys.stdin.readline()
sync_once(folder, folder / "journal.db", clock)
"""


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> LiveCollector:
    """A collector that is not running yet."""
    return LiveCollector(tmp_path_factory.mktemp("collector"))


@pytest.fixture(scope="module")
def kiosk(tmp_path_factory: pytest.TempPathFactory, collector: LiveCollector) -> Iterator[LiveKiosk]:
    kiosk = LiveKiosk(tmp_path_factory.mktemp("kiosk") / "kiosk").start()
    collector.start()
    kiosk.enroll(collector)
    kiosk.press()
    kiosk.sync()
    collector.stop()
    yield kiosk
    kiosk.stop()


def tracer(log: Path, inject: str | None) -> list[str]:
    extra = ["-e", f"inject={inject}"] if inject else []
    return ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={CALLS}", *extra]


def calls(log: Path) -> list[tuple[str, int]]:
    """Every call, and which of its kind in its thread: so strace counts."""
    seen: Counter[tuple[bytes, ...]] = Counter()
    found = set()
    for line in log.read_bytes().splitlines():
        if called := re.match(rb"(\d+)\s+(\w+)\(", line):
            seen[called.groups()] += 1
            found.add((called[2].decode(), seen[called.groups()]))
    return Random(20261123).sample(sorted(found), len(found))


def run_agent(kiosk: LiveKiosk, log: Path, inject: str | None) -> int:
    """One cycle of an agent, traced from its beginning on; its exit code."""
    with pipe() as (its_in, go), pipe() as (said, its_out):
        agent = start(AGENT, [kiosk.folder], os.environ, (its_in.fileno(), its_out.fileno(), 2))
        try:
            assert said.readline() == b"ready\n"
            tracing = trace(agent, log, inject)
            go.write(b"\n")
            return agent.wait()
        finally:
            agent.kill()
            tracing.wait(timeout=30)


@contextlib.contextmanager
def pipe() -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Its two ends: what is written into the second is read from the first."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", 0) as source, os.fdopen(writing, "wb", 0) as target:
        yield source, target


def test_agent_killed_at_any_call_of_a_cycle(tmp_path, kiosk, collector):
    collector.start()
    try:
        kiosk.press()
        assert run_agent(kiosk, tmp_path / "census", None) == 0
        every = calls(tmp_path / "census")
        assert len(every) > 20

        killed = 0
        for call, nth in every:
            if killed == KILLS_MAX:
                break
            kiosk.press()
            killed += run_agent(kiosk, tmp_path / "log", f"{call}:signal=SIGKILL:when={nth}") != 0
            if Random(nth).random() < 0.5:
                kiosk.press()
            kiosk.sync()
            assert collector.reported() == once_each(kiosk), (call, nth)
        assert killed >= min(len(every) / 2, KILLS_MAX)
    finally:
        collector.stop()


def serve(collector: LiveCollector) -> Started:
    """A collector of its own, taking requests."""
    env = {
        **os.environ, "HAILONG_COLLECTOR_DATABASE_URL": f"sqlite:///{collector.path}",
        "HAILONG_COLLECTOR_PUBLIC_URL": collector.url,
    }  # fmt: skip
    process = start_quiet("collector", ["serve", "--port", str(collector.port)], env)
    wait_for(lambda: process.poll() is not None or connects(collector.port))
    assert process.poll() is None
    return process


def connects(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def trace(process: Started, log: Path, inject: str | None) -> subprocess.Popen[bytes]:
    """A tracer that holds every thread of a running process; it counts calls from here on."""
    tracing = subprocess.Popen([*tracer(log, inject), "-p", str(process.pid)], stderr=subprocess.DEVNULL)
    threads = Path("/proc", str(process.pid), "task")

    def held() -> bool:
        with contextlib.suppress(FileNotFoundError):  # a thread that just ended
            return all("TracerPid:\t0\n" not in (at / "status").read_text("ascii") for at in threads.iterdir())
        return False

    # What the collector does by itself may be struck at once.
    wait_for(lambda: process.poll() is not None or held())
    return tracing


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + READY_S_MAX
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def killed_in_cycle(kiosk: LiveKiosk, collector: LiveCollector, log: Path, inject: str | None) -> bool:
    """Whether a collector that serves one cycle was killed in it."""
    process = serve(collector)
    tracing = trace(process, log, inject)
    with contextlib.suppress(CollectorUnavailable):
        kiosk.sync()
    struck = process.poll() is not None
    process.kill()
    process.wait(timeout=30)
    tracing.wait(timeout=30)
    return struck


def test_collector_killed_at_any_call_of_a_cycle(tmp_path, kiosk, collector):
    kiosk.press()
    assert not killed_in_cycle(kiosk, collector, tmp_path / "census", None)
    every = calls(tmp_path / "census")
    assert len(every) > 10

    killed = 0
    for call, nth in every:
        if killed == KILLS_MAX:
            break
        kiosk.press()
        killed += killed_in_cycle(kiosk, collector, tmp_path / "log", f"{call}:signal=SIGKILL:when={nth}")
        collector.start()
        kiosk.sync()
        assert collector.reported() == once_each(kiosk), (call, nth)
        collector.stop()
    assert killed >= min(len(every) / 2, KILLS_MAX)
