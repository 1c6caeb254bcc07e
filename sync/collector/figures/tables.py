"""Tables: a report's numbers as rows of values, the same for the page, the API and every file."""

from collections.abc import Sequence
from decimal import Decimal

from kiosk.base.table import Cell, Column, Form, Mark, Table
from kiosk.domain.numbers.disclosure import Shown
from kiosk.domain.numbers.measures import Method, Share, differs, points_between
from sync.collector.figures.book import Book, Part
from sync.collector.figures.cells import Titles, count_cell, interval_cells, mark_of, part_of, percent_cell
from sync.collector.figures.lines import PlaceLine, ReasonLine, begun
from sync.collector.figures.queries.waits import SET_ASIDE
from sync.collector.figures.ranks import rank_of, ranked


def tables_of(book: Book, words: Titles) -> tuple[Table, ...]:
    """Every table of a report; how what was recorded divides stands first where there are several questions."""
    found = [recorded_table(book, words)] if book.others else []
    found += [_key_figures(book, words), _levels(book, words)]
    if book.versus:
        found.append(_versus(book, book.versus, words))
    if book.children:
        found.append(children_table(book, words))
    found += [_aside(book, words), _weeks(book, words), _reasons(book, words)]
    if book.reason_months:
        found.append(_reason_months(book, words))
    return (*found, *(other_table(part, part.children, number, words) for number, part in enumerate(book.others, 1)))


def recorded_table(book: Book, words: Titles) -> Table:
    """How many ratings were recorded of each question and of all, and how they divide."""
    t = words.t
    columns = (
        Column("question", t("Question"), Form.TEXT),
        Column("survey", t("Survey"), Form.TEXT),
        Column("recorded", t("Ratings recorded"), Form.COUNT),
        Column("counted", t("Counted"), Form.COUNT),
        Column("aside", t("Set aside"), Form.COUNT),
        Column("waiting", t("Not shown yet"), Form.COUNT),
        Column("why", t("Why"), Form.TEXT),
    )
    rows = [(words.question(part), words.survey(part), *_division(part.me), words.why(part)) for part in book.parts]
    sums = [sum(numbers) for numbers in zip(*(_division(part.me) for part in book.parts), strict=True)]
    total: tuple[Cell, ...] = (t("All questions"), "", *sums, "")
    return Table("recorded", t("Ratings recorded, by question"), columns, (*rows, total), has_total=True)


def _division(line: PlaceLine) -> tuple[int, int, int, int]:
    """Of a line what was recorded, and its parts: counted and shown, set aside, not shown yet."""
    return line.recorded, line.n or 0, line.aside_n, line.waiting_n


def other_table(part: Part, lines: Sequence[PlaceLine], number: int, words: Titles) -> Table:
    """What another question got: some places, and all together."""
    t = words.t
    columns = (
        Column("place", t("Place"), Form.TEXT),
        Column("code", t("Code"), Form.TEXT),
        Column("n", t("Ratings, n"), Form.COUNT),
        Column("share", words.measure(part.method) + ", %", Form.PERCENT),
        Column("low", t("95% interval, from") + ", %", Form.PERCENT),
        Column("high", t("95% interval, to") + ", %", Form.PERCENT),
        *(Column(f"level_{value}", words.part_level(part, value), Form.COUNT) for value in part.levels),
        Column("aside", t("Set aside"), Form.COUNT),
    )
    rows = tuple((words.place(line.place), line.place.code, *_other_cells(line, part)) for line in (*lines, part.me))
    title = t("Other question {n}: {question}", n=number, question=words.question(part))
    table = Table(f"other_{number}", title, columns, rows, has_total=True, note=words.left_out(part))
    return words.pooled(table, ("n",), part.me.place)


def _other_cells(line: PlaceLine, part: Part) -> tuple[Cell, ...]:
    blank = mark_of(line.shown)
    levels = (blank if line.shown.hidden else line.shown.counts.get(value, 0) for value in part.levels)
    return (
        count_cell(line.shown),
        percent_cell(line.figure, blank),
        *interval_cells(line.figure, blank),
        *levels,
        line.aside_n,
    )


def children_table(book: Book, words: Titles) -> Table:
    """The places right below in their groups, the plainly low ones first, the unranked last, and all together."""
    t = words.t
    columns = (
        Column("place", t("Counter") if book.children[0].place.is_counter else t("Unit"), Form.TEXT),
        Column("code", t("Code"), Form.TEXT),
        Column("group", t("Group"), Form.TEXT),
        *_line_columns(words, book.method),
    )
    groups = [*((line, words.group(rank_of(line, book.me))) for line in ranked(book)), (book.me, "")]
    rows = tuple((words.place(line.place), line.place.code, group, *_line_cells(line)) for line, group in groups)
    of_counters, of_units = t("Counters by group, the lowest group first"), t("Units by group, the lowest group first")
    title = of_counters if book.children[0].place.is_counter else of_units
    return words.pooled(Table("places", title, columns, rows, has_total=True), ("n",), book.place)


def _line_columns(words: Titles, method: Method) -> tuple[Column, ...]:
    t = words.t
    points = t("Points of five each") if method is Method.MEAN5 else t("Satisfied ratings")
    return (
        Column("share", words.measure(method) + ", %", Form.PERCENT),
        Column("low", t("95% interval, from") + ", %", Form.PERCENT),
        Column("high", t("95% interval, to") + ", %", Form.PERCENT),
        Column("satisfied", points, Form.COUNT),
        Column("n", t("Ratings, n"), Form.COUNT),
        Column("points", t("Change, points"), Form.POINTS),
        Column("clear", t("Plainly different"), Form.TEXT),
        Column("bad", t("Dissatisfied ratings"), Form.COUNT),
        Column("answered", t("Participation") + ", %", Form.PERCENT),
        Column("served", t("Transactions"), Form.COUNT),
        Column("aside", t("Set aside"), Form.COUNT),
    )


def _line_cells(line: PlaceLine) -> tuple[Cell, ...]:
    share, blank = line.figure, mark_of(line.shown)
    low, high = interval_cells(share, blank)
    answered = line.answered
    bad = line.bad.numerator if line.bad else blank
    return (
        percent_cell(share, blank),
        low,
        high,
        share.numerator if share else blank,
        count_cell(line.shown),
        Mark.NONE if line.points is None else line.points,
        ("x" if line.is_clear else "") if line.points is not None else Mark.NONE,
        bad,
        percent_cell(answered.share, Mark.UNKNOWN) if answered else Mark.UNKNOWN,
        answered.share.denominator if answered else Mark.UNKNOWN,
        line.aside_n,
    )


def _key_figures(book: Book, words: Titles) -> Table:
    t = words.t
    columns = (
        Column("place", t("Place"), Form.TEXT),
        *_line_columns(words, book.method),
        Column("recorded", t("Ratings recorded"), Form.COUNT),
        Column("waiting", t("Not shown yet"), Form.COUNT),
        Column("both", t("With what was set aside") + ", %", Form.PERCENT),
        Column("both_n", t("Ratings in it"), Form.COUNT),
        Column("mean", t("Mean in percent of five"), Form.PERCENT),
    )
    mean = book.me.mean.percent(1) if book.me.mean and len(book.levels) == 5 else None
    both = book.me.with_aside.percent(1) if book.me.with_aside else None
    row = (
        words.place(book.place),
        *_line_cells(book.me),
        book.me.recorded,
        book.me.waiting_n,
        Mark.NONE if both is None else both,
        book.me.both.n if both is not None and book.me.both and book.me.both.n is not None else Mark.NONE,
        Mark.NONE if mean is None else mean,
    )
    return Table("figures", t("Result of the period"), columns, (row,))


def _versus(book: Book, other: PlaceLine, words: Titles) -> Table:
    """The place beside another, and by how much it lies above."""
    t, one, two = words.t, book.me.figure, other.figure
    columns = (
        Column("place", t("Place"), Form.TEXT),
        *_line_columns(words, book.method),
        Column("gap", t("Difference, points"), Form.POINTS),
        Column("gap_clear", t("Plainly different"), Form.TEXT),
    )
    gap = points_between(one, two) if one and two else None
    clear = Mark.NONE if not (one and two) else "x" if differs(one, two) else ""
    rows = (
        (words.place(book.place), *_line_cells(book.me), Mark.NONE if gap is None else gap, clear),
        (words.place(other.place), *_line_cells(other), Mark.NONE, Mark.NONE),
    )
    return Table("versus", t("Beside another unit"), columns, rows)


def _levels(book: Book, words: Titles) -> Table:
    t, shown, before = words.t, book.me.shown, book.me.before
    columns = (
        Column("level", t("Level"), Form.TEXT),
        Column("n", t("Ratings"), Form.COUNT),
        Column("share", t("Share") + ", %", Form.PERCENT),
        Column("before", t("Period before") + ", %", Form.PERCENT),
    )
    rows = [(words.level(value), *_level_cells(value, shown), _level_cells(value, before)[1]) for value in book.levels]
    total: tuple[Cell, ...] = (t("All"), count_cell(shown), _whole(shown), _whole(before))
    return Table("levels", t("Ratings by level"), columns, (*rows, total), has_total=True)


def _level_cells(value: int, shown: Shown) -> tuple[Cell, Cell]:
    if shown.n is None:
        return mark_of(shown), mark_of(shown)
    n = shown.counts.get(value, 0)
    return n, percent_cell(part_of(n, shown.n), Mark.NONE) if shown.percent else Mark.NO_PERCENT


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
        (words.standing(standing), me.aside.get(standing, 0), words.rule(standing)) for standing in SET_ASIDE
    ]
    total = (t("Set aside"), me.aside_n, "")
    return Table("aside", t("Set aside, not in the share"), columns, (*rows, total), has_total=True)


def _weeks(book: Book, words: Titles) -> Table:
    """Week after week, from the first on in which anybody pressed."""
    t = words.t
    columns = (
        Column("week", t("Week from"), Form.DATE),
        Column("share", words.measure(book.method) + ", %", Form.PERCENT),
        Column("low", t("95% interval, from") + ", %", Form.PERCENT),
        Column("high", t("95% interval, to") + ", %", Form.PERCENT),
        Column("n", t("Ratings, n"), Form.COUNT),
        *(Column(f"level_{value}", words.level(value), Form.COUNT) for value in book.levels),
        Column("aside", t("Set aside"), Form.COUNT),
    )
    rows = []
    for week in begun(book.weeks):
        blank = mark_of(week.shown)
        counts = [blank if week.shown.hidden else week.shown.counts.get(value, 0) for value in book.levels]
        ends = interval_cells(week.share, blank)
        rows.append((week.first, percent_cell(week.share, blank), *ends, count_cell(week.shown), *counts, week.aside))
    return Table("weeks", t("Week by week"), columns, tuple(rows))


def _reasons(book: Book, words: Titles) -> Table:
    t = words.t
    columns = (
        Column("factor", t("SIPAS factor"), Form.TEXT),
        Column("reason", t("Reason"), Form.TEXT),
        Column("rank", t("Rank (McNemar, Holm, 5%)"), Form.TEXT),
        Column("n", t("Chosen"), Form.COUNT),
        Column("base", t("of ratings, n"), Form.COUNT),
        Column("share", t("of ratings") + ", %", Form.PERCENT),
        Column("low", t("95% interval, from") + ", %", Form.PERCENT),
        Column("high", t("95% interval, to") + ", %", Form.PERCENT),
        Column("before", t("Period before") + ", %", Form.PERCENT),
        Column("points", t("Change, points"), Form.POINTS),
        Column("clear", t("Plainly different"), Form.TEXT),
    )
    rows = tuple(
        (
            (line.reason.factor or "–") if line.reason else "–",
            words.reason(line),
            _rank(line),
            Mark.FEW if line.n is None else line.n,
            count_cell(book.me.shown),
            percent_cell(line.share, Mark.NONE),
            *interval_cells(line.share, Mark.NONE),
            percent_cell(line.share_before, Mark.NONE),
            Mark.NONE if line.points is None else line.points,
            ("x" if line.is_clear else "") if line.points is not None else Mark.NONE,
        )
        for line in book.reasons
    )
    return Table("reasons", t("What influenced the ratings"), columns, rows)


def _rank(line: ReasonLine) -> Cell:
    if line.rank is None:
        return Mark.NONE
    first, last = line.rank
    return str(first) if first == last else f"{first}–{last}"


def _reason_months(book: Book, words: Titles) -> Table:
    t = words.t
    columns = [Column("reason", t("Reason"), Form.TEXT)]
    columns += [Column(f"{month.first:%Y-%m}", f"{month.first:%m/%Y}", Form.PERCENT) for month in book.reason_months]
    rows = []
    for line in book.reasons:
        cells: list[Cell] = [words.reason(line)]
        for month in book.reason_months:
            share = Share(Method.TOP2BOX, month.chosen.get(line.id, 0), month.n)
            cells.append(percent_cell(share if month.n >= book.policy.percent_min else None, Mark.NONE))
        rows.append(tuple(cells))
    return Table("reason_months", t("Month by month"), tuple(columns), tuple(rows))
