"""Disclosure: from what is shown, nobody's single press can be computed."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.numbers.disclosure import OFF, Disclosed, Hidden, Policy, Slice, disclose, form_blocks

AT_ONCE = Policy(delay=False, step=1)


def of_cells(**cells: dict[int, int]) -> list[Slice[str]]:
    return [Slice(cell, "2026-11-20", "am", counts) for cell, counts in cells.items()]


def always(_day: str, _part: str) -> bool:
    return True


def show(policy: Policy, **cells: dict[int, int]) -> Disclosed[str]:
    return disclose(of_cells(**cells), always, policy)


def test_a_large_cell_is_shown_with_its_percentage() -> None:
    shown = show(AT_ONCE, a={5: 40}).cells["a"]

    assert (shown.n, shown.hidden, shown.percent) == (40, None, True)


def test_below_thirty_there_are_counts_and_no_percentage() -> None:
    shown = show(AT_ONCE, a={5: 29}).cells["a"]

    assert (shown.n, shown.percent) == (29, False)


def test_a_small_cell_is_hidden_and_the_next_smallest_with_it() -> None:
    found = show(AT_ONCE, small={1: 2}, middle={5: 20}, large={5: 50})

    assert found.cells["small"].hidden is Hidden.FEW
    assert found.cells["middle"].hidden is Hidden.PARTNER
    assert found.cells["large"].n == 50
    assert found.total.n == 72


def test_two_small_cells_that_are_few_even_together_need_a_partner_too() -> None:
    found = show(AT_ONCE, a={1: 1}, b={5: 1}, c={5: 20}, d={5: 30})

    assert [cell for cell, shown in found.cells.items() if shown.hidden] == ["a", "b", "c"]


def test_a_lone_small_cell_takes_the_total_with_it() -> None:
    found = show(AT_ONCE, a={1: 3}, b={})

    assert found.cells["a"].hidden is Hidden.FEW
    assert found.total.hidden is Hidden.FEW
    assert found.total.counts == {}


def test_an_empty_cell_is_shown_as_n_0() -> None:
    found = show(AT_ONCE, a={5: 40}, b={})

    assert (found.cells["b"].n, found.cells["b"].hidden) == (0, None)


def test_ratings_wait_until_their_part_of_the_day_is_over() -> None:
    slices = [Slice("a", "2026-11-20", "am", {5: 40}), Slice("a", "2026-11-20", "pm", {1: 40})]
    morning_over: Callable[[str, str], bool] = lambda day, part: part == "am"  # noqa: E731

    shown = disclose(slices, morning_over, Policy()).cells["a"]

    assert (shown.counts, shown.waiting) == ({5: 40}, True)


def test_fewer_than_a_step_wait_for_the_next_part_and_go_out_with_it() -> None:
    morning, evening = Slice("a", "2026-11-20", "am", {5: 3}), Slice("a", "2026-11-20", "pm", {1: 4})

    after_noon = disclose([morning], always, Policy()).cells["a"]
    after_the_day = disclose([morning, evening], always, Policy()).cells["a"]

    assert (after_noon.n, after_noon.waiting) == (0, True)
    assert (after_the_day.counts, after_the_day.waiting) == ({5: 3, 1: 4}, False)


def test_the_demo_shows_a_single_press_at_once() -> None:
    found = disclose(of_cells(a={1: 1}), lambda _day, _part: False, OFF)

    assert (found.cells["a"].counts, found.cells["a"].percent, found.total.n) == ({1: 1}, True, 1)


@given(cells=st.dictionaries(st.integers(0, 6), st.integers(0, 40), min_size=1), cell_min=st.integers(0, 10))
def test_what_is_hidden_is_never_the_difference_of_what_is_shown(cells: dict[int, int], cell_min: int) -> None:
    slices = [Slice(cell, "2026-11-20", "am", {5: n} if n else {}) for cell, n in cells.items()]

    found = disclose(slices, always, Policy(cell_min=cell_min, step=1, delay=False))

    hidden = [cells[cell] for cell, shown in found.cells.items() if shown.hidden]
    assert all(n >= cell_min or n == 0 for cell, n in cells.items() if not found.cells[cell].hidden)
    if found.total.hidden is None and hidden:
        assert len(hidden) > 1
        assert sum(hidden) >= cell_min


@given(st.lists(st.integers(0, 9), max_size=8), st.integers(1, 7))
def test_what_is_shown_moves_by_at_least_a_step(parts: list[int], step: int) -> None:
    slices = [Slice("a", f"2026-11-{number:02}", "am", {5: n}) for number, n in enumerate(parts, 1)]
    policy = Policy(cell_min=0, step=step)

    seen = [disclose(slices[:end], always, policy).cells["a"].n or 0 for end in range(1, len(slices) + 1)]

    moves = [after - before for before, after in zip([0, *seen], seen, strict=False)]
    assert all(move == 0 or move >= step for move in moves)


@pytest.mark.parametrize("policy", [Policy(), OFF])
def test_nothing_at_all_is_nothing(policy: Policy) -> None:
    found = disclose([], always, policy)

    assert (found.cells, found.total.n) == ({}, 0)


_HALF_DAYS = [(f"2026-11-{day:02}", part) for day in range(1, 11) for part in ("am", "pm")]
_RATED = st.lists(st.tuples(st.sampled_from(range(20)), st.integers(0, 12), st.integers(0, 19)), max_size=30)
"""Ratings of one counter: in which half day, how many, and in which they came when that was later."""


def slices_of(rated: list[tuple[int, int, int]]) -> list[Slice[str]]:
    """One level for each of them, so that every single rating is known again."""
    pieces = []
    for number, (own, n, came) in enumerate(rated):
        late = _HALF_DAYS[came] if came > own else None
        pieces.append(Slice("a", *_HALF_DAYS[own], {number: n}, late))
    return pieces


@given(rated=_RATED, block_min=st.integers(1, 9))
def test_every_rating_is_in_one_block_of_enough_or_waits_with_too_few(
    rated: list[tuple[int, int, int]], block_min: int
) -> None:
    blocks, waiting = form_blocks(slices_of(rated), block_min)

    assert all(sum(block.counts.values()) >= block_min for block in blocks)
    assert sum(sum(piece.counts.values()) for piece in waiting) < block_min
    assert sum(sum(piece.counts.values()) for piece in (*blocks, *waiting)) == sum(n for _, n, _ in rated)


@given(rated=_RATED, until=st.integers(0, 20))
def test_what_went_out_stays_as_it_is_whatever_comes_later(rated: list[tuple[int, int, int]], until: int) -> None:
    every = slices_of(rated)
    then = [piece for piece in every if piece.out_with < (*_HALF_DAYS, ("9", ""))[until]]

    earlier, _ = form_blocks(then, 5)
    later, _ = form_blocks(every, 5)

    assert later[: len(earlier)] == earlier


@given(counters=st.lists(_RATED, min_size=1, max_size=4), ends=st.lists(st.integers(0, 19), min_size=4, max_size=4))
def test_no_number_minus_another_that_it_contains_is_a_few(
    counters: list[list[tuple[int, int, int]]], ends: list[int]
) -> None:
    """Every pair of periods, of places (the first counters together, as a unit's) and of moments, one in the other."""
    outs = [form_blocks(slices_of(rated), 5)[0] for rated in counters]
    first, second, third, last = sorted(ends)

    def n(places: int, since: int, until: int) -> int:
        wanted = _HALF_DAYS[since : until + 1]
        blocks = [block for blocks in outs[:places] for block in blocks]
        return sum(sum(block.counts.values()) for block in blocks if block.out_with in wanted)

    for all_of in range(1, len(outs) + 1):
        for some in range(all_of + 1):
            rest = n(all_of, first, last) - n(some, second, third)
            assert rest == 0 or rest >= 5
