"""What is kept how long: pruning, enclosures, the reserve, clock steps, backups, places."""

import hashlib
import json
import shutil
from datetime import timedelta

import msgspec
import pytest

from kiosk.domain.visit.rating import Comment
from kiosk.journal.chain import Cursor
from kiosk.journal.disk.engine import sqlite_module
from kiosk.journal.disk.place import UNFIT, filesystem_of, require_fit_place
from kiosk.journal.disk.reserve import Reserve
from kiosk.journal.errors import JournalDamaged, JournalInUse, JournalUnusable
from kiosk.journal.journal import Journal
from kiosk.journal.lines import ClockLine, OpenedLine, PrunedLine, decode_line
from kiosk.journal.reader import JournalReader
from kiosk.journal.upkeep.backup import back_up, restore
from kiosk.journal.upkeep.verify import ChainFault, Wrong, known_heads, verify_journal
from tests.builders import make_rating

RETENTION = timedelta(days=400)


def test_only_entries_that_are_old_and_acknowledged_are_pruned(journal, reader, clock):
    for _ in range(10):
        journal.append(make_rating(clock))
    acknowledged = Cursor(8, reader.hash_at(7))
    clock.advance(401 * 86400)
    journal.append(make_rating(clock))

    assert journal.maintain(Cursor.start(journal.id), RETENTION, clock.now()) == 0
    assert journal.maintain(acknowledged, RETENTION, clock.now()) == 7

    assert next(iter(reader.entries())).seq == 8
    assert verify_journal(reader) is None
    reader.require_ancestor(acknowledged)
    assert len(reader.batch_after(acknowledged, 500, 10**6).lines) == 6


def test_first_hash_is_known_for_ever_though_its_entry_is_pruned(journal, reader, clock):
    """By it the journal is found in the public log, and nothing else on the disk tells it."""
    first = reader.hash_at(1)
    for _ in range(3):
        journal.append(make_rating(clock))
        clock.advance(401 * 86400)
        journal.append(make_rating(clock))
        journal.maintain(reader.head(), RETENTION, clock.now())

    assert next(iter(reader.entries())).seq > 3
    assert reader.hash_at(1) == first
    assert reader.hash_at(2) is None


def test_pruning_is_itself_an_entry(journal, reader, clock):
    journal.append(make_rating(clock))
    head = reader.head()
    clock.advance(401 * 86400)
    journal.append(make_rating(clock))

    journal.maintain(head, RETENTION, clock.now())

    said = decode_line(list(reader.entries())[-1].line)
    assert isinstance(said, PrunedLine)
    assert (said.through, said.head) == (2, head.head.hex())


def test_entries_acknowledged_under_another_past_are_not_pruned(journal, reader, clock):
    journal.append(make_rating(clock))
    clock.advance(401 * 86400)
    journal.append(make_rating(clock))

    assert journal.maintain(Cursor(3, b"x" * 32), RETENTION, clock.now()) == 0


def test_recent_entries_stay_however_often_they_are_acknowledged(journal, reader, clock):
    for _ in range(3):
        journal.append(make_rating(clock))

    assert journal.maintain(reader.head(), RETENTION, clock.now()) == 0


def test_the_last_entry_is_never_pruned(journal, reader, clock):
    journal.append(make_rating(clock))
    clock.advance(500 * 86400)

    journal.maintain(reader.head(), RETENTION, clock.now())

    assert journal.append(make_rating(clock)).seq == reader.head().next_seq - 1
    assert verify_journal(reader) is None


def test_deleting_the_front_without_saying_so_is_found(journal, path, reader, clock):
    for _ in range(3):
        journal.append(make_rating(clock))
    anchor = f"2 {reader.hash_at(2).hex()}"
    journal.close()
    with sqlite_module().connect(path) as attacker:
        attacker.execute("INSERT INTO meta VALUES ('pruned_through', '2'), ('pruned_head', ?)", (anchor,))
        attacker.execute("DELETE FROM entry WHERE seq <= 2")

    assert verify_journal(reader) == ChainFault(2, Wrong.MISSING)


def test_cut_tail_is_found_against_the_head_file(journal, path, reader, clock):
    for _ in range(3):
        journal.append(make_rating(clock))
    journal.close()
    with sqlite_module().connect(path) as attacker:
        attacker.execute("DROP TRIGGER entry_is_never_removed")
        attacker.execute("DELETE FROM entry WHERE seq > 2")

    assert verify_journal(reader) is None
    assert verify_journal(reader, known_heads(path, reader.id)) == ChainFault(3, Wrong.CUT)


def test_cut_tail_is_found_against_what_the_collector_has(journal, path, reader, clock):
    for _ in range(3):
        journal.append(make_rating(clock))
    notes = {"journal_id": reader.id, "acknowledged_next": 5, "acknowledged_head": reader.head().head.hex()}
    (path.parent / "agent.json").write_text(json.dumps(notes))
    journal.close()
    path.with_suffix(".head").unlink()
    with sqlite_module().connect(path) as attacker:
        attacker.execute("DROP TRIGGER entry_is_never_removed")
        attacker.execute("DELETE FROM entry WHERE seq = 4")

    assert verify_journal(reader, known_heads(path, reader.id)) == ChainFault(4, Wrong.CUT)


def test_exchanged_entries_are_named_reordered(journal, path, reader, clock):
    for _ in range(3):
        journal.append(make_rating(clock))
    journal.close()
    with sqlite_module().connect(path) as attacker:
        attacker.execute("DROP TRIGGER entry_is_never_changed")
        lines = dict(attacker.execute("SELECT seq, line FROM entry WHERE seq IN (2, 3)").fetchall())
        attacker.executemany("UPDATE entry SET line = ? WHERE seq = ?", [(lines[2], 3), (lines[3], 2)])

    assert verify_journal(reader) == ChainFault(2, Wrong.REORDERED)


def test_comment_lies_outside_the_chain_and_can_be_deleted_from_it(journal, reader, clock):
    rating = journal.append(make_rating(clock))
    journal.append(Comment(clock.now(), rating.seq, "Ca\u0301m ơn"))

    (enclosure,) = [
        msgspec.json.decode(line) for line in reader.batch_after(Cursor.start(reader.id), 9, 10**6).enclosures
    ]
    entry = msgspec.json.decode(list(reader.entries())[-1].line)
    payload = msgspec.convert(enclosure["payload"], bytes, strict=False)
    salt = msgspec.convert(enclosure["salt"], bytes, strict=False)
    assert payload.decode() == "Cám ơn"
    assert entry["enclosure"] == hashlib.sha256(salt + payload).hexdigest()
    assert b"\xc6\xa1n" not in b"".join(kept.line for kept in reader.entries())

    journal.maintain(reader.head(), RETENTION, clock.now())

    assert reader.batch_after(Cursor.start(reader.id), 9, 10**6).enclosures == ()
    assert verify_journal(reader) is None


def test_comment_the_collector_does_not_have_yet_is_not_forgotten(journal, reader, clock):
    rating = journal.append(make_rating(clock))
    journal.append(Comment(clock.now(), rating.seq, "Cảm ơn"))

    journal.maintain(Cursor(3, reader.hash_at(2)), RETENTION, clock.now())

    assert len(reader.batch_after(Cursor.start(reader.id), 9, 10**6).enclosures) == 1


@pytest.mark.parametrize("step_s", [3600, -3600, 40 * 365 * 86400, -30])
def test_step_of_the_wall_clock_becomes_an_entry(journal, reader, clock, step_s):
    journal.append(make_rating(clock))
    clock.wall += timedelta(seconds=step_s)
    journal.append(make_rating(clock))

    said = decode_line(list(reader.entries())[2].line)
    assert isinstance(said, ClockLine)
    assert said.step_s == pytest.approx(step_s, abs=1)
    assert verify_journal(reader) is None


def test_time_that_only_passes_is_no_step(journal, reader, clock):
    journal.append(make_rating(clock))
    clock.advance(8 * 3600)
    journal.append(make_rating(clock))

    assert reader.head().next_seq == 4


def test_new_boot_is_no_step(journal, reader, clock):
    journal.append(make_rating(clock))
    clock.boot, clock.mono_us = "another boot", 5
    journal.append(make_rating(clock))

    assert reader.head().next_seq == 4


def test_backup_of_a_running_journal_is_whole_and_verified(journal, path, clock, tmp_path):
    for _ in range(5):
        journal.append(make_rating(clock))

    assert back_up(path, tmp_path / "copy.db") == 6

    journal.append(make_rating(clock))
    with JournalReader(tmp_path / "copy.db") as copy:
        assert copy.head().next_seq == 7
    with pytest.raises(JournalUnusable, match="exists already"):
        back_up(path, tmp_path / "copy.db")


def test_restored_backup_is_a_continuation_and_never_a_rewind(path, clock, tmp_path):
    with Journal.open(path, clock, "test") as journal:
        journal.append(make_rating(clock, 1))
        back_up(path, tmp_path / "copy.db")
        journal.append(make_rating(clock, 2))

    assert restore(path, tmp_path / "copy.db", clock, "test") == 2

    with Journal.open(path, clock, "test") as journal, JournalReader(path) as reader:
        first = decode_line(next(iter(reader.entries())).line)
        assert journal.id == reader.id
        assert isinstance(first, OpenedLine)
        assert (first.why, first.carried, first.lost) == ("restored", 1, 1)
    assert (path.parent / "aside" / "1" / "journal.db").is_file()


def test_damaged_backup_is_refused_and_nothing_is_touched(path, clock, tmp_path):
    with Journal.open(path, clock, "test") as journal:
        journal.append(make_rating(clock, 1))
        back_up(path, tmp_path / "copy.db")
        before = journal.id
    with sqlite_module().connect(tmp_path / "copy.db") as attacker:
        attacker.execute("DROP TRIGGER entry_is_never_changed")
        attacker.execute("UPDATE entry SET hash = zeroblob(32) WHERE seq = 2")

    with pytest.raises(JournalDamaged, match="entry 2 was changed"):
        restore(path, tmp_path / "copy.db", clock, "test")

    with Journal.open(path, clock, "test") as journal:
        assert journal.id == before


def test_running_kiosk_is_not_restored_under_its_feet(journal, path, clock, tmp_path, monkeypatch):
    monkeypatch.setattr("kiosk.journal.upkeep.backup.AGENT_S_MAX", 0.1)
    back_up(path, tmp_path / "copy.db")

    with pytest.raises(JournalInUse):
        restore(path, tmp_path / "copy.db", clock, "test")


def test_agent_that_just_continues_the_journal_is_waited_for_by_a_restore(path, clock, tmp_path, let_agent_work):
    Journal.open(path, clock, "test").close()
    back_up(path, tmp_path / "copy.db")
    let_agent_work()

    assert restore(path, tmp_path / "copy.db", clock, "test") == 1


def test_reserve_is_made_once_there_is_room_and_given_up_for_the_last_presses(tmp_path, monkeypatch):
    reserve = Reserve(tmp_path / "journal.db")

    assert reserve.fill()
    assert (tmp_path / "journal.reserve").stat().st_size == 4 * 1024 * 1024
    assert reserve.give_up()
    assert not reserve.give_up()
    monkeypatch.setattr("kiosk.journal.disk.reserve.free_bytes", lambda _folder: 1024)
    assert not reserve.fill()


MOUNTS = """\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
23 22 0:20 / /tmp rw - tmpfs tmpfs rw
24 22 0:21 / /mnt/my\\040share rw - cifs //server/share rw
25 22 0:22 / /data rw - ext4 /dev/vdb rw
26 25 0:23 / /data rw - overlay overlay rw
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/var/lib", "ext4"),
        ("/tmp/x", "tmpfs"),
        ("/tmpfile", "ext4"),
        ("/mnt/my share/a", "cifs"),
        ("/data/a", "overlay"),
    ],
)
def test_file_system_is_read_from_the_innermost_and_latest_mount(tmp_path, folder, kind):
    from pathlib import Path

    (tmp_path / "mountinfo").write_text(MOUNTS)

    assert filesystem_of(Path(folder), tmp_path / "mountinfo") == kind


@pytest.mark.parametrize("kind", sorted(UNFIT))
def test_disk_that_cannot_keep_the_promise_is_refused_with_the_reason(tmp_path, monkeypatch, kind):
    monkeypatch.setattr("kiosk.journal.disk.place.filesystem_of", lambda _path: kind)

    with pytest.raises(JournalUnusable, match=rf"{kind} (is|belongs).*--data-dir"):
        require_fit_place(tmp_path / "journal.db")


def test_kiosk_refuses_memory_for_a_disk_unless_told_otherwise(path, clock, monkeypatch):
    monkeypatch.setattr("kiosk.journal.disk.place.filesystem_of", lambda _path: "tmpfs")

    with pytest.raises(JournalUnusable, match="is memory"):
        Journal.open(path, clock, "test")
    with Journal.open(path, clock, "test", allow_any_disk=True) as journal:
        assert journal.append(make_rating(clock)).seq == 2


def test_copy_of_a_whole_folder_is_a_journal_of_its_own(path, clock, tmp_path):
    """A cloned card has the same past; that the two part later, only the collector can see (issue of the sync)."""
    with Journal.open(path, clock, "test") as journal:
        journal.append(make_rating(clock))
    shutil.copytree(path.parent, tmp_path / "clone")

    with Journal.open(tmp_path / "clone" / path.name, clock, "test") as clone:
        assert clone.id == journal.id
