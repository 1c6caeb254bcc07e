"""Cells: how a count, a percentage and an interval stand in a table; a cell without a number says why. Pure."""

from collections.abc import Sequence

from kiosk.base.table import Cell, Mark
from kiosk.domain.numbers.disclosure import Shown
from kiosk.domain.numbers.measures import Figure, Method, Share


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
