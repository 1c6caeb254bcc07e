"""The journals of a kiosk as a tree: who continued which, from where on, and what another copy wrote besides."""

from datetime import datetime, timedelta

from sqlalchemy import insert, update

from sync.collector.drawing.journal_chart import draw_journals
from sync.collector.fleet.kiosks.branches import Branch, read_branches
from sync.collector.store import schema
from sync.collector.store.database import Database
from tests.sync.collector.builders import NOON, Office

OLD, NEW, NEXT = ("aaaaaaaa-0000-4000-8000-000000000000", "bbbbbbbb-0000-4000-8000-000000000000",
                  "cccccccc-0000-4000-8000-000000000000")  # fmt: skip


def write_journal(
    office: Office, journal_id: str, entries: int, at: datetime, device: str = "", **values: object
) -> None:
    row = {"journal_id": journal_id, "device_id": device or office.device.device_id, "next_seq": entries + 1,
           "head": bytes(32), "first_received_at": at, "last_received_at": at, **values}  # fmt: skip
    with office.database.writing() as connection:
        connection.execute(insert(schema.journal).values(row))


def branches(database: Database, device: str) -> list[Branch]:
    with database.reading() as connection:
        return read_branches(connection, device, NOON + timedelta(days=30))


def test_a_fork_is_told_from_the_last_entry_that_both_copies_have(database: Database, office: Office) -> None:
    write_journal(office, OLD, 120, NOON, forked_at=NOON)
    write_journal(office, NEW, 40, NOON + timedelta(days=1), continues=OLD, continues_why="diverged", continues_seq=130)
    brought = [{"journal_id": OLD, "seq": seq, "hash": bytes(32), "in_journal": NEW, "in_seq": seq - 99}
               for seq in range(101, 131)]  # fmt: skip
    with database.writing() as connection:
        connection.execute(insert(schema.carried), brought)

    old, new = branches(database, office.device.device_id)

    assert (old.other_copy, old.continues) == (20, None)
    assert (new.continues, new.after, new.why, new.other_copy) == (OLD, 100, "diverged", 0)


def test_a_continuation_without_a_fork_leaves_at_the_end(database: Database, office: Office) -> None:
    write_journal(office, OLD, 80, NOON)
    write_journal(office, NEW, 25, NOON + timedelta(days=1), continues=OLD, continues_why="damaged", continues_seq=100)

    old, new = branches(database, office.device.device_id)

    assert (old.other_copy, new.after) == (0, 80)


def test_a_journal_that_another_kiosk_wrote_is_named_and_an_unknown_one_is_not_drawn(
    database: Database, office: Office
) -> None:
    other = office.new_device().device_id
    write_journal(office, OLD, 5, NOON, device=other)
    write_journal(office, NEW, 5, NOON + timedelta(days=1), continues=OLD, continues_why="restored", continues_seq=5)
    write_journal(office, NEXT, 5, NOON + timedelta(days=2), continues=str(office.device.device_id))

    found = branches(database, office.device.device_id)

    assert [(one.device_id == other, one.continues) for one in found] == [(True, None), (False, OLD), (False, None)]
    with database.writing() as connection:
        connection.execute(update(schema.journal).where(schema.journal.c.journal_id == NEW).values(continues=NEXT))
    assert len(branches(database, office.device.device_id)) == 2


def test_each_journal_is_drawn_from_where_it_leaves_the_one_before() -> None:
    def one(name: str, entries: int, continues: str | None, after: int, other_copy: int = 0) -> Branch:
        return Branch(name, "kiosk", entries, NOON, continues, after, "", other_copy)

    chart = draw_journals([one("a", 1200, None, 0, 100), one("b", 2, "a", 1100), one("c", 600, "b", 2)])

    a, b, c = chart.lanes
    assert (b.from_y, c.from_y, a.from_y) == (a.y, b.y, None)
    assert a.start < a.parts_at < a.end
    assert b.start == a.parts_at
    assert b.end - b.start >= 20
    assert a.start < b.start <= c.start < c.end <= chart.width
    assert a.y < b.y < c.y < chart.height


def test_a_kiosk_without_journals_is_an_empty_drawing() -> None:
    assert draw_journals([]).lanes == ()
