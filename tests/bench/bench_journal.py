"""The journal: append beside a bare INSERT+COMMIT, and what a million entries cost."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from harness import Figure, alternate_spent

from kiosk.base.clock import SystemClock
from kiosk.base.texts import texts
from kiosk.domain.instant import Instant
from kiosk.domain.visit.rating import Rating, Standing
from kiosk.journal.chain import chain_start
from kiosk.journal.counts.tally import keep_tally, tally_of
from kiosk.journal.disk.engine import durability_for, reader_engine, sqlite_version, writer_engine
from kiosk.journal.disk.head_file import HeadFile
from kiosk.journal.journal import Journal
from kiosk.journal.lines import RatingLine, encode_line, line_of
from kiosk.journal.reader import JournalReader, head_of
from kiosk.journal.recorder import Recorder
from kiosk.journal.upkeep.verify import verify_journal
from kiosk.journal.writing import write_bytes
from kiosk.numbers.days import DAYS_BACK, read_tally, terms_of
from kiosk.numbers.tables import days_table
from kiosk.office.settings import KioskSettings

LINE, HASH = b"x" * 220, b"h" * 32
_BARE = "INSERT INTO rating (line, hash) VALUES (?, ?)"
TIMES = 600
_decode = msgspec.json.Decoder(RatingLine).decode
ENTRIES = 1_000_000


def figures() -> Iterator[Figure]:
    clock = SystemClock(ZoneInfo("Asia/Ho_Chi_Minh"))
    # On the disk of the checkout: /tmp may lie in memory, where a commit costs nothing.
    build = Path(__file__).parents[2] / "build"
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build) as folder:
        path, bare = Path(folder) / "journal.db", Path(folder) / "bare.db"
        yield from _appending(f" ({durability_for(sqlite_version())})", path, clock, bare, 1.4)
        _fill(path, clock)
        _fill_bare(bare)
        yield from _appending(f", {ENTRIES:,} entries", path, clock, bare, 1.5)
        yield Figure("opening a journal of 1,000,000 entries", _opening_seconds(path, clock), "s", 1.0, 1.0)
        with JournalReader(path) as reader:
            yield _verifying(reader, path)
            yield Figure("tally of a day among 1,000,000 entries", _tally_ms(reader), "ms", 20.0, 1.0)
            yield Figure("the last 31 days of them, as the staff see them", _month_ms(reader), "ms", 20.0, 1.0)


def _appending(which: str, path: Path, clock: SystemClock, bare: Path, limit: float) -> Iterator[Figure]:
    """One append beside a bare one into a table of as many rows, with the same settings, taken in turn."""
    recorder = Recorder(lambda: Journal.open(path, clock, "bench"))
    insert = _bare_insert(bare)
    append = lambda: recorder.record(_rating(clock)).result()  # noqa: E731
    append()
    ours, theirs = alternate_spent(append, insert, TIMES)
    recorder.close()
    yield Figure(f"append of one rating, finger to durable{which}", ours.wall * 1000, "ms", theirs.wall * 1000, limit)
    yield Figure("the same, of the processor, both threads", ours.cpu * 1000, "ms", theirs.cpu * 1000)


def _rating(clock: SystemClock, at: Instant | None = None) -> Rating:
    pressed = at or clock.now()
    return Rating(pressed, "sipas-5@1", "overall", 1 + pressed.mono_us % 5, Standing.COUNTED)


def _bare_insert(path: Path) -> Callable[[], None]:
    path.touch()
    # The driver's connection itself, with every setting of the journal's.
    connection: Any = writer_engine(path).raw_connection().driver_connection
    connection.execute("CREATE TABLE IF NOT EXISTS rating (id INTEGER PRIMARY KEY, line BLOB, hash BLOB)")

    def insert() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(_BARE, (LINE, HASH))
        connection.execute("COMMIT")

    return insert


def _fill_bare(path: Path) -> None:
    engine = writer_engine(path)
    with engine.begin() as connection:
        connection.exec_driver_sql(_BARE, [(LINE, HASH)] * ENTRIES)
    engine.dispose()
    os.sync()  # or the pages of both are still on their way to the disk when the appends are measured


def _fill(path: Path, clock: SystemClock) -> None:
    """Bring the journal to a million entries with a chain that holds, as presses would, in one transaction.

    They lie a minute and a half apart, so that the last of three years are this very minute's.
    """
    with JournalReader(path) as reader:
        journal_id = reader.id
    engine = writer_engine(path)
    with engine.begin() as connection:
        end = head_of(connection, journal_id)
        while end.next_seq <= ENTRIES:
            rating = _rating(clock, clock.now().before(90 * (ENTRIES - end.next_seq)))
            end = write_bytes(connection, end, encode_line(line_of(end.next_seq, rating))).end
        lines = connection.exec_driver_sql("SELECT line FROM entry")
        connection.exec_driver_sql("DELETE FROM tally")
        keep_tally(connection, tally_of(line for (line,) in lines))
    engine.dispose()
    HeadFile(path).write(journal_id, end)


def _opening_seconds(path: Path, clock: SystemClock) -> float:
    began = time.perf_counter()
    Journal.open(path, clock, "bench").close()
    return time.perf_counter() - began


def _verifying(reader: JournalReader, path: Path) -> Figure:
    """The chain of all entries beside a loop that hashes and decodes the same lines and holds them against nothing."""
    seconds = least_seconds(lambda: verify_journal(reader), lambda: _hash_and_decode(path, reader.id))
    ours, bare = ((reader.head().next_seq - 1) / each for each in seconds)
    return Figure("kiosk verify, the chain, entries a second of a core", ours, "/s", bare, 0.7, at_most=False)


def least_seconds(ours: Callable[[], object], bare: Callable[[], object]) -> tuple[float, float]:
    """The least seconds of the processor of both, each thrice and in turn; neither may return anything but None."""
    least = [float("inf"), float("inf")]
    for _ in range(3):
        for place, act in enumerate((ours, bare)):
            began = time.process_time()
            assert act() is None
            least[place] = min(least[place], time.process_time() - began)
    return least[0], least[1]


def _hash_and_decode(path: Path, journal_id: str) -> None:
    engine = reader_engine(path)
    connection: Any = engine.raw_connection().driver_connection
    head = chain_start(journal_id)
    for (line,) in connection.execute("SELECT line FROM entry ORDER BY seq"):
        head = sha256(head + line).digest()
        try:
            _decode(line)
        except msgspec.DecodeError:  # the first one is no rating
            continue
    engine.dispose()


def _tally_ms(reader: JournalReader) -> float:
    day = SystemClock(ZoneInfo("Asia/Ho_Chi_Minh")).now().wall.date()
    began = time.perf_counter()
    assert sum(row.n for row in reader.tally(date(day.year, day.month, day.day), day)) > 0
    return (time.perf_counter() - began) * 1000


def _month_ms(reader: JournalReader) -> float:
    """Reading, deciding what may be shown, and the table of all days: what the staff wait for; the median of five."""
    now = SystemClock(ZoneInfo("Asia/Ho_Chi_Minh")).now().wall
    terms, t = terms_of(KioskSettings()), texts("kiosk", "vi")
    t.day(now.date())
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        tally = read_tally(reader, now.date() - timedelta(days=DAYS_BACK), now.date(), now, terms)
        table = days_table(tally, t)
        taken.append((time.perf_counter() - began) * 1000)
        assert sum(1 for row in table.rows if isinstance(row[1], int) and row[1] > 0) > DAYS_BACK - 2
    return median(taken)
