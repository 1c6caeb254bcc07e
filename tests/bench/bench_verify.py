"""Verify: chains and signatures beside a bare loop over the same rows, and the whole beside one that also counts.

One process, CPU time, on SQLite and with 1, 3 and 500 lines a segment. The bare loops read the same segments with one
statement; the larger one decodes and counts each line besides, and holds it against nothing.
"""

import base64
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from kiosk.domain.instant import Instant
from kiosk.journal.chain import Cursor, chain_over
from kiosk.journal.lines import RatingLine
from sync.collector.fleet.devices.keys import key_id_of
from sync.collector.proof.chain import Walk, begin
from sync.collector.proof.keys import Keys
from sync.collector.proof.run import Settings, Task, check_kiosks
from sync.collector.replica.blocks.judging import judge_due
from sync.collector.replica.ingest import append_batch
from sync.collector.replica.sent import Arrival, Batch
from sync.collector.store.database import Database, open_database
from sync.collector.store.migrate import migrate
from sync.collector.store.schema import journal
from sync.protocol.batch import pack_batch
from sync.protocol.kiosk_clock import format_kiosk_clock
from sync.protocol.vouched import Usual, restored
from tests.bench.harness import Figure
from tests.sync.collector.builders import BOOT, DAYS, HANOI, Office, Pen, open_office
from tests.sync.collector.cutting import SURVEYS
from tests.sync.collector.kiosk_client import KioskKey, enrolled_key
from tests.sync.collector.replica.blocks.holding import transact_of

LINES = {1: 4_000, 3: 9_000, 500: 100_000}
"""So many lines, by how many there are in a segment."""
TIMES = 5
FIRST = datetime(2026, 10, 20, 7, 30, tzinfo=HANOI)
_decode = msgspec.json.Decoder(RatingLine).decode


def figures() -> Iterator[Figure]:
    """Entries a second of one core."""
    for lines_each, lines in LINES.items():
        with tempfile.TemporaryDirectory(prefix="hailong-bench-") as folder:
            database = open_database(f"sqlite:///{folder}/collector.db", create=True)
            migrate(database)
            office = open_office(database)
            key = enrolled_key(database, office.device.device_id)
            journal_id = _bring(office, key, lines, lines_each)
            yield from _figures(database, key, journal_id, lines, lines_each)
            database.close()


def _figures(database: Database, key: KioskKey, journal_id: str, lines: int, lines_each: int) -> Iterator[Figure]:
    chain, bare = _in_turn(lambda: _walk(database, key, journal_id), lambda: _bare(database, key, whole=False))
    yield Figure(f"verify, chains and signatures, {lines_each} lines a segment", lines / chain, "entries/s",
                 lines / bare, 0.8, at_most=False)  # fmt: skip
    whole, bare = _in_turn(lambda: _check(database, key), lambda: _bare(database, key, whole=True))
    yield Figure(f"verify, the whole, {lines_each} lines a segment", lines / whole, "entries/s", lines / bare, 0.5,
                 at_most=False)  # fmt: skip


def _in_turn(ours: Callable[[], None], bare: Callable[[], None]) -> tuple[float, float]:
    """The least seconds of the processor of both, taken in turn."""
    least = [float("inf"), float("inf")]
    for _ in range(TIMES):
        for place, act in enumerate((ours, bare)):
            began = time.process_time()
            act()
            least[place] = min(least[place], time.process_time() - began)
    return least[0], least[1]


def _walk(database: Database, key: KioskKey, journal_id: str) -> None:
    with database.reading() as connection:
        reach = begin(journal_id)
        walk = Walk(connection, journal_id, key.keyid, Keys(connection, key.keyid), reach)
        for _ in walk.pieces():
            pass
        row = connection.execute(select(journal)).one()
        walk.end(row.next_seq, row.head)
        if reach.signed_seq != row.next_seq - 1:
            raise RuntimeError("signatures were not checked")


def _check(database: Database, key: KioskKey) -> None:
    url = database.writer.url.render_as_string(hide_password=False)
    (one,) = check_kiosks(Settings(url, str(HANOI), 5), [Task(key.keyid, {})], workers=1)
    if one.findings:
        raise RuntimeError(str(one.findings))


def _bare(database: Database, key: KioskKey, *, whole: bool) -> None:
    counts: Counter[tuple[str, str, int, str, str]] = Counter()
    public = key.private.public_key()
    with database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT journal_id, first_seq, prev, head, lines, signature, kiosk_clock, request FROM segment "
            "ORDER BY journal_id, first_seq"
        ).cursor
        for journal_id, first, prev, head, body, signature, clock, request in rows:  # type: ignore[union-attr]
            lines = zlib.decompress(body, 31).split(b"\n")[:-1]
            if chain_over(prev, lines) != head:
                raise RuntimeError("the chain does not hold")
            batch = Usual(journal_id, Cursor(first, prev), head, key.keyid, clock)
            base = restored(request, batch, base64.b64encode(sha256(body).digest()).decode())
            public.verify(base64.b64decode(signature[7:-1]), base.encode())
            if whole:
                _count(lines, counts)


def _count(lines: list[bytes], counts: "Counter[tuple[str, str, int, str, str]]") -> None:
    for line in lines:
        try:
            said = _decode(line)
        except msgspec.DecodeError:
            continue
        counts[said.survey, said.question, said.level, said.standing, said.at[:10]] += 1


def _bring(office: Office, key: KioskKey, lines: int, lines_each: int) -> str:
    """A journal of working days, signed and stored, and cut where its half days are over; its id."""
    pen = Pen(boot=BOOT)
    moments = _moments(lines)
    for at, mono_us in moments:
        pen.rating(len(pen.lines) % 5 + 1, at=at.isoformat(), mono=mono_us)
    head, end = Cursor.start(pen.journal_id), 0
    device = replace(office.device, key_id=key_id_of(key.public))
    with office.database.writing() as connection:
        while end < lines:
            first, end = end, min(end + lines_each, lines)
            some, clock = tuple(pen.lines[first:end]), _sent(*moments[end - 1])
            batch, after = Batch(pen.journal_id, head, some, body=pack_batch(some)), head.after(some)
            receipt = _receipt(key.private, batch, after, clock, key.keyid)
            append_batch(connection, device, batch, receipt, DAYS)
            head = after
    judge_due(transact_of(office), SURVEYS)
    return pen.journal_id


def _moments(lines: int) -> list[tuple[datetime, int]]:
    """When somebody presses: every half minute of office hours, until now; with what the boot clock reads."""
    found, day = [], FIRST - timedelta(days=lines // 900 + 1)
    while len(found) < lines:
        found += [
            day + timedelta(minutes=minute, seconds=second)
            for minute in (*range(240), *range(330, 570))
            for second in (0, 30)
        ]
        day += timedelta(days=1)
    begin = found[0] - timedelta(seconds=1)
    return [(at, (at - begin) // timedelta(microseconds=1)) for at in found[:lines]]


def _sent(at: datetime, mono_us: int) -> Instant:
    """The kiosk's clocks when it sends what was pressed then: a second later."""
    return Instant(at + timedelta(seconds=1), mono_us + 1_000_000, BOOT)


def _receipt(private: Ed25519PrivateKey, batch: Batch, end: Cursor, clock: Instant, keyid: str) -> Arrival:
    assert batch.body is not None
    sent, words = Usual(batch.journal_id, batch.start, end.head, keyid, format_kiosk_clock(clock)), "127.0.0.1 0 head"
    base = restored(words, sent, base64.b64encode(sha256(batch.body).digest()).decode())
    signature = f"kiosk=:{base64.b64encode(private.sign(base.encode())).decode()}:"
    return Arrival(clock.wall, clock, signature, sent.kiosk_clock, base)


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name}: {figure.value:,.0f} {figure.unit}, bare {figure.baseline:,.0f}, {figure.ratio:.3f}")
