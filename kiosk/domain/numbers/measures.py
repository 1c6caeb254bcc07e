"""Measures: numbers that say how they were made.

Every measure carries its method, numerator, denominator and doubt. Arithmetic is
Decimal and rounds half up, as people do on paper and as official tables expect
(``round(1.65, 1)`` would give 1.6). Kiosk and collector compute with this module alone.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from enum import StrEnum
from functools import lru_cache

Z_95 = Decimal("1.959963984540054")
"""The 97.5 % point of the normal distribution: intervals are at 95 %."""

_Z2_30 = int(Z_95.scaleb(15)) ** 2
"""Its square times 10³⁰, a whole number."""

LevelCounts = Mapping[int, int]
"""How many ratings each level got, 1 being the least satisfied."""


class Method(StrEnum):
    """The formulas that a report may name; the words for people are in the catalogues."""

    TOP2BOX = "top2box"
    """Share of the satisfied: the ratings at a satisfied level / all ratings."""
    MEAN5 = "mean5"
    """Mean level / number of levels x 100, of a five-level scale."""
    PARTICIPATION = "participation"
    """Ratings / transactions served."""


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole: k of n, never a bare percentage."""

    method: Method
    numerator: int
    denominator: int

    def percent(self, decimals: int = 2) -> Decimal | None:
        """The share in percent, half up; None where there is nothing to divide by ("n = 0" is not "0 %")."""
        if self.denominator == 0:
            return None
        return _ratio(100 * self.numerator, self.denominator, decimals)

    def interval(self, decimals: int = 1) -> tuple[Decimal, Decimal] | None:
        """The 95 % Wilson interval in percent; None where n = 0."""
        return wilson_interval(self.numerator, self.denominator, decimals)


@dataclass(frozen=True, slots=True)
class Score:
    """A mean on a scale, expressed in percent of its highest level."""

    method: Method
    total: int
    """Sum of the levels pressed."""
    count: int
    highest: int
    squares: int = 0
    """Sum of their squares, for the doubt."""

    @property
    def numerator(self) -> int:
        """The points given …"""
        return self.total

    @property
    def denominator(self) -> int:
        """… of so many that could have been given."""
        return self.count * self.highest

    def percent(self, decimals: int = 2) -> Decimal | None:
        """Mean / highest level x 100, half up; None where there is no rating."""
        if self.count == 0:
            return None
        return round_half_up(Decimal(100) * self.total / (self.count * self.highest), decimals)

    def interval(self, decimals: int = 1) -> tuple[Decimal, Decimal] | None:
        """The mean plus and minus 1.96 standard errors, in percent of the highest level; None below two ratings."""
        if self.count < 2:
            return None
        with localcontext(Context(prec=28)):
            mean, reach = Decimal(self.total) / self.count, Z_95 * self.variance.sqrt()
            lowest, highest = Decimal(0), Decimal(self.highest)
            ends = [100 * max(lowest, min(highest, end)) / highest for end in (mean - reach, mean + reach)]
        return round_half_up(ends[0], decimals), round_half_up(ends[1], decimals)

    @property
    def variance(self) -> Decimal:
        """The variance of the mean: the square of its standard error."""
        with localcontext(Context(prec=28)):
            spread = Decimal(self.squares) - Decimal(self.total) * self.total / self.count
            return max(Decimal(0), spread) / (self.count - 1) / self.count


Figure = Share | Score
"""A result that stands with its method, numerator, denominator and doubt."""


def top2box(counts: LevelCounts, satisfied: Collection[int]) -> Share:
    """Share of ratings at the ``satisfied`` levels."""
    return Share(Method.TOP2BOX, sum([n for level, n in counts.items() if level in satisfied]), sum(counts.values()))


def mean5(counts: LevelCounts) -> Score:
    """Mean level of a five-level scale in percent of five."""
    squares = sum(level * level * n for level, n in counts.items())
    return Score(Method.MEAN5, sum(level * n for level, n in counts.items()), sum(counts.values()), 5, squares)


def participation(ratings: int, transactions: int | None) -> Share | None:
    """Ratings / transactions served; None where the transactions are not known: say so, never guess."""
    return None if transactions is None else Share(Method.PARTICIPATION, ratings, transactions)


def lies_below(one: Figure, other: Figure) -> bool:
    """Whether the first of two figures of one method is the smaller, be it by chance; False where either has no n."""
    return one.numerator * other.denominator < other.numerator * one.denominator


def differs(one: Figure, other: Figure) -> bool:
    """Whether two figures of one method differ by more than chance, at 95 %.

    Shares by the pooled two-proportion test, means by the test of Welch with the normal distribution's point.
    """
    if isinstance(one, Score) and isinstance(other, Score):
        return _means_differ(one, other)
    n, m = one.denominator, other.denominator
    if n == 0 or m == 0:
        return False
    # With p the pooled share, gap² > z² · p · (1 − p) · (1/n + 1/m), both sides times n² · m² · (n + m): whole numbers,
    # exact, and a tenth of the time that fractions take.
    both = one.numerator + other.numerator
    gap = one.numerator * m - other.numerator * n
    return gap * gap * (n + m) * 10**30 > _Z2_30 * both * (n + m - both) * n * m


def _means_differ(one: Score, other: Score) -> bool:
    if one.count < 2 or other.count < 2:
        return False
    with localcontext(Context(prec=28)):
        gap = Decimal(one.total) / one.count - Decimal(other.total) / other.count
        return gap * gap > Z_95 * Z_95 * (one.variance + other.variance)


def points_between(one: Figure, other: Figure, decimals: int = 1) -> Decimal | None:
    """How many percentage points the first lies above the second, half up; None where either has no n."""
    if one.denominator == 0 or other.denominator == 0:
        return None
    gap = one.numerator * other.denominator - other.numerator * one.denominator
    return _ratio(100 * gap, one.denominator * other.denominator, decimals)


@lru_cache(8192)
def wilson_interval(numerator: int, denominator: int, decimals: int = 1) -> tuple[Decimal, Decimal] | None:
    """The 95 % interval of a share in percent, after Wilson (1927), JASA 22:209-212; None where it is no share.

    That is where n = 0, and where more were counted than there were: a number that somebody typed in is wrong.

    It stays inside 0-100 and remains honest for small n and for shares near the ends.
    """
    if not 0 <= numerator <= denominator or denominator == 0:
        return None
    with localcontext(Context(prec=28)):
        n, share, z2 = Decimal(denominator), Decimal(numerator) / denominator, Z_95 * Z_95
        centre = share + z2 / (2 * n)
        reach = Z_95 * (share * (1 - share) / n + z2 / (4 * n * n)).sqrt()
        low, high = (centre - reach) / (1 + z2 / n), (centre + reach) / (1 + z2 / n)
    hundred = Decimal(100)
    return (
        round_half_up(max(Decimal(0), low) * hundred, decimals),
        round_half_up(min(Decimal(1), high) * hundred, decimals),
    )


def _ratio(numerator: int, denominator: int, decimals: int) -> Decimal:
    """``numerator / denominator`` rounded half up, exactly; what rounds to zero has no sign."""
    whole = (2 * abs(numerator) * 10**decimals + denominator) // (2 * denominator)
    return Decimal(whole if numerator >= 0 else -whole).scaleb(-decimals)


def round_half_up(value: Decimal, decimals: int) -> Decimal:
    """``0.25`` to one decimal is ``0.3``: halves go away from zero."""
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
