"""What a collector may answer so that a kiosk sees nothing wrong: each is told to staff within a number of days.

Days are those of the kiosk's own clock on which the collector answered; a kiosk that was away is no reason.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from kiosk.domain.merkle import leaf_hash, node_hash
from kiosk.journal.chain import Cursor
from sync.agent.asked.public_log import DOUBTS, log_seen
from sync.agent.errors import RequestRefused
from sync.agent.transparency.kept import Doubt
from sync.agent.transparency.overdue import GROWN_DAYS_MAX, HELD_DAYS_MAX, SIGNED_DAYS_MAX
from sync.agent.troubles import Trouble
from sync.protocol.tlog.checkpoint import Checkpoint, write_hash
from sync.protocol.tlog.merkle import prove_consistency, root_of
from sync.protocol.tlog.messages import LogAnswer
from sync.protocol.tlog.note import Note, Signer
from tests.builders import make_rating
from tests.fakes import InMemoryJournal
from tests.sync.agent.test_awaited import DAY_S, call, day
from tests.sync.agent.watching import DAY, Kiosk
from tests.sync.protocol.tlog.samples import LOG, WITNESS

TOLD_ON = HELD_DAYS_MAX + 1
"""Counted are the days after the one on which the collector got what is awaited."""


def night(kiosk: Kiosk, number: int) -> None:
    """The log grows with all that the collector has, and the next day begins."""
    kiosk.log.add_journal(kiosk.journal, day(number), seq=len(kiosk.collector.copies[kiosk.journal.id]))
    kiosk.clock.advance(DAY_S)


@pytest.fixture
def seen(kiosk: Kiosk) -> Kiosk:
    """A kiosk that found itself in an honest log for two days."""
    for number in range(2):
        kiosk.live()
        night(kiosk, number)
    kiosk.live()
    assert (kiosk.doubt, kiosk.kept.proven.seq) == (None, len(kiosk.journal.lines) - 1)
    return kiosk


def days_until_told(kiosk: Kiosk, each: Callable[[int], Any] = lambda _: None, live: Any = Kiosk.live) -> int:
    """On which day after the last honest one staff are told; the collector does its part each night."""
    for number in range(1, 60):
        kiosk.clock.advance(DAY_S)
        each(number)
        live(kiosk)
        if kiosk.doubt is not None:
            return number
    raise AssertionError("nobody was ever told")


def same_checkpoint(kiosk: Kiosk) -> LogAnswer:
    return LogAnswer(kiosk.kept.note)


ANSWERS = {
    "nothing": lambda _: None,
    "an empty answer": lambda _: LogAnswer(),
    "to be shown what the kiosk keeps": lambda _: LogAnswer(show=True),
    "the same checkpoint": same_checkpoint,
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_collector_that_shows_nothing_new_is_told_within_a_week(seen, answer):
    seen.change = lambda _: ANSWERS[answer](seen)

    assert days_until_told(seen, lambda number: seen.log.add_journal(seen.journal, day(9 + number))) == TOLD_ON
    assert seen.doubt is Doubt.STALLED
    assert log_seen(seen.files.log).concerns
    assert seen.told_fault() == "stalled"


def test_log_that_goes_on_again_ends_what_was_told(seen):
    seen.change = lambda _: None
    days_until_told(seen)
    since = seen.kept.trouble.at
    seen.clock.advance(DAY_S)
    seen.live()
    assert (seen.doubt, seen.kept.trouble.at) == (Doubt.STALLED, since)
    seen.change = lambda answer: answer

    night(seen, 30)
    seen.live()

    assert (seen.doubt, seen.kept.awaited.asked) == (None, 0)


def test_checkpoint_so_large_that_nothing_can_follow_it_is_told_within_a_week(seen):
    size, known = 2**50 + 3, list(seen.log.leaves)

    def read(level: int, index: int) -> bytes:
        if index << level >= len(known):
            return sha256(b"%d %d" % (level, index)).digest()
        if level == 0:
            return leaf_hash(known[index])
        return node_hash(read(level - 1, 2 * index), read(level - 1, 2 * index + 1))

    text = Checkpoint(LOG.name, size, root_of(size, read)).text
    note = Note.of(text, LOG.sign(text), WITNESS.cosign(text, 1_795_280_000)).format()
    grown = [write_hash(one) for one in prove_consistency(len(known), size, read)]
    seen.change = lambda _: LogAnswer(note, grown if seen.kept.checkpoint.size < size else [])

    assert days_until_told(seen) <= TOLD_ON
    assert (seen.doubt, seen.kept.checkpoint.size) == (Doubt.STALLED, size)


def test_proof_for_another_journal_is_told_at_once(seen):
    other = InMemoryJournal("22222222-2d3b-4c5d-8e9f-0a1b2c3d4e5f")
    other.append(make_rating(seen.clock))

    def swapped(answer: LogAnswer) -> LogAnswer:
        seen.log.add_journal(other, DAY)
        seen.log.journals[seen.journal.id] = seen.log.journals[other.id]
        return seen.log.answer(seen.collector.statuses[-1])

    seen.change = swapped

    assert days_until_told(seen) == 1
    assert seen.doubt is Doubt.LEAF


def test_collector_that_says_it_has_nothing_is_held_to_what_it_took(seen, monkeypatch):
    """Else nothing would ever be awaited, although all of it is there."""
    report = seen.collector.report

    def denying(status):
        start = Cursor.start(seen.journal.id)
        return msgspec.structs.replace(report(status), next=start.next_seq, head=start.head.hex())

    monkeypatch.setattr(seen.collector, "report", denying)
    seen.change = lambda _: None

    assert days_until_told(seen) <= TOLD_ON
    assert seen.doubt is Doubt.STALLED


def test_collector_that_refuses_each_status_is_told_within_a_week(seen, monkeypatch):
    def refusing(_status):
        raise RequestRefused(Trouble.REFUSED, "422")

    monkeypatch.setattr(seen.collector, "report", refusing)

    assert days_until_told(seen) <= TOLD_ON
    assert seen.doubt is Doubt.STALLED


@pytest.mark.parametrize("every", [1, 2])
def test_log_that_begins_anew_every_other_day_has_to_hold_the_journal_all_the_same(seen, every):
    def restart(number: int) -> None:
        if number % every == 0:
            name = f"{LOG.name}/{number + 1}"
            seen.log = seen.log.restarted(Signer(name, LOG.private_key), DAY + timedelta(days=number))

    assert days_until_told(seen, restart) <= TOLD_ON
    assert seen.doubt in (Doubt.STALLED, Doubt.LEFT_OUT)


def test_log_of_its_own_that_no_witness_signed_is_told_within_a_week(seen):
    seen.log = replace(seen.log, witnesses=())

    assert days_until_told(seen, lambda number: night(seen, 10 + number)) <= SIGNED_DAYS_MAX + 1
    assert seen.doubt is Doubt.UNWITNESSED
    seen.log = replace(seen.log, witnesses=(WITNESS,))
    night(seen, 50)
    seen.live()
    assert seen.doubt is None


def test_kiosk_that_nobody_presses_is_told_after_a_month(seen):
    night(seen, 2)
    call(seen)
    seen.change = lambda _: None

    assert days_until_told(seen, live=call) == GROWN_DAYS_MAX + 1
    assert seen.doubt is Doubt.QUIET


def test_what_is_in_order_is_told_to_nobody(seen):
    """A witness that was away for days, a long holiday, a kiosk that was away for weeks, and a busy one."""
    seen.change = lambda _: None
    for _ in range(HELD_DAYS_MAX - 1):
        seen.clock.advance(DAY_S)
        seen.live()
    seen.change = lambda answer: answer
    night(seen, 3)
    seen.live()
    night(seen, 4)
    call(seen)
    for _ in range(20):
        seen.clock.advance(DAY_S)
        call(seen)
    seen.clock.advance(60 * DAY_S)
    for number in range(5, 45):
        for _ in range(3):
            seen.live()
        night(seen, number)

    assert seen.doubt is None


def test_everything_that_may_be_told_has_its_words():
    assert set(DOUBTS) == set(Doubt)
