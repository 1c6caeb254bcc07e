"""Processes: what a client loses while two processes are replaced, and while PostgreSQL is killed and comes back.

Real workers over a real PostgreSQL, straight and behind PgBouncer; callers with a connection each, which repeat nothing
that was answered and send again what was not, as agents do.
"""

import asyncio
import contextlib
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from kiosk.journal.chain import Cursor
from sync.collector.store.database import Database, open_database
from sync.collector.store.migrate import migrate
from sync.collector.store.schema import journal, rating
from tests.bench.harness import Figure
from tests.bench.wire import free_port, on_the_wire
from tests.sync.collector.builders import Pen, open_office
from tests.sync.collector.kiosk_client import KioskKey, enrolled_key
from tests.sync.collector.pgbouncer import pgbouncer
from tests.sync.collector.postgres import postgres_server

KIOSKS = 16
BATCH_LINES = 5
BATCHES = 800
AWAY_S = 2.0
REPLACED_S_MAX = 120.0
BACK_S_MAX = 10.0
_ROOT = Path(__file__).resolve().parent.parent.parent
_COLLECTOR = "from sync.collector.commands.main import main; main()"


@dataclass
class Caller:
    """One kiosk that delivers one batch after another."""

    port: int
    requests: list[bytes]
    done: int = 0
    """Batches that were answered 200, or that the collector says it has."""
    lost: list[str] = field(default_factory=list)
    """What was no answer, and answers that no healthy collector gives."""
    busy: int = 0
    answered_at: list[float] = field(default_factory=list)
    """When each came."""

    async def deliver(self, stopped: asyncio.Event) -> None:
        line = None
        while not stopped.is_set() and self.done < len(self.requests):
            try:
                line = line or await asyncio.open_connection("127.0.0.1", self.port)
                is_open = await self._send(*line)
            except (OSError, EOFError) as error:
                self.lost.append(f"{type(error).__name__}: {error}")
                is_open = False
                await asyncio.sleep(0.05)
            if not is_open and line is not None:
                line[1].close()
                line = None
        if line is not None:
            line[1].close()

    async def _send(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Send the next batch; whether the connection stays."""
        writer.write(self.requests[self.done])
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = next(int(one[16:]) for one in head.split(b"\r\n") if one.startswith(b"content-length:"))
        await reader.readexactly(length)
        status = int(head.split()[1])
        if status == 200:
            self.done += 1
            self.answered_at.append(time.monotonic())
        elif status == 503 and b"\r\nretry-after:" in head:
            self.busy += 1
            await asyncio.sleep(0.1)
        else:
            self.lost.append(f"status {status}")
            await asyncio.sleep(0.05)
        return b"\r\nconnection: close" not in head


def figures() -> Iterator[Figure]:
    """Rows straight and behind a pooler."""
    with postgres_server() as server:
        yield from _figures("PostgreSQL", server, server)
        with pgbouncer(server) as pooled:
            yield from _figures("PgBouncer", server, pooled)


def _figures(kind: str, server: str, through: str) -> Iterator[Figure]:
    folder = Path(server.partition("host=")[2])
    name = f"bench_{kind.lower()}"
    subprocess.run(["createdb", "-h", folder, "-U", "postgres", name], check=True)
    direct = open_database(server.format(database=name))
    migrate(direct)
    port = free_port()
    callers = _callers(direct, port)
    direct.close()
    with _workers(through.format(database=name), port) as log:
        asyncio.run(_run_while(callers, lambda: _replace_all(log)))
        answered, lost = sum(one.done for one in callers), [why for one in callers for why in one.lost]
        _tell(lost, log)
        yield Figure(f"requests lost while all are replaced, {kind}", len(lost), "", answered, 0)
        for one in callers:
            one.lost.clear()
        back_at = asyncio.run(_run_while(callers, lambda: _kill_and_start(folder)))
        wrong = [why for one in callers for why in one.lost]
        _tell(wrong, log)
        answered = sum(one.done for one in callers) - answered
        yield Figure(f"answers but 200 and 503 while it is killed, {kind}", len(wrong), "", answered, 0)
        yield Figure(f"told to wait meanwhile, {kind}", sum(one.busy for one in callers), "", answered)
        late = max(min(at for at in one.answered_at if at > back_at) for one in callers) - back_at
        yield Figure(f"answered again for so long after it is back, {kind}", late, "s", AWAY_S)
    direct = open_database(server.format(database=name))
    yield Figure(f"entries lost or twice, {kind}", _wrong_rows(direct, callers), "", answered * BATCH_LINES, 0)
    direct.close()


def _tell(wrong: list[str], log: "Log") -> None:
    """Say what should not have been, with what the collector says of it."""
    if wrong:
        faults = [line for line in log.text().splitlines() if '"request failed"' in line]
        print(*sorted(set(wrong))[:5], *faults[:2], sep="\n", file=sys.stderr)


async def _run_while(callers: list[Caller], act: "object") -> float:
    """Deliver until ``act``, which runs beside, is done and a moment more; what it returned."""
    stopped = asyncio.Event()
    delivering = [asyncio.create_task(one.deliver(stopped)) for one in callers]
    await asyncio.sleep(1.0)
    done = await asyncio.to_thread(act)  # type: ignore[arg-type]
    await asyncio.sleep(BACK_S_MAX / 2)
    stopped.set()
    await asyncio.gather(*delivering)
    return float(done)


def _replace_all(log: "Log") -> float:
    before = log.count("worker has gone")
    os.kill(log.pid, signal.SIGHUP)
    deadline = time.monotonic() + REPLACED_S_MAX
    while log.count("worker has gone") < before + 2:
        if time.monotonic() > deadline:
            raise RuntimeError(f"not replaced:\n{log.text()[-3000:]}")
        time.sleep(0.2)
    return time.monotonic()


def _kill_and_start(folder: Path) -> float:
    """Kill the server as a power cut does, and start it again; when it takes connections."""
    data = folder / "data"
    command = shlex.split((data / "postmaster.opts").read_text())
    os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    time.sleep(AWAY_S)
    as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
    silent = subprocess.DEVNULL
    subprocess.Popen([*as_postgres, *command], cwd="/", stdin=silent, stdout=silent, stderr=silent)
    while subprocess.run(["pg_isready", "-q", "-h", folder]).returncode:
        time.sleep(0.05)
    return time.monotonic()


@dataclass
class Log:
    """What the parent and its workers say."""

    pid: int
    file: Path

    def text(self) -> str:
        return self.file.read_text()

    def count(self, event: str) -> int:
        return self.text().count(f'"event": "{event}"')


@contextlib.contextmanager
def _workers(url: str, port: int) -> Iterator[Log]:
    """Two of them that take requests; stopped in good order at the end."""
    with tempfile.NamedTemporaryFile("w", prefix="hailong-workers-") as said:
        command = [sys.executable, "-c", _COLLECTOR, "serve", "--workers", "2", "--port", str(port)]
        environment = {**os.environ, "HAILONG_COLLECTOR_DATABASE_URL": url}
        running = subprocess.Popen(command, cwd=_ROOT, env=environment, stdout=said, stderr=said)
        log = Log(running.pid, Path(said.name))
        try:
            while log.count("worker takes requests") < 2:
                if running.poll() is not None:
                    raise RuntimeError(log.text())
                time.sleep(0.1)
            yield log
        finally:
            running.terminate()
            if running.wait(60):
                raise RuntimeError(log.text()[-3000:])


def _callers(database: Database, port: int) -> list[Caller]:
    office = open_office(database)
    callers = []
    for _ in range(KIOSKS):
        device = office.new_device()
        key = enrolled_key(database, device.device_id)
        key.url = f"http://127.0.0.1:{port}"
        callers.append(Caller(port, list(_batches(key, port))))
    return callers


def _batches(key: KioskKey, port: int) -> Iterator[bytes]:
    pen = Pen()
    end = Cursor.start(pen.journal_id)
    for _ in range(BATCHES):
        first = len(pen.lines)
        for number in range(BATCH_LINES):
            pen.rating(1 + number % 5)
        lines = tuple(pen.lines[first:])
        yield on_the_wire(key.upload(pen, end.next_seq, end.head, lines), port)
        end = end.after(lines)


def _wrong_rows(database: Database, callers: list[Caller]) -> int:
    """By how many entries the database differs from what was answered.

    A batch that was kept while its answer was lost may be there beyond those.
    """
    with database.reading() as connection:
        kept = connection.execute(select(func.count()).select_from(rating)).scalar_one()
        through = connection.execute(select(func.coalesce(func.sum(journal.c.next_seq - 1), 0))).scalar_one()
    answered = sum(one.done for one in callers) * BATCH_LINES
    beyond = int(through) - answered
    return abs(int(kept) - int(through)) + (0 if 0 <= beyond <= KIOSKS * BATCH_LINES else abs(beyond))


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name}: {figure.value:g} {figure.unit} beside {figure.baseline:g}")
