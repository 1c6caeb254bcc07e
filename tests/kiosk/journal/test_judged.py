"""Whoever has a journal's lines finds the same cuts as its kiosk, and cuts what an older one left, each rating once."""

import json
from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kiosk.domain.numbers.blocks import Cut, Invalid, Sums, half_day_of
from kiosk.domain.visit.rating import Standing
from kiosk.journal.judged import Judged, judged_cuts
from kiosk.journal.lines import encode_line
from kiosk.journal.uncut import Noted, Setting, Uncut, block_line, cut_in
from tests.kiosk_in_memory import ANYTHING, ORDINARY, RATINGS, SURVEYS, WAIT, Kiosk, run

COUNTED = Standing.COUNTED
FIVE = [("rate", 4, COUNTED, None)] * 5


def judge(kiosk: Kiosk) -> list[Judged]:
    return list(judged_cuts(enumerate(kiosk.lines, start=1), SURVEYS))


def size(one: Cut) -> int:
    return sum(n for sums in one.sums.values() for n in sums.levels.values())


def ratings(kiosk: Kiosk) -> int:
    return sum(json.loads(line)["kind"] == "rating" for line in kiosk.lines)


def older(actions: list[tuple[object, ...]]) -> Kiosk:
    """A kiosk of before cuts were made."""
    return run(actions, cuts=False)


def upgraded(kiosk: Kiosk) -> Kiosk:
    """The same with this version."""
    passed_over = half_day_of(kiosk.at) if ratings(kiosk) else None
    noted = Noted(len(kiosk.lines) + 1, Setting(passed_over=passed_over))
    return Kiosk(kiosk.clock, list(kiosk.lines), Uncut(noted), kiosk.survey)


UNHURRIED = settings(deadline=None)  # on a busy machine one example may take long


@UNHURRIED
@given(ANYTHING)
def test_every_cut_of_a_kiosk_is_found_valid(actions):
    kiosk = run([*actions, ("wait", 13 * 3600), ("cut",)])

    found = judge(kiosk)

    assert all(one.is_kiosks and one.wrong is None for one in found)
    assert [one.seq for one in found] == [
        seq for seq, line in enumerate(kiosk.lines, start=1) if json.loads(line)["kind"] == "block"
    ]


@UNHURRIED
@given(ORDINARY)
def test_older_journal_is_cut_at_the_first_line_of_a_later_half_day(actions):
    kiosk = older([*actions, ("wait", 40 * 86400), ("rate", 1, Standing.TEST, "Q9")])

    found = judge(kiosk)

    assert not any(one.is_kiosks for one in found)
    assert all(one.cut.last < one.seq for one in found)
    assert sum(size(one.cut) for one in found) == ratings(kiosk) - 1


@UNHURRIED
@given(st.lists(RATINGS | RATINGS | WAIT, max_size=40), ORDINARY)
def test_older_kiosk_that_begins_to_cut_loses_and_doubles_no_rating(before, after):
    kiosk = upgraded(older(before))
    for action, *said in [*after, ("wait", 40 * 86400), ("rate", 1, Standing.TEST, "Q9"), ("cut",)]:
        kiosk.do(str(action), *said)

    found = judge(kiosk)

    assert [one.wrong for one in found] == [None] * len(found)
    assert sum(size(one.cut) for one in found) == ratings(kiosk) - 1


@UNHURRIED
@given(ANYTHING, ANYTHING)
def test_whatever_the_clock_did_the_cuts_of_an_upgraded_kiosk_are_valid_and_hold_no_rating_twice(before, after):
    kiosk = upgraded(older(before))
    for action, *said in [*after, ("wait", 13 * 3600), ("cut",)]:
        kiosk.do(str(action), *said)

    found = judge(kiosk)

    assert [one.wrong for one in found] == [None] * len(found)
    assert sum(size(one.cut) for one in found) <= ratings(kiosk)


# The clock is set back into the half day that the upgraded kiosk leaves to others.
BACK = [("wait", 5 * 3600), ("ask", "a@1"), ("cut",), ("wait", -13 * 3600), ("rate", 1, COUNTED, None)]


@UNHURRIED
@example(FIVE, BACK)
@given(ANYTHING, ANYTHING)
def test_journal_that_went_on_in_another_is_cut_to_its_last_rating(before, after):
    kiosk = upgraded(older(before))
    for action, *said in after:
        kiosk.do(str(action), *said)

    found = list(judged_cuts(enumerate(kiosk.lines, start=1), SURVEYS, ended=True))

    assert [one.wrong for one in found] == [None] * len(found)
    assert sum(size(one.cut) for one in found) == ratings(kiosk)


def test_invalid_cut_is_named_and_the_next_one_is_judged_by_itself():
    kiosk = run([*FIVE, ("wait", 5 * 3600), ("cut",), *FIVE, ("wait", 24 * 3600), ("cut",)])
    place = next(place for place, line in enumerate(kiosk.lines) if b'"kind":"block"' in line)
    kiosk.lines[place] = kiosk.lines[place].replace(b'{"4":5}', b'{"4":4,"5":1}')

    assert [one.wrong for one in judge(kiosk)] == [Invalid.SUMS, None]


def test_cut_made_twice_and_cut_of_nothing_are_named_and_change_nothing():
    kiosk = run([*FIVE, ("wait", 5 * 3600)])
    (one,) = kiosk.uncut.due(kiosk.at)
    for each in (replace(one, last=99), one, one):
        kiosk.write(encode_line(block_line(len(kiosk.lines) + 1, kiosk.clock.now(), each)))

    assert [one.wrong for one in judge(kiosk)] == [Invalid.NO_RATING, None, Invalid.OVERLAPS]


def test_cut_of_a_kiosk_that_does_not_cut_is_not_believed():
    kiosk = older([*FIVE, ("wait", 5 * 3600)])
    stream = ("", Setting(SURVEYS).series("a@1", "overall"))
    kiosk.write(encode_line(block_line(7, kiosk.clock.now(), Cut(stream, 6, False, {"counted": Sums({4: 5}, {})}))))

    assert [(one.is_kiosks, one.wrong) for one in judge(kiosk)] == [(False, None), (True, Invalid.NO_RATING)]


def test_carried_cut_is_of_the_older_journal_and_is_not_judged_here():
    kiosk = run([*FIVE, ("wait", 5 * 3600), ("cut",)])
    carried = json.dumps({**json.loads(kiosk.lines[-1]), "seq": len(kiosk.lines) + 1, "from": ["older", 9, "00"]})
    kiosk.lines.append(carried.encode())

    assert len(judge(kiosk)) == 1
    assert cut_in(block_line(9, kiosk.clock.now(), judge(kiosk)[0].cut)) == judge(kiosk)[0].cut
