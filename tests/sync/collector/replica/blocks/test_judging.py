"""Judging: each rating is in one block or uncut, whatever comes in whatever pieces, and blocks are the cuts."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from sync.collector.store.schema import metadata
from tests.kiosk_in_memory import ANYTHING, ORDINARY, Kiosk, run
from tests.sync.collector.builders import Office
from tests.sync.collector.replica.blocks.holding import (
    Sender,
    assert_adds_up,
    assert_blocks_are,
    found_in,
    judge,
)

RANDOM = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
END = [("wait", 40 * 86400), ("rate", 3, "counted", None), ("cut",)]


def emptied(office: Office) -> Office:
    """The office without anything that a journal brought: examples share its database."""
    names = (
        "rating", "reason_choice", "tally", "reason_tally", "uncut_count", "undated_count", "block",
        "block_piece", "block_reason", "cut_state", "cut_due", "cut_tree", "cut_leaf",
        "cut_signed", "segment", "unread", "duplicate", "carried",
        "boot_clock", "journal",
    )  # fmt: skip
    with office.database.writing() as connection:
        for name in names:
            connection.execute(delete(metadata.tables[name]))
    return office


def life(before: list, after: list) -> Kiosk:
    """An older kiosk that was upgraded in the middle, in any half day."""
    kiosk = run(before, cuts=False)
    return run([*after, *END], clock=kiosk.clock, lines=kiosk.lines)


@RANDOM
@given(ANYTHING | ORDINARY, ANYTHING | ORDINARY, st.sets(st.integers(1, 90)), st.sets(st.integers(0, 90)))
def test_blocks_are_the_cuts_of_the_journal_however_it_comes(office, before, after, ends, damaged):
    emptied(office)
    kiosk = life(before, after)
    for place in sorted(place for place in damaged if place < len(kiosk.lines)):
        kiosk.lines[place] = kiosk.lines[place].replace(b'{"4":', b'{"5":').replace(b'"last":1', b'"last":')
    sender = Sender.of(office, kiosk)

    for end in sorted(ends):
        sender.send(end)
        assert_adds_up(office)
        judge(office)
        assert_adds_up(office)
    sender.send()
    judge(office)

    assert_adds_up(office)
    assert_blocks_are(office, sender.pen.journal_id, found_in(kiosk.lines))
