"""Blocks: what a cut holds, where its borders are, and how a wrong one is named."""

from dataclasses import replace

import pytest

from kiosk.domain.numbers.blocks import Cut, Invalid, Rated, Series, Sums, check, cut, open_at, whole_half_days

SERIES = Series("sipas-5", "overall", (1, 2, 3, 4, 5))
STREAM = ("", SERIES)
MORNING, AFTERNOON, NIGHT = "2026-11-23T09:00:00+07:00", "2026-11-23T15:00:00+07:00", "2026-11-24T00:10:00+07:00"
DECEMBER = "2026-12-01T00:10:00+07:00"


def pressed(n: int, at: str = MORNING, first: int = 1, **others: object) -> list[Rated]:
    """So many ratings in a row."""
    fields = {"stream": STREAM, "level": 4, "standing": "counted", **others}
    return [Rated(seq, at, **fields) for seq in range(first, first + n)]  # type: ignore[arg-type]


def ends(cuts: list[Cut]) -> list[tuple[int, int, bool]]:
    return [(one.last, one.counted, one.is_tail) for one in cuts]


def test_half_day_with_five_counted_ratings_is_a_block_once_it_is_over():
    rated = pressed(7)

    assert cut(rated, "2026-11-23T12:09:59+07:00") == []
    assert ends(cut(rated, "2026-11-23T12:10:00+07:00")) == [(7, 7, False)]


def test_half_days_are_gathered_until_five_count_and_are_never_split():
    rated = [*pressed(3), *pressed(9, AFTERNOON, 4), *pressed(4, "2026-11-24T08:00:00+07:00", 13)]

    assert ends(cut(rated, "2026-11-24T13:00:00+07:00")) == [(12, 12, False)]


def test_what_was_set_aside_and_every_reason_go_out_with_the_block():
    rated = [*pressed(5), *pressed(2, first=6, standing="repeat", level=1)]
    rated[1] = replace(rated[1], level=2, reasons=("waiting", "papers"))
    rated[6] = replace(rated[6], reasons=("waiting",))

    (one,) = cut(rated, NIGHT)

    assert one.sums == {
        "counted": Sums({4: 4, 2: 1}, {"waiting": 1, "papers": 1}),
        "repeat": Sums({1: 2}, {"waiting": 1}),
    }


def test_set_aside_ratings_alone_make_no_block():
    assert cut(pressed(40, standing="test"), NIGHT) == []


def test_what_is_left_at_the_end_of_a_month_is_a_tail():
    rated = [*pressed(6), *pressed(2, AFTERNOON, 7)]

    assert ends(cut(rated, "2026-11-30T23:59:59+07:00")) == [(6, 6, False)]
    assert ends(cut(rated, DECEMBER)) == [(6, 6, False), (8, 2, True)]


def test_next_month_begins_behind_the_tail():
    rated = [*pressed(3), *pressed(3, DECEMBER, 4)]

    assert ends(cut(rated, "2026-12-01T13:00:00+07:00")) == [(3, 3, True)]


def test_month_is_over_when_its_last_half_day_is():
    assert cut(pressed(2, "2026-11-30T23:59:59+07:00"), "2026-12-01T00:09:59+07:00") == []


def test_month_that_was_followed_is_over_though_the_clock_went_back_into_it():
    rated = [*pressed(3), *pressed(3, DECEMBER, 4), *pressed(2, first=7)]

    assert ends(cut(rated, MORNING)) == [(3, 3, True), (6, 3, True)]


def test_move_ends_the_half_day():
    rated = [*pressed(5), *pressed(5, first=6, moves=1)]

    assert ends(cut(rated, MORNING, moves=1)) == [(5, 5, False)]
    assert ends(cut(rated, MORNING, moves=2)) == [(5, 5, False), (10, 5, False)]


def test_end_of_the_journal_ends_everything():
    assert ends(cut([*pressed(6), *pressed(1, AFTERNOON, 7)], AFTERNOON, ended=True)) == [(6, 6, False), (7, 1, True)]


def test_counters_and_series_are_cut_each_for_itself():
    hall = ("Q2", SERIES)
    rated = [*pressed(5), *pressed(4, first=6, stream=hall), *pressed(5, first=10, stream=("", Series("b", "c", ())))]

    assert [(one.stream[0], one.stream[1].survey, one.last) for one in cut(rated, NIGHT)] == [
        ("", "sipas-5", 5),
        ("", "b", 14),
    ]


def test_settings_may_raise_the_five_and_never_lower_them():
    rated = [*pressed(3), *pressed(5, AFTERNOON, 4)]

    assert ends(cut(rated, AFTERNOON, least=1)) == []
    assert ends(cut(rated, NIGHT, least=1)) == [(8, 8, False)]
    assert ends(cut([*pressed(5), *pressed(5, AFTERNOON, 6)], NIGHT, least=8)) == [(10, 10, False)]


def test_half_days_between_which_the_clock_went_back_and_forth_stay_together():
    rated = [*pressed(5), *pressed(5, AFTERNOON, 6), *pressed(1, first=11), *pressed(5, NIGHT, 12)]

    assert [len(piece) for piece in whole_half_days(rated)] == [11, 5]


def test_future_of_a_clock_that_was_set_back_is_over():
    assert ends(cut(pressed(5, "2036-01-01T08:00:00+07:00"), MORNING)) == [(5, 5, False)]


def test_half_day_that_ended_minutes_ago_is_not_over():
    assert open_at(NIGHT) == {("2026-11-24", "am")}
    assert open_at("2026-11-24T00:09:59+07:00") == {("2026-11-24", "am"), ("2026-11-23", "pm")}


RATED = [*pressed(6), *pressed(5, AFTERNOON, 7), *pressed(2, "2026-11-24T09:00:00+07:00", 12)]


def block_to(last: int, **others: object) -> Cut:
    within = [each for each in RATED if each.seq <= last]
    made = cut(within, NIGHT, ended=True)
    levels = sum(one.sums["counted"].levels[4] for one in made)
    return replace(Cut(STREAM, last, is_tail=False, sums={"counted": Sums({4: levels}, {})}), **others)  # type: ignore[arg-type]


def test_cut_that_holds_is_valid():
    assert check(block_to(6), RATED, NIGHT) is None
    assert check(block_to(11), RATED, NIGHT) is None  # more than five are as good


@pytest.mark.parametrize(
    ("one", "at", "spent", "wrong"),
    [
        (block_to(6, sums={"counted": Sums({4: 5, 5: 1}, {})}), NIGHT, 0, Invalid.SUMS),
        (block_to(6, sums={"counted": Sums({4: 6}, {"waiting": 1})}), NIGHT, 0, Invalid.SUMS),
        (block_to(5), NIGHT, 0, Invalid.SPLITS),
        (block_to(11), "2026-11-23T17:00:00+07:00", 0, Invalid.OPEN),
        (block_to(6), NIGHT, 6, Invalid.OVERLAPS),
        (block_to(6), NIGHT, 8, Invalid.OVERLAPS),
        (replace(block_to(6), last=99), NIGHT, 0, Invalid.NO_RATING),
        (block_to(6, stream=("Q2", SERIES)), NIGHT, 0, Invalid.NO_RATING),
        (block_to(6, is_tail=True), NIGHT, 0, Invalid.NO_TAIL),
        (block_to(13, is_tail=True), NIGHT, 0, Invalid.NO_TAIL),
        (block_to(6, is_tail=True), DECEMBER, 0, Invalid.NO_TAIL),
    ],
)
def test_what_is_wrong_with_a_cut_is_named(one, at, spent, wrong):
    assert check(one, RATED, at, spent=spent) == wrong


def test_cut_of_fewer_than_five_is_named():
    rated = pressed(4)
    one = Cut(STREAM, 4, is_tail=False, sums={"counted": Sums({4: 4}, {})})

    assert check(one, rated, NIGHT) == Invalid.FEW
    assert check(replace(one, sums={"counted": Sums({4: 5}, {})}), rated, NIGHT) == Invalid.SUMS
    assert check(replace(one, is_tail=True), rated, DECEMBER) is None


def test_cut_across_the_end_of_a_month_or_a_move_is_named():
    one = Cut(STREAM, 10, is_tail=False, sums={"counted": Sums({4: 10}, {})})

    assert check(one, [*pressed(5), *pressed(5, DECEMBER, 6)], "2026-12-03T09:00:00+07:00") == Invalid.CROSSES
    assert check(one, [*pressed(5), *pressed(5, first=6, moves=1)], NIGHT, moves=1) == Invalid.CROSSES
