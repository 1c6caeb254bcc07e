"""Outage: what the collector takes of a kiosk that comes back, beside the least that must be done for the same ratings.

A batch is 500 ratings of several days, from eight boots that were never heard, and opens its kiosk's journal. Ours is
all that becomes of its request, on one thread: digest and signature, the lines, their hashes, what they say, counts,
the kept segment and the commit. The bound unpacks and decodes the same lines, hashes the chain and inserts the ratings
alone, with one statement and one commit. What counts is the time of processors, here and in the database's own
process, with the garbage collector set as the server sets it: the disk and others on the machine have no part in it.
Both take their turns, so a machine whose speed drifts treats them alike.
"""

import contextlib
import gc
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from kiosk.domain.instant import Instant
from kiosk.journal.chain import Cursor, chain_over
from kiosk.journal.lines import RatingLine
from sync.collector.fleet.devices.directory import Directory
from sync.collector.replica.ingest import append_batch
from sync.collector.replica.sender import Device
from sync.collector.replica.sent import Appended, Arrival, Batch
from sync.collector.run.server import OBJECTS_BETWEEN_LOOKS
from sync.collector.store import schema
from sync.collector.store.database import Database, open_database
from sync.collector.store.migrate import migrate
from sync.collector.store.partitions import ensure_partitions
from sync.protocol.addressed import Received
from sync.protocol.batch import pack_batch, unpack_batch
from sync.protocol.messages import BATCH_MEDIA_TYPE
from sync.protocol.vouched import append_target
from tests.bench.harness import Figure
from tests.sync.collector.builders import DAYS, HANOI, NOON, Office, Pen, open_office
from tests.sync.collector.kiosk_client import URL, KioskKey, WireRequest, enrolled_key
from tests.sync.collector.postgres import postgres_server

LINES = 500
BOOTS = 8
BOOT_EVERY = timedelta(hours=13)
PRESS_EVERY_S = 97
ROUNDS = 60
"""After one that is not counted."""
BOUND_MIN = 0.55
_COLUMNS = tuple(schema.rating.c.keys())
_TYPES = ("uuid", "bigint", "timestamptz", "bigint", "text", "text", "smallint", "smallint", "text", "timestamptz",
          "text", "date", "text")  # fmt: skip
_decode = msgspec.json.Decoder(RatingLine).decode


class Outage(NamedTuple):
    """A request, who sends it, and what it brings."""

    sender: Device
    key: KioskKey
    journal_id: str
    request: WireRequest
    end: Cursor


def figures() -> Iterator[Figure]:
    """One row for each engine, and on PostgreSQL one that only informs."""
    with tempfile.TemporaryDirectory(prefix="hailong-bench-") as folder:
        yield from _figures("SQLite", f"sqlite:///{folder}/collector.db")
    with postgres_server(durable=True) as server:
        yield from _figures("PostgreSQL", server.format(database="postgres"))


def _figures(kind: str, url: str) -> Iterator[Figure]:
    database = open_database(url, create=True)
    migrate(database)
    database.transact(lambda connection: ensure_partitions(connection, NOON))
    office = open_office(database)
    ways: dict[str, Callable[[Outage], None]] = {"ours": lambda outage: take(database, outage)}
    raw = (database.reader if database.is_sqlite else database.writer).raw_connection()
    for name, insert in _bounds(database, raw.driver_connection).items():
        ways[name] = lambda outage, insert=insert: _bound(outage, insert)  # type: ignore[misc]
    with as_the_server_runs():
        spent = _in_turns(ways, office, _backends(database, raw.driver_connection))
    raw.close()
    database.close()
    rate = {name: LINES / seconds for name, seconds in spent.items()}
    title = f"outage, {LINES} ratings of {BOOTS} boots, {kind}"
    yield Figure(title, rate["ours"], "entries/s", rate["insert"], BOUND_MIN, at_most=False)
    if "copy" in rate:
        yield Figure(f"{title}, with COPY", rate["ours"], "entries/s", rate["copy"])


@contextlib.contextmanager
def as_the_server_runs() -> Iterator[None]:
    """Garbage is looked for as seldom as in the server (``sync.collector.run.server.settle``)."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _backends(database: Database, connection: Any) -> list[int]:
    """The processes in which PostgreSQL serves the two connections."""
    if database.is_sqlite:
        return []
    with database.writing() as ours:
        own = ours.connection.driver_connection
        assert own is not None
        return [own.info.backend_pid, connection.info.backend_pid]


def _in_turns(ways: dict[str, Callable[[Outage], None]], office: Office, backends: list[int]) -> dict[str, float]:
    """The processor's seconds that each way takes for a batch, on average.

    No median: where the machine's speed changes in the midst, that of one way may fall into the slow half alone.
    """
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS + 1):
        for name, take_it in ways.items():
            outage = new_outage(office)
            before = _worked_s(backends)
            take_it(outage)
            spent[name].append(_worked_s(backends) - before)
    return {name: statistics.fmean(seconds[1:]) for name, seconds in spent.items()}


def _worked_s(backends: list[int]) -> float:
    """How long the processor has worked for this process and for the backends."""
    theirs = (int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) for pid in backends)
    return time.process_time() + sum(theirs) / 1e9


def new_outage(office: Office) -> Outage:
    """The signed request of another kiosk that comes back, in a boot that is not among those of its lines."""
    device_id = office.new_device().device_id
    key, sender = enrolled_key(office.database, device_id), Directory(office.database).find(device_id)
    assert sender is not None
    pen = Pen()
    at = NOON.astimezone(HANOI) - BOOT_EVERY * BOOTS
    for boot in range(BOOTS):
        pen.boot, pen.mono_us = str(uuid.uuid4()), 60_000_000
        begun = at + BOOT_EVERY * boot
        for press in range(LINES * boot // BOOTS, LINES * (boot + 1) // BOOTS):
            pen.mono_us += PRESS_EVERY_S * 1_000_000
            moment = begun + timedelta(microseconds=pen.mono_us)
            pen.rating(press % 5 + 1, at=moment.isoformat(timespec="seconds"))
    lines, start = tuple(pen.lines), Cursor.start(pen.journal_id)
    end = start.after(lines)
    headers = {"Content-Type": BATCH_MEDIA_TYPE, "Content-Encoding": "gzip"}
    clock = Instant(NOON.astimezone(HANOI), 60_000_000, str(uuid.uuid4()))
    target = append_target(pen.journal_id, start, end.head)
    return Outage(sender, key, pen.journal_id, key.request("POST", target, pack_batch(lines), headers, clock), end)


def take(database: Database, outage: Outage) -> None:
    """What the collector does with such a request, but for HTTP."""
    request, sender, key = outage.request, outage.sender, outage.key
    received = Received(request.method, request.path, request.headers, request.body)
    verified = received.verify_for(URL, lambda _: sender.public_key).verified
    lines, enclosures = unpack_batch(request.body, "gzip")
    batch = Batch(outage.journal_id, Cursor.start(outage.journal_id), lines, enclosures, request.body, outage.end.head)
    clock_words = request.headers["Kiosk-Clock"]
    arrival = Arrival(NOON, verified.clock, verified.signature, clock_words, verified.base, public_key=key.public)
    found = database.transact(lambda connection: append_batch(connection, sender, batch, arrival, DAYS))
    if found != Appended(outage.end, LINES):
        raise RuntimeError(f"not taken: {found}")


def _bound(outage: Outage, insert: Callable[[list[tuple[Any, ...]]], None]) -> None:
    lines, _ = unpack_batch(outage.request.body, "gzip")
    if chain_over(Cursor.start(outage.journal_id).head, lines) != outage.end.head:
        raise RuntimeError("the chain does not hold")
    # On a journal of its own, so that its rows lie beside ours and not on them.
    insert(_rows(str(uuid.uuid4()), [_decode(line) for line in lines]))


def _rows(journal_id: str, entries: list[RatingLine]) -> list[tuple[Any, ...]]:
    at = schema.micros(NOON)
    return [
        (journal_id, each.seq, at, 1, each.survey, each.question, each.level, None, each.standing, at, "uncertain",
         "2026-11-20", "am")
        for each in entries
    ]  # fmt: skip


def _bounds(database: Database, connection: Any) -> dict[str, Callable[[list[tuple[Any, ...]]], None]]:
    """The engine's own ways of inserting many rows, each of which commits."""
    if database.is_sqlite:
        return {"insert": lambda rows: _executemany(database, rows)}
    return {"insert": lambda rows: _unnest(connection, rows), "copy": lambda rows: _copy(connection, rows)}


def _executemany(database: Database, rows: list[tuple[Any, ...]]) -> None:
    raw = database.writer.raw_connection()
    connection = raw.driver_connection
    assert connection is not None
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(f"INSERT INTO rating VALUES ({', '.join('?' * len(_COLUMNS))})", rows)
    connection.execute("COMMIT")
    raw.close()


def _unnest(connection: Any, rows: list[tuple[Any, ...]]) -> None:
    """Whole columns as binary arrays: the fastest INSERT that research found."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    columns[2] = columns[9] = [NOON] * len(rows)
    arrays = ", ".join("%b::text[]" if kind in ("uuid", "date") else f"%b::{kind}[]" for kind in _TYPES)
    names = ", ".join(f"u.{name}::{kind}" for name, kind in zip(_COLUMNS, _TYPES, strict=True))
    connection.execute(f"INSERT INTO rating SELECT {names} FROM unnest({arrays}) AS u({', '.join(_COLUMNS)})", columns)
    connection.commit()


def _copy(connection: Any, rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY rating ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row((*row[:2], NOON, *row[3:9], NOON, *row[10:]))
    connection.commit()


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name}: {figure.value:,.0f} {figure.unit}, bound {figure.baseline:,.0f}, {figure.ratio:.3f}")
