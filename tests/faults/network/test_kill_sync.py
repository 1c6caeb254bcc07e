"""The agent, or the collector, is killed (SIGKILL) at any system call of a cycle: each rating once in the reports."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from sync.agent.errors import CollectorUnavailable
from tests.faults.conftest import LONG
from tests.live import LiveCollector, LiveKiosk, once_each

pytestmark = pytest.mark.timeout(3600 if LONG else 120)

STRIKES_MAX = 100_000 if LONG else 9
CALLS = "connect,sendto,recvfrom,openat,write,fsync,rename,flock,pread64,pwrite64,fdatasync,ftruncate,unlink,shutdown"
READY_S_MAX = 20
AGENT = """
import sys
from pathlib import Path
from zoneinfo import ZoneInfo
import structlog
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
from kiosk.clock import SystemClock
from sync.agent.run import sync_once
folder = Path(sys.argv[1])
clock = SystemClock(ZoneInfo("Asia/Ho_Chi_Minh"))
print("begin", flush=True)
sync_once(folder, folder / "journal.db", clock)
"""
COLLECTOR = "from sync.collector.cli import main; main()"


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


def traced(log: Path, inject: str | None, program: list[str], **options: object) -> subprocess.Popen[bytes]:
    extra = ["-e", f"inject={inject}"] if inject else []
    command = ["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={CALLS}", *extra, *program]
    return subprocess.Popen(command, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, **options)  # type: ignore[call-overload, no-any-return]


def strikes(log: Path, after: bytes) -> list[tuple[str, int]]:
    """Every call made after the words ``after`` were written, and which of its kind it is."""
    seen: Counter[str] = Counter()
    found, begun = [], False
    for line in log.read_bytes().splitlines():
        called = re.match(rb"\d+\s+(\w+)\(", line)
        if called:
            seen[called[1].decode()] += 1
            if begun:
                found.append((called[1].decode(), seen[called[1].decode()]))
        begun = begun or after in line
    return found


def chosen(every: list[tuple[str, int]]) -> list[tuple[str, int]]:
    return Random(20261123).sample(every, min(STRIKES_MAX, len(every)))


def test_agent_killed_at_any_call_of_a_cycle(tmp_path, kiosk, collector):
    program = [sys.executable, "-c", AGENT, str(kiosk.folder)]
    collector.start()
    try:
        kiosk.press()
        whole = traced(tmp_path / "census", None, program)
        whole.communicate(timeout=60)
        assert whole.returncode == 0
        every = strikes(tmp_path / "census", b'"begin')
        assert len(every) > 20

        killed = 0
        for call, nth in chosen(every):
            kiosk.press()
            struck = traced(tmp_path / "log", f"{call}:signal=SIGKILL:when={nth}", program)
            struck.communicate(timeout=60)
            killed += struck.returncode != 0
            if Random(nth).random() < 0.5:
                kiosk.press()
            kiosk.sync()
            assert collector.reported() == once_each(kiosk), (call, nth)
        assert killed >= min(len(every), STRIKES_MAX) / 2
    finally:
        collector.stop()


def serve(collector: LiveCollector, log: Path, inject: str | None) -> subprocess.Popen[bytes]:
    env = {
        **os.environ, "HAILONG_COLLECTOR_DATABASE_URL": f"sqlite:///{collector.path}",
        "HAILONG_COLLECTOR_PUBLIC_URL": collector.url,
    }  # fmt: skip
    program = [sys.executable, "-c", COLLECTOR, "serve", "--port", str(collector.port)]
    process = traced(log, inject, program, env=env, stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + READY_S_MAX
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", collector.port)) == 0:
                break
        time.sleep(0.05)
    return process


def end(process: subprocess.Popen[bytes]) -> None:
    """End the collector and its tracer: they are a session of their own."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)


def test_collector_killed_at_any_call_of_a_cycle(tmp_path, kiosk, collector):
    census = serve(collector, tmp_path / "census", None)
    before = len((tmp_path / "census").read_bytes())
    kiosk.press()
    kiosk.sync()
    end(census)
    log = (tmp_path / "census").read_bytes()
    (tmp_path / "census").write_bytes(log[:before] + b"1 mark begin\n" + log[before:])
    every = strikes(tmp_path / "census", b"mark begin")
    assert len(every) > 10

    killed = 0
    for call, nth in chosen(every):
        kiosk.press()
        struck = serve(collector, tmp_path / "log", f"{call}:signal=SIGKILL:when={nth}")
        with contextlib.suppress(CollectorUnavailable):
            kiosk.sync()
        killed += struck.poll() is not None
        end(struck)
        collector.start()
        kiosk.sync()
        assert collector.reported() == once_each(kiosk), (call, nth)
        collector.stop()
    assert killed >= min(len(every), STRIKES_MAX) / 2
