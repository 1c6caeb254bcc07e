"""Append of one rating, finger to durable, against a bare INSERT+COMMIT with the same settings on the same disk."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from harness import Figure, alternate

from kiosk.clock import SystemClock
from kiosk.domain.rating import Rating, Standing
from kiosk.journal.engine import durability_for, sqlite_module, sqlite_version
from kiosk.journal.journal import Journal
from kiosk.journal.recorder import Recorder

TIMES = 600


def figures() -> Iterator[Figure]:
    clock = SystemClock(ZoneInfo("Asia/Ho_Chi_Minh"))
    # On the disk of the checkout: /tmp may lie in memory, where a commit costs nothing.
    with tempfile.TemporaryDirectory(dir=Path(__file__).parent) as folder:
        recorder = Recorder(lambda: Journal.open(Path(folder) / "journal.db", clock, "bench"))
        bare = _bare_insert(Path(folder) / "bare.db")
        rating = lambda: Rating(clock.now(), "sipas-5@1", "overall", 4, Standing.COUNTED)  # noqa: E731
        ours, theirs = alternate(lambda: recorder.record(rating()).result(), bare, TIMES)
        recorder.close()
    mode = durability_for(sqlite_version())
    yield Figure(f"append of one rating, finger to durable ({mode})", ours * 1000, "ms", theirs * 1000, 1.5)


def _bare_insert(path: Path):
    durability = durability_for(sqlite_version())
    connection = sqlite_module().connect(path, isolation_level=None)
    connection.execute(f"PRAGMA journal_mode = {durability.journal_mode}")
    connection.execute(f"PRAGMA synchronous = {durability.synchronous}")
    connection.execute("CREATE TABLE rating (id INTEGER PRIMARY KEY, line BLOB, hash BLOB)")
    line, hash_ = b"x" * 220, b"h" * 32

    def insert() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO rating (line, hash) VALUES (?, ?)", (line, hash_))
        connection.execute("COMMIT")

    return insert
