"""Tally tables: a kiosk's numbers as rows of plain values, for its screen, its files and its command alike."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from kiosk.base.table import Cell, Column, Form, Mark, Table, write_cell
from kiosk.base.texts import Texts
from kiosk.domain.numbers.desk_numbers import Told
from kiosk.domain.numbers.measures import Method, Share
from kiosk.domain.office_day import PARTS
from kiosk.domain.visit.rating import Standing
from kiosk.domain.visit.survey import FIRST_LANGUAGE, Words
from kiosk.numbers.days import ASIDE, DayTally, Tally

WHY = ("uncut", "straddling", "tail", "centre")
"""Why recorded ratings wait, in the order of the columns."""


def days_table(tally: Tally, t: Texts) -> Table:
    """A row for each day, and all days together."""
    levels = tally.terms.survey.questions[0].levels
    columns = (
        Column("day", t("Day"), Form.DATE),
        Column("recorded", t("Recorded"), Form.COUNT),
        Column("n", t("Shown, n"), Form.COUNT),
        Column("waiting", t("Waiting"), Form.COUNT),
        Column("satisfied", t("Satisfied ratings"), Form.COUNT),
        Column("share", t("Share of the satisfied") + ", %", Form.PERCENT),
        Column("low", t("95% interval, from") + ", %", Form.PERCENT),
        Column("high", t("95% interval, to") + ", %", Form.PERCENT),
        *(Column(f"level_{level.value}", words_of(level.text, t), Form.COUNT) for level in reversed(levels)),
        Column("am", t("Recorded before noon"), Form.COUNT),
        Column("pm", t("Recorded after noon"), Form.COUNT),
        Column("served", t("Transactions"), Form.COUNT),
        Column("answered", t("Participation") + ", %", Form.PERCENT),
        *(Column(standing.value, aside_words(t)[standing], Form.COUNT) for standing in ASIDE),
        *(Column(why, words, Form.COUNT) for why, words in waiting_heads(tally, t).items()),
    )
    rows = [_day_row(tally, day) for day in tally.days]
    return Table("days", t("Day by day"), columns, (*rows, _total_row(tally, t)), has_total=True)


def counters_table(tally: Tally, t: Texts) -> Table:
    """A row for each day and counter of a hall."""
    columns = (
        Column("day", t("Day"), Form.DATE),
        Column("counter", t("Counter"), Form.TEXT),
        Column("name", t("Name"), Form.TEXT),
        Column("recorded", t("Recorded"), Form.COUNT),
        Column("served", t("Transactions"), Form.COUNT),
        Column("answered", t("Participation") + ", %", Form.PERCENT),
    )
    counters = {**tally.terms.counters, "": {}} if tally.terms.counters else {}
    rows = [row for day in tally.days for row in _counter_rows(tally, day, counters, t)]
    return Table("counters", t("Counters"), columns, tuple(rows))


def tables_of(tally: Tally, t: Texts) -> tuple[Table, ...]:
    """Every table there is."""
    return (days_table(tally, t), *((counters_table(tally, t),) if tally.terms.counters else ()))


def table_json(table: Table) -> list[dict[str, Any]]:
    """The rows by the columns' keys; a cell without a number says why."""

    def plain(cell: Cell) -> Any:
        if isinstance(cell, Mark):
            return {"no_number": cell.value}
        return str(cell) if isinstance(cell, Decimal | date) else cell

    return [{column.key: plain(cell) for column, cell in zip(table.columns, row, strict=True)} for row in table.rows]


def written(table: Table, t: Texts) -> list[list[str]]:
    """The rows as people read them."""
    return [
        [write_cell(cell, column.form, t) for cell, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    ]


def aside_words(t: Texts) -> Mapping[Standing, str]:
    """Why ratings were set aside."""
    return {
        Standing.REPEAT: t("pressed again at once"),
        Standing.OUT_OF_HOURS: t("outside office hours"),
        Standing.TEST: t("test presses"),
    }


def waiting_heads(tally: Tally, t: Texts) -> Mapping[str, str]:
    """Why recorded ratings are not shown, as heads of columns."""
    return {
        "uncut": t("Waiting: fewer than {least} so far", least=t.number(tally.terms.least)),
        "straddling": t("Waiting: in a sum with other half days"),
        "tail": t("Waiting: left at a month's end or a move"),
        "centre": t("Only in the collector's reports"),
    }


def words_of(words: Words, t: Texts) -> str:
    """A text of the office's in the reader's language, else in Vietnamese."""
    return words.get(t.language) or words.get(FIRST_LANGUAGE, "")


def _day_row(tally: Tally, day: DayTally) -> tuple[Cell, ...]:
    served = Mark.UNKNOWN if day.served is None else day.served
    answered = Mark.OPEN if day.served is not None and not day.is_over else _answered(day.answered)
    return (
        day.day,
        *_count_cells(tally, day.told, is_over=day.is_over),
        *_level_cells(tally, day.told),
        *(Mark.OPEN if n is None else n for n in (day.parts[part] for part in PARTS)),
        served,
        answered,
        *(day.aside[standing] for standing in ASIDE),
        *_why_cells(day.told),
    )


def _total_row(tally: Tally, t: Texts) -> tuple[Cell, ...]:
    told = tally.together(tally.days[0].day, tally.days[-1].day)
    parts = [sum(day.parts[part] or 0 for day in tally.days) for part in PARTS]
    answered = together(day.answered for day in tally.days)
    return (
        t("All"),
        *_count_cells(tally, told, is_over=True),
        *_level_cells(tally, told),
        *parts,
        answered.denominator if answered else Mark.UNKNOWN,
        _answered(answered),
        *(sum(day.aside[standing] for day in tally.days) for standing in ASIDE),
        *_why_cells(told),
    )


def together(shares: Iterable[Share | None]) -> Share | None:
    """Participation over the days of which it is known; None where it is of none."""
    known = [share for share in shares if share is not None]
    if not known:
        return None
    return Share(Method.PARTICIPATION, sum(each.numerator for each in known), sum(each.denominator for each in known))


def _count_cells(tally: Tally, told: Told, *, is_over: bool) -> list[Cell]:
    """How many are recorded, shown and waiting, how many of the shown are satisfied, their share and its interval."""
    if not told.recorded and not is_over:
        return [Mark.OPEN] * 7
    counts: list[Cell] = [told.recorded, told.n, told.waiting.n]
    share = tally.share_of(told.counts)
    percent, interval = share.percent(1), share.interval(1)
    if percent is None or interval is None or told.n < tally.terms.percent_min:
        blank = Mark.NO_PERCENT if told.n else Mark.NONE
        return [*counts, share.numerator if told.n or not told.recorded else Mark.NONE, blank, blank, blank]
    return [*counts, share.numerator, percent, *interval]


def _level_cells(tally: Tally, told: Told) -> list[Cell]:
    """The levels of what is shown; where all of it waits, nobody's level is known and nought would be wrong."""
    levels = [level.value for level in reversed(tally.terms.survey.questions[0].levels)]
    is_told = told.n or not told.recorded
    return [told.counts.get(level, 0) if is_told else Mark.NONE for level in levels]


def _why_cells(told: Told) -> list[Cell]:
    return [getattr(told.waiting, why) for why in WHY]


def _counter_rows(tally: Tally, day: DayTally, counters: Mapping[str, Words], t: Texts) -> Iterator[tuple[Cell, ...]]:
    told, recorded_at = day.day, tally.recorded_at(day.day)
    for code, name in counters.items():
        recorded, served = recorded_at.get(code, 0), day.served_at.get(code)
        n: Cell = recorded if recorded or day.is_over else Mark.OPEN
        answered: Cell = Mark.UNKNOWN
        if served is not None:
            answered = _answered(Share(Method.PARTICIPATION, recorded, served)) if day.is_over else Mark.OPEN
        name_told = words_of(name, t) if code else t("counter not told")
        yield told, code or "–", name_told, n, Mark.UNKNOWN if served is None else served, answered


def _answered(share: Share | None) -> Cell:
    percent = share.percent(1) if share else None
    return Mark.UNKNOWN if percent is None else percent
