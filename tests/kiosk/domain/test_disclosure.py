"""Disclosure: a sum of blocks is shown or waits, and the counters that a comment may not name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.numbers.disclosure import OFF, Hidden, Policy, hide_few, shown_sum


def test_a_percentage_needs_thirty() -> None:
    thirty, fewer = (shown_sum({5: n}, few=False, coming=False, policy=Policy()) for n in (30, 29))

    assert (thirty.n, thirty.percent, fewer.n, fewer.percent) == (30, True, 29, False)


@pytest.mark.parametrize(
    ("few", "coming", "hidden"), [(True, False, Hidden.FEW), (True, True, None), (False, True, None)]
)
def test_few_alone_are_told_as_few_and_nothing_is_told_of_a_running_half_day(
    few: bool, coming: bool, hidden: Hidden | None
) -> None:
    shown = shown_sum({}, few=few, coming=coming, policy=Policy())

    assert (shown.hidden, shown.waiting) == (hidden, True)


def test_what_is_shown_stays_beside_few_that_wait() -> None:
    shown = shown_sum({5: 6}, few=True, coming=False, policy=Policy())

    assert (shown.counts, shown.hidden, shown.waiting) == ({5: 6}, None, True)


def test_the_demo_gives_a_single_press_its_percentage() -> None:
    assert shown_sum({1: 1}, few=False, coming=False, policy=OFF).percent


def test_the_larger_of_two_least_numbers_holds() -> None:
    assert [Policy(cell_min=a, step=b).block_min for a, b in ((5, 5), (8, 5), (5, 10))] == [5, 8, 10]


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({"small": 2, "middle": 20, "large": 50}, {"small", "middle"}),
        ({"a": 1, "b": 1, "c": 20, "d": 30}, {"a", "b", "c"}),
        ({"a": 3, "b": 0}, {"a"}),
        ({"a": 40, "b": 0}, set()),
    ],
)
def test_a_lone_small_number_takes_the_next_smallest_with_it(sizes: dict[str, int], hidden: set[str]) -> None:
    assert hide_few(sizes, 5) == hidden


@given(sizes=st.dictionaries(st.integers(0, 6), st.integers(0, 40), min_size=1), cell_min=st.integers(0, 10))
def test_what_is_hidden_is_never_a_few_that_can_be_reckoned(sizes: dict[int, int], cell_min: int) -> None:
    hidden = hide_few(sizes, cell_min)

    told = [n for cell, n in sizes.items() if cell not in hidden]
    assert all(n >= cell_min or n == 0 for n in told)
    left = sum(sizes[cell] for cell in hidden)
    assert left == 0 or left >= cell_min or not any(told)
