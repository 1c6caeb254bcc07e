"""Counters' query: which counters an address asks for, in which order. Everything is sorted by what the table shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from sync.collector.figures.attention import has_fallen, has_risen
from sync.collector.figures.lines import PlaceLine
from sync.collector.store.search import fold, is_found
from sync.collector.web.shared.query import Query, page_of, said_as

TEXT_MAX = 100
PER_PAGE = 50
FELL, ROSE = "giam", "tang"
DIGITS = 6
"""So many decimals of a share decide which of two counters stands first."""
DOWN = "-"
"""Stands in an address before the column that is sorted from its end."""

Value = Any
"""What a column is sorted by: texts or numbers; None where the table has a dash, which stands last either way."""


def _share(line: PlaceLine) -> Decimal | None:
    return line.figure.percent(DIGITS) if line.figure else None


def _bad(line: PlaceLine) -> Decimal | None:
    return line.bad.percent(DIGITS) if line.bad else None


def _took_part(line: PlaceLine) -> Decimal | None:
    return line.answered.share.percent(DIGITS) if line.answered else None


COLUMNS: dict[str, Callable[[PlaceLine], Value]] = {
    "quay": lambda line: fold(line.place.name),
    "don-vi": lambda line: fold(line.place.unit),
    "ty-le": _share,
    "n": lambda line: line.n,
    "thay-doi": lambda line: line.points,
    "khong-hai-long": _bad,
    "tham-gia": _took_part,
    "de-rieng": lambda line: line.aside_n,
}
"""By the column's key in an address, what it is sorted by."""


@dataclass(frozen=True, slots=True)
class CountersQuery(Query):
    """Which counters are wanted."""

    period: str = said_as("ky")
    other: str = said_as("so")
    asked: str = said_as("phieu")
    measure: str = said_as("do")
    order: str = said_as("xep")
    """A column, with ``DOWN`` before it from its end; nothing: those that plainly fell first, the most fallen above."""
    change: str = said_as("loc")
    """Those alone that plainly fell, or rose."""
    sought: str = said_as("tim")
    page: int = said_as("trang", 1)

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """The query of an address; impossible values are ignored, but for those that a report refuses."""
        order, change = query.get("xep", ""), query.get("loc", "")
        return cls(
            query.get("ky", "")[:24], query.get("so", "")[:24], query.get("phieu", "")[:120], query.get("do", "")[:12],
            order if order.removeprefix(DOWN) in COLUMNS else "", change if change in (FELL, ROSE) else "",
            " ".join(query.get("tim", "")[:TEXT_MAX].split()), page_of(query.get("trang", "")),
        )  # fmt: skip

    @property
    def column(self) -> str:
        """The column by which the table is sorted; nothing where it is not by one alone."""
        return self.order.removeprefix(DOWN)

    @property
    def is_down(self) -> bool:
        """Whether it is sorted from its end."""
        return self.order.startswith(DOWN)

    def turned(self, column: str) -> str:
        """The order that a column's head asks for: numbers that are best known by their ends begin there."""
        return column if self.order == DOWN + column else DOWN + column if self.order == column else column

    def narrow(self, lines: Sequence[PlaceLine]) -> list[PlaceLine]:
        """The counters among these whose names are sought."""
        return [line for line in lines if is_found(self.sought, (_names(line),))] if self.sought else list(lines)

    def narrow_by_change(self, lines: Sequence[PlaceLine]) -> list[PlaceLine]:
        """The counters among these that changed as is asked for."""
        wanted = {FELL: has_fallen, ROSE: has_risen}.get(self.change)
        return [line for line in lines if wanted(line)] if wanted else list(lines)

    def arrange(self, lines: Sequence[PlaceLine]) -> list[PlaceLine]:
        """The counters in the order that is asked for; those that stand alike, as the tree goes."""
        if not self.order:
            return sorted(lines, key=_fallen_first)
        value = COLUMNS[self.column]
        told = [(at, line) for line in lines if (at := value(line)) is not None]
        untold = [line for line in lines if value(line) is None]
        return [line for _, line in sorted(told, key=lambda each: each[0], reverse=self.is_down)] + untold


def _fallen_first(line: PlaceLine) -> tuple[bool, bool, Decimal]:
    return not has_fallen(line), line.points is None, line.points or Decimal(0)


def _names(line: PlaceLine) -> str:
    """A counter is found by its own name and its unit's, whichever comes first, and by its code."""
    place = line.place
    return f"{place.name} {place.unit} {place.name} {place.code}"
