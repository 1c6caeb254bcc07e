"""What no proof shows: leaves that are not sent, or of entries that nobody made, and leaves a new start does not name.

And what is in order and must not be mistaken for it: kiosks and collectors that were away or restored.
"""

from datetime import date, timedelta

import pytest

from kiosk.journal.errors import Diverged
from sync.agent.asked.public_log import see_to
from sync.agent.transparency.kept import Doubt, keep_log
from sync.protocol.tlog.messages import LogAnswer
from tests.builders import make_rating
from tests.fakes import InMemoryJournal
from tests.sync.agent.watching import DAY, Kiosk
from tests.sync.protocol.tlog.samples import RESTARTED_LOG

DAY_S = 24 * 3600


def day(number: int) -> date:
    return DAY + timedelta(days=number)


def night(kiosk: Kiosk, number: int, through: int | None = None, *, leaf: bool = True) -> None:
    """The log grows, with the journal's leaf through an entry or its last one, and the next day begins."""
    if leaf:
        lines = kiosk.collector.copies[kiosk.journal.id]
        kiosk.log.add_journal(kiosk.journal, day(number), seq=len(lines) if through is None else through)
    kiosk.log.add(b"others %d" % number)
    kiosk.clock.advance(DAY_S)


def call(kiosk: Kiosk) -> None:
    """The agent's next call; nobody pressed."""
    kiosk.clock.advance(100)
    kiosk.agent.upload()


def added(kiosk: Kiosk, number: int) -> None:
    kiosk.log.add_journal(kiosk.journal, day(number), seq=1000 + number, head=bytes(32))


def test_leaf_of_more_entries_than_were_made_is_told_to_staff_and_the_office(kiosk):
    kiosk.live()
    added(kiosk, 1)

    kiosk.live()

    kept = kiosk.kept
    assert (kiosk.doubt, kept.fault, kept.checkpoint.size, kept.proven.seq) == (Doubt.BEYOND, None, 4, 3)
    assert "is of entry 1001; this kiosk's last one is 5" in kept.concern.detail
    assert kept.concern.said
    assert kiosk.told_fault() == "beyond"


def test_concern_stays_until_a_person_has_seen_to_it_and_comes_again_where_it_goes_on(kiosk):
    kiosk.live()
    added(kiosk, 1)
    kiosk.live()
    kiosk.log.add_journal(kiosk.journal, day(2))
    kiosk.live()
    assert (kiosk.doubt, kiosk.kept.proven.seq) == (Doubt.BEYOND, 5)

    assert see_to(kiosk.files.directory, kiosk.clock.now().wall)
    assert kiosk.told_fault() is None
    added(kiosk, 3)

    kiosk.live()

    assert kiosk.doubt is Doubt.BEYOND


def test_failed_proof_is_told_before_a_concern_and_both_are_kept(kiosk):
    kiosk.live()
    added(kiosk, 1)
    kiosk.live()
    kiosk.log.add_journal(kiosk.journal, day(2), seq=2, head=bytes(32))

    kiosk.live()

    assert (kiosk.doubt, kiosk.kept.concern.code) == (Doubt.LEAF, Doubt.BEYOND)


def test_restored_kiosk_finds_no_fault_with_leaves_of_what_it_lost(kiosk):
    for _ in range(4):
        kiosk.live()
    night(kiosk, 1)
    del kiosk.journal.lines[4:], kiosk.journal._hashes[5:]

    with pytest.raises(Diverged):
        call(kiosk)

    assert (kiosk.doubt, kiosk.kept.checkpoint.size) == (None, 5)


def test_journal_that_continues_another_one_is_awaited_anew(kiosk):
    for _ in range(20):
        kiosk.live()
    night(kiosk, 1)
    kiosk.live()
    other = InMemoryJournal("11111111-2d3b-4c5d-8e9f-0a1b2c3d4e5f")
    other.append(make_rating(kiosk.clock))
    kiosk.agent._open_journal = lambda: other
    kiosk.journal = other
    kiosk.live()
    for number in range(2, 7):
        night(kiosk, number)
        kiosk.live()

    assert kiosk.doubt is None
    assert kiosk.kept.proven.journal_id == kiosk.kept.awaited.journal_id == other.id


@pytest.mark.parametrize("leaf", [True, False])
def test_log_that_goes_on_without_delivered_entries_is_told_after_three_days(kiosk, leaf):
    """Each day's leaf is of the second entry, or none is sent any more."""
    kiosk.live()
    night(kiosk, 1)
    kiosk.live()
    told = []
    for number in range(2, 6):
        night(kiosk, number, through=2, leaf=leaf)
        if not leaf:
            kiosk.log.journals.clear()
        kiosk.live()
        told.append(kiosk.doubt)

    assert told == [None, None, Doubt.LEFT_OUT, Doubt.LEFT_OUT]
    assert kiosk.told_fault() == "left_out"
    assert kiosk.kept.fault is None


def test_log_that_never_had_the_journal_is_told_after_three_days_too(kiosk):
    kiosk.log.journals.clear()
    kiosk.live()
    for number in range(1, 5):
        night(kiosk, number, leaf=False)
        kiosk.live()

    assert kiosk.doubt is Doubt.LEFT_OUT
    assert "it has no leaf of it" in kiosk.kept.concern.detail


def test_log_that_was_rebuilt_by_hand_many_times_a_day_grew_on_one_day(kiosk):
    kiosk.live()
    kiosk.live()
    for number in range(5):
        kiosk.log.journals.clear()
        kiosk.log.add(b"again %d" % number)
        kiosk.live()

    assert kiosk.doubt is None


def test_kiosk_that_nobody_presses_and_kiosk_that_was_away_find_no_fault(kiosk):
    kiosk.live()
    call(kiosk)
    night(kiosk, 1)
    call(kiosk)
    for number in range(2, 9):
        night(kiosk, number, leaf=False)
        call(kiosk)
    assert (kiosk.doubt, kiosk.kept.awaited.days) == (None, 0)

    for number in range(9, 40):
        kiosk.journal.append(make_rating(kiosk.clock))
        night(kiosk, number, leaf=False)
    call(kiosk)
    night(kiosk, 40)
    call(kiosk)

    assert (kiosk.doubt, kiosk.kept.proven.seq) == (None, len(kiosk.journal.lines))


def test_collector_restored_from_yesterday_is_in_order_by_the_next_night(kiosk):
    kiosk.live()
    backup = kiosk.collector.snapshot()
    for _ in range(3):
        kiosk.live()
    night(kiosk, 1)
    kiosk.live()
    kiosk.collector.restore(backup)
    # What the restored database has is committed to before the kiosk has sent the rest again.
    night(kiosk, 2)
    kiosk.live()
    assert (kiosk.doubt, kiosk.kept.awaited.days) == (None, 1)
    for number in range(3, 6):
        night(kiosk, number)
        kiosk.live()

        assert (kiosk.doubt, kiosk.kept.awaited.days) == (None, 0)


def test_leaf_of_more_than_a_restored_collector_has_is_awaited_from_then_on(kiosk):
    for _ in range(3):
        kiosk.live()
    backup = kiosk.collector.snapshot()
    kiosk.live()
    night(kiosk, 1)
    kiosk.collector.restore(backup)

    kiosk.live()

    assert (kiosk.doubt, kiosk.kept.awaited.seq) == (None, 7)


def test_kiosk_that_deleted_its_first_entry_before_there_was_a_log_awaits_nothing(kiosk):
    kiosk.journal._hashes[1] = None
    for number in range(1, 6):
        night(kiosk, number, leaf=False) if number > 1 else kiosk.live()
        kiosk.agent.upload()

    assert (kiosk.doubt, kiosk.kept.awaited) == (None, None)


@pytest.mark.parametrize("lost", [0, 1])
def test_new_start_that_leaves_out_what_the_kiosk_had_seen_is_told(kiosk, lost):
    kiosk.live()
    kiosk.log = kiosk.log.restarted(RESTARTED_LOG, DAY, lost)
    kiosk.log.add_journal(kiosk.journal, DAY)

    kiosk.live()

    kept = kiosk.kept
    assert kiosk.doubt is (Doubt.LOST if lost else None)
    assert (kept.fault, kept.log.name, kept.checkpoint.size, kept.restarted.lost) == (None, RESTARTED_LOG.name, 2, lost)
    assert kept.proven.seq == 4
    assert kiosk.told_fault() == ("lost" if lost else None)


def test_what_is_kept_of_a_log_before_concerns_were_known_is_read(kiosk):
    kiosk.live()
    raw = kiosk.files.log.read_bytes()

    assert b"concern" not in raw
    keep_log(kiosk.files.log, kiosk.kept)
    assert kiosk.files.log.read_bytes() == raw


def test_nothing_is_counted_while_the_collectors_copy_is_of_another_journal(kiosk):
    """The kiosk says already that the two copies part."""
    kiosk.live()
    awaited = kiosk.kept.awaited
    other = InMemoryJournal(kiosk.journal.id, kiosk.journal.lines[:2])
    other.append(make_rating(kiosk.clock, 2))
    kiosk.collector.copies[kiosk.journal.id] = other.lines
    kiosk.change = lambda answer: LogAnswer(answer.checkpoint, answer.consistency) if answer else None
    for number in range(1, 5):
        night(kiosk, number, leaf=False)
        with pytest.raises(Diverged):
            call(kiosk)

    assert (kiosk.doubt, kiosk.kept.awaited) == (None, awaited)
