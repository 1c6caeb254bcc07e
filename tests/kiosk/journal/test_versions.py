"""Every released schema of the journal opens in this version, unsent entries and all; every step is whole or not."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kiosk.journal.chain import Cursor
from kiosk.journal.disk import schema
from kiosk.journal.disk.engine import create_private, writer_engine
from kiosk.journal.disk.schema import STEPS, schema_version
from kiosk.journal.journal import Journal
from kiosk.journal.reader import JournalReader
from kiosk.journal.upkeep.verify import verify_journal
from tests.builders import FrozenClock, make_rating

GOLDEN = Path(__file__).parents[2] / "golden" / "journal"
RELEASED = sorted(GOLDEN.glob("schema-*.db"))
"""One journal of each released schema, with ratings nobody has fetched; never made anew (see its README)."""


@pytest.mark.parametrize("released", RELEASED, ids=lambda path: path.stem)
def test_journal_of_a_released_version_opens_with_all_its_unsent_entries(path, clock, released):
    create_private(path)
    shutil.copyfile(released, path)
    with JournalReader(path) as reader:
        before = [entry.line for entry in reader.entries()]

    with Journal.open(path, clock, "newer") as journal:
        entry = journal.append(make_rating(clock))

    with JournalReader(path) as reader:
        batch = reader.batch_after(Cursor.start(reader.id), 500, 10**6)
        assert list(batch.lines[:-1]) == before
        assert batch.lines[-1] == entry.line
        assert verify_journal(reader) is None


def test_each_schema_has_a_golden_journal():
    assert [path.stem for path in RELEASED] == [f"schema-{version}" for version in range(1, len(STEPS) + 1)]


@pytest.mark.parametrize("statement", range(1, 6))
def test_step_that_breaks_off_leaves_the_journal_as_it_was(path, clock, monkeypatch, statement):
    with Journal.open(path, clock, "old") as journal:
        journal.append(make_rating(clock))
    later = tuple(f"CREATE TABLE later_{n} (x)" for n in range(5))
    broken = (*later[: statement - 1], "this is no SQL", *later[statement:])
    monkeypatch.setattr(schema, "STEPS", (*STEPS, broken))
    monkeypatch.setattr("kiosk.journal.journal.STEPS", (*STEPS, broken))

    with pytest.raises(Exception, match="syntax error"):
        Journal.open(path, clock, "newer")

    monkeypatch.undo()
    engine = writer_engine(path)
    with engine.connect() as connection:
        assert schema_version(connection) == len(STEPS)
        assert (
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'later%'").scalar_one() == 0
        )
    engine.dispose()
    with Journal.open(path, clock, "old") as journal:
        assert journal.append(make_rating(clock)).seq == 3


def test_kiosk_that_boots_in_1970_keeps_working(path):
    clock = FrozenClock(wall=datetime(1970, 1, 1, tzinfo=UTC))
    with Journal.open(path, clock, "test") as journal:
        first = journal.append(make_rating(clock))
        clock.wall = datetime(2026, 11, 23, tzinfo=UTC)
        second = journal.append(make_rating(clock))

    with JournalReader(path) as reader:
        assert verify_journal(reader) is None
        kinds = [b'"kind":"clock"' in entry.line for entry in reader.entries()]
    assert (first.seq, second.seq) == (2, 4)
    assert kinds == [False, False, True, False]


def test_local_day_is_the_offices_whatever_the_machines_zone(path, monkeypatch):
    """03:30 in Hà Nội is the evening before in London and still the same day here."""
    from kiosk.base.clock import SystemClock
    from tests.builders import ZONE

    monkeypatch.setenv("TZ", "America/New_York")
    clock = FrozenClock(wall=datetime(2026, 11, 22, 20, 30, tzinfo=UTC).astimezone(ZONE))
    with Journal.open(path, clock, "test") as journal:
        journal.append(make_rating(clock))

    with JournalReader(path) as reader:
        (row,) = reader.tally(datetime(2026, 11, 23, tzinfo=UTC).date(), datetime(2026, 11, 23, tzinfo=UTC).date())
    assert (row.day, row.part) == ("2026-11-23", "am")
    assert SystemClock(ZONE).now().wall.utcoffset() == clock.wall.utcoffset()
