"""766: the satisfaction ratios of Decision 766/QĐ-TTg, from counts that another system gave. Pure.

There, silence counts as satisfied: a dossier is satisfied unless somebody rated it badly, complained or it was
late. So these ratios lie far above what people press at a counter, and never stand in one column with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from kiosk.domain.numbers.measures import round_half_up

_DOSSIERS = ("dossiers", "dissatisfied", "complained", "overdue", "not_satisfied")
_PETITIONS = ("petitions", "petitions_on_time", "petitions_bad")
COLUMNS = ("unit", "month", *_DOSSIERS, *_PETITIONS)


@dataclass(frozen=True, slots=True)
class Counts:
    """What a unit's month came to in the system that keeps the dossiers."""

    dossiers: int = 0
    dissatisfied: int = 0
    """Rated badly."""
    complained: int = 0
    """With a petition."""
    overdue: int = 0
    not_satisfied: int = 0
    """Any of the three, each dossier once."""
    petitions: int = 0
    petitions_on_time: int = 0
    petitions_bad: int = 0
    """Handled late, or not to satisfaction."""

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, name) + getattr(other, name) for name in COLUMNS[2:]))

    @property
    def not_satisfied_between(self) -> tuple[int, int]:
        """The least and the most that ``not_satisfied`` can be: all three are the same dossiers, or none is another."""
        parts = (self.dissatisfied, self.complained, self.overdue)
        return max(parts), min(sum(parts), self.dossiers)

    @property
    def fault(self) -> str:
        """What about the numbers cannot be, as a column's name; empty where they can."""
        low, high = self.not_satisfied_between
        if low > self.dossiers:
            return "dossiers"
        if not low <= self.not_satisfied <= high:
            return "not_satisfied"
        if max(self.petitions_on_time, self.petitions_bad) > self.petitions:
            return "petitions"
        return ""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A part of a whole, with both."""

    numerator: int
    denominator: int

    def percent(self) -> Decimal | None:
        """To two decimals, half up; None where there is nothing to divide by."""
        if not self.denominator:
            return None
        return round_half_up(Decimal(100) * self.numerator / self.denominator, 2)


def ratios(counts: Counts) -> Mapping[str, Ratio]:
    """The three ratios of the group "mức độ hài lòng"."""
    return {
        "pakn_on_time": Ratio(counts.petitions_on_time, counts.petitions),
        "pakn_satisfied": Ratio(counts.petitions - counts.petitions_bad, counts.petitions),
        "tthc_satisfied": Ratio(counts.dossiers - counts.not_satisfied, counts.dossiers),
    }
