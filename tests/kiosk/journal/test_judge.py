"""Judge: a journal is read in pieces as it comes, and its cuts are those of the whole."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.numbers.blocks import Invalid
from kiosk.domain.visit.rating import Standing
from kiosk.journal.judged import Judge, Judged, judged_cuts
from tests.kiosk_in_memory import ANYTHING, ORDINARY, SURVEYS, Kiosk, run

COUNTED = Standing.COUNTED


def in_pieces(kiosk: Kiosk, ends: set[int], *, ended: bool) -> list[Judged]:
    """What is found when the state goes through its text after each of these lines."""
    state, found = None, []
    borders = sorted({0, len(kiosk.lines), *(end for end in ends if end < len(kiosk.lines))})
    for first, last in pairwise(borders):
        judge = Judge(SURVEYS, state)
        for seq in range(first + 1, last + 1):
            found += judge.read(seq, kiosk.lines[seq - 1])
        state = judge.state
    return [*found, *Judge(SURVEYS, state).end()] if ended else found


def damaged(kiosk: Kiosk, places: set[int]) -> Kiosk:
    """Cuts whose sums are others, cuts twice over, lines that are none."""
    for place in sorted(place for place in places if place < len(kiosk.lines)):
        kiosk.lines[place] = kiosk.lines[place].replace(b'"4":', b'"3":').replace(b'"last":1', b'"last":')
    return kiosk


@settings(deadline=None)
@given(ANYTHING | ORDINARY, ANYTHING, st.sets(st.integers(1, 80)), st.sets(st.integers(0, 80)), st.booleans())
def test_reading_in_any_pieces_gives_the_cuts_of_the_whole(before, after, ends, places, ended):
    kiosk = run(before, cuts=False)
    lines = kiosk.lines
    later = run(after, clock=kiosk.clock, lines=lines)
    kiosk = damaged(later, places)

    whole = list(judged_cuts(enumerate(kiosk.lines, start=1), SURVEYS, ended=ended))

    assert in_pieces(kiosk, ends, ended=ended) == whole


@settings(deadline=None)
@given(ANYTHING, ANYTHING)
def test_no_rating_is_held_twice_and_each_cut_holds_as_many_as_its_sums_say(before, after):
    kiosk = run([*before, ("wait", 5 * 3600)], cuts=False)
    later = run([*after, ("wait", 13 * 3600), ("cut",)], clock=kiosk.clock, lines=kiosk.lines)

    found = list(judged_cuts(enumerate(later.lines, start=1), SURVEYS, ended=True))

    held = [seq for one in found for seq in one.held]
    assert len(held) == len(set(held))
    for one in found:
        if one.wrong is None:
            assert len(one.held) == sum(sum(sums.levels.values()) for sums in one.cut.sums.values())
            assert one.held[-1] == one.cut.last


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ([("revised", 1, 1)], 1),
        ([("rate", 5, COUNTED, None), ("revised", 2, 1)], 4),
        ([("wait", 3601), ("revised", 1, 1)], 4),
    ],
    ids=["in the visit", "after the next citizen", "an hour later"],
)
def test_another_face_counts_only_in_the_visit_of_its_rating(said, level):
    kiosk = run([("rate", 4, COUNTED, "Q1"), *said])

    assert next(each.level for each in kiosk.uncut.rated if each.seq == 2) == level


def test_cut_that_is_made_again_overlaps_also_when_the_first_was_read_before():
    kiosk = run([("rate", 4, COUNTED, None, 5), ("wait", 5 * 3600), ("cut",)])
    again = kiosk.lines[-1].replace(b'{"seq":7,', b'{"seq":8,')
    kiosk.lines.append(again)

    assert [one.wrong for one in in_pieces(kiosk, {7}, ended=False)] == [None, Invalid.OVERLAPS]


def test_origin_that_no_number_can_hold_is_an_origin_and_stops_nobody():
    kiosk = run([("rate", 4, COUNTED, None, 5), ("wait", 5 * 3600), ("cut",)])
    kiosk.lines[1] = kiosk.lines[1].replace(b'"kind"', b'"from":1e999,"kind"')

    assert [one.wrong for one in judged_cuts(enumerate(kiosk.lines, start=1), SURVEYS)] == [Invalid.SUMS]
