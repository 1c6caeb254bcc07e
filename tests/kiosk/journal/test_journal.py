import stat
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from kiosk.domain.visit.rating import Reasons, Revised, Standing
from kiosk.journal.disk.schema import STEPS
from kiosk.journal.errors import JournalInUse, JournalUnusable, JournalUnwritable
from kiosk.journal.journal import Journal
from kiosk.journal.lines import OpenedLine, RatingLine, decode_line
from kiosk.journal.reader import JournalReader
from kiosk.journal.upkeep.verify import verify_journal
from tests.builders import FrozenClock, make_rating


def test_new_journal_begins_with_the_entry_that_opens_it(reader):
    (opened,) = [decode_line(entry.line) for entry in reader.entries()]

    assert isinstance(opened, OpenedLine)
    assert (opened.seq, opened.software, opened.at) == (1, "hailong test", "2026-11-23T08:00:00+07:00")


def test_appended_rating_is_read_back_as_it_was_pressed(journal, reader, clock):
    rating = make_rating(clock, level=2, standing=Standing.REPEAT)

    entry = journal.append(rating)

    (_, kept) = reader.entries()
    assert kept == entry
    line = decode_line(kept.line)
    assert isinstance(line, RatingLine)
    assert (line.seq, line.mono, line.boot) == (2, rating.pressed.mono_us, rating.pressed.boot)
    assert (line.survey, line.question, line.level, line.standing) == ("sipas-5@1", "overall", 2, "repeat")


def test_journal_goes_on_where_it_ended_when_it_is_opened_again(path, clock):
    with Journal.open(path, clock, "a") as journal:
        journal.append(make_rating(clock))
    with Journal.open(path, clock, "b") as journal:
        assert journal.append(make_rating(clock)).seq == 3

    with JournalReader(path) as reader:
        assert verify_journal(reader) is None


def test_second_writer_is_refused_while_the_first_one_lives(journal, path, clock, monkeypatch):
    monkeypatch.setattr("kiosk.journal.journal.AGENT_S_MAX", 0.1)
    with pytest.raises(JournalInUse, match="stop it first"):
        Journal.open(path, clock, "second")


def test_agent_that_just_continues_the_journal_is_waited_for(path, clock, let_agent_work):
    Journal.open(path, clock, "first").close()
    let_agent_work()

    Journal.open(path, clock, "second").close()


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE entry SET line = x'00' WHERE seq = 2",
        "DELETE FROM entry WHERE seq = 2",
        "INSERT INTO entry VALUES (9, x'00', zeroblob(32))",
        "INSERT OR REPLACE INTO entry VALUES (2, x'00', zeroblob(32))",
    ],
)
def test_file_itself_refuses_to_change_lose_or_skip_an_entry(journal, clock, attack):
    journal.append(make_rating(clock))

    with pytest.raises(Exception, match=r"an entry (is never|follows)|UNIQUE"), journal._engine.begin() as connection:
        connection.exec_driver_sql(attack)


def test_commit_that_raises_though_it_committed_is_not_written_twice(journal, reader, clock):
    raise_once_after(journal, "commit")

    entry = journal.append(make_rating(clock))

    assert [kept.seq for kept in reader.entries()] == [1, entry.seq]


def test_commit_that_raises_and_did_not_commit_is_written_again(journal, reader, clock):
    raise_once_after(journal, "rollback instead")

    entry = journal.append(make_rating(clock))

    assert list(reader.entries())[-1] == entry
    assert entry.seq == 2


def test_disk_that_goes_on_refusing_keeps_nothing_and_says_so(journal, reader, clock, monkeypatch):
    def refuse(*_args: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    with monkeypatch.context() as full:
        full.setattr(journal._kept, "exec_driver_sql", refuse)
        with pytest.raises(JournalUnwritable, match="disk is full"):
            journal.append(make_rating(clock))

    assert reader.head().next_seq == 2
    assert journal.append(make_rating(clock)).seq == 2


def test_files_are_for_their_owner_alone(journal, path):
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_folder_that_cannot_be_written_is_named_with_the_remedy(tmp_path, clock):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(JournalUnusable, match=r"file cannot be written .*--data-dir"):
        Journal.open(tmp_path / "file" / "journal.db", clock, "a")


def test_journal_of_a_newer_version_is_left_alone(journal, path, clock):
    with journal._engine.begin() as connection:
        connection.exec_driver_sql(f"PRAGMA user_version = {len(STEPS) + 1}")
    journal.close()

    with pytest.raises(JournalUnusable, match="newer version"):
        Journal.open(path, clock, "old")


def test_foreign_database_is_not_taken_for_a_journal(path, clock):
    from kiosk.journal.disk.engine import sqlite_module

    path.parent.mkdir(parents=True)
    with sqlite_module().connect(path) as other:
        other.execute("PRAGMA user_version = 1")
        other.execute("CREATE TABLE other (x)")

    with pytest.raises(JournalUnusable, match="no journal"):
        Journal.open(path, clock, "a")


def test_tally_counts_by_local_day_part_level_and_standing(journal, reader, clock):
    for level in (5, 5, 1):
        journal.append(make_rating(clock, level))
    clock.advance(5 * 3600)
    journal.append(make_rating(clock, 5, standing=Standing.TEST))

    day = clock.wall.date()
    rows = {(row.part, row.level, row.standing): row.n for row in reader.tally(day, day)}
    assert rows == {("am", 5, "counted"): 2, ("am", 1, "counted"): 1, ("pm", 5, "test"): 1}


def test_revised_rating_moves_in_the_tally_and_stays_in_the_journal(journal, reader, clock):
    entry = journal.append(make_rating(clock, level=1))
    journal.append(Reasons(clock.now(), entry.seq, ("wait",)))
    journal.append(Revised(clock.now(), entry.seq, 3))
    journal.append(Revised(clock.now(), entry.seq, 5))

    (row,) = reader.tally(clock.wall.date(), clock.wall.date())
    assert (row.level, row.n) == (5, 1)
    assert reader.count("rating") == 1
    assert decode_line(list(reader.entries())[1].line).level == 1  # type: ignore[attr-defined]


def raise_once_after(journal: Journal, what: str) -> None:
    """Make the next COMMIT raise, after it was carried out or after it was undone."""
    kept = journal._kept
    doubt, commit = iter([True]), kept.commit

    def fail() -> None:
        if not next(doubt, False):
            return commit()
        kept.exec_driver_sql("COMMIT" if what == "commit" else "ROLLBACK")
        raise OperationalError("COMMIT", {}, Exception("disk I/O error"))

    kept.commit = fail  # type: ignore[method-assign]


def test_frozen_clock_keeps_the_promise_of_the_real_one():
    clock = FrozenClock()

    assert clock.now().mono_us < clock.now().mono_us


def test_open_reads_every_setting_back(path, clock, monkeypatch):
    from kiosk.journal.disk import engine

    monkeypatch.setitem(engine._SETTINGS, "max_page_count", 17.5)

    with pytest.raises(JournalUnusable, match="kept max_page_count at"):
        Journal.open(path, clock, "a")


def test_engines_are_made_in_one_place():
    offenders = [
        file
        for package in ("kiosk", "sync/agent")
        for file in (Path(__file__).parents[3] / package).rglob("*.py")
        if "create_engine(" in file.read_text() and file.name != "engine.py"
    ]

    assert offenders == []
