"""Alterations whose sums were made to fit, so that no page disagrees with another: each is named, on both engines."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from kiosk.journal.lines import ReasonsLine
from sync.collector.proof.kept.begun import check_begun
from sync.collector.proof.wrong import What
from sync.collector.replica import projection
from sync.collector.services.services import Services
from sync.collector.store.partitions import ensure_partitions
from tests.kiosk_in_memory import run
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.leaving import deliver
from tests.sync.collector.proof import world
from tests.sync.collector.proof.proven import findings
from tests.sync.collector.replica.blocks.holding import Sender, judge

_SERIES = ("block.series", "shown_count.survey", "shown_unit_count.survey", "shown_stream.survey", "aside_union.series",
           "pool.series", "remainder.survey")  # fmt: skip


def _renamed(before: str, after: str) -> list[str]:
    return [
        f"UPDATE {table} SET {column} = '{after}' WHERE {column} = '{before}'"
        for table, _, column in (each.partition(".") for each in _SERIES)
    ]


_PASSED_OVER = (
    "INSERT INTO duplicate (journal_id, seq, of_journal, of_seq, received_at) "
    "SELECT c.journal_id, c.seq, c.journal_id, 1, s.received_at FROM reason_choice c "
    "JOIN segment s ON s.journal_id = c.journal_id WHERE s.first_seq = 1 ORDER BY c.journal_id, c.seq LIMIT 1"
)
FITTED = {
    "a block's series": (_renamed("sipas-5:12345", "own"), _renamed("own", "sipas-5:12345"), "block_changed"),
    "where cutting began": (
        ["UPDATE cut_state SET begun_seq = 3 WHERE begun_seq = 4"],
        ["UPDATE cut_state SET begun_seq = 4 WHERE begun_seq = 3"],
        "begun_changed",
    ),
    "that cutting began": (
        ["UPDATE cut_state SET begun_seq = 1 WHERE begun_seq = 4"],
        ["UPDATE cut_state SET begun_seq = 4 WHERE begun_seq = 1 AND journal_id NOT IN (SELECT journal_id FROM block)"],
        "uncut_wrong",
    ),
    "a pool's counters": (
        ["UPDATE pool_piece SET n = n + 1"], ["UPDATE pool_piece SET n = n - 1"], "pool_wrong",
    ),
    "a pool's unit": (
        ["UPDATE pool SET unit_id = 0", "UPDATE shown_count SET counter_id = 0 WHERE counter_id = -1",
         "UPDATE shown_unit_count SET unit_id = 0 WHERE unit_id = 1 AND first = '2026-10-01'"],
        ["UPDATE pool SET unit_id = 1", "UPDATE shown_count SET counter_id = -1 WHERE counter_id = 0",
         "UPDATE shown_unit_count SET unit_id = 1 WHERE unit_id = 0 AND first = '2026-10-01'"],
        "pool_wrong",
    ),
    "a pool's month": (
        [f"UPDATE {table} SET first = '2026-11-01', last = '2026-11-30' WHERE first = '2026-10-01' AND {where}"
         for table, where in (("pool", "unit_id = 1"), ("shown_count", "counter_id = -1"))],
        [f"UPDATE {table} SET first = '2026-10-01', last = '2026-10-31' WHERE first = '2026-11-01' AND {where}"
         for table, where in (("pool", "unit_id = 1"), ("shown_count", "counter_id = -1"))],
        "pool_wrong",
    ),
    "a union's place": (
        ["UPDATE aside_union SET counter_id = 2 WHERE is_told"],
        ["UPDATE aside_union SET counter_id = 1 WHERE is_told"], "union_changed",
    ),
    "a union's days": (
        ["UPDATE aside_union SET last_part = 'pm' WHERE is_told"],
        ["UPDATE aside_union SET last_part = 'am' WHERE is_told"], "union_changed",
    ),
    "a decision that was taken back": (
        ["UPDATE suspicion SET lifted_at = set_at, lifted_by = set_by WHERE lifted_at IS NULL"],
        ["UPDATE suspicion SET lifted_at = NULL, lifted_by = NULL WHERE suspicion_id = 2"], "block_changed",
    ),
    "transactions from a kiosk": (
        ["UPDATE transaction_count SET n = n + 1",
         "UPDATE served_count SET transactions = transactions + 1 WHERE counter_id = 1"],
        ["UPDATE transaction_count SET n = n - 1",
         "UPDATE served_count SET transactions = transactions - 1 WHERE counter_id = 1"], "count_changed",
    ),
    "transactions that people typed in": (
        ["UPDATE typed_count SET n = n + 1"], ["UPDATE typed_count SET n = n - 1"], "typed_changed",
    ),
    "participation": (
        ["UPDATE served_count SET ratings = ratings + 1 WHERE grain = 'm'"],
        ["UPDATE served_count SET ratings = ratings - 1 WHERE grain = 'm'"], "served_wrong",
    ),
    "what had not been told before blocks": (
        ["UPDATE remainder SET n = n - 1"], ["UPDATE remainder SET n = n + 1"], "recorded_wrong",
    ),
    "what nobody knows the time of": (
        ["UPDATE undated_count SET n = n + 1"], ["UPDATE undated_count SET n = n - 1"], "undated_wrong",
    ),
    "a closed month's hash": (
        ["UPDATE closed_month SET number = 2 WHERE number = 1", "UPDATE closed_file SET number = 2 WHERE number = 1"],
        ["UPDATE closed_month SET number = 1 WHERE number = 2", "UPDATE closed_file SET number = 1 WHERE number = 2"],
        "report_changed",
    ),
    "a closed month's report that another unit has": (
        ["UPDATE closed_month SET unit_id = 0", "UPDATE closed_file SET unit_id = 0"],
        ["UPDATE closed_month SET unit_id = 1", "UPDATE closed_file SET unit_id = 1"], "report_others",
    ),
    "a line that is not read": (
        ["UPDATE unread SET seq = seq + 1000"], ["UPDATE unread SET seq = seq - 1000"], "unread_missing",
    ),
    "an entry that is passed over": (
        [_PASSED_OVER], ["DELETE FROM duplicate"], "duplicate_wrong",
    ),
}  # fmt: skip
"""What is altered, how it is undone, and what names it."""


def test_what_was_made_to_fit_is_named_all_the_same(office: Office, services: Services) -> None:
    world.fill(office, services)
    database = office.database
    assert list(findings(database)) == []
    missed = []
    for what, (done, undone, code) in FITTED.items():
        _run(office, done)
        found = [one.code for one in findings(database)]
        if code not in found:
            missed.append((what, found))
        _run(office, undone)

    assert missed == []
    assert list(findings(database)) == []


def test_journal_that_is_said_to_be_cut_from_another_day_on_than_the_others_is_named(office: Office) -> None:
    began = world.BEFORE + timedelta(days=5)
    with office.database.writing() as connection:
        ensure_partitions(connection, world.BEFORE)
    for moments, begun in (((world.BEFORE, began), 3), ((world.BEFORE, NOON), 3)):
        pen = Pen()
        for at in moments:
            pen.rating(4), pen.rating(5)
            deliver(office, pen, len(pen.lines) - 1, at, at)
        _run(office, [f"UPDATE cut_state SET begun_seq = {begun} WHERE journal_id = '{pen.journal_id}'"])
    with office.database.reading() as connection:
        assert list(check_begun(connection)) == []

    _run(office, [f"UPDATE cut_state SET begun_seq = 5 WHERE journal_id = '{pen.journal_id}'"])

    with office.database.reading() as connection:
        assert [wrong.what for wrong in check_begun(connection)] == [What.BEGUN_CHANGED]


def test_block_of_an_older_kiosk_that_is_only_said_not_to_hold_is_named(office: Office, services: Services) -> None:
    world.fill(office, services)

    of_older = "NOT is_tail AND NOT is_suspect AND NOT is_kiosks"
    _run(office, [f"UPDATE block SET fault = 'few_here', shown_at = NULL WHERE {of_older}"])

    assert "block_hidden" in [one.code for one in findings(office.database)]


def test_tail_in_a_pool_whose_reasons_were_set_aside_is_no_alteration(office: Office, services: Services) -> None:
    """Its kiosk stated them in the cut, and the collector does not read them: nobody holds a tail to its sums."""
    world.fill(office, services)
    kiosk = run([("rate", 2, "counted", None, 2), ("reasons", 1, {"w"}), ("wait", 40 * 86400), ("cut",)])
    (seq,) = [n for n, line in enumerate(kiosk.lines, 1) if b'"kind":"reasons"' in line]
    sender = Sender.of(office, kiosk)
    office.device = replace(office.device, device_id=office.new_device().device_id)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(projection, "is_sound", lambda said: not isinstance(said, ReasonsLine))
        sender.send()
    judge(office)

    assert (seq, "bad_value") in office.rows("unread", "seq", "reason")
    assert (True, True) in office.rows("block", "is_kiosks", "is_tail")
    assert "cut_changed" not in [one.code for one in findings(office.database)]


def _run(office: Office, statements: list[str]) -> None:
    with office.database.writing() as connection:
        for statement in statements:
            assert connection.execute(text(statement)).rowcount > 0, statement
