"""The whole of ``kiosk verify``, chain, blocks and their tree, beside a loop that hashes and decodes the same lines.

The chain alone has 0.7 of that loop as its limit. Blocks are held to their ratings by the run and not by the line, but
each rating is parted, dated and summed for it, which the loop does not do: the whole has a limit of its own.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from bench_journal import _hash_and_decode, _rating, least_seconds
from harness import Figure

from kiosk.base.clock import SystemClock
from kiosk.domain.numbers.blocks import half_day_of
from kiosk.journal.disk.engine import writer_engine
from kiosk.journal.disk.head_file import HeadFile
from kiosk.journal.journal import Journal
from kiosk.journal.lines import Line, SettingsLine, encode_line, head, line_of
from kiosk.journal.reader import JournalReader, head_of
from kiosk.journal.tree import catch_up
from kiosk.journal.uncut import Noted, Setting, Uncut, block_line
from kiosk.journal.upkeep.whole import verify_whole
from kiosk.journal.writing import write_bytes

RATINGS = 100_000
EVERY_S = 90


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="hailong-bench-") as folder:
        path, clock = Path(folder) / "journal.db", SystemClock(ZoneInfo("Asia/Ho_Chi_Minh"))
        Journal.open(path, clock, "bench", allow_any_disk=True).close()
        _fill(path, clock)
        with JournalReader(path) as reader:
            ours, bare = least_seconds(lambda: _verify(reader), lambda: _hash_and_decode(path, reader.id))
            entries = reader.head().next_seq - 1
    yield Figure("kiosk verify, the whole, entries a second of a core", entries / ours, "/s", entries / bare, 0.5,
                 at_most=False)  # fmt: skip


def _verify(reader: JournalReader) -> None:
    found = verify_whole(reader)
    assert (found.fault, bool(found.cuts.n), found.cuts.faults) == (None, True, ())
    assert found.tree.wrong_from is None


def _fill(path: Path, clock: SystemClock) -> None:
    """Ratings a minute and a half apart, and each half day's block as soon as it is over, as a kiosk cuts."""
    with JournalReader(path) as reader:
        journal_id = reader.id
    engine = writer_engine(path)
    with engine.begin() as connection:
        end = head_of(connection, journal_id)
        uncut = Uncut(Noted(end.next_seq, Setting()))
        for line in _lines(clock, uncut):
            encoded = encode_line(line)
            uncut.read(end.next_seq, encoded)
            end = write_bytes(connection, end, encoded).end
        catch_up(connection, end.next_seq - 1)
    engine.dispose()
    HeadFile(path).write(journal_id, end)


def _lines(clock: SystemClock, uncut: Uncut) -> Iterator[Line]:
    now = clock.now()
    begin = now.before(EVERY_S * (RATINGS + 1))
    half_day = half_day_of(begin.wall.isoformat())
    yield SettingsLine(*head(uncut.next_seq, begin, "settings"), "sipas-5@1", levels={"overall": [1, 2, 3, 4, 5]})
    for n in range(RATINGS, 0, -1):
        at = now.before(EVERY_S * n)
        before, half_day = half_day, half_day_of(at.wall.isoformat())
        for one in uncut.due(at.wall.isoformat(timespec="seconds")) if half_day != before else ():
            yield block_line(uncut.next_seq, at, one)
        yield line_of(uncut.next_seq, _rating(clock, at=at))
