"""Cells: how a count, a percentage and an interval stand in a table; a cell without a number says why. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kiosk.base.table import Cell, Mark, Table
from kiosk.base.texts import Texts
from kiosk.domain.numbers.disclosure import Shown
from kiosk.domain.numbers.measures import Figure, Method, Share
from kiosk.domain.visit.rating import Standing
from sync.collector.figures.book import Part
from sync.collector.figures.lines import ReasonLine
from sync.collector.figures.places import Place
from sync.collector.figures.ranks import Rank


@dataclass(frozen=True, slots=True)
class Titles:
    """The words that tables need besides the catalogue's: of levels, standings, reasons, places and questions."""

    t: Texts
    level: Callable[[int], str]
    standing: Callable[[Standing], str]
    rule: Callable[[Standing], str]
    reason: Callable[[ReasonLine], str]
    place: Callable[[Place], str]
    measure: Callable[[Method], str]
    group: Callable[[Rank], str]
    """Where a place stands beside all together."""
    question: Callable[[Part], str]
    part_level: Callable[[Part, int], str]
    survey: Callable[[Part], str]
    why: Callable[[Part], str]
    """Why ratings of a question are not shown, in a few words; empty where it is for several reasons, or none."""
    left_out: Callable[[Part], str]
    """At how many places nobody answered it, in one sentence; empty where at none."""
    pooled: Callable[[Table, Sequence[str], Place], Table]
    """A table of places that says what the total of a column has and no row of it."""


def count_cell(shown: Shown) -> Cell:
    """How many ratings are shown."""
    return mark_of(shown) if shown.n is None else shown.n


def mark_of(shown: Shown) -> Mark:
    """Why a place has no share."""
    if shown.hidden:
        return Mark.FEW
    return Mark.NO_PERCENT if shown.n else Mark.NONE


def percent_cell(share: Figure | None, blank: Mark) -> Cell:
    """A figure to one decimal."""
    value = share.percent(1) if share else None
    return blank if value is None else value


def interval_cells(share: Figure | None, blank: Mark) -> Sequence[Cell]:
    """The ends of a figure's interval."""
    ends = share.interval(1) if share else None
    return (blank, blank) if ends is None else ends


def part_of(n: int, of: int) -> Share:
    """A part of the ratings counted."""
    return Share(Method.TOP2BOX, n, of)
