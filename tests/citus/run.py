"""Ingest into a distributed database, and what becomes of it while machines come and go.

``python -m tests.citus.run URL`` wants the URL of an empty database on a coordinator with the extension, and
prints entries a second. With ``--during COMMAND`` the command is run while kiosks send: it adds a machine and moves
shards, or kills one and starts it again. Whatever was answered must be there once at the end, and hold.
"""

import argparse
import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import func, select

from kiosk.journal.chain import Cursor, chain_over
from sync.collector.store import schema
from sync.collector.store.database import Database, open_database
from sync.collector.store.distributed import distribute
from sync.collector.store.migrate import migrate
from tests.bench.wire import on_the_wire, seconds_to_send, served
from tests.sync.collector.builders import BOOT, Pen, open_office
from tests.sync.collector.kiosk_client import KioskKey, enrolled_key

KIOSKS = 8
SHAPES = ((500, 10), (1, 100))
"""Entries in a batch, and batches of each kiosk."""
DURING = (20, 400)
AGAIN_S = 0.5
GIVE_UP_S = 180


def main() -> int:
    """Print figures, or what became of the requests that were sent while the command ran; 0 where all is there."""
    options = _options()
    database = open_database(options.url)
    migrate(database)
    if not options.plain:
        distribute(database, lambda step: print(f"{step.number}/{step.of} {step.table}", end="\r", flush=True))
    keys = _enrol(database)
    with served(options.url) as (port, _):
        if not options.during:
            for lines, batches in SHAPES:
                streams = [_journal(key, port, lines, batches)[1] for key in keys]
                seconds = seconds_to_send(port, streams)
                print(f"{lines}-entry batches, {KIOSKS} kiosks: {KIOSKS * lines * batches / seconds:,.0f} entries/s")
            return 0
        journals = [_journal(key, port, *DURING) for key in keys]
        started = subprocess.Popen(options.during, shell=True)
        began = time.monotonic()
        answers = asyncio.run(_send_all(port, [wire for _, wire in journals]))
        print(f"the command ended with {started.wait()}; {time.monotonic() - began:.1f} s; answers: {dict(answers)}")
    return _missing(database, [pen.journal_id for pen, _ in journals])


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("url")
    options.add_argument("--plain", action="store_true", help="a database without the extension, to compare with")
    options.add_argument("--during", default="", help="run this by the shell while kiosks send")
    return options.parse_args()


def _enrol(database: Database) -> list[KioskKey]:
    office = open_office(database)
    return [enrolled_key(database, office.new_device().device_id) for _ in range(KIOSKS)]


def _journal(key: KioskKey, port: int, lines_each: int, batches: int) -> tuple[Pen, list[bytes]]:
    """A new journal, and the requests that bring it as the bytes that go on the wire."""
    pen = Pen(boot=BOOT)
    key.url = f"http://127.0.0.1:{port}"
    for _ in range(lines_each * batches):
        pen.rating(len(pen.lines) % 5 + 1)
    wire, head = [], Cursor.start(pen.journal_id).head
    for first in range(0, len(pen.lines), lines_each):
        lines = tuple(pen.lines[first : first + lines_each])
        wire.append(on_the_wire(key.upload(pen, first + 1, head, lines), port))
        head = chain_over(head, lines)
    return pen, wire


async def _send_all(port: int, streams: Sequence[list[bytes]]) -> Counter[str]:
    """Send every stream on a connection of its own, each request until it is taken; how often which answer came."""
    answers: Counter[str] = Counter()
    await asyncio.gather(*(_send(port, stream, answers) for stream in streams))
    return answers


async def _send(port: int, stream: list[bytes], answers: Counter[str]) -> None:
    until = time.monotonic() + GIVE_UP_S
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in stream:
        while time.monotonic() < until:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
            await reader.readexactly(int(fields[b"content-length"]))
            status = head.split()[1].decode()
            answers[f"{status} with Retry-After" if b"retry-after" in fields else status] += 1
            if status == "200":
                break
            await asyncio.sleep(AGAIN_S)
    writer.close()


def _missing(database: Database, journals: Sequence[str]) -> int:
    lines, batches = DURING
    wanted = lines * batches
    with database.reading() as connection:
        r, j = schema.rating.c, schema.journal.c
        rated = dict(
            connection.execute(
                select(r.journal_id, func.count()).where(r.journal_id.in_(journals)).group_by(r.journal_id)
            ).all()
        )
        ends = dict(connection.execute(select(j.journal_id, j.next_seq).where(j.journal_id.in_(journals))).all())
    wrong = [each for each in journals if (rated.get(each), ends.get(each)) != (wanted, wanted + 1)]
    print(f"{len(journals)} journals of {wanted} entries each: {len(wrong)} are not whole")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main())
