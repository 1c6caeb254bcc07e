"""A text that was deleted stands in no byte of any file, with each SQLite that a kiosk may have."""

import contextlib
import importlib
import json
import random
import shutil
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.domain.visit.rating import Comment
from kiosk.journal.chain import Cursor
from kiosk.journal.disk import engine, leftovers
from kiosk.journal.journal import Journal
from kiosk.journal.reader import JournalReader
from kiosk.journal.recovery.remains import read_remains
from kiosk.journal.upkeep import backup, forgetting
from kiosk.journal.upkeep.backup import back_up, restore
from kiosk.journal.upkeep.forgetting import forget_aside
from kiosk.journal.upkeep.upkeep import Upkeep
from kiosk.journal.upkeep.verify import verify_journal
from tests.builders import make_rating

RETENTION = timedelta(days=400)
WORDS = "Cán bộ ở quầy nói to, tôi nghe không rõ số hiệu 0123"
NEEDLE = WORDS.encode()[:24]


@pytest.fixture(params=["pysqlite3.dbapi2", "sqlite3"], autouse=True)
def _library(request, monkeypatch) -> None:
    """Both modes with both libraries: Debian's overwrites what it deletes unasked, pysqlite3's does not."""
    library = importlib.import_module(request.param)
    monkeypatch.setattr(engine, "sqlite_module", lambda: library)
    monkeypatch.setattr(backup, "sqlite_module", lambda: library)


@pytest.fixture
def careless(monkeypatch):
    """Makes journals as an older version did: nothing is overwritten, with any library."""

    @contextlib.contextmanager
    def use():
        with monkeypatch.context() as older:
            older.setitem(engine._SETTINGS, "secure_delete", 0)
            older.setattr(leftovers, "overwrite_leftovers", lambda _engine: True)
            older.setattr("kiosk.journal.writing.note_clean", lambda _connection: None)
            yield

    return use


def files_with(words: bytes, folder: Path) -> list[str]:
    found = (file for file in folder.rglob("*") if file.is_file())
    return sorted(str(file.relative_to(folder)) for file in found if words in file.read_bytes())


def comment(journal: Journal, clock, words: str = WORDS) -> int:
    rating = journal.append(make_rating(clock, 2))
    return journal.append(Comment(clock.now(), rating.seq, words)).seq


def acknowledge(path: Path) -> Cursor:
    with JournalReader(path) as reader:
        head = reader.head()
        notes = {
            "journal_id": reader.id,
            "acknowledged_next": head.next_seq,
            "acknowledged_head": head.head.hex(),
        }
    path.with_name("agent.json").write_text(json.dumps(notes))
    return head


def forget(journal: Journal, path: Path, clock) -> None:
    journal.maintain(acknowledge(path), RETENTION, clock.now())


def test_forgotten_words_stand_in_no_byte_while_the_kiosk_runs_and_after_it(path, clock):
    with Journal.open(path, clock, "test") as journal, JournalReader(path):
        comment(journal, clock)
        assert files_with(NEEDLE, path.parent)

        forget(journal, path, clock)
        assert files_with(NEEDLE, path.parent) == []

        for _ in range(20):
            journal.append(make_rating(clock))
        assert files_with(NEEDLE, path.parent) == []
    assert files_with(NEEDLE, path.parent) == []


def test_forgotten_words_of_many_lengths_leave_no_byte_among_those_that_stay(path, clock):
    """Pages split, merge and are freed: wherever a text was moved to on the way, it is gone from there too."""
    drawn = random.Random(5)
    with Journal.open(path, clock, "test") as journal:
        for round_ in range(6):
            for n in range(40):
                comment(journal, clock, f"mất{round_}-{n} " + "dài " * drawn.randrange(1, 240))
            forget(journal, path, clock)
            comment(journal, clock, f"còn lại {round_}")
            assert files_with("mất".encode(), path.parent) == []
            assert files_with(f"còn lại {round_}".encode(), path.parent)


def test_words_a_reader_still_holds_in_the_log_go_at_the_next_quiet_moment(path, clock):
    with Journal.open(path, clock, "test") as journal, JournalReader(path) as reader:
        comment(journal, clock)
        with reader._reading() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM entry").scalar_one()
            if engine.durability_for(engine.sqlite_version()).journal_mode == "wal":
                forget(journal, path, clock)
        journal.append(make_rating(clock))

        forget(journal, path, clock)

        assert files_with(NEEDLE, path.parent) == []


def test_file_of_a_version_that_overwrote_nothing_is_mended_when_it_is_opened(path, clock, careless):
    with careless(), Journal.open(path, clock, "older") as journal:
        for _ in range(50):
            comment(journal, clock)
        forget(journal, path, clock)
        for _ in range(20):
            journal.append(make_rating(clock))
    with JournalReader(path) as reader:
        before = list(reader.entries())
    assert files_with(NEEDLE, path.parent), "the test's own older version must leave something"

    with Journal.open(path, clock, "newer") as journal:
        assert files_with(NEEDLE, path.parent) == []
        journal.append(make_rating(clock))

    with JournalReader(path) as reader:
        assert list(reader.entries())[:-1] == before
        assert verify_journal(reader) is None


def test_file_is_rewritten_once_and_not_at_each_start(path, clock, careless, monkeypatch):
    with careless():
        Journal.open(path, clock, "older").close()
    Journal.open(path, clock, "newer").close()
    rewritten = path.read_bytes()[24:28]  # the file's change counter
    monkeypatch.setattr(leftovers, "_log_is_emptied", lambda _connection: True)

    Journal.open(path, clock, "newer").close()

    assert path.read_bytes()[24:28] == rewritten


def test_disk_that_refuses_the_rewriting_stops_no_kiosk(path, clock, careless, monkeypatch):
    with careless():
        Journal.open(path, clock, "older").close()

    def refuse(_connection: object) -> None:
        raise engine.sqlite_module().OperationalError("database or disk is full")

    with monkeypatch.context() as full:
        full.setattr(leftovers, "_rewrite_once", refuse)
        with Journal.open(path, clock, "newer") as journal:
            assert journal.append(make_rating(clock)).seq == 2


def test_backup_leaves_out_what_was_acknowledged_without_a_trace(path, clock, tmp_path):
    (tmp_path / "copy").mkdir()
    with Journal.open(path, clock, "test") as journal:
        comment(journal, clock)
        acknowledge(path)
        comment(journal, clock, "chưa gửi")
        back_up(path, tmp_path / "copy" / "journal.db")

    assert files_with(NEEDLE, tmp_path / "copy") == []
    assert files_with("chưa gửi".encode(), tmp_path / "copy") == ["journal.db"]
    with JournalReader(tmp_path / "copy" / "journal.db") as copy:
        assert verify_journal(copy) is None


def put_aside(path: Path, clock) -> None:
    """A journal whose head is taken back: an older file was put in its place."""
    with Journal.open(path, clock, "test") as journal:
        comment(journal, clock)
    shutil.copy(path, path.with_name("old.db"))
    with Journal.open(path, clock, "test") as journal:
        journal.append(make_rating(clock))
    path.with_name("old.db").replace(path)
    Journal.open(path, clock, "test").close()
    assert files_with(NEEDLE, path.parent) == ["aside/1/journal.db", "journal.db"]


def test_words_put_aside_are_forgotten_once_the_collector_has_what_was_carried_over(path, clock):
    put_aside(path, clock)
    upkeep = Upkeep(path, clock, RETENTION)
    with Journal.open(path, clock, "test") as journal:
        _tidied(upkeep, journal)
        assert files_with(NEEDLE, path.parent) == ["aside/1/journal.db", "journal.db"]

        acknowledge(path)
        _tidied(upkeep, journal)

        assert files_with(NEEDLE, path.parent) == []
    with JournalReader(path.parent / "aside" / "1" / path.name) as aside:
        assert len(list(aside.entries())) == 3
        assert verify_journal(aside) is None


@pytest.mark.parametrize("on_page", [b'"seq":150,', NEEDLE], ids=["entries", "words"])
def test_words_go_from_a_damaged_file_put_aside_as_well(path, clock, on_page):
    with Journal.open(path, clock, "test") as journal:
        comment(journal, clock)
        for _ in range(200):
            journal.append(make_rating(clock))
    body = bytearray(path.read_bytes())
    page = body.rindex(on_page) // 4096 * 4096
    body[page : page + 64] = b"\xee" * 64
    path.write_bytes(body)
    with Journal.open(path, clock, "test") as journal:
        assert files_with(on_page, path.parent / "aside")
        forget(journal, path, clock)

        assert forget_aside(path)

    assert files_with(NEEDLE, path.parent) == []
    assert len(read_remains(path.parent / "aside" / "1" / path.name, only_sound=False).entries) > 150


def test_words_that_only_the_file_put_aside_has_stay_there(path, clock, tmp_path):
    """A restored backup is older than the journal it replaces: what came after it was never carried over."""
    with Journal.open(path, clock, "test") as journal:
        comment(journal, clock)
        back_up(path, tmp_path / "copy.db")
        comment(journal, clock, "sau bản sao")
    restore(path, tmp_path / "copy.db", clock, "test")
    with Journal.open(path, clock, "test") as journal:
        forget(journal, path, clock)

        assert forget_aside(path)

    assert files_with(NEEDLE, path.parent) == []
    assert files_with("sau bản sao".encode(), path.parent) == ["aside/1/journal.db"]


def test_copy_that_cannot_be_read_at_all_is_named_and_left(path, clock, caplog):
    put_aside(path, clock)
    aside = path.parent / "aside" / "1" / path.name
    aside.write_bytes(b"no database " * 1000)
    acknowledge(path)

    assert forgetting.forget_aside(path)

    assert "cannot be deleted" in caplog.text
    assert aside.stat().st_size == 12000


def _tidied(upkeep: Upkeep, journal: Journal) -> None:
    upkeep.tidy(journal)
    for thread in threading.enumerate():
        if thread.name == "forget aside":
            thread.join()
