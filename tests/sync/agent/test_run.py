"""The agent as a process of its own, against a collector that speaks the real protocol."""

import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import structlog
import trustme
from werkzeug import Request, Response

from kiosk.base.private_file import write_private
from kiosk.journal.chain import Cursor
from kiosk.journal.journal import Journal
from kiosk.journal.reader import Batch, JournalReader
from sync.agent.device.enroll import Device, KioskFiles
from sync.agent.device.keys import obtain_key
from sync.agent.errors import AgentRunning, CollectorUnavailable, DeviceNotRecognised, NotEnrolled, RequestRefused
from sync.agent.run import one_agent, sync_once
from sync.agent.state import load_state
from sync.agent.troubles import Trouble
from sync.log import INFO, start_log
from sync.protocol import problems
from sync.protocol.batch import pack_batch, unpack_batch
from sync.protocol.errors import WireError
from sync.protocol.messages import CursorMessage, DeviceStatus, Problem, decode_message, encode_message
from sync.protocol.signature import verify_request
from tests.builders import make_rating
from tests.fakes import FakeCollector
from tests.started import Started, start_quiet

DEADLINE_S = 60.0
AGENT = """
import sys
from pathlib import Path
from zoneinfo import ZoneInfo
from kiosk.base.clock import SystemClock
from sync.agent.run import run_agent
directory = Path(sys.argv[1])
clock = SystemClock(ZoneInfo("Asia/Ho_Chi_Minh"))
run_agent(directory, directory / "journal.db", clock, period_s=3600, start_delay_s_max=0)
"""


class WireCollector:
    """The protocol's receiving side around the in-memory compare-and-swap, as an HTTP handler."""

    def __init__(self, public_key: bytes) -> None:
        self.inner = FakeCollector()
        self.public_key = public_key
        self.grew = threading.Condition()
        self.hold: threading.Event | None = None
        """While set and not released, answers are held back."""
        self.held = threading.Event()

    def __call__(self, request: Request) -> Response:
        if self.hold is not None:
            self.held.set()
            self.hold.wait(DEADLINE_S)
        try:
            verify_request(
                method=request.method,
                url=request.url,
                headers=request.headers,
                body=request.data,
                key_of=lambda _: self.public_key,
            )
            cursor, accepted = self._take(request)
        except WireError as error:
            return _problem(Problem.of(error.problem, str(error)), error.problem.status)
        if not accepted:
            return _problem(Problem.of(problems.CURSOR_MISMATCH, cursor=cursor), 409)
        return Response(encode_message(CursorMessage.of(cursor)), content_type="application/json")

    def _take(self, request: Request) -> tuple[Cursor, bool]:
        if request.path == "/v1/device/status":
            return self.inner.report(decode_message(DeviceStatus, request.data)).cursor(), True
        journal_id = request.path.split("/")[3]
        if request.method == "GET":
            return self.inner.cursor(journal_id), True
        start = Cursor(int(request.args["from"]), bytes.fromhex(request.args["prev"]))
        lines, _ = unpack_batch(request.data, request.headers.get("Content-Encoding"))
        batch = Batch(start, lines)
        with self.grew:
            cursor = self.inner.append(journal_id, batch)
            self.grew.notify_all()
        return cursor, cursor == batch.end

    def wait_for(self, journal_id: str, lines: int) -> None:
        with self.grew:
            assert self.grew.wait_for(lambda: len(self.inner.copies.get(journal_id, [])) >= lines, DEADLINE_S)


def _problem(problem: Problem, status: int) -> Response:
    return Response(encode_message(problem), status, content_type="application/problem+json")


@pytest.fixture
def files(tmp_path, httpserver) -> KioskFiles:
    """An enrolled kiosk."""
    files = KioskFiles(tmp_path)
    url = httpserver.url_for("").rstrip("/")
    write_private(files.device, encode_message(Device(url, "device-1", "01")), durable=False)
    return files


@pytest.fixture
def collector(files, httpserver) -> WireCollector:
    handler = WireCollector(obtain_key(files.key).public_key().public_bytes_raw())
    httpserver.expect_request(re.compile(".*")).respond_with_handler(handler)
    return handler


@pytest.fixture
def journal(files, clock):
    with Journal.open(files.directory / "journal.db", clock, "test") as opened:
        yield opened


@pytest.fixture
def start_agent(files):
    """Starts agents as processes; ends those that are left."""
    agents: list[Started] = []

    def start() -> Started:
        agents.append(start_quiet(AGENT, [files.directory], os.environ))
        return agents[-1]

    yield start
    for agent in agents:
        agent.kill()
        agent.wait(DEADLINE_S)


def once(files, clock) -> Cursor:
    return sync_once(files.directory, files.directory / "journal.db", clock)


def lines_of(files) -> list[bytes]:
    with JournalReader(files.directory / "journal.db") as reader:
        return [entry.line for entry in reader.entries()]


def test_sync_once_delivers_everything_and_says_how_far(files, collector, journal, clock):
    for _ in range(700):
        journal.append(make_rating(clock))

    assert once(files, clock).next_seq == 702

    assert collector.inner.copies[journal.id] == lines_of(files)
    assert load_state(files.state).trouble is None


def test_sync_once_raises_what_is_wrong_and_remembers_it(files, collector, journal, clock):
    collector.public_key = bytes(range(32))

    with pytest.raises(DeviceNotRecognised):
        once(files, clock)

    assert load_state(files.state).trouble.trouble is Trouble.SIGNATURE
    assert collector.inner.copies == {}


def test_sync_once_on_a_kiosk_without_identity_says_how_to_enrol(files, journal, clock):
    files.device.unlink()

    with pytest.raises(NotEnrolled, match="kiosk enroll"):
        once(files, clock)


def test_damaged_request_is_refused_and_sent_again(files, collector, journal, clock, monkeypatch):
    monkeypatch.setattr("sync.agent.wire.client.pack_batch", lambda *parts: pack_batch(*parts)[:-1])
    with pytest.raises(RequestRefused, match="batch-unreadable"):
        once(files, clock)
    monkeypatch.undo()

    once(files, clock)

    assert collector.inner.copies[journal.id] == lines_of(files)


def test_press_arrives_within_two_seconds(files, collector, journal, clock, start_agent):
    start_agent()
    collector.wait_for(journal.id, 1)

    for pressed in range(2, 5):
        journal.append(make_rating(clock))
        at = time.monotonic()
        collector.wait_for(journal.id, pressed)
        assert time.monotonic() - at < 2


def test_killed_agent_loses_and_doubles_nothing(files, collector, journal, clock, start_agent):
    for round_ in range(1, 4):
        journal.append(make_rating(clock))
        agent = start_agent()
        collector.wait_for(journal.id, round_ + 1)
        agent.send_signal(signal.SIGKILL)
        agent.wait(DEADLINE_S)

    assert once(files, clock).next_seq == 5
    assert collector.inner.copies[journal.id] == lines_of(files)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_agent_ends_at_once_when_told_even_in_the_middle_of_a_request(files, collector, journal, start_agent, number):
    agent = start_agent()
    collector.wait_for(journal.id, 1)
    collector.hold = threading.Event()
    files.device.touch()  # wakes the agent
    try:
        assert collector.held.wait(DEADLINE_S)
        agent.send_signal(number)
        assert agent.wait(5) == 0
    finally:
        collector.hold.set()


def test_second_agent_is_turned_away(files, collector, journal, clock, start_agent):
    start_agent()
    collector.wait_for(journal.id, 1)

    with pytest.raises(AgentRunning), one_agent(files, wait_s=0):
        pass
    assert start_agent().wait(DEADLINE_S) != 0


def test_collector_that_is_down_is_noted(files, collector, journal, clock):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    write_private(files.device, encode_message(Device(url, "device-1", "01")), durable=False)

    with pytest.raises(CollectorUnavailable):
        once(files, clock)

    assert load_state(files.state).trouble.trouble is Trouble.NO_NETWORK


def test_log_begins_at_the_level_asked_for_and_goes_to_stderr(capsys):
    structlog.reset_defaults()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        start_log(INFO)
        log = structlog.get_logger("agent")
        log.debug("up_to_date")
        log.warning("cycle_without_success", trouble="busy")
    finally:
        structlog.reset_defaults()
        root.handlers[:], root.level = before

    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert '"event": "cycle_without_success"' in err


CALL_AT_1970 = """
import sys, warnings
warnings.simplefilter("default")
import time_machine
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from kiosk.base.clock import SystemClock
from sync.agent.run import _agent
from sync.agent.device.enroll import KioskFiles
from sync.log import start_log
start_log()
with time_machine.travel(datetime(1970, 1, 1, tzinfo=UTC)):
    directory = Path(sys.argv[1])
    clock = SystemClock(ZoneInfo("Asia/Ho_Chi_Minh"))
    url, ca = sys.argv[2], Path(sys.argv[3])
    _agent(KioskFiles(directory), directory / "journal.db", clock, url, None, ca).run_cycle()
"""


def test_clock_of_1970_writes_nothing_but_json_lines(files, journal):
    authority = trustme.CA()
    pem = files.directory / "ca.pem"
    authority.cert_pem.write_to_path(str(pem))
    obtain_key(files.key)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"https://127.0.0.1:{server.getsockname()[1]}"
        server.settimeout(DEADLINE_S)
        threading.Thread(target=lambda: server.accept()[0].close(), daemon=True).start()

        # From the very start: which warnings are shown is decided as modules are loaded.
        ended = subprocess.run(
            [sys.executable, "-c", CALL_AT_1970, str(files.directory), url, str(pem)],
            capture_output=True, text=True, timeout=60, cwd=Path(__file__).parents[3],
        )  # fmt: skip

    said = [json.loads(line) for line in ended.stderr.splitlines()]
    assert [line["event"] for line in said] == ["cycle_without_success"]
