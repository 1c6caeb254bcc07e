"""Whoever rewrites the past in the database, with whatever keys, is found out by the log that lies elsewhere."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, update

from sync.collector.errors import UsageWrong
from sync.collector.fleet.devices.own import read_own_key
from sync.collector.replica.stored import packed
from sync.collector.store import schema
from sync.collector.transparency.by_hand import rebuild_log, restart_log
from sync.collector.transparency.check import check_kiosk, check_log, check_rest, require_checkpoint
from sync.collector.transparency.errors import LogAltered
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.transparency.logs import ORIGIN, Kept, report_row

Tamper = Callable[["World"], None]


class World:
    """Two journals, a key and a closed report, logged for three days."""

    def __init__(self, kept: Kept, office: Office) -> None:
        self.kept, self.office = kept, office
        self.pen, self.other = Pen(), Pen()
        for pen in (self.pen, self.other):
            pen.opened()
            pen.rating()
            office.append(pen)
        key = {"device_id": office.device.device_id, "key_id": 7, "public_key": "A" * 43 + "=", "since": NOON}
        with office.database.writing() as connection:
            connection.execute(insert(schema.closed_month), report_row())
            connection.execute(insert(schema.device_key), key)
        kept.run()
        for _ in range(2):
            self.grow()
            kept.run()

    def grow(self) -> None:
        self.pen.rating()
        self.office.append(self.pen, self.pen.batch(len(self.pen.lines)))

    def found(self) -> list[str]:
        return sorted(one.code for one in check_log(self.office.database, self.kept.public))

    def sql(self, *statements: str) -> None:
        with self.office.database.writing() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def alter_report(self) -> None:
        """Other numbers in the place of a closed report's, with their hash, as if they had always been those."""
        with self.office.database.writing() as connection:
            connection.execute(
                update(schema.closed_month).where(schema.closed_month.c.unit_id == 1).values(report_row(shown=65))
            )

    def rewrite(self, pen: Pen, level: int = 1) -> None:
        """Put another past in the place of a journal: every line, hash and head, as if it had always been so."""
        made = Pen(pen.journal_id)
        made.opened()
        while len(made.lines) < len(pen.lines):
            made.rating(level)
        with self.office.database.writing() as connection:
            mine = schema.segment.c.journal_id == pen.journal_id
            connection.execute(schema.segment.delete().where(mine))
            row = {"journal_id": pen.journal_id, "first_seq": 1, "received_at": NOON, "last_seq": len(made.lines),
                   "prev": made.cursor(0).head, "head": made.cursor().head, "lines": packed(made.lines),
                   "signature": "", "kiosk_clock": ""}  # fmt: skip
            connection.execute(insert(schema.segment), row)
            of = update(schema.journal).where(schema.journal.c.journal_id == pen.journal_id)
            connection.execute(of.values(head=made.cursor().head))


@pytest.fixture
def world(kept: Kept, office: Office) -> World:
    return World(kept, office)


def test_what_nobody_altered_holds(world: World) -> None:
    assert world.found() == []


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["UPDATE device_key SET public_key = 'B'"], ["log_key"]),
        (["DELETE FROM device_key"], ["log_key"]),
        (["UPDATE closed_month SET month = '2026-09-01'"], ["log_report"]),
        (["DELETE FROM closed_month"], ["log_report"]),
        (["DELETE FROM log_leaf WHERE kind = 'journal'"], ["log_lost"]),
        (["DELETE FROM log_leaf", "DELETE FROM closed_month"], ["log_lost"]),
        (["UPDATE log_leaf SET seq = 1 WHERE seq = 3"], ["log_differs"]),
    ],
)
def test_what_was_altered_beside_the_journals_is_named(world: World, statements: list[str], found: list[str]) -> None:
    world.sql(*statements)

    assert world.found() == found


REPORT_ALTERED = "UPDATE closed_month SET hash = (SELECT head FROM segment LIMIT 1)"
KEY_ALTERED = "UPDATE device_key SET public_key = 'B'"


@pytest.mark.parametrize(
    ("altered", "blinded", "why"),
    [
        (REPORT_ALTERED, "UPDATE log_leaf SET subject = NULL WHERE kind = 'report'", "names nothing"),
        (REPORT_ALTERED, "UPDATE log_leaf SET kind = 'logkey' WHERE kind = 'report'", "says the log's own"),
        (
            REPORT_ALTERED,
            "UPDATE log_leaf SET day = '2026-01-01', kind = 'restart' WHERE kind = 'report'",
            "another day",
        ),
        (KEY_ALTERED, "UPDATE log_leaf SET kind = 'start' WHERE kind = 'key'", "no such kind"),
        (KEY_ALTERED, "UPDATE log_leaf SET kind = 'logkey' WHERE kind = 'key'", "says the log's own"),
    ],
)
def test_an_index_that_was_altered_too_hides_nothing(world: World, altered: str, blinded: str, why: str) -> None:
    world.sql(altered, blinded)

    assert world.found() == ["log_lost"], why
    nightly = check_rest(world.office.database, world.kept.public, whole=False)
    assert [one.code for one in nightly] == ["log_lost"], why


def test_an_index_that_forgot_a_journal_hides_nothing(world: World) -> None:
    world.rewrite(world.pen)
    world.sql(f"UPDATE log_leaf SET journal_id = NULL WHERE journal_id = '{world.pen.journal_id}'")

    assert world.found() == ["log_lost"]


@pytest.mark.parametrize("also", ["", "UPDATE log_leaf SET subject = '1/2026-10/9' WHERE kind = 'report'"])
def test_what_was_altered_with_its_index_is_not_signed_anew(world: World, also: str) -> None:
    signed = world.kept.newest()
    world.sql(REPORT_ALTERED, also or "UPDATE log_leaf SET subject = NULL WHERE kind = 'report'")

    with pytest.raises(LogAltered):
        world.kept.run()

    assert world.kept.newest() == signed
    # Laid out again from what lies beside the log, the index names what was altered, and nothing is signed twice.
    with world.office.database.reading() as connection:
        own = read_own_key(connection)
    rebuild_log(world.kept.keeper, own, "somebody")
    assert world.kept.run().checkpoint == signed.checkpoint
    assert world.found() == ["log_report"]


def test_a_row_that_the_index_lost_is_put_back_and_not_signed_anew(world: World) -> None:
    signed = world.kept.newest()
    world.sql(REPORT_ALTERED, "DELETE FROM log_leaf WHERE kind = 'report'")

    assert world.kept.run().checkpoint == signed.checkpoint
    assert world.found() == ["log_report"]


def test_a_whole_past_that_was_rewritten_with_all_its_hashes_is_named(world: World) -> None:
    world.rewrite(world.pen)

    (finding,) = check_log(world.office.database, world.kept.public)

    assert (finding.code, finding.journal_id) == ("log_differs", world.pen.journal_id)
    # Going on as if nothing had been does not help: the leaves before stay.
    world.kept.run()
    assert "log_differs" in world.found()
    with world.office.database.reading() as connection:
        nightly = check_kiosk(connection, world.kept.public, world.office.device.device_id, newest=7)
        assert [one.code for one in nightly] == ["log_differs"]


def test_what_an_older_log_holds_is_still_held_to_the_database(world: World) -> None:
    world.alter_report()
    world.rewrite(world.pen)
    restart_log(world.kept.keeper, Ed25519PrivateKey.generate(), "somebody", although_whole=True)

    assert world.kept.run().checkpoint.origin == f"{ORIGIN}/2"

    assert world.found() == ["log_differs", "log_report"]
    with world.office.database.reading() as connection:
        of_kiosk = list(check_kiosk(connection, world.kept.public, world.office.device.device_id))
    assert [(one.code, one.journal_id) for one in of_kiosk] == [("log_differs", world.pen.journal_id)]
    (world.kept.root / "public-1" / "checkpoint").write_text("nonsense")
    assert world.found() == ["log_damaged"]
    world.grow()
    assert world.kept.run().checkpoint.origin == f"{ORIGIN}/2"


def test_a_journal_that_was_cut_off_or_is_gone_is_named(world: World) -> None:
    last = "SELECT max(last_seq) FROM segment"
    world.sql(f"DELETE FROM segment WHERE last_seq = ({last})", "UPDATE journal SET next_seq = 4 WHERE next_seq = 5")
    assert world.found() == ["log_ahead"]

    journal = f"'{world.pen.journal_id}'"
    world.sql(f"DELETE FROM segment WHERE journal_id = {journal}", f"DELETE FROM journal WHERE journal_id = {journal}")
    assert world.found() == ["log_ahead"]


def test_segments_that_a_restored_collector_got_in_other_pieces_hold(world: World) -> None:
    world.sql(f"DELETE FROM segment WHERE journal_id = '{world.pen.journal_id}'")
    with world.office.database.writing() as connection:
        row = {"journal_id": world.pen.journal_id, "first_seq": 1, "received_at": NOON, "last_seq": 4,
               "prev": world.pen.cursor(0).head, "head": world.pen.cursor().head, "lines": packed(world.pen.lines),
               "signature": "", "kiosk_clock": ""}  # fmt: skip
        connection.execute(insert(schema.segment), row)

    assert world.found() == []


def test_a_tile_that_was_changed_is_named(world: World) -> None:
    size = world.kept.newest().checkpoint.size
    bundle = world.kept.folder.public / f"tile/entries/000.p/{size}"
    raw = bundle.read_bytes()
    bundle.write_bytes(raw[:-2] + (b"E=" if raw.endswith(b"A=") else b"A="))

    assert world.found() == ["log_damaged"]


def test_a_log_that_does_not_begin_with_a_checkpoint_kept_elsewhere_is_named(world: World) -> None:
    kept = world.kept.newest().text
    world.grow()
    world.kept.run()
    assert list(require_checkpoint(world.kept.public, kept)) == []
    keys = world.kept.folder.key_files.read()
    # The log's own key signs another tree of the same name: all that its owner has cannot make it fit.
    forged = keys.sign(f"{keys.origin}\n3\n{'A' * 43}=\n", world.kept.now.date() + timedelta(days=1))

    assert [one.code for one in require_checkpoint(world.kept.public, forged.format())] == ["log_rewritten"]
    with pytest.raises(UsageWrong):
        list(require_checkpoint(world.kept.public, kept.replace("danhgia", "another")))
