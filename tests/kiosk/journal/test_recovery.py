"""A journal that is not what was last known is continued, never started over in silence."""

import json
import os
import shutil
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy.exc import OperationalError

from kiosk.domain.visit.rating import Comment, Reasons, Revised
from kiosk.journal.disk.engine import sqlite_module
from kiosk.journal.disk.head_file import HeadFile
from kiosk.journal.journal import Journal
from kiosk.journal.lines import OpenedLine, decode_line
from kiosk.journal.reader import Entry, JournalReader
from kiosk.journal.recovery import recovery
from kiosk.journal.upkeep.verify import verify_journal
from tests.builders import make_rating


def press(path: Path, clock, levels: list[int]) -> tuple[str, list[Entry]]:
    """Press these levels and close; the journal's id and the ratings' entries."""
    with Journal.open(path, clock, "test") as journal:
        return journal.id, [journal.append(make_rating(clock, level)) for level in levels]


def opened(path: Path) -> OpenedLine:
    with JournalReader(path) as reader:
        assert verify_journal(reader) is None
        line = decode_line(next(iter(reader.entries())).line)
    assert isinstance(line, OpenedLine)
    return line


def levels_in(path: Path) -> list[int]:
    with JournalReader(path) as reader:
        lines = [msgspec.json.decode(entry.line) for entry in reader.entries()]
    return [line["level"] for line in lines if line["kind"] == "rating"]


def acknowledge(path: Path, journal_id: str, seq: int, head: bytes) -> None:
    notes = {"journal_id": journal_id, "acknowledged_next": seq + 1, "acknowledged_head": head.hex()}
    (path.parent / "agent.json").write_text(json.dumps(notes))


def test_sound_journal_is_simply_opened_again(path, clock):
    journal_id, _ = press(path, clock, [1, 2])

    with Journal.open(path, clock, "test") as journal:
        assert journal.id == journal_id
    assert not (path.parent / "aside").exists()


def test_deleted_journal_is_noticed_and_named(path, clock):
    journal_id, _ = press(path, clock, [1, 2, 3])
    path.unlink()

    press(path, clock, [4])

    line = opened(path)
    assert (line.why, line.continues, line.carried, line.lost) == ("missing", journal_id, 0, 4)
    assert levels_in(path) == [4]


def test_emptied_journal_is_noticed_like_a_deleted_one(path, clock):
    press(path, clock, [1])
    path.write_bytes(b"")

    press(path, clock, [])

    assert opened(path).why == "missing"


def test_older_file_put_back_is_noticed_and_what_it_holds_is_carried_over(path, clock, tmp_path):
    journal_id, first = press(path, clock, [1, 2])
    shutil.copy(path, tmp_path / "old.db")
    press(path, clock, [3])
    shutil.copy(tmp_path / "old.db", path)

    press(path, clock, [5])

    line = opened(path)
    assert (line.why, line.continues, line.continues_seq) == ("rolled back", journal_id, 3)
    assert line.continues_head == first[-1].hash.hex()
    assert (line.carried, line.lost) == (2, 1)
    assert levels_in(path) == [1, 2, 5]


def test_only_what_the_collector_is_not_known_to_have_is_carried(path, clock, tmp_path):
    journal_id, first = press(path, clock, [1, 2])
    acknowledge(path, journal_id, first[0].seq, first[0].hash)
    shutil.copy(path, tmp_path / "old.db")
    press(path, clock, [3])
    shutil.copy(tmp_path / "old.db", path)

    press(path, clock, [])

    assert levels_in(path) == [2]
    with JournalReader(path) as reader:
        carried = msgspec.json.decode(list(reader.entries())[1].line)
    assert carried["from"] == [journal_id, first[1].seq, first[1].hash.hex()]
    assert carried["mono"] == decode_line(first[1].line).mono


def test_file_of_another_kiosk_is_noticed(path, clock, tmp_path):
    press(path, clock, [1])
    other = tmp_path / "other" / "journal.db"
    other_id, _ = press(other, clock, [2])
    shutil.copy(other, path)

    press(path, clock, [])

    line = opened(path)
    assert (line.why, line.continues) == ("replaced", other_id)


def test_deleted_write_ahead_log_is_noticed(tmp_path, clock):
    path = tmp_path / "kiosk" / "journal.db"
    with Journal.open(path, clock, "test") as journal:
        for level in (1, 2, 3):
            journal.append(make_rating(clock, level))
        shutil.copytree(path.parent, tmp_path / "pulled")
    pulled = tmp_path / "pulled" / "journal.db"
    wal = Path(f"{pulled}-wal")
    assert wal.stat().st_size > 0
    wal.unlink()

    press(pulled, clock, [4])

    assert opened(pulled).why in ("rolled back", "missing")
    assert levels_in(pulled)[-1] == 4


def test_damaged_file_is_put_aside_whole_and_its_sound_entries_are_carried(path, clock):
    journal_id, _ = press(path, clock, [1 + n % 5 for n in range(400)])
    damage(path, share=0.6)

    press(path, clock, [5])

    line = opened(path)
    assert (line.why, line.continues) == ("damaged", journal_id)
    assert line.carried is not None
    assert line.lost is not None
    assert line.carried + line.lost <= 401
    assert line.carried > 350, "what lies on other pages is carried over"
    assert (path.parent / "aside" / "1" / "journal.db").is_file()
    assert len(levels_in(path)) == line.carried + 1


def test_file_that_is_no_database_any_more_is_continued_all_the_same(path, clock):
    journal_id, _ = press(path, clock, [1, 2])
    path.write_bytes(b"\0" * 9000)

    press(path, clock, [3])

    line = opened(path)
    assert (line.why, line.continues, line.lost) == ("damaged", journal_id, 3)
    assert levels_in(path) == [3]


def test_altered_entry_is_noticed_at_the_next_start_and_not_carried(path, clock):
    press(path, clock, [1, 2, 3])
    with sqlite_module().connect(path) as attacker:
        attacker.execute("DROP TRIGGER entry_is_never_changed")
        attacker.execute("UPDATE entry SET line = CAST(replace(line, '\"level\":2', '\"level\":5') AS BLOB)")

    press(path, clock, [])

    assert opened(path).why == "damaged"
    assert 5 not in levels_in(path)


def test_reasons_and_comments_follow_their_rating_into_the_continuation(path, clock, tmp_path):
    with Journal.open(path, clock, "test") as journal:
        rating = journal.append(make_rating(clock, 1))
        journal.append(Reasons(clock.now(), rating.seq, ("wait",)))
        journal.append(Comment(clock.now(), rating.seq, "Chờ lâu quá"))
        journal.append(Revised(clock.now(), rating.seq, 2))
    HeadFile(path).write("another-journal", rating_cursor())

    press(path, clock, [])

    with JournalReader(path) as reader:
        lines = [msgspec.json.decode(entry.line) for entry in reader.entries()]
        batch = reader.batch_after(reader.anchor(), 500, 100_000)
        (tally,) = reader.tally(clock.wall.date(), clock.wall.date())
    assert [(line["kind"], line.get("rating")) for line in lines[1:]] == [
        ("rating", None), ("reasons", 2), ("comment", 2), ("revised", 2),
    ]  # fmt: skip
    assert len(batch.enclosures) == 1
    assert (tally.level, tally.n) == (2, 1)


@pytest.mark.parametrize("at", range(1, 9))
def test_crash_at_any_step_of_the_exchange_is_made_good_at_the_next_start(path, clock, monkeypatch, at):
    press(path, clock, [1, 2, 3])
    HeadFile(path).write("another-journal", rating_cursor())
    steps = iter(range(1, 100))
    real = Path.rename

    class Crash(BaseException):
        """The plug is pulled."""

    def rename(self, target):
        if next(steps) == at:
            raise Crash
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    crashed = False
    try:
        press(path, clock, [])
    except Crash:
        crashed = True
    monkeypatch.undo()

    press(path, clock, [5])

    assert levels_in(path) == [1, 2, 3, 5]
    assert crashed or at > 2


def test_torn_head_file_says_nothing(path, clock):
    journal_id, _ = press(path, clock, [1])
    head_file = path.with_suffix(".head")
    head_file.write_bytes(head_file.read_bytes()[:60])

    with Journal.open(path, clock, "test") as journal:
        assert journal.id == journal_id


def test_deleted_head_file_is_there_again_after_a_quiet_moment(path, clock):
    with Journal.open(path, clock, "test") as journal, JournalReader(path) as reader:
        journal.append(make_rating(clock))
        path.with_suffix(".head").unlink()
        journal.append(make_rating(clock))
        journal.maintain(reader.anchor(), timedelta(days=400), clock.now())
        journal.append(make_rating(clock))

        assert HeadFile(path).read() == (reader.id, reader.head())


def test_head_file_needs_no_call_that_windows_lacks(path, clock, monkeypatch):
    monkeypatch.delattr(os, "pwrite")

    with Journal.open(path, clock, "test") as journal, JournalReader(path) as reader:
        journal.append(make_rating(clock))

        assert HeadFile(path).read() == (reader.id, reader.head())


def test_disk_that_refuses_the_check_is_not_taken_for_damage(path, clock, monkeypatch):
    press(path, clock, [1])

    def refuse(*_args):
        raise OperationalError("PRAGMA", {}, Exception("disk I/O error"))

    monkeypatch.setattr(recovery, "_damage", refuse)
    with pytest.raises(Exception, match="disk I/O error"):
        Journal.open(path, clock, "test")
    monkeypatch.undo()

    assert levels_in(path) == [1]


def rating_cursor():
    from kiosk.journal.chain import Cursor

    return Cursor(9, b"h" * 32)


def damage(path: Path, share: float) -> None:
    """Overwrite two pages in the middle, as a failing card does."""
    content = bytearray(path.read_bytes())
    page = 4096
    middle = int(len(content) // page * share) * page
    content[middle : middle + 2 * page] = b"\xa5" * (2 * page)
    path.write_bytes(bytes(content))
