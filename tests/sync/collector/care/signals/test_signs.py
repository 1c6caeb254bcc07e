"""Each sign is found where it is, with its evidence, and nowhere else."""

import random
from collections import Counter
from dataclasses import replace

import pytest

from sync.collector.care.signals.find import find_signs
from sync.collector.care.signals.watched import HalfDay, Pressed, Sign, Watched, by_week
from sync.collector.settings.signals import Signals
from tests.sync.collector.care.signals.counters import OPENS, honest, office_of, pressed_at, working_days

OFFICE = office_of()
WATCHED = 99


def found(one: Watched, since: str = "") -> dict[Sign, dict[str, object]]:
    """The signs of one counter among honest ones."""
    looked_at = {(WATCHED, sign): since for sign in Sign} if since else {}
    signs = [each for each in find_signs([*OFFICE, one], Signals(), looked_at) if each.counter_id == WATCHED]
    return {each.sign: {"first": each.first, "last": each.last, "part": each.part, **each.evidence} for each in signs}


def with_more(one: Watched, part: str, times: list[tuple[float, int]]) -> Watched:
    """The counter with more presses in each of its half days of this part."""
    halves = dict(one.half_days)
    for half in halves:
        if half.part == part:
            there = pressed_at(times)
            mine = halves[half]
            halves[half] = Pressed(
                mine.levels + there.levels, mine.quick + there.quick, mine.quick_levels + there.quick_levels,
                mine.slots + there.slots, mine.outside,
            )  # fmt: skip
    return replace(one, half_days=halves)


def only(levels: "Counter[int]", halves: int = 20) -> Watched:
    """A counter with just these levels, spread evenly over as many half days."""
    pile = [level for level, n in levels.items() for _ in range(n)]
    random.Random(1).shuffle(pile)
    days = [HalfDay(day.isoformat(), part) for day in working_days() for part in OPENS][:halves]
    share = [pile[place::halves] for place in range(halves)]
    return Watched(
        WATCHED,
        {
            half: pressed_at([(OPENS[half.part] + 1200 * n, level) for n, level in enumerate(mine)])
            for half, mine in zip(days, share, strict=True)
        },
    )


def test_honest_counters_show_no_sign() -> None:
    assert find_signs(OFFICE, Signals(), {}) == []


@pytest.mark.parametrize("per_half_day", [2, 8, 20, 35])
def test_a_busy_counter_is_no_rush(per_half_day: int) -> None:
    assert Sign.BURST not in found(honest(WATCHED, per_half_day=per_half_day))


@pytest.mark.parametrize("per_half_day", [2, 4, 8, 20])
def test_couples_who_both_press_are_no_rush(per_half_day: int) -> None:
    assert Sign.BURST not in found(honest(WATCHED, per_half_day=per_half_day, pairs=0.15))


def test_presses_in_a_rush_are_found_with_days_part_and_pace() -> None:
    rush = [(15 * 3600 + 40.0 * number, 5) for number in range(6)]

    sign = found(with_more(honest(WATCHED), "pm", rush))[Sign.BURST]

    assert (sign["first"], sign["last"], sign["part"]) == ("2026-10-05", "2026-10-30", "pm")
    assert sign["quick"] > 3 * sign["expected"]  # type: ignore[operator]
    assert sign["one_face"] is True


def test_a_rush_of_different_faces_is_a_sign_that_says_nothing_of_faces() -> None:
    rush = [(15 * 3600 + 40.0 * number, 1 + number % 5) for number in range(6)]

    assert found(with_more(honest(WATCHED), "pm", rush))[Sign.BURST]["one_face"] is False


def test_weeks_with_few_are_told_as_few() -> None:
    first, second = HalfDay("2026-10-06", "am"), HalfDay("2026-10-13", "pm")
    watched = {first: pressed_at([(9e3, 5)] * 4), second: pressed_at([(9e3, 5)] * 9)}

    assert by_week({first: 3, second: 7}, watched) == [["2026-10-05", None, None], ["2026-10-12", 7, 9]]


def test_a_single_wild_hour_is_found() -> None:
    one = honest(WATCHED)
    half = next(half for half in one.half_days if half.part == "am")
    wild = pressed_at([(9 * 3600 + 20.0 * number, 1) for number in range(60)])

    sign = found(replace(one, half_days={**one.half_days, half: wild}))[Sign.BURST]

    assert half.day == "2026-10-05"
    assert sign["quick"] >= 59  # type: ignore[operator]


def test_presses_that_gather_before_closing_are_found() -> None:
    late = [(16.6 * 3600 + 200.0 * number, 5) for number in range(4)]

    sign = found(with_more(honest(WATCHED), "pm", late))[Sign.CLOSING]

    assert sign["part"] == "pm"
    assert sign["at_close"] >= 80  # type: ignore[operator]
    assert sign["usual_percent"] < 15  # type: ignore[operator]


def test_one_face_for_nearly_all_is_found_and_which_face_is_not_told() -> None:
    sign = found(only(Counter({5: 300})))[Sign.ONE_LEVEL]

    assert set(sign) == {"first", "last", "part", "n", "percent", "usual_percent"}


@pytest.mark.parametrize("levels", [{5: 97, 4: 3}, {5: 90}, {5: 270, 4: 30}])
def test_few_or_merely_happy_ratings_are_no_sign(levels: dict[int, int]) -> None:
    assert Sign.ONE_LEVEL not in found(only(Counter(levels)))


def test_more_ratings_than_transactions_are_found() -> None:
    days = {day.isoformat(): 8 for day in working_days()}

    sign = found(honest(WATCHED, per_half_day=6, served=days))[Sign.CAPACITY]

    assert sign["n"] > sign["served"] == 160  # type: ignore[operator]


def test_as_many_ratings_as_transactions_are_no_sign() -> None:
    one = honest(WATCHED, per_half_day=6)
    by_day: Counter[str] = Counter()
    for half, pressed in one.half_days.items():
        by_day[half.day] += pressed.n

    assert Sign.CAPACITY not in found(replace(one, served=dict(by_day)))


def test_more_in_half_a_day_than_anybody_serves_is_found() -> None:
    sign = found(only(Counter({5: 70, 4: 80}), halves=1))[Sign.CAPACITY]

    assert (sign["most"], sign["half_days"]) == (150, 1)


def test_presses_outside_hours_are_found() -> None:
    one = honest(WATCHED)
    halves = {half: replace(pressed, outside=3) for half, pressed in one.half_days.items()}

    assert found(replace(one, half_days=halves))[Sign.OUTSIDE]["outside"] == 3 * len(halves)


def test_a_press_after_closing_now_and_then_is_no_sign() -> None:
    one = honest(WATCHED)
    halves = {half: replace(one.half_days[half], outside=int(n % 20 == 0)) for n, half in enumerate(one.half_days)}

    assert Sign.OUTSIDE not in found(replace(one, half_days=halves))


def silent_from(day: str, one: Watched) -> Watched:
    return replace(one, half_days={half: pressed for half, pressed in one.half_days.items() if half.day < day})


def test_silence_is_found_with_what_was_usual_and_whether_the_kiosk_calls() -> None:
    sign = found(silent_from("2026-10-28", honest(WATCHED)))[Sign.UNPRESSED]

    assert (sign["first"], sign["last"], sign["days"], sign["heard"]) == ("2026-10-28", "2026-10-30", 3, True)
    assert 9 <= sign["usual"] <= 15  # type: ignore[operator]


def test_a_quiet_counter_may_be_quiet_for_some_days() -> None:
    assert Sign.UNPRESSED not in found(silent_from("2026-10-28", honest(WATCHED, per_half_day=1)))


def test_holidays_are_no_silence() -> None:
    holidays = [silent_from("2026-10-28", one) for one in OFFICE]

    assert find_signs(holidays, Signals(), {}) == []


def with_open_days(one: Watched, *more: str, but: frozenset[str] = frozenset()) -> Watched:
    return replace(one, open_days=(one.open_days | set(more)) - but)


def test_days_off_of_a_unit_are_no_silence_of_its_counters() -> None:
    one = silent_from("2026-10-28", honest(WATCHED))

    assert found(with_open_days(one, but=frozenset({"2026-10-28", "2026-10-29", "2026-10-30"}))) == {}


def test_silence_on_a_worked_saturday_counts_as_on_any_day() -> None:
    saturday = "2026-10-31"
    silent = with_open_days(silent_from("2026-10-29", honest(WATCHED)), saturday)
    office = [with_open_days(pressed_on(one, saturday), saturday) for one in OFFICE]

    (sign,) = [each for each in find_signs([*office, silent], Signals(), {}) if each.counter_id == WATCHED]

    assert (sign.sign, sign.first, sign.last, sign.evidence["days"]) == (Sign.UNPRESSED, "2026-10-29", saturday, 3)


def pressed_on(one: Watched, day: str) -> Watched:
    """The counter with one more day, pressed as its first one."""
    first = min(half.day for half in one.half_days)
    more = {HalfDay(day, half.part): pressed for half, pressed in one.half_days.items() if half.day == first}
    return replace(one, half_days={**one.half_days, **more})


def test_lone_counter_that_fell_silent_is_found_by_the_calendar_alone() -> None:
    (sign,) = find_signs([silent_from("2026-10-28", honest(WATCHED))], Signals(), {})

    assert (sign.sign, sign.evidence["days"]) == (Sign.UNPRESSED, 3)


def test_presses_on_a_day_off_of_which_the_kiosk_was_not_told_are_presses_outside_hours() -> None:
    one = honest(WATCHED)
    halves = {
        half: replace(pressed, on_day_off=pressed.n if half.day >= "2026-10-26" else 0)
        for half, pressed in one.half_days.items()
    }

    sign = found(replace(one, half_days=halves))[Sign.OUTSIDE]

    assert (sign["first"], sign["days"], sign["n"]) == ("2026-10-26", 5, one.n)


def test_what_a_kiosk_set_aside_on_a_worked_day_is_no_press_outside_hours() -> None:
    one = honest(WATCHED)
    halves = {half: replace(pressed, untold=3) for half, pressed in one.half_days.items()}

    assert Sign.OUTSIDE not in found(replace(one, half_days=halves))


def test_a_counter_without_a_kiosk_is_not_missed() -> None:
    assert found(silent_from("2026-10-28", honest(WATCHED, has_kiosk=False))) == {}


def test_what_a_person_has_looked_at_is_not_shown_again() -> None:
    rush = [(15 * 3600 + 40.0 * number, 5) for number in range(6)]
    one = with_more(honest(WATCHED), "pm", rush)

    assert found(one, since="2026-10-30") == {}
    assert found(one, since="2026-10-15")[Sign.BURST]["first"] == "2026-10-16"


def test_a_silence_that_was_looked_at_is_the_same_until_the_next_press() -> None:
    assert found(silent_from("2026-10-26", honest(WATCHED)), since="2026-10-28") == {}


def test_an_empty_office_has_no_signs() -> None:
    assert find_signs([], Signals(), {}) == []
    assert find_signs([Watched(1, {})], Signals(), {}) == []
