"""Tails of chance are exact, far out where a sum of floating numbers would have lost them too."""

from fractions import Fraction
from math import comb, exp

import pytest

from sync.collector.care.signals.chance import binomial_tail, median, poisson_tail, quantile


def exact(k: int, n: int, p: Fraction) -> Fraction:
    return sum((comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1)), Fraction(0))


@pytest.mark.parametrize(
    ("k", "n", "p"),
    [(3, 10, Fraction(1, 4)), (95, 100, Fraction(9, 10)), (270, 270, Fraction(19, 20)), (40, 60, Fraction(1, 10))],
)
def test_binomial_tail_is_exact(k: int, n: int, p: Fraction) -> None:
    assert binomial_tail(k, n, float(p)) == pytest.approx(float(exact(k, n, p)), rel=1e-9)


@pytest.mark.parametrize(("k", "mean"), [(1, 0.5), (3, 2.0), (90, 19.0), (500, 400.0)])
def test_poisson_tail_is_one_minus_what_lies_below(k: int, mean: float) -> None:
    term, below = exp(-mean), 0.0
    for i in range(k):
        below += term
        term *= mean / (i + 1)

    assert poisson_tail(k, mean) == pytest.approx(1 - below, rel=1e-6, abs=1e-12)


def test_ends_are_certain_or_impossible() -> None:
    assert (binomial_tail(0, 5, 0.2), binomial_tail(6, 5, 0.2), binomial_tail(1, 5, 1.0)) == (1.0, 0.0, 1.0)
    assert (poisson_tail(0, 3.0), poisson_tail(2, 0.0)) == (1.0, 0.0)


def test_quantiles_lie_between_their_neighbours() -> None:
    assert median([3.0, 1.0, 2.0]) == 2.0
    assert quantile([0.0, 10.0], 0.25) == 2.5
    assert quantile([7.0], 0.9) == 7.0
