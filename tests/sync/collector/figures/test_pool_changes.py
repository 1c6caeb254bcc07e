"""Pools and what happens afterwards: decisions, moves, journals judged anew; none of it takes a pool apart."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sync.collector.care.signals.board import find_posted
from sync.collector.care.signals.decide import Chair, Decision, DecisionWrong, set_aside, withdraw
from sync.collector.care.signals.keep import keep_findings
from sync.collector.care.signals.watched import FoundSign, Sign
from sync.collector.people.rights import ANYBODY
from sync.collector.replica.blocks.judging import judge_anew
from sync.collector.replica.outgoing.carried import carry_counter
from sync.collector.replica.outgoing.sums import lock_releases
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.leaving import CLOSED, LEFT, checked, deliver, leave, pools_of, told

THAT_DAY = Decision(LEFT.date() - timedelta(days=3), LEFT.date(), "", "Không có ai ở quầy.")


def test_a_journal_that_is_judged_anew_keeps_its_pool(services: Services, two_units: Office) -> None:
    pens = [leave(two_units, "Q1", (1, 4, 4)), leave(two_units, "Q2", (2, 5)), leave(two_units, "Q1", (3,))]
    services.release()
    before, seen = pools_of(two_units), told(services, "XA")

    with two_units.database.writing() as connection:
        judge_anew(connection, [pen.journal_id for pen in pens])
    services.release()

    assert (pools_of(two_units), told(services, "XA")) == (before, seen)
    checked(services, two_units)


def test_a_pool_goes_up_whole_when_some_of_it_was_pressed_elsewhere(services: Services, two_units: Office) -> None:
    leave(two_units, "Q1", (1, 4, 4))
    leave(two_units, "Q2", (2, 5))
    services.release()
    before = pools_of(two_units)

    with two_units.database.writing() as connection:
        lock_releases(connection)
        carry_counter(connection, 1, 1, 2)

    assert [told(services, place) for place in ("XA", "XB", "T")] == [(0, "pooled 2"), (0, "pooled 3"), (5, "")]
    assert pools_of(two_units) == before
    checked(services, two_units)


def test_a_tail_that_comes_to_another_unit_is_told_there(services: Services, two_units: Office) -> None:
    leave(two_units, "Q1", (1, 4, 4))
    leave(two_units, "Q3", (2,))
    assert told(services, "T") == (0, "tail 4")
    leave(two_units, "Q2", (5,))
    with two_units.database.writing() as connection:
        lock_releases(connection)
        carry_counter(connection, 3, 2, 1)

    assert told(services, "XA") == (5, "")
    checked(services, two_units)


def test_a_demonstration_leaves_the_pools_as_they_were(services: Services, two_units: Office) -> None:
    leave(two_units, "Q1", (1, 4, 4))
    leave(two_units, "Q2", (2, 5))
    services.release()
    before = pools_of(two_units)
    leave(two_units, "Q2", (3, 3), received=CLOSED)
    demo = replace(services, config=CollectorConfig(demo=True))

    seen = [told(each, "XA") for each in (demo, services)]

    assert (seen, pools_of(two_units)) == ([(7, ""), (5, "tail 2")], before)
    checked(services, two_units)


def decided(office: Office) -> tuple[int, Chair]:
    """A sign about the last morning at the first counter, and who decides."""
    day = LEFT.date().isoformat()
    with office.database.writing() as connection:
        (signal_id,) = keep_findings(connection, [FoundSign(1, Sign.BURST, day, day, "am", {"quick": 9})], NOON)
    return signal_id, Chair(ANYBODY, NOON, NOON.date(), 5)


def test_a_decision_leaves_what_is_in_a_pool_as_it_is(services: Services, two_units: Office) -> None:
    leave(two_units, "Q1", (1, 4, 4))
    leave(two_units, "Q2", (2, 5))
    services.release()
    (signal_id, chair), before = decided(two_units), told(services, "XA")

    with two_units.database.writing() as connection, pytest.raises(DecisionWrong, match="3 are counted together"):
        set_aside(connection, signal_id, THAT_DAY, chair)

    with two_units.database.reading() as connection:
        posted = find_posted(connection, signal_id, "")
    assert (told(services, "XA"), posted and posted.pooled) == (before, 3)


def leave_after_a_block(office: Office) -> None:
    """Six dissatisfied on the last day but one, and what is left of October at two counters."""
    pen = Pen()
    for _ in range(6):
        pen.rating(1, counter="Q1")
    deliver(office, pen, 1, LEFT - timedelta(days=1), LEFT - timedelta(days=1))
    leave(office, "Q1", (1, 4, 4), pen)
    leave(office, "Q2", (2, 5))


def test_what_counts_again_is_told_with_those_that_wait(services: Services, two_units: Office) -> None:
    leave_after_a_block(two_units)
    (signal_id, chair), early = decided(two_units), replace(services, now=lambda: CLOSED - timedelta(days=3))
    early.release()
    with two_units.database.writing() as connection:
        set_aside(connection, signal_id, THAT_DAY, chair)
    before = told(services, "XA")

    with two_units.database.writing() as connection:
        withdraw(connection, signal_id, "Đã hỏi.", chair)

    assert (before, told(services, "XA")) == ((0, "tail 2"), (11, ""))
    checked(services, two_units)


def test_what_is_suspect_stands_apart_until_it_counts_again(services: Services, two_units: Office) -> None:
    leave_after_a_block(two_units)
    (signal_id, chair), early = decided(two_units), replace(services, now=lambda: CLOSED - timedelta(days=3))
    early.release()
    with two_units.database.writing() as connection:
        assert set_aside(connection, signal_id, THAT_DAY, chair) == 9

    aside = told(services, "XA")
    leave(two_units, "Q2", (5,) * 4, received=CLOSED)
    leave(two_units, "Q2", (5,), received=CLOSED)
    later = told(services, "XA")
    with two_units.database.writing() as connection:
        withdraw(connection, signal_id, "Đã hỏi.", chair)

    assert (aside, later) == ((0, "tail 2"), (7, ""))
    assert told(services, "XA") == (13, "tail 3")
    checked(services, two_units)
    leave(two_units, "Q2", (1, 1), received=CLOSED)
    assert told(services, "XA") == (18, "")
    checked(services, two_units)
