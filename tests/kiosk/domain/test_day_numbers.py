"""Day numbers: whoever reads them, however often and of whatever days, is never left with fewer than a cell."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.numbers.day_numbers import DayNumbers, Numbers, day_numbers
from kiosk.domain.numbers.disclosure import OFF, Hidden, Policy, Slice, hide_levels
from kiosk.domain.office_day import PARTS, part_is_over
from tests.builders import ZONE

MONDAY = date(2026, 11, 16)
DAYS = [MONDAY + timedelta(days=place) for place in range(7)]
SCALE = {1: False, 2: False, 3: False, 4: True, 5: True}
LEVELS = range(1, 6)
NEVER = datetime(2027, 1, 1, tzinfo=ZONE)

Presses = dict[tuple[int, str], dict[int, int]]
"""By place of the day and part: how many of each level."""

levels_pressed = st.dictionaries(st.sampled_from(list(LEVELS)), st.integers(0, 7), max_size=5)
weeks = st.dictionaries(st.tuples(st.integers(0, 6), st.sampled_from(PARTS)), levels_pressed, max_size=14)


def numbers_of(presses: Presses, now: datetime = NEVER, policy: Policy | None = None) -> Numbers:
    slices = [Slice("Q1", DAYS[place].isoformat(), part, counts) for (place, part), counts in presses.items()]
    return day_numbers(slices, DAYS, lambda d, p: part_is_over(d, p, now), policy or Policy(), SCALE)


def one_day(am: dict[int, int], pm: dict[int, int], now: datetime = NEVER) -> DayNumbers:
    return numbers_of({(0, "am"): am, (0, "pm"): pm}, now).days[0]


def moments() -> list[datetime]:
    """Each half day of the week and the one after, an hour into it."""
    start = datetime.combine(MONDAY, time(1), ZONE)
    return [start + timedelta(hours=12 * place) for place in range(16)]


def test_parts_that_are_large_enough_are_told_apart():
    day = one_day({5: 12}, {4: 30})

    assert (day.n, day.parts) == (42, {"am": 12, "pm": 30})


def test_morning_of_few_goes_out_with_the_afternoon_and_neither_is_told():
    day = one_day({5: 3}, {4: 9})

    assert (day.n, day.parts) == (12, {"am": Hidden.FEW, "pm": Hidden.PARTNER})


def test_few_ratings_of_an_afternoon_stay_out_of_a_day_whose_morning_was_shown():
    day = one_day({5: 12}, {4: 3})

    assert (day.n, day.parts, day.more) == (12, {"am": 12, "pm": Hidden.FEW}, True)


def test_day_of_few_is_hidden_and_a_day_without_any_is_nought():
    numbers = numbers_of({(0, "am"): {5: 4}}).days

    assert (numbers[0].n, numbers[1].n, numbers[1].parts) == (Hidden.FEW, 0, {"am": 0, "pm": 0})


def test_nobody_learns_whether_somebody_rated_before_the_part_of_the_day_is_over():
    now = datetime.combine(MONDAY, time(9), ZONE)

    assert numbers_of({}, now).days[0] == numbers_of({(0, "am"): {1: 30}}, now).days[0]


def test_what_single_days_cannot_show_goes_out_with_the_week():
    presses: Presses = {(place, "am"): {5: 2} for place in range(4)} | {(4, "am"): {5: 10}}
    over, friday = numbers_of(presses), numbers_of(presses, datetime.combine(DAYS[5], time(1), ZONE))

    assert over.together(DAYS[0], DAYS[6]).n == 18
    assert over.together(DAYS[1], DAYS[6]).n == 10
    assert friday.together(DAYS[0], DAYS[6]).n == 10
    assert friday.together(DAYS[0], DAYS[6]).waiting


def test_few_of_a_whole_week_stay_out():
    week = numbers_of({(0, "am"): {5: 2}, (3, "am"): {1: 2}}).together(DAYS[0], DAYS[6])

    assert (week.n, week.waiting) == (0, True)


def test_levels_that_few_chose_are_told_together_only():
    assert one_day({5: 9, 4: 8, 3: 6, 2: 7, 1: 1}, {}).kept_back == {1, 3}
    assert one_day({5: 9, 3: 6, 1: 1}, {}).kept_back == {1, 2}
    assert one_day({5: 9, 4: 1}, {}).kept_back == {4, 5}
    assert one_day({5: 9}, {}).kept_back == frozenset()
    assert one_day({3: 6, 2: 7, 1: 8}, {}).kept_back == frozenset()


def test_level_that_was_kept_back_at_noon_stays_so_in_the_evening():
    assert one_day({5: 9, 2: 1}, {3: 6, 2: 6, 1: 6}).kept_back == {1, 2, 3}


def test_counters_of_a_hall_are_told_when_the_day_is_over_and_a_small_one_takes_a_partner_along():
    slices = [Slice(counter, DAYS[0].isoformat(), "am", {5: n}) for counter, n in (("Q1", 2), ("Q2", 9), ("Q3", 20))]
    noon = datetime.combine(MONDAY, time(13), ZONE)

    def counters(now: datetime) -> dict[str, int | Hidden]:
        over = day_numbers(slices, DAYS[:1], lambda d, p: part_is_over(d, p, now), Policy(), SCALE)
        return dict(over.days[0].counters)

    assert counters(NEVER) == {"Q1": Hidden.FEW, "Q2": Hidden.PARTNER, "Q3": 20}
    assert counters(noon) == {}


def test_demonstration_shows_everything_at_once():
    now = datetime.combine(MONDAY, time(9), ZONE)
    day = numbers_of({(0, "am"): {1: 1}}, now, OFF).days[0]

    assert (day.n, day.kept_back, day.parts) == (1, frozenset(), {"am": 1, "pm": 0})


@settings(deadline=None, max_examples=60)
@given(weeks, st.integers(0, 6), st.sampled_from(PARTS), st.sampled_from(list(LEVELS)))
def test_reading_before_and_after_one_press_reveals_nothing(presses: Presses, place: int, part: str, level: int):
    after = {key: dict(counts) for key, counts in presses.items()}
    pressed = after.setdefault((place, part), {})
    pressed[level] = pressed.get(level, 0) + 1
    now = datetime.combine(DAYS[place], time(11 if part == "am" else 23), ZONE)
    first, second = numbers_of(presses, now), numbers_of(after, now)

    assert first.days == second.days
    for since, until in ranges():
        assert first.together(since, until) == second.together(since, until)


@settings(deadline=None, max_examples=60)
@given(weeks)
def test_from_one_reading_to_the_next_nothing_moves_by_less_than_a_cell(presses: Presses):
    readings = [numbers_of(_until(presses, now), now) for now in moments()]

    for before, after in pairwise(readings):
        for one, other in zip(before.days, after.days, strict=True):
            assert_a_cell_or_nothing(Counter(other.counts) - Counter(one.counts), Counter(other.counts).total())
            assert not Counter(one.counts) - Counter(other.counts)
        for since, until in ranges():
            moved = Counter(after.together(since, until).counts)
            moved.subtract(before.together(since, until).counts)
            assert_a_cell_or_nothing(moved)


@settings(deadline=None, max_examples=60)
@given(weeks)
def test_no_difference_of_ranges_leaves_fewer_than_a_cell(presses: Presses):
    numbers = numbers_of(presses)
    sums = {each: Counter(numbers.together(*each).counts) for each in ranges()}

    for (first, last), (inner_first, inner_last) in combinations(sums, 2):
        if first <= inner_first and inner_last <= last:
            difference = sums[first, last] - sums[inner_first, inner_last]
            assert_a_cell_or_nothing(difference)


@settings(deadline=None, max_examples=60)
@given(weeks)
def test_no_part_of_a_day_is_left_with_fewer_than_a_cell(presses: Presses):
    for day in numbers_of(presses).days:
        known = [n for n in day.parts.values() if isinstance(n, int)]
        assert all(n == 0 or n >= 5 for n in known)
        left = sum(day.counts.values()) - sum(known)
        assert left == 0 or left >= 5


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from(list(LEVELS)), st.integers(0, 12)), st.sampled_from([(1, 2, 3), (1,), (4, 5)]))
def test_no_level_that_is_kept_back_can_be_computed(counts: dict[int, int], levels: tuple[int, ...]):
    kept_back = hide_levels(counts, levels, 5)
    told = sum(counts.get(level, 0) for level in levels if level not in kept_back)
    together = sum(counts.get(level, 0) for level in levels) - told

    # Several levels share what is left, and it is more than nought: whose it is, the sum does not say.
    assert not kept_back or (len(kept_back) > 1 and together > 0)
    if len(levels) > 1:
        assert {level for level in levels if 0 < counts.get(level, 0) < 5} <= kept_back


def ranges() -> list[tuple[date, date]]:
    return [(first, last) for first in DAYS for last in DAYS if first <= last]


def assert_a_cell_or_nothing(moved: "Counter[int]", shown: int = 5) -> None:
    assert moved.total() == 0 or moved.total() >= 5
    assert all(n >= 0 for n in moved.values())
    assert shown == 0 or shown >= 5


def _until(presses: Presses, now: datetime) -> Presses:
    """What was pressed by then: everything up to the part that is not over."""
    present = ((now.date() - MONDAY).days, "am" if now.hour < 12 else "pm")
    return {key: counts for key, counts in presses.items() if key <= present}
