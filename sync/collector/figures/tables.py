"""Tables: a report's numbers as rows of plain values, the one form that every way out shows.

A value is a number, a text, or a mark that says why there is none; how it is written is
decided by its column and the reader's language, in one place.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from kiosk.domain.disclosure import Hidden, Shown
from kiosk.domain.measures import Method, Share
from kiosk.domain.rating import Standing
from kiosk.texts import Texts
from sync.collector.figures.book import Book, Line, ReasonLine
from sync.collector.figures.places import Place
from sync.collector.reports import ASIDE


class Mark(StrEnum):
    """Why a cell has no number."""

    FEW = "few"
    """There are ratings, but so few that one could be read off."""
    PARTNER = "hidden"
    """Shown, it would give away a neighbour that has too few."""
    NO_PERCENT = "no percent"
    """Fewer ratings than carry a percentage."""
    UNKNOWN = "unknown"
    """Nobody typed in how many were served."""
    NONE = "none"
    """There is nothing to say."""


class Form(StrEnum):
    """How a column's values are written."""

    TEXT = "text"
    COUNT = "count"
    PERCENT = "percent"
    POINTS = "points"


Cell = int | Decimal | str | Mark


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    key: str
    head: str
    form: Form


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of values under heads."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    has_total: bool = False
    """Whether the last row is that of all together."""

    def cell(self, row: int, key: str) -> Cell:
        """The value of a row in a column."""
        return self.rows[row][next(place for place, column in enumerate(self.columns) if column.key == key)]


@dataclass(frozen=True, slots=True)
class Titles:
    """The words that tables need besides the catalogue's: of levels, standings, reasons and places."""

    t: Texts
    level: Callable[[int], str]
    standing: Callable[[Standing], str]
    rule: Callable[[Standing], str]
    reason: Callable[[ReasonLine], str]
    place: Callable[[Place], str]


def tables_of(book: Book, words: Titles) -> tuple[Table, ...]:
    """Every table of a report."""
    found = [_key_figures(book, words), _levels(book, words)]
    if book.children:
        found.append(children_table(book, words))
    return (*found, _aside(book, words), _weeks(book, words), _reasons(book, words))


def write_cell(cell: Cell, form: Form, t: Texts, cell_min: int = 5) -> str:
    """A value as people read it; a number's sign stands in its column's head."""
    match cell:
        case Mark.FEW:
            return f"‹{cell_min}"
        case Mark.PARTNER:
            return t("hidden")
        case Mark.UNKNOWN:
            return t("unknown")
        case Mark():
            return "–"
        case str():
            return cell
        case int() if form is not Form.PERCENT:
            return t.number(cell)
    return _decimal(cell, t, signed=form is Form.POINTS)


def _decimal(value: int | Decimal, t: Texts, *, signed: bool) -> str:
    words = t.percent(abs(Decimal(value))).removesuffix("%")
    if value < 0:
        return f"−{words}"
    return f"+{words}" if signed and value else words


def children_table(book: Book, words: Titles) -> Table:
    """The places right below, least satisfied first, the unranked last, and all together."""
    t = words.t
    columns = (
        Column("place", t("Counter") if book.children[0].place.is_counter else t("Unit"), Form.TEXT),
        Column("code", t("Code"), Form.TEXT),
        *_line_columns(t),
    )
    lines = [*ranked(book), book.me]
    rows = tuple((words.place(line.place), line.place.code, *_line_cells(line)) for line in lines)
    title = t("Counters, lowest first") if book.children[0].place.is_counter else t("Units, lowest first")
    return Table("places", title, columns, rows, has_total=True)


def ranked(book: Book) -> list[Line]:
    """The places right below: plainly low ones, then those not plainly different, then high ones, each by share.

    Whoever has too few ratings comes last, unranked.
    """
    order = list(Rank)

    def place(line: Line) -> tuple[int, Decimal, str]:
        share = line.share.percent(6) if line.share else None
        return order.index(rank_of(line, book.me)), share or Decimal(0), line.place.key

    return sorted(book.children, key=place)


class Rank(StrEnum):
    """Where a place stands beside all together."""

    LOW = "low"
    """Its whole interval lies below."""
    SAME = "same"
    HIGH = "high"
    NONE = "none"
    """It has too few ratings for a share."""


def rank_of(line: Line, together: Line) -> Rank:
    """Where a place stands beside all together."""
    ends, level = line.share.interval(1) if line.share else None, together.share.percent(2) if together.share else None
    if ends is None or level is None:
        return Rank.NONE
    return Rank.LOW if ends[1] < level else Rank.HIGH if ends[0] > level else Rank.SAME


def _line_columns(t: Texts) -> tuple[Column, ...]:
    return (
        Column("share", t("Share of satisfied") + ", %", Form.PERCENT),
        Column("low", t("95% interval, from") + ", %", Form.PERCENT),
        Column("high", t("95% interval, to") + ", %", Form.PERCENT),
        Column("satisfied", t("Satisfied ratings"), Form.COUNT),
        Column("n", t("Ratings, n"), Form.COUNT),
        Column("points", t("Change, points"), Form.POINTS),
        Column("clear", t("Plainly different"), Form.TEXT),
        Column("bad", t("Dissatisfied ratings"), Form.COUNT),
        Column("answered", t("Participation") + ", %", Form.PERCENT),
        Column("served", t("Transactions"), Form.COUNT),
        Column("aside", t("Set aside"), Form.COUNT),
    )


def _line_cells(line: Line) -> tuple[Cell, ...]:
    share, blank = line.share, _mark(line.shown)
    low, high = _interval(share, blank)
    answered = line.answered
    bad = line.bad.numerator if line.bad else blank
    return (
        _percent(share, blank), low, high, share.numerator if share else blank, _n(line.shown),
        Mark.NONE if line.points is None else line.points,
        ("x" if line.is_clear else "") if line.points is not None else Mark.NONE, bad,
        _percent(answered.share, Mark.UNKNOWN) if answered else Mark.UNKNOWN,
        answered.share.denominator if answered else Mark.UNKNOWN, line.aside_n,
    )  # fmt: skip


def _key_figures(book: Book, words: Titles) -> Table:
    t = words.t
    columns = (
        Column("place", t("Place"), Form.TEXT),
        *_line_columns(t),
        Column("both", t("With what was set aside") + ", %", Form.PERCENT),
        Column("mean", t("Mean in percent of five"), Form.PERCENT),
    )
    mean = book.me.mean.percent(1) if book.me.mean and len(book.levels) == 5 else None
    both = book.me.with_aside.percent(1) if book.me.with_aside else None
    row = (
        words.place(book.place), *_line_cells(book.me), Mark.NONE if both is None else both,
        Mark.NONE if mean is None else mean,
    )  # fmt: skip
    return Table("figures", t("Result of the period"), columns, (row,))


def _levels(book: Book, words: Titles) -> Table:
    t, shown, before = words.t, book.me.shown, book.me.before
    columns = (
        Column("level", t("Level"), Form.TEXT),
        Column("n", t("Ratings"), Form.COUNT),
        Column("share", t("Share") + ", %", Form.PERCENT),
        Column("before", t("Period before") + ", %", Form.PERCENT),
    )
    rows = [(words.level(value), *_level_cells(value, shown), _level_cells(value, before)[1]) for value in book.levels]
    total: tuple[Cell, ...] = (t("All"), _n(shown), _whole(shown), _whole(before))
    return Table("levels", t("Ratings by level"), columns, (*rows, total), has_total=True)


def _level_cells(value: int, shown: Shown) -> tuple[Cell, Cell]:
    if shown.n is None:
        return _mark(shown), _mark(shown)
    n = shown.counts.get(value, 0)
    return n, _percent(_share(n, shown.n), Mark.NONE) if shown.percent else Mark.NO_PERCENT


def _whole(shown: Shown) -> Cell:
    return Decimal("100.0") if shown.percent and shown.n else Mark.NONE


def _aside(book: Book, words: Titles) -> Table:
    t, me = words.t, book.me
    columns = (
        Column("standing", t("Reason"), Form.TEXT),
        Column("n", t("Ratings"), Form.COUNT),
        Column("rule", t("Rule"), Form.TEXT),
    )
    rows: list[tuple[Cell, ...]] = [
        (words.standing(standing), me.aside.get(standing, 0), words.rule(standing)) for standing in ASIDE
    ]
    total = (t("Set aside"), me.aside_n, "")
    return Table("aside", t("Set aside, not in the share"), columns, (*rows, total), has_total=True)


def _weeks(book: Book, words: Titles) -> Table:
    t = words.t
    columns = (
        Column("week", t("Week from"), Form.TEXT),
        Column("share", t("Share of satisfied") + ", %", Form.PERCENT),
        Column("low", t("95% interval, from") + ", %", Form.PERCENT),
        Column("high", t("95% interval, to") + ", %", Form.PERCENT),
        Column("n", t("Ratings, n"), Form.COUNT),
        *(Column(f"level_{value}", words.level(value), Form.COUNT) for value in book.levels),
        Column("aside", t("Set aside"), Form.COUNT),
    )
    rows = []
    for week in book.weeks:
        blank = _mark(week.shown)
        counts = [blank if week.shown.hidden else week.shown.counts.get(value, 0) for value in book.levels]
        ends = _interval(week.share, blank)
        rows.append((t.day(week.first), _percent(week.share, blank), *ends, _n(week.shown), *counts, week.aside))
    return Table("weeks", t("Week by week"), columns, tuple(rows))


def _reasons(book: Book, words: Titles) -> Table:
    t = words.t
    columns = (
        Column("factor", t("SIPAS factor"), Form.TEXT),
        Column("reason", t("Reason"), Form.TEXT),
        Column("n", t("Chosen"), Form.COUNT),
        Column("share", t("of ratings") + ", %", Form.PERCENT),
        Column("before", t("Period before") + ", %", Form.PERCENT),
        Column("points", t("Change, points"), Form.POINTS),
        Column("clear", t("Plainly different"), Form.TEXT),
    )
    rows = tuple(
        (
            (line.reason.factor or "–") if line.reason else "–",
            words.reason(line),
            Mark.FEW if line.n is None else line.n,
            _percent(line.share, Mark.NONE),
            _percent(line.share_before, Mark.NONE),
            Mark.NONE if line.points is None else line.points,
            ("x" if line.is_clear else "") if line.points is not None else Mark.NONE,
        )
        for line in book.reasons
    )
    return Table("reasons", t("What influenced the ratings"), columns, rows)


def _n(shown: Shown) -> Cell:
    return _mark(shown) if shown.n is None else shown.n


def _mark(shown: Shown) -> Mark:
    """Why a place has no share."""
    if shown.hidden is Hidden.FEW:
        return Mark.FEW
    if shown.hidden:
        return Mark.PARTNER
    return Mark.NO_PERCENT if shown.n else Mark.NONE


def _percent(share: Share | None, blank: Mark) -> Cell:
    value = share.percent(1) if share else None
    return blank if value is None else value


def _interval(share: Share | None, blank: Mark) -> Sequence[Cell]:
    ends = share.interval(1) if share else None
    return (blank, blank) if ends is None else ends


def _share(n: int, of: int) -> Share:
    return Share(Method.TOP2BOX, n, of)
