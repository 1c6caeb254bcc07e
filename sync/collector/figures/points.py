"""Points: the finished weeks of a report as a chart has them, four together where single ones are too thin. Pure."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from kiosk.domain.numbers.disclosure import Shown
from sync.collector.figures.book import Book
from sync.collector.figures.lines import Week, begun, figure_of

TOGETHER = 4


class Points(NamedTuple):
    """What a chart of the weeks draws, from the first on in which anybody pressed."""

    weeks: tuple[Week, ...] = ()
    """Each by its first day."""
    each: int = 1
    """So many weeks make a point."""

    @property
    def of_weeks(self) -> int:
        """How many weeks they are of."""
        return len(self.weeks) * self.each


def points_of(book: Book) -> Points:
    """Each week a point, or four where of the weeks with ratings fewer than half carry a percentage, and four do."""
    weeks = begun(book.weeks)
    rated = [week for week in weeks if week.shown.n]
    if 2 * sum(week.share is not None for week in rated) >= len(rated):
        return Points(weeks)
    start = max(0, len(book.weeks) - -(-len(weeks) // TOGETHER) * TOGETHER)
    fours = [book.weeks[at : at + TOGETHER] for at in range(start, len(book.weeks), TOGETHER)]
    together = tuple(_together(four, book) for four in fours if len(four) == TOGETHER)
    return Points(together, TOGETHER) if any(week.share for week in together) else Points(weeks)


def _together(weeks: Sequence[Week], book: Book) -> Week:
    """A sum of what each week shows; what it does not show is in none."""
    counts = sum((Counter(week.shown.counts) for week in weeks), Counter[int]())
    shown = Shown(dict(counts), None, percent=counts.total() >= book.policy.percent_min)
    figure = figure_of(book.method, shown, book.me.satisfied)
    return Week(weeks[0].first, shown, sum(week.aside for week in weeks), figure)
