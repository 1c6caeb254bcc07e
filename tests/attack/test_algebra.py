"""The attacker's algebra against brute force, and at the size of an office's month."""

import itertools
import random
import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.attack.algebra import Leak, Row, attack

_WEIGHTS = st.integers(-2, 2)
_SMALL = st.lists(st.lists(_WEIGHTS, min_size=6, max_size=6), min_size=1, max_size=5)
_SETS = st.lists(st.sets(st.integers(0, 7), min_size=1), min_size=1, max_size=7)
SECONDS_MAX = 10.0


def rank(rows: list[list[Fraction]]) -> int:
    """By elimination as in a schoolbook."""
    left, found = [list(row) for row in rows], 0
    for column in range(len(left[0]) if left else 0):
        pivot = next((row for row in left if row[column]), None)
        if pivot is not None:
            left.remove(pivot)
            found += 1
            times = [row[column] / pivot[column] for row in left]
            left = [[a - of * b for a, b in zip(row, pivot, strict=True)] for row, of in zip(left, times, strict=True)]
    return found


def few_by_force(rows: list[list[int]], few_max: int) -> int | None:
    """The size of the smallest support of a combination, up to ``few_max``, by trying every set of columns."""
    whole, width = [[Fraction(value) for value in row] for row in rows], len(rows[0])
    for size in range(1, few_max + 1):
        for few in itertools.combinations(range(width), size):
            outside = [[row[column] for column in range(width) if column not in few] for row in whole]
            if rank(outside) < rank(whole):
                return size
    return None


def require_true(leak: Leak, rows: list[Row]) -> None:
    """The combination that was found is what it says."""
    together: dict[object, Fraction] = {}
    for place, weight in leak.weights:
        for rating, times in rows[place].items():
            together[rating] = together.get(rating, Fraction(0)) + weight * times
    assert {rating for rating, value in together.items() if value} <= set(leak.ratings)
    assert any(together.values())


def require_same(matrix: list[list[int]], few_max: int) -> None:
    rows: list[Row] = [dict(enumerate(row)) for row in matrix]
    verdict = attack(rows, few_max)

    assert verdict.rank == rank([[Fraction(value) for value in row] for row in matrix])
    assert (len(verdict.leak.ratings) if verdict.leak else None) == few_by_force(matrix, few_max)
    if verdict.leak:
        require_true(verdict.leak, rows)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(matrix=_SMALL, few_max=st.integers(1, 4))
def test_small_systems_are_judged_as_by_force(matrix: list[list[int]], few_max: int) -> None:
    require_same(matrix, few_max)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(sets=_SETS)
def test_sums_of_sets_are_judged_as_by_force(sets: list[set[int]]) -> None:
    require_same([[int(column in each) for column in range(8)] for each in sets], 4)


def test_three_pairs_of_blocks_that_tell_one_rating_are_found() -> None:
    """a+b, b+c and c+a together are twice the three; with d of one more rating, that one is told."""
    a, b, c = (frozenset(range(first, first + 5)) for first in (0, 5, 10))
    rows: list[Row] = [dict.fromkeys(each, 1) for each in (a | b, b | c, c | a, a | b | c | {99})]

    leak = attack(rows).leak

    assert leak is not None
    assert leak.ratings == (99,)
    require_true(leak, rows)


def test_whole_blocks_in_any_sums_tell_no_few() -> None:
    dice = random.Random(3)
    blocks = [range(first, first + 5) for first in range(0, 100, 5)]
    rows: list[Row] = [{rating: 1 for block in dice.sample(blocks, 7) for rating in block} for _ in range(50)]
    verdict = attack(rows)

    assert verdict.leak is None
    assert verdict.rank <= 20


@pytest.mark.parametrize("planted", [False, True])
def test_months_of_an_office_are_judged_in_time(planted: bool) -> None:
    """500 ratings in blocks of places and half days, 2,000 sums over any stretch and any places; one of four hidden."""
    dice = random.Random(5)
    cells = [(counter, half) for counter in range(5) for half in range(80)]
    busy = dice.sample(cells, 80)
    blocks = {cell: [(*cell, number) for number in range(dice.randint(5, 8))] for cell in busy}
    rows: list[Row] = []
    while len(rows) < 2000:
        first, last = sorted(dice.sample(range(81), 2))
        counters = dice.sample(range(5), dice.randint(1, 5))
        within = [block for (at, half), block in blocks.items() if at in counters and first <= half < last]
        rows.append({rating: 1 for block in within for rating in block})
    if planted:
        rows.append(dict.fromkeys(blocks[busy[0]][:-4], 1))

    began = time.process_time()
    verdict = attack(rows)

    assert time.process_time() - began < SECONDS_MAX
    assert (verdict.leak is not None) is planted
