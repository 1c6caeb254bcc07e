"""The agent: how fast a backlog drains, and what it costs when there is nothing to do."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import structlog
from harness import Figure
from sqlalchemy import Connection

from kiosk.domain.visit.rating import Rating, Standing
from kiosk.journal.chain import Cursor
from kiosk.journal.disk.engine import create_private, writer_engine
from kiosk.journal.disk.head_file import HeadFile
from kiosk.journal.lines import encode_line, line_of
from kiosk.journal.reader import JournalReader, head_of
from kiosk.journal.writing import build_journal, write_bytes
from sync.agent.enroll import KioskFiles, load_device
from sync.agent.keys import load_key
from sync.agent.route import Identity
from sync.protocol.batch import pack_batch
from sync.protocol.messages import BATCH_BYTES_MAX, LINES_PER_BATCH_MAX
from sync.protocol.signature import sign_request
from tests.faults.network.proxy import bad_network
from tests.live import LiveCollector, LiveKiosk

BACKLOG = 100_000
IDLE_S = 20.0
ROOT = Path(__file__).parents[2]
DRAIN = """
import sys, time
from pathlib import Path
from zoneinfo import ZoneInfo
import structlog
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
from kiosk.base.clock import SystemClock
from sync.agent.run import run_agent, sync_once
folder, once = Path(sys.argv[1]), sys.argv[2] == "once"
clock = SystemClock(ZoneInfo("Asia/Ho_Chi_Minh"))
if not once:
    sys.exit(run_agent(folder, folder / "journal.db", clock, start_delay_s_max=0))
rss = lambda: int(next(l for l in open("/proc/self/status") if l.startswith("VmRSS")).split()[1])
marks = []
began = time.perf_counter()
sync_once(folder, folder / "journal.db", clock, progress=lambda: marks.append(rss()))
print(time.perf_counter() - began, marks[0], max(marks))
"""


def figures() -> Iterator[Figure]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory() as folder:
        yield from _drained(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        yield from _idle(Path(folder))


def _drained(folder: Path) -> Iterator[Figure]:
    collector = _collector(folder)
    kiosk, other = (_kiosk(folder / name, collector) for name in ("kiosk", "other"))
    server = _serve(collector)
    try:
        out = subprocess.run(
            [sys.executable, "-c", DRAIN, kiosk.folder, "once"], cwd=ROOT, capture_output=True, check=True
        )
        seconds, first, most = map(float, out.stdout.split())
        synthetic = _send_ready_made(other, collector)
    finally:
        server.terminate()
        server.wait(20)
    yield Figure(
        "a backlog of 100,000 entries drains (agent)", BACKLOG / seconds, "/s", BACKLOG / synthetic, 0.5, False
    )
    yield Figure("growth of the agent's memory meanwhile", (most - first) / 1024, "MB", 20, 1)


def _idle(folder: Path) -> Iterator[Figure]:
    with bad_network() as proxy:
        collector = LiveCollector(folder)
        proxy.upstream = collector.port
        collector.url = collector.public_url = proxy.url
        collector.start()
        kiosk = LiveKiosk(folder / "kiosk").start()
        kiosk.enroll(collector)
        kiosk.press()
        kiosk.sync()
        kiosk.sync()
        yield Figure("an idle cycle, both ways, without TLS", float(sum(proxy.passed)), "B", 1500, 1)
        agent = subprocess.Popen([sys.executable, "-c", DRAIN, kiosk.folder, "on"], cwd=ROOT)
        time.sleep(4)
        before, began = _cpu_s(agent.pid), time.monotonic()
        time.sleep(IDLE_S)
        share = (_cpu_s(agent.pid) - before) / (time.monotonic() - began)
        pss = _pss_mb(agent.pid)
        agent.terminate()
        agent.wait(10)
        kiosk.stop()
        collector.stop()
    yield Figure("an idle agent's share of a core", share * 100, "%", 0.2, 1)
    yield Figure("an idle agent's memory (PSS)", pss, "MB", 70, 1)


def _collector(folder: Path) -> LiveCollector:
    return LiveCollector(folder).start()


def _kiosk(folder: Path, collector: LiveCollector) -> LiveKiosk:
    """A kiosk with a backlog, written in one transaction."""
    kiosk = LiveKiosk(folder)
    create_private(kiosk.path)
    engine = writer_engine(kiosk.path)
    with engine.begin() as connection:
        journal_id = build_journal(connection, kiosk.clock.now(), "bench")
        end = _write(connection, kiosk, head_of(connection, journal_id))
    engine.dispose()
    HeadFile(kiosk.path).write(journal_id, end)
    kiosk.enroll(collector)
    return kiosk


def _write(connection: Connection, kiosk: LiveKiosk, end: Cursor) -> Cursor:
    for n in range(BACKLOG):
        rating = Rating(kiosk.clock.now(), "sipas-5@1", "overall", n % 5 + 1, Standing.COUNTED)
        end = write_bytes(connection, end, encode_line(line_of(end.next_seq, rating))).end
    return end


def _serve(collector: LiveCollector) -> subprocess.Popen[bytes]:
    """The collector in a process of its own, as in an office."""
    collector.stop()
    env = {
        **os.environ, "HAILONG_COLLECTOR_DATABASE_URL": f"sqlite:///{collector.path}",
        "HAILONG_COLLECTOR_PUBLIC_URL": collector.url,
    }  # fmt: skip
    program = "from sync.collector.commands.main import main; main()"
    server = subprocess.Popen(
        [sys.executable, "-c", program, "serve", "--port", str(collector.port)], cwd=ROOT, env=env,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", collector.port)) == 0:
                return server
        time.sleep(0.05)


def _send_ready_made(kiosk: LiveKiosk, collector: LiveCollector) -> float:
    """Seconds in which the collector takes the same backlog, read, packed and signed beforehand, on one connection."""
    requests = list(_ready_made(kiosk, collector))
    with socket.create_connection(("127.0.0.1", collector.port)) as connection, connection.makefile("rb") as answers:
        began = time.perf_counter()
        for request in requests:
            connection.sendall(request)
            status, length = answers.readline(), 0
            while (field := answers.readline().strip().lower()) != b"":
                if field.startswith(b"content-length:"):
                    length = int(field[15:])
            body = answers.read(length)
            if b" 200 " not in status:
                raise RuntimeError(f"{status!r} {body!r}")
        return time.perf_counter() - began


def _ready_made(kiosk: LiveKiosk, collector: LiveCollector) -> Iterator[bytes]:
    files = KioskFiles(kiosk.folder)
    identity = Identity(load_device(files).device_id, load_key(files.key))
    content = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
    with JournalReader(kiosk.path) as journal:
        cursor = Cursor.start(journal.id)
        while batch := journal.batch_after(cursor, LINES_PER_BATCH_MAX, BATCH_BYTES_MAX):
            path = f"/v1/journals/{journal.id}/entries?from={cursor.next_seq}&prev={cursor.head.hex()}"
            body = pack_batch(batch.lines)
            signed = sign_request(
                method="POST", url=collector.url + path, headers=content, body=body, keyid=identity.keyid,
                private_key=identity.private_key, clock=kiosk.clock.now(),
            )  # fmt: skip
            fields = {"Host": f"127.0.0.1:{collector.port}", "Content-Length": str(len(body)), **content, **signed}
            head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
            yield f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body
            cursor = batch.end


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _pss_mb(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(rollup.split("Pss:")[1].split()[0]) / 1024
