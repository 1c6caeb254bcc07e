"""Tally lines: a kiosk's numbers in words, for a person at a terminal."""

from kiosk.base.table import Form, Table, write_cell
from kiosk.base.texts import Texts
from kiosk.numbers.days import Tally
from kiosk.numbers.files import method_notes
from kiosk.numbers.tables import counters_table, days_table, words_of, written
from kiosk.numbers.waiting import why_lines


def tally_lines(tally: Tally, t: Texts) -> list[str]:
    """One day at length, several days a line each, and how to read them."""
    table, survey = days_table(tally, t), tally.terms.survey
    rows = range(len(tally.days)) if len(tally.days) == 1 else range(len(table.rows))
    title = words_of(survey.name, t)
    if len(rows) == 1:
        lines = [f"{title} · {t.day(tally.days[0].day)}", *_day_lines(table, tally, t)]
    else:
        keys = ("day", "recorded", "n", "waiting", "satisfied", "share", "low", "high", "served", "answered")
        lines = [title, *_columns(table, keys, t)]
    if tally.terms.counters:
        lines += ["", *_columns(counters_table(tally, t), ("day", "name", "recorded", "served", "answered"), t)]
    return [*lines, "", *method_notes(tally, t)]


def _day_lines(table: Table, tally: Tally, t: Texts) -> list[str]:
    """Each number of a day behind its name."""
    lines = []
    wide = max(len(column.head) for column in table.columns)
    for column, cell in zip(table.columns[1:], table.rows[0][1:], strict=True):
        lines.append(f"  {column.head:<{wide}}  {write_cell(cell, column.form, t):>8}")
    return [*lines, *why_lines(tally, tally.days[0], t)]


def _columns(table: Table, keys: tuple[str, ...], t: Texts) -> list[str]:
    """Some of a table's columns, one under the other."""
    places = [place for place, column in enumerate(table.columns) if column.key in keys]
    heads = [column.head for column in table.columns]
    rows = [[row[place] for place in places] for row in (heads, *written(table, t))]
    widths = [max(len(row[place]) for row in rows) for place in range(len(places))]
    is_text = [table.columns[place].form in (Form.TEXT, Form.DATE) for place in places]
    return [
        "  ".join(
            cell.ljust(width) if text else cell.rjust(width)
            for cell, width, text in zip(row, widths, is_text, strict=True)
        ).rstrip()
        for row in rows
    ]
