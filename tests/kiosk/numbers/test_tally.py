"""A kiosk's numbers: one table for the screen, the files and the command, and none of them gives a press away."""

import csv
import io
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from kiosk.base.table import Mark
from kiosk.base.texts import texts
from kiosk.domain.visit.rating import Standing
from kiosk.numbers.days import Tally
from kiosk.numbers.files import Sheet, csv_file, save_files, xlsx_file
from kiosk.numbers.lines import tally_lines
from kiosk.numbers.tables import counters_table, days_table, table_json, tables_of, written
from kiosk.office.usb import StickRefused
from kiosk.ui.staff.numbers.day_words import day_words, week_words
from tests.tallies import FRIDAY_EVENING, Rows, a_month, a_tally, terms

FRIDAY = FRIDAY_EVENING.date()
VI = texts("kiosk", "vi")
HALL = {"Q1": {"vi": "1 · Hộ tịch"}, "Q2": {"vi": "=2 · Đất đai"}}


def of_friday(am: dict[int, int], pm: dict[int, int] | None = None, now: datetime = FRIDAY_EVENING) -> Tally:
    rows = Rows()
    rows.press(FRIDAY, "am", am)
    rows.press(FRIDAY, "pm", pm or {})
    return a_tally(now, rows)


def row_of(tally: Tally, day: date = FRIDAY) -> dict[str, object]:
    table = days_table(tally, VI)
    place = (day - tally.days[0].day).days
    return {column.key: table.cell(place, column.key) for column in table.columns}


def sheet_of(tally: Tally, language: str = "vi") -> Sheet:
    return Sheet(tally, "=Trung tâm · Quầy 3", FRIDAY_EVENING, texts("kiosk", language))


def test_row_of_a_day_says_what_each_number_rests_on():
    rows = a_month()
    rows.typed[FRIDAY.isoformat(), ""] = 96
    row = row_of(a_tally(rows=rows))

    assert (row["n"], row["satisfied"], str(row["share"])) == (45, 35, "77.8")
    assert (row["served"], str(row["answered"])) == (96, "46.9")
    assert (row["am"], row["pm"]) == (24, 21)


def test_transactions_that_nobody_typed_in_are_unknown_and_never_nought():
    row = row_of(of_friday({5: 40}))

    assert (row["served"], row["answered"]) == (Mark.UNKNOWN, Mark.UNKNOWN)


def test_nought_transactions_give_no_participation():
    rows = Rows(typed={(FRIDAY.isoformat(), ""): 0})
    rows.press(FRIDAY, "am", {5: 40})

    assert row_of(a_tally(rows=rows))["answered"] is Mark.UNKNOWN


def test_day_of_few_has_marks_and_no_numbers():
    row = row_of(of_friday({5: 4}))

    assert {row[key] for key in ("n", "satisfied", "share", "low", "high", "level_5", "am")} == {Mark.FEW}


def test_below_thirty_there_are_counts_and_no_percentage():
    row = row_of(of_friday({5: 20, 4: 9}))

    assert (row["n"], row["satisfied"], row["share"], row["low"]) == (29, 29, Mark.NO_PERCENT, Mark.NO_PERCENT)


def test_part_of_the_day_that_is_not_over_says_nothing():
    row = row_of(of_friday({5: 20}, {1: 3}, now=FRIDAY_EVENING.replace(hour=15)))

    assert (row["n"], row["am"], row["pm"]) == (20, 20, Mark.OPEN)


def test_set_aside_is_told_with_its_reasons():
    rows = Rows()
    for standing, n in ((Standing.REPEAT, 4), (Standing.OUT_OF_HOURS, 1), (Standing.TEST, 2)):
        rows.press(FRIDAY, "am", {1: n}, standing=standing)
    row = row_of(a_tally(rows=rows))

    assert (row["repeat"], row["out_of_hours"], row["test"], row["n"]) == (4, 1, 2, 0)


def test_another_survey_is_not_mixed_in_and_is_told():
    rows = Rows()
    rows.press(FRIDAY, "am", {5: 30}, survey="sipas-5@2")
    tally = a_tally(rows=rows)

    assert row_of(tally)["n"] == 0
    assert "bộ câu hỏi khác" in day_words(days_table(tally, VI), tally, FRIDAY, VI).why


def test_all_days_together_count_participation_only_where_both_are_known():
    rows = Rows(typed={("2026-11-19", ""): 50})
    rows.press(FRIDAY, "am", {5: 40})
    rows.press(FRIDAY - timedelta(days=1), "am", {5: 20})
    total = days_table(a_tally(rows=rows), VI).rows[-1]
    heads = [column.key for column in days_table(a_tally(rows=rows), VI).columns]

    assert total[heads.index("n")] == 60
    assert (total[heads.index("served")], str(total[heads.index("answered")])) == (50, "40.0")


def test_counters_of_a_hall_have_their_own_transactions():
    rows = Rows(typed={(FRIDAY.isoformat(), "Q1"): 100})
    rows.press(FRIDAY, "am", {5: 40}, counter="Q1")
    rows.press(FRIDAY, "am", {5: 30}, counter="Q2")
    table = counters_table(a_tally(rows=rows, by=terms(counters=HALL)), VI)
    last = [row for row in table.rows if row[0] == VI.day(FRIDAY)]

    assert [row[3:5] for row in last] == [(40, 100), (30, Mark.UNKNOWN), (0, Mark.UNKNOWN)]
    assert str(last[0][5]) == "40.0"
    assert row_of(a_tally(rows=rows, by=terms(counters=HALL)))["served"] is Mark.UNKNOWN


def test_three_levels_are_counted_as_well():
    rows = Rows()
    rows.press(FRIDAY, "am", {3: 20, 2: 15, 1: 5}, survey="tt32-3@1")
    row = row_of(a_tally(rows=rows, by=terms("tt32-3")))

    assert (row["n"], row["satisfied"], row["level_1"]) == (40, 35, 5)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("counters", [{}, HALL])
def test_screen_csv_spreadsheet_json_and_terminal_show_the_same_cells(language: str, counters: dict[str, object]):
    t = texts("kiosk", language)
    tally = a_tally(rows=a_month(counters=counters), by=terms(counters=counters))
    sheet = sheet_of(tally, language)
    from_csv, from_xlsx = _csv_tables(csv_file(sheet), language), _xlsx_tables(xlsx_file(sheet))

    for table in tables_of(tally, t):
        shown = written(table, 5, t)
        plain = [[_plain(cell, language) for cell in row] for row in shown]
        assert [[_plain(_unsafe(cell), language) for cell in row] for row in from_csv[table.title]] == plain
        for row, cells, in_file in zip(table.rows, shown, from_xlsx[table.title], strict=True):
            for cell, words, found in zip(row, cells, in_file, strict=True):
                if isinstance(cell, str | Mark):
                    assert _unsafe(found) == words
                else:
                    assert float(found) == float(cell)
        rows = table_json(table)
        assert [[row[column.key] for column in table.columns] for row in rows] == [
            [{"no_number": cell.value} if isinstance(cell, Mark) else cell if isinstance(cell, int) else str(cell)
             for cell in row] for row in table.rows
        ]  # fmt: skip
    lines = "\n".join(tally_lines(tally, t))
    assert all(cell in lines for row in written(days_table(tally, t), 5, t) for cell in row[:6])


def test_screen_shows_the_very_cells_of_the_table():
    tally = a_tally()
    table = days_table(tally, VI)
    for place, day in enumerate(tally.days):
        # from afar it is read in words
        cells = [cell.replace("<5", "dưới\u00a05") for cell in written(table, 5, VI)[place]]
        row = dict(zip([column.key for column in table.columns], cells, strict=True))
        words = day_words(table, tally, day.day, VI)

        assert words.figures[0].number in (row["n"], "–")
        assert words.figures[1].number in (f"{row['share']}%", "–")
        assert words.figures[2].number in (f"{row['answered']}%", row["answered"], "–")
        assert [bar.number for bar in words.levels] in ([row[f"level_{level}"] for level in (5, 4, 3, 2, 1)], [])
        assert [bar.number for bar in words.parts] == [row["am"], row["pm"]]


def test_week_is_the_sum_of_what_its_days_show():
    tally = a_tally()
    numbers = [row_of(tally, FRIDAY - timedelta(days=back))["n"] for back in range(5)]

    assert f"{sum(n for n in numbers if isinstance(n, int))} lượt" in week_words(
        tally, FRIDAY - timedelta(days=4), FRIDAY + timedelta(days=2), VI
    )


def test_no_cell_of_a_file_is_a_formula():
    sheet = sheet_of(a_tally(rows=a_month(counters=HALL), by=terms(counters=HALL)))

    text = csv_file(sheet).decode()
    assert text.startswith("\ufeff")
    for row in csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"):
        assert not any(cell.startswith(("=", "+", "@")) for cell in row)
    book = openpyxl.load_workbook(io.BytesIO(xlsx_file(sheet)))
    assert not any(cell.data_type == "f" for page in book for row in page.iter_rows() for cell in row)
    assert "'=2 · Đất đai" in text


def test_nothing_that_leaves_the_kiosk_moves_with_one_press():
    now = FRIDAY_EVENING.replace(hour=15)
    before, after = a_month(), a_month()
    after.press(FRIDAY, "pm", {1: 1})
    files = [
        (csv_file(sheet_of(a_tally(now, rows))), xlsx_file(sheet_of(a_tally(now, rows))),
         tally_lines(a_tally(now, rows), VI))
        for rows in (before, after)
    ]  # fmt: skip

    assert files[0] == files[1]


def test_both_files_lie_on_the_stick(tmp_path: Path):
    file = save_files(sheet_of(a_tally()), tmp_path)

    assert file.name == "hailong-2026-10-20-2026-11-20.xlsx"
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".csv", ".xlsx"]


def test_stick_that_refuses_is_one_sentence(tmp_path: Path):
    with pytest.raises(StickRefused, match="take another USB stick"):
        save_files(sheet_of(a_tally()), tmp_path / "gone")


def test_numbers_of_every_one_of_the_last_days_are_there():
    tally = a_tally()

    assert [day.day for day in tally.days] == [FRIDAY - timedelta(days=back) for back in range(31, -1, -1)]
    assert all(tally.of(day.day) is day for day in tally.days)


def _csv_tables(content: bytes, language: str) -> dict[str, list[list[str]]]:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";" if language == "vi" else ","))
    found: dict[str, list[list[str]]] = {}
    for place, row in enumerate(rows):
        if len(row) == 1 and place + 1 < len(rows) and len(rows[place + 1]) > 1:
            end = next(number for number in range(place, len(rows)) if not rows[number])
            found[row[0]] = rows[place + 2 : end]
    return found


def _xlsx_tables(content: bytes) -> dict[str, list[list[str]]]:
    found = {}
    for page in openpyxl.load_workbook(io.BytesIO(content)):
        rows = [[cell.value for cell in row] for row in page.iter_rows()]
        head = next(number for number, row in enumerate(rows) if row[1] is not None)
        found[page.title] = rows[head + 1 :]
    return found


def _plain(cell: str, language: str) -> str:
    """A number without what only people need."""
    thousands, point = (".", ",") if language == "vi" else (",", ".")
    bare = cell.replace(thousands, "").replace(point, "")
    return cell.replace(thousands, "").replace(point, ".").rstrip("%") if bare.isdigit() else cell


def _unsafe(cell: object) -> str:
    return str(cell).removeprefix("'")
