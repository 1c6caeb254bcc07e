import hashlib
import json

import pytest

from kiosk.domain.visit.rating import Comment
from kiosk.journal.chain import Cursor
from kiosk.journal.disk.engine import durability_for, sqlite_module
from kiosk.journal.errors import Diverged, JournalUnusable
from kiosk.journal.reader import JournalReader
from kiosk.journal.upkeep.verify import verify_journal
from sync.protocol.messages import BATCH_BYTES_MAX
from tests.builders import make_rating


def test_bytes_are_verified_by_a_script_that_knows_only_the_design(journal, path, clock):
    for level in (1, 2, 3, 4, 5):
        journal.append(make_rating(clock, level))
    journal.close()

    # The independent check: nothing of ours is used below.
    database = sqlite_module().connect(path)
    ((journal_id,),) = database.execute("SELECT value FROM meta WHERE key = 'journal_id'").fetchall()
    head = hashlib.sha256(journal_id.encode()).digest()
    rows = database.execute("SELECT seq, line, hash FROM entry ORDER BY seq").fetchall()
    for place, (seq, line, stored) in enumerate(rows, 1):
        head = hashlib.sha256(head + line).digest()
        assert (seq, stored, json.loads(line)["seq"]) == (place, head, place)
        assert list(json.loads(line))[:5] == ["seq", "at", "mono", "boot", "kind"]
    assert [json.loads(line)["kind"] for _, line, _ in rows] == ["opened"] + ["rating"] * 5


def test_batches_join_to_the_whole_journal(journal, reader, clock):
    for _ in range(10):
        journal.append(make_rating(clock))

    cursor, lines = Cursor.start(reader.id), []
    while batch := reader.batch_after(cursor, lines_max=4, bytes_max=10_000):
        assert len(batch.lines) <= 4
        lines += batch.lines
        cursor = batch.end
        reader.require_ancestor(cursor)

    assert cursor == reader.head()
    assert lines == [entry.line for entry in reader.entries()]


def test_batch_keeps_to_its_bytes_but_never_stands_still(journal, reader, clock):
    for _ in range(3):
        journal.append(make_rating(clock))
    size = max(len(entry.line) + 1 for entry in reader.entries())

    two = reader.batch_after(Cursor.start(reader.id), 500, 2 * size)
    one = reader.batch_after(Cursor.start(reader.id), 500, 1)

    assert (len(two.lines), len(one.lines)) == (2, 1)


def test_batch_counts_what_its_lines_enclose(journal, reader, clock):
    rating = journal.append(make_rating(clock))
    for _ in range(300):
        journal.append(Comment(clock.now(), rating.seq, "Cảm ơn cán bộ đã hướng dẫn rất tận tình. " * 25))

    cursor, bodies, enclosed = Cursor.start(reader.id), [], 0
    while batch := reader.batch_after(cursor, lines_max=500, bytes_max=BATCH_BYTES_MAX):
        bodies.append(sum(len(line) + 1 for line in (*batch.lines, *batch.enclosures)))
        enclosed += len(batch.enclosures)
        cursor = batch.end

    assert enclosed == 300
    assert max(bodies) <= BATCH_BYTES_MAX < sum(bodies)
    assert min(bodies[:-1]) > BATCH_BYTES_MAX * 0.9


def test_cursor_of_another_past_is_refused(journal, reader, clock):
    journal.append(make_rating(clock))
    head = reader.head()

    for stranger in (Cursor(head.next_seq, b"x" * 32), Cursor(head.next_seq + 1, head.head), Cursor(1, head.head)):
        with pytest.raises(Diverged):
            reader.require_ancestor(stranger)
    reader.require_ancestor(Cursor.start(reader.id))
    reader.require_ancestor(head)


@pytest.mark.parametrize(
    ("attack", "fault"),
    [
        (
            "UPDATE entry SET line = CAST(replace(line, '\"level\":4', '\"level\":5') AS BLOB) WHERE seq = 3",
            (3, "changed"),
        ),
        ("DELETE FROM entry WHERE seq = 3", (3, "missing")),
        ("UPDATE entry SET hash = zeroblob(32) WHERE seq = 4", (4, "changed")),
    ],
)
def test_first_altered_entry_is_named(journal, path, clock, attack, fault):
    for _ in range(4):
        journal.append(make_rating(clock))
    journal.close()
    with sqlite_module().connect(path) as attacker:
        for trigger in ("entry_is_never_changed", "entry_is_never_removed"):
            attacker.execute(f"DROP TRIGGER {trigger}")
        attacker.execute(attack)

    with JournalReader(path) as reader:
        found = verify_journal(reader)

    assert found is not None
    assert (found.seq, found.wrong) == fault


def test_reader_cannot_write(journal, reader):
    with pytest.raises(JournalUnusable, match="readonly"), reader._reading() as connection:
        connection.exec_driver_sql("DELETE FROM tally")


def test_reader_holds_no_transaction_between_calls(journal, reader, clock):
    reader.batch_after(reader.head(), 1, 1)
    next(reader.entries())

    assert journal.append(make_rating(clock)).seq == 2


def test_missing_journal_is_named_with_the_remedy(tmp_path):
    with pytest.raises(JournalUnusable, match=r"there is no journal at .*start the kiosk once"):
        JournalReader(tmp_path / "journal.db")


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), "TRUNCATE+EXTRA"),
        ((3, 44, 5), "TRUNCATE+EXTRA"),
        ((3, 44, 6), "WAL+FULL"),
        ((3, 46, 0), "TRUNCATE+EXTRA"),
        ((3, 50, 6), "TRUNCATE+EXTRA"),
        ((3, 50, 7), "WAL+FULL"),
        ((3, 51, 2), "TRUNCATE+EXTRA"),
        ((3, 51, 3), "WAL+FULL"),
        ((3, 53, 4), "WAL+FULL"),
    ],
)
def test_write_ahead_log_is_used_only_where_it_is_safe(version, mode):
    assert str(durability_for(version)) == mode
