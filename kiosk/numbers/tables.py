"""Tally tables: a kiosk's numbers as rows of plain values, for its screen, its files and its command alike."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from kiosk.base.table import Cell, Column, Form, Mark, Table, write_cell
from kiosk.base.texts import Texts
from kiosk.domain.numbers.disclosure import Hidden
from kiosk.domain.numbers.measures import Method, Share
from kiosk.domain.office_day import PARTS
from kiosk.domain.visit.rating import Standing
from kiosk.domain.visit.survey import FIRST_LANGUAGE, Words
from kiosk.numbers.days import ASIDE, DayTally, Tally

_MARKS = {Hidden.FEW: Mark.FEW, Hidden.PARTNER: Mark.PARTNER, Hidden.OPEN: Mark.OPEN}


def days_table(tally: Tally, t: Texts) -> Table:
    """A row for each day, and all days together."""
    levels = tally.terms.survey.questions[0].levels
    columns = (
        Column("day", t("Day"), Form.TEXT),
        Column("n", t("Ratings, n"), Form.COUNT),
        Column("satisfied", t("Satisfied ratings"), Form.COUNT),
        Column("share", t("Share of the satisfied") + ", %", Form.PERCENT),
        Column("low", t("95% interval, from") + ", %", Form.PERCENT),
        Column("high", t("95% interval, to") + ", %", Form.PERCENT),
        *(Column(f"level_{level.value}", words_of(level.text, t), Form.COUNT) for level in reversed(levels)),
        Column("am", t("Before noon"), Form.COUNT),
        Column("pm", t("After noon"), Form.COUNT),
        Column("served", t("Transactions"), Form.COUNT),
        Column("answered", t("Participation") + ", %", Form.PERCENT),
        *(Column(standing.value, aside_words(t)[standing], Form.COUNT) for standing in ASIDE),
    )
    rows = [_day_row(tally, day, t) for day in tally.days]
    return Table("days", t("Day by day"), columns, (*rows, _total_row(tally, t)), has_total=True)


def counters_table(tally: Tally, t: Texts) -> Table:
    """A row for each day and counter of a hall."""
    columns = (
        Column("day", t("Day"), Form.TEXT),
        Column("counter", t("Counter"), Form.TEXT),
        Column("name", t("Name"), Form.TEXT),
        Column("n", t("Ratings, n"), Form.COUNT),
        Column("served", t("Transactions"), Form.COUNT),
        Column("answered", t("Participation") + ", %", Form.PERCENT),
    )
    counters = {**tally.terms.counters, "": {}} if tally.terms.counters else {}
    rows = tuple(_counter_row(day, code, name, t) for day in tally.days for code, name in counters.items())
    return Table("counters", t("Counters"), columns, rows)


def tables_of(tally: Tally, t: Texts) -> tuple[Table, ...]:
    """Every table there is."""
    return (days_table(tally, t), *((counters_table(tally, t),) if tally.terms.counters else ()))


def table_json(table: Table) -> list[dict[str, Any]]:
    """The rows by the columns' keys; a cell without a number says why."""

    def plain(cell: Cell) -> Any:
        return {"no_number": cell.value} if isinstance(cell, Mark) else str(cell) if isinstance(cell, Decimal) else cell

    return [{column.key: plain(cell) for column, cell in zip(table.columns, row, strict=True)} for row in table.rows]


def written(table: Table, cell_min: int, t: Texts) -> list[list[str]]:
    """The rows as people read them."""
    return [
        [write_cell(cell, column.form, t, cell_min) for cell, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    ]


def aside_words(t: Texts) -> Mapping[Standing, str]:
    """Why ratings were set aside."""
    return {
        Standing.REPEAT: t("pressed again at once"),
        Standing.OUT_OF_HOURS: t("outside office hours"),
        Standing.TEST: t("test presses"),
    }


def words_of(words: Words, t: Texts) -> str:
    """A text of the office's in the reader's language, else in Vietnamese."""
    return words.get(t.language) or words.get(FIRST_LANGUAGE, "")


def _day_row(tally: Tally, day: DayTally, t: Texts) -> tuple[Cell, ...]:
    numbers = day.numbers
    levels = [level.value for level in reversed(tally.terms.survey.questions[0].levels)]
    n = _cell(numbers.n)
    if isinstance(n, Mark):
        told: list[Cell] = [n] * (5 + len(levels))
    else:
        counts = [Mark.PARTNER if level in numbers.kept_back else numbers.counts.get(level, 0) for level in levels]
        told = [*_share_cells(tally, numbers.counts, n), *counts]
    parts = [_cell(numbers.parts[part]) for part in PARTS]
    served = Mark.UNKNOWN if day.served is None else day.served
    aside = [day.aside[standing] for standing in ASIDE]
    answered = n if isinstance(n, Mark) and day.served is not None else _answered(day.answered)
    return (t.day(day.day), *told, *parts, served, answered, *aside)


def _total_row(tally: Tally, t: Texts) -> tuple[Cell, ...]:
    shown = tally.together(tally.days[0].day, tally.days[-1].day)
    untold = [Mark.NONE] * (len(tally.terms.survey.questions[0].levels) + len(PARTS))
    answered = together(day.answered for day in tally.days)
    aside = [sum(day.aside[standing] for day in tally.days) for standing in ASIDE]
    return (
        t("All"),
        *_share_cells(tally, shown.counts, shown.n or 0),
        *untold,
        answered.denominator if answered else Mark.UNKNOWN,
        _answered(answered),
        *aside,
    )


def together(shares: Iterable[Share | None]) -> Share | None:
    """Participation over the days of which it is known; None where it is of none."""
    known = [share for share in shares if share is not None]
    if not known:
        return None
    return Share(Method.PARTICIPATION, sum(each.numerator for each in known), sum(each.denominator for each in known))


def _share_cells(tally: Tally, counts: Mapping[int, int], n: int) -> list[Cell]:
    """How many, how many of them satisfied, their share and its interval."""
    share = tally.share_of(counts)
    percent, interval = share.percent(1), share.interval(1)
    if percent is None or interval is None or n < tally.terms.policy.percent_min:
        blank = Mark.NO_PERCENT if n else Mark.NONE
        return [n, share.numerator, blank, blank, blank]
    return [n, share.numerator, percent, *interval]


def _counter_row(day: DayTally, code: str, name: Words, t: Texts) -> tuple[Cell, ...]:
    n, served = _cell(_counter_n(day, code)), day.served_at.get(code)
    if served is None:
        answered: Cell = Mark.UNKNOWN
    else:
        answered = n if isinstance(n, Mark) else _answered(Share(Method.PARTICIPATION, n, served))
    name_told = words_of(name, t) if code else t("counter not told")
    return (t.day(day.day), code or "–", name_told, n, Mark.UNKNOWN if served is None else served, answered)


def _counter_n(day: DayTally, code: str) -> int | Hidden:
    if not day.numbers.is_over:
        return Hidden.OPEN
    found = day.numbers.counters.get(code, 0)
    # What the day itself does not show may be this counter's.
    return found or (Hidden.FEW if day.numbers.more else 0)


def _answered(share: Share | None) -> Cell:
    percent = share.percent(1) if share else None
    return Mark.UNKNOWN if percent is None else percent


def _cell(n: "int | Hidden") -> int | Mark:
    return _MARKS[n] if isinstance(n, Hidden) else n
