"""Algebra: whether published sums can be combined, with any rational weights, into one of a few ratings.

Each row is a published sum over a set of ratings. A combination of rows that is nought everywhere but at one to four
ratings tells what these few thought. The answer is exact: whole numbers only, no tolerance.

Ratings that stand in the same rows with the same weight are one *atom*: no combination parts them. An atom of five
or more may be in no leak, so these are eliminated first, and what rows are left span exactly the combinations of
small atoms. A vector lies in the span of rows B if it is orthogonal to the null space of B. So there is one with its
support in T if the rows of the null space's matrix that belong to T are linearly dependent.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import gcd

FEW_MAX = 4
"""So many ratings are few: no combination may be about one to so many of them."""

Row = Mapping[Hashable, int]
"""The weight of each rating in a published sum."""
_Vector = dict[int, int]
_Dense = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Leak:
    """A combination of rows that is about a few ratings."""

    ratings: tuple[Hashable, ...]
    weights: tuple[tuple[int, Fraction], ...]
    """Which rows, by their place among those given, and how often each is taken."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an attacker can make of the rows."""

    equations: int
    """Different rows."""
    rank: int
    atoms: int
    leak: Leak | None


def attack(rows: Iterable[Row], few_max: int = FEW_MAX) -> Verdict:
    """Whether some rational combination of ``rows`` has a support of one to ``few_max`` ratings; the smallest first."""
    given = [{column: weight for column, weight in row.items() if weight} for row in rows]
    atoms, parted = _atoms_of(given)
    different = sorted({tuple(sorted(row.items())) for row in parted if row}, key=len)
    big = {atom for atom, ratings in enumerate(atoms) if len(ratings) > few_max}
    basis = _Basis(big)
    for row in different:
        basis.add(dict(row))
    found = _few(basis.small_rows(), [len(ratings) for ratings in atoms], few_max)
    leak = None
    if found is not None:
        leak = Leak(tuple(rating for atom in sorted(found) for rating in atoms[atom]), _weights(parted, found))
    return Verdict(len(different), len(basis.rows), len(atoms), leak)


def _atoms_of(rows: Sequence[Row]) -> tuple[list[list[Hashable]], list[_Vector]]:
    """The ratings by atom, and the rows with atoms in the place of ratings."""
    membership: dict[Hashable, list[tuple[int, int]]] = {}
    for place, row in enumerate(rows):
        for rating, weight in row.items():
            membership.setdefault(rating, []).append((place, weight))
    together: dict[tuple[tuple[int, int], ...], list[Hashable]] = {}
    for rating, where in membership.items():
        together.setdefault(tuple(where), []).append(rating)
    parted: list[_Vector] = [{} for _ in rows]
    for atom, where in enumerate(together):
        for place, weight in where:
            parted[place][atom] = weight
    return list(together.values()), parted


class _Basis:
    """Rows in echelon form, each with the place of its pivot; the big atoms are pivots before any small one."""

    def __init__(self, big: set[int]) -> None:
        self._big = big
        self.rows: dict[int, _Vector] = {}

    def add(self, row: _Vector) -> None:
        """Take the row in, as far as it says something new."""
        while row:
            pivot = self._pivot_of(row)
            if pivot not in self.rows:
                self.rows[pivot] = _primitive(row)
                return
            row = _without(row, self.rows[pivot], pivot)

    def small_rows(self) -> list[_Vector]:
        """What spans the combinations in which no big atom is."""
        return [row for pivot, row in self.rows.items() if pivot not in self._big]

    def _pivot_of(self, row: _Vector) -> int:
        # A pivot must come before all others of its row in one order; big ones first.
        return min(row, key=lambda atom: (atom not in self._big, atom))


def _without(row: _Vector, other: _Vector, pivot: int) -> _Vector:
    """The row less so much of the other that nothing is left at ``pivot``."""
    divisor = gcd(row[pivot], other[pivot])
    times, less = other[pivot] // divisor, row[pivot] // divisor
    result = dict(row) if times == 1 else {atom: weight * times for atom, weight in row.items()}
    for atom, weight in other.items():
        left = result.get(atom, 0) - less * weight
        if left:
            result[atom] = left
        else:
            result.pop(atom, None)
    return result if times == 1 and less in (1, -1) else _primitive(result)


def _primitive(row: _Vector) -> _Vector:
    divisor = gcd(*row.values())
    return row if divisor in (0, 1) else {atom: weight // divisor for atom, weight in row.items()}


def _few(rows: list[_Vector], sizes: Sequence[int], few_max: int) -> tuple[int, ...] | None:
    """The atoms of the smallest support in the span of these rows, where it has at most ``few_max`` ratings."""
    parts = [_null_rows(part) for part in _parts(_reduced(rows))]
    for left in range(1, few_max + 1):
        for size, null in product(range(1, left + 1), parts):
            found = _dependent(null, sizes, size, left)
            if found is not None:
                return found
    return None


def _reduced(rows: list[_Vector]) -> dict[int, _Vector]:
    """The rows by pivot, with nothing at the pivots of others."""
    done: dict[int, _Vector] = {}
    for row in sorted(rows, key=min, reverse=True):
        for pivot in [atom for atom in row if atom in done]:
            row = _without(row, done[pivot], pivot)
        done[min(row)] = _primitive(row)
    return done


def _parts(rows: dict[int, _Vector]) -> Iterator[dict[int, _Vector]]:
    """The rows that have no atom in common with others, each such set by itself: no leak needs two of them."""
    of_atom: dict[int, int] = {}
    parts: dict[int, dict[int, _Vector]] = {}
    for pivot, row in rows.items():
        touched = {of_atom[atom] for atom in row if atom in of_atom}
        part: dict[int, _Vector] = {pivot: row}
        for each in touched:
            part |= parts.pop(each)
        parts[pivot] = part
        of_atom.update(dict.fromkeys({atom for each in part.values() for atom in each}, pivot))
    yield from parts.values()


def _null_rows(rows: dict[int, _Vector]) -> dict[int, _Dense]:
    """By atom, its row of a matrix whose columns span the null space of ``rows``."""
    free = sorted({atom for row in rows.values() for atom in row} - set(rows))
    common = 1
    for pivot, row in rows.items():
        common = common * row[pivot] // gcd(common, row[pivot])
    found = {atom: tuple(common * (atom == other) for other in free) for atom in free}
    for pivot, row in rows.items():
        found[pivot] = tuple(-row.get(other, 0) * (common // row[pivot]) for other in free)
    return found


def _dependent(null: dict[int, _Dense], sizes: Sequence[int], size: int, left: int) -> tuple[int, ...] | None:
    """``size`` atoms with at most ``left`` ratings together, whose rows are dependent; None where there are none."""
    fit = {atom: row for atom, row in null.items() if sizes[atom] + size - 1 <= left}
    if size == 1:
        return next(((atom,) for atom, row in fit.items() if not any(row)), None)
    if size == 2:
        return _parallel(fit, sizes, left)
    order = sorted(fit)
    for place, atom in enumerate(order):
        if any(fit[atom]):
            quotient = {other: _modulo(fit[other], fit[atom]) for other in order[place + 1 :]}
            found = _dependent(quotient, sizes, size - 1, left - sizes[atom])
            if found is not None:
                return (atom, *found)
    return None


def _parallel(rows: dict[int, _Dense], sizes: Sequence[int], left: int) -> tuple[int, int] | None:
    seen: dict[_Dense, int] = {}
    for atom in sorted(rows, key=lambda one: sizes[one]):
        direction = _direction(rows[atom])
        if direction in seen and sizes[seen[direction]] + sizes[atom] <= left:
            return seen[direction], atom
        seen.setdefault(direction, atom)
    return None


def _direction(row: _Dense) -> _Dense:
    divisor = gcd(*row)
    first = next((value for value in row if value), 1)
    divisor = -divisor if first < 0 else divisor
    return tuple(value // divisor for value in row) if divisor not in (0, 1) else row


def _modulo(row: _Dense, by: _Dense) -> _Dense:
    """The row less so much of the other that nothing is left where that begins."""
    place = next(number for number, value in enumerate(by) if value)
    if not row[place]:
        return row
    return _direction(tuple(value * by[place] - row[place] * less for value, less in zip(row, by, strict=True)))


def _weights(rows: Sequence[_Vector], few: tuple[int, ...]) -> tuple[tuple[int, Fraction], ...]:
    """A combination of the rows that is nought everywhere but at these atoms, and not nought there."""
    basis: list[tuple[int, dict[int, Fraction], dict[int, Fraction]]] = []
    for place in sorted(range(len(rows)), key=lambda one: len(rows[one])):
        row = {atom: Fraction(weight) for atom, weight in rows[place].items()}
        used = {place: Fraction(1)}
        for pivot, other, of_other in basis:
            if (times := row.get(pivot, Fraction(0)) / other[pivot]) != 0:
                row, used = _less(row, other, times), _less(used, of_other, times)
        outside = [atom for atom in row if atom not in few]
        if not outside and row:
            return tuple(sorted(used.items()))
        if outside:
            basis.append((min(outside), row, used))
    raise AssertionError("the rows do not span what was found")


def _less(one: dict[int, Fraction], other: dict[int, Fraction], times: Fraction) -> dict[int, Fraction]:
    left = {key: one.get(key, Fraction(0)) - times * other.get(key, Fraction(0)) for key in {*one, *other}}
    return {key: value for key, value in left.items() if value}
