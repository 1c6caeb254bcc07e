"""Several processes serve at one address: one that dies is replaced, and so are all of them, and no request is lost."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kiosk.base.notify import ServiceManager
from sync.collector.run.address import listen
from sync.collector.run.workers.child import Child
from sync.collector.run.workers.parent import Parent, Patience
from tests.sync.collector.run.small_worker import CANNOT, CODE

PROGRAM = str(Path(__file__).with_name("small_worker.py"))
ROOT = Path(__file__).parents[4]
DEADLINE_S = 60.0
QUICK = Patience(tick_s=0.05, pause_s_max=0.1)
CALLERS = 6


class Served:
    """A parent of two in a thread."""

    def __init__(self, folder: Path) -> None:
        self.listener = listen("127.0.0.1", 0)
        os.set_inheritable(self.listener.fileno(), True)
        self.port = int(self.listener.getsockname()[1])
        self.says = folder / "says"
        self.says.write_text("")
        command = [sys.executable, PROGRAM, str(self.listener.fileno()), str(self.says)]
        self.parent = Parent(
            lambda slot: Child(slot, command, self.listener, folder), 2, ServiceManager({}), patience=QUICK
        )
        self.code: int | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        self.code = self.parent.run()

    def pids(self) -> set[int]:
        return {child.pid for child in self.parent.children if child.is_ready and child.leaves_by is None}

    def end(self) -> None:
        self.parent.stop()
        self.thread.join(DEADLINE_S)
        self.listener.close()


@pytest.fixture(scope="module", autouse=True)
def from_here() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYTHONPATH", str(ROOT))
        yield


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One parent for the tests that leave two processes behind."""
    served = Served(tmp_path_factory.mktemp("w"))
    await_that(lambda: len(served.pids()) == 2)
    yield served
    served.end()


def await_that(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def call(served: Served, stopped: threading.Event) -> set[int]:
    """One client that keeps its connection as a proxy does and repeats nothing; who answered it."""
    answered = set()
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", served.port, timeout=DEADLINE_S)) as line:
        while not stopped.is_set():
            line.request("POST", "/?s=0.005", b"x" * 300)
            answer = line.getresponse()
            assert answer.status == 200
            answered.add(int(answer.read()))
    return answered


def test_all_are_replaced_under_load_and_no_request_is_refused_or_lost(served: Served) -> None:
    before, stopped = served.pids(), threading.Event()
    with ThreadPoolExecutor(CALLERS) as callers:
        calls = [callers.submit(call, served, stopped) for _ in range(CALLERS)]
        try:
            served.parent.reload()
            await_that(lambda: len(served.pids() - before) == 2 and len(served.parent.children) == 2)
        finally:
            stopped.set()
        answered = set[int]().union(*[one.result() for one in calls])

    assert answered & before
    assert answered - before


def test_one_that_is_killed_is_replaced_and_the_other_answers_meanwhile(served: Served) -> None:
    first, other = sorted(served.pids())

    os.kill(first, signal.SIGKILL)

    await_that(lambda: first not in served.pids())
    assert _answer(served.port) != first
    await_that(lambda: len(served.pids()) == 2)
    assert other in served.pids()


def test_a_successor_that_cannot_begin_leaves_those_that_serve(served: Served) -> None:
    before = served.pids()
    served.says.write_text(CANNOT)

    served.parent.reload()
    await_that(lambda: len(served.parent.children) == 3)
    await_that(lambda: len(served.parent.children) == 2)

    assert served.pids() == before
    served.says.write_text("")


def test_stopping_answers_what_was_begun(served: Served) -> None:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", served.port, timeout=DEADLINE_S)) as line:
        line.request("POST", "/?s=0.5")
        time.sleep(0.1)

        served.parent.stop()
        answer = line.getresponse()

        assert (answer.status, len(answer.read()) > 0) == (200, True)
    served.thread.join(DEADLINE_S)
    assert (served.code, served.parent.children) == (0, ())


def test_what_cannot_begin_at_all_ends_with_its_code(tmp_path: Path) -> None:
    (tmp_path / "says").write_text(CANNOT)
    listener = socket.create_server(("127.0.0.1", 0))
    command = [sys.executable, PROGRAM, str(listener.fileno()), str(tmp_path / "says")]

    parent = Parent(lambda slot: Child(slot, command, listener, tmp_path), 2, ServiceManager({}), patience=QUICK)

    assert parent.run() == CODE
    listener.close()


def test_one_process_alone_begins_anew_at_its_address_and_refuses_nobody(tmp_path: Path) -> None:
    says = tmp_path / "says"
    says.write_text("")
    alone = subprocess.Popen([sys.executable, PROGRAM, "alone", str(says)])
    try:
        await_that(lambda: says.read_text().endswith("\n"))
        port = int(says.read_text())
        assert _answer(port) == alone.pid

        alone.send_signal(signal.SIGHUP)
        for _ in range(20):
            assert _answer(port) == alone.pid
            time.sleep(0.02)

        await_that(lambda: says.read_text() == f"{port}\n" * 2)
        assert _answer(port) == alone.pid
    finally:
        alone.terminate()
        alone.wait(DEADLINE_S)


def _answer(port: int) -> int:
    """Who answers at a new connection."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_S)) as line:
        line.request("POST", "/")
        return int(line.getresponse().read())
