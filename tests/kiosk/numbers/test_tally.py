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
from kiosk.numbers.days import Tally, read_tally
from kiosk.numbers.files import Sheet, csv_file, save_files, xlsx_file
from kiosk.numbers.lines import tally_lines
from kiosk.numbers.tables import WHY, counters_table, days_table, table_json, tables_of, written
from kiosk.office.usb import StickRefused
from kiosk.ui.staff.numbers.day_words import day_words, week_words
from tests.tallies import FRIDAY_EVENING, SATURDAY_MORNING, Rows, a_month, a_tally, terms

FRIDAY = FRIDAY_EVENING.date()
VI = texts("kiosk", "vi")
HALL = {"Q1": {"vi": "1 · Hộ tịch"}, "Q2": {"vi": "=2 · Đất đai"}}


def of_friday(am: dict[int, int], pm: dict[int, int] | None = None, now: datetime = SATURDAY_MORNING) -> Tally:
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
    row = row_of(a_tally(SATURDAY_MORNING, rows))

    assert (row["recorded"], row["n"], row["waiting"]) == (45, 45, 0)
    assert (row["satisfied"], str(row["share"])) == (35, "77.8")
    assert (row["served"], str(row["answered"])) == (96, "46.9")
    assert (row["am"], row["pm"]) == (24, 21)


def test_transactions_that_nobody_typed_in_are_unknown_and_never_nought():
    row = row_of(of_friday({5: 40}))

    assert (row["served"], row["answered"]) == (Mark.UNKNOWN, Mark.UNKNOWN)


def test_nought_transactions_give_no_participation():
    rows = Rows(typed={(FRIDAY.isoformat(), ""): 0})
    rows.press(FRIDAY, "am", {5: 40})

    assert row_of(a_tally(SATURDAY_MORNING, rows))["answered"] is Mark.UNKNOWN


def test_participation_counts_what_is_recorded_and_waits_for_the_end_of_the_day():
    rows = Rows(typed={(FRIDAY.isoformat(), ""): 10})
    rows.press(FRIDAY, "am", {5: 4})

    assert row_of(a_tally(rows=rows))["answered"] is Mark.OPEN
    assert str(row_of(a_tally(SATURDAY_MORNING, rows))["answered"]) == "40.0"


def test_day_of_few_is_recorded_waits_and_has_no_levels():
    row = row_of(of_friday({5: 4}))

    assert (row["recorded"], row["n"], row["waiting"], row["uncut"], row["am"]) == (4, 0, 4, 4, 4)
    assert {row[key] for key in ("satisfied", "share", "low", "high", "level_5", "level_1")} == {Mark.NONE}


def test_few_of_each_half_day_are_shown_together_and_of_each_day_in_the_week():
    rows = Rows()
    rows.press(FRIDAY, "am", {5: 3})
    rows.press(FRIDAY, "pm", {4: 3})
    for back, n in ((2, 3), (1, 4)):
        rows.press(FRIDAY - timedelta(days=back), "am", {1: n})
    tally = a_tally(SATURDAY_MORNING, rows)
    row, before = row_of(tally), row_of(tally, FRIDAY - timedelta(days=1))

    assert (row["n"], row["level_5"], row["am"], row["pm"]) == (6, 3, 3, 3)
    assert (before["recorded"], before["n"], before["straddling"]) == (4, 0, 4)
    week = tally.together(FRIDAY - timedelta(days=4), FRIDAY)
    assert (week.recorded, week.n, dict(week.counts)) == (13, 13, {5: 3, 4: 3, 1: 7})


def test_tail_of_a_month_is_counted_without_levels():
    rows = Rows()
    rows.press(date(2026, 10, 30), "am", {2: 3})
    row = row_of(a_tally(rows=rows), date(2026, 10, 30))

    assert (row["recorded"], row["n"], row["tail"], row["level_2"]) == (3, 0, 3, Mark.NONE)


def test_half_days_of_before_the_kiosk_cut_are_at_the_centre():
    rows = Rows()
    rows.leave(FRIDAY, "am", 12)
    rows.press(FRIDAY, "pm", {5: 7})
    tally = a_tally(SATURDAY_MORNING, rows)
    row = row_of(tally)

    assert (row["recorded"], row["n"], row["centre"]) == (19, 7, 12)
    assert "12 lượt chỉ có trên trang tổng hợp" in day_words(days_table(tally, VI), tally, FRIDAY, VI).legend


def test_versions_with_the_same_levels_are_one_series():
    rows = Rows()
    for survey in ("sipas-5@1", "sipas-5@2"):
        rows.press(FRIDAY, "am", {5: 3}, survey=survey)
    row = row_of(a_tally(SATURDAY_MORNING, rows))

    assert (row["recorded"], row["n"], row["level_5"]) == (6, 6, 6)


def test_below_thirty_there_are_counts_and_no_percentage():
    row = row_of(of_friday({5: 20, 4: 9}))

    assert (row["n"], row["satisfied"], row["share"], row["low"]) == (29, 29, Mark.NO_PERCENT, Mark.NO_PERCENT)


def test_part_of_the_day_that_is_not_over_says_nothing():
    row = row_of(of_friday({5: 20}, {1: 3}, now=FRIDAY_EVENING.replace(hour=15)))

    assert (row["recorded"], row["n"], row["am"], row["pm"]) == (20, 20, 20, Mark.OPEN)


def test_set_aside_is_told_with_its_reasons():
    rows = Rows()
    for standing, n in ((Standing.REPEAT, 4), (Standing.OUT_OF_HOURS, 1), (Standing.TEST, 2)):
        rows.press(FRIDAY, "am", {1: n}, standing=standing)
    row = row_of(a_tally(SATURDAY_MORNING, rows))

    assert (row["repeat"], row["out_of_hours"], row["test"], row["n"]) == (4, 1, 2, 0)


def test_another_survey_is_not_mixed_in_and_is_told():
    rows = Rows()
    rows.press(FRIDAY, "am", {3: 30}, survey="tt32-3@1")
    tally = a_tally(SATURDAY_MORNING, rows)

    assert row_of(tally)["recorded"] == 0
    assert "phiếu hỏi khác" in day_words(days_table(tally, VI), tally, FRIDAY, VI).legend


def test_all_days_together_count_participation_only_where_both_are_known():
    rows = Rows(typed={("2026-11-19", ""): 50})
    rows.press(FRIDAY, "am", {5: 40})
    rows.press(FRIDAY - timedelta(days=1), "am", {5: 20})
    table = days_table(a_tally(SATURDAY_MORNING, rows), VI)
    total, heads = table.rows[-1], [column.key for column in table.columns]

    assert total[heads.index("n")] == 60
    assert (total[heads.index("served")], str(total[heads.index("answered")])) == (50, "40.0")


def test_counters_of_a_hall_have_their_own_transactions():
    rows = Rows(typed={(FRIDAY.isoformat(), "Q1"): 100})
    rows.press(FRIDAY, "am", {5: 40}, counter="Q1")
    rows.press(FRIDAY, "am", {5: 30}, counter="Q2")
    rows.press(FRIDAY, "pm", {5: 2}, counter="Q2")
    tally = a_tally(SATURDAY_MORNING, rows, terms(counters=HALL))
    of_friday = [row for row in counters_table(tally, VI).rows if row[0] == FRIDAY]

    assert [row[3:5] for row in of_friday] == [(40, 100), (32, Mark.UNKNOWN), (0, Mark.UNKNOWN)]
    assert str(of_friday[0][5]) == "40.0"
    assert (row_of(tally)["served"], row_of(tally)["n"], row_of(tally)["uncut"]) == (Mark.UNKNOWN, 70, 2)


def test_three_levels_are_counted_as_well():
    rows = Rows()
    rows.press(FRIDAY, "am", {3: 20, 2: 15, 1: 5}, survey="tt32-3@1")
    row = row_of(a_tally(SATURDAY_MORNING, rows, terms("tt32-3")))

    assert (row["n"], row["satisfied"], row["level_1"]) == (40, 35, 5)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("counters", [{}, HALL])
def test_screen_csv_spreadsheet_json_and_terminal_show_the_same_cells(language: str, counters: dict[str, object]):
    t = texts("kiosk", language)
    tally = a_tally(rows=a_month(counters=counters), by=terms(counters=counters))
    sheet = sheet_of(tally, language)
    from_csv, from_xlsx = _csv_tables(csv_file(sheet), language), _xlsx_tables(xlsx_file(sheet))

    for table in tables_of(tally, t):
        shown = written(table, t)
        plain = [[_plain(cell, language) for cell in row] for row in shown]
        days = {t.day(row[0]): str(row[0]) for row in table.rows if isinstance(row[0], date)}
        plain = [[days.get(cell, cell) for cell in row] for row in plain]
        assert [[_plain(_unsafe(cell), language) for cell in row] for row in from_csv[table.title]] == plain
        for row, cells, in_file in zip(table.rows, shown, from_xlsx[table.title], strict=True):
            for cell, words, found in zip(row, cells, in_file, strict=True):
                if isinstance(cell, date):
                    assert found.date() == cell
                elif isinstance(cell, str | Mark):
                    assert _unsafe(found) == words
                else:
                    assert float(found) == float(cell)
        rows = table_json(table)
        assert [[row[column.key] for column in table.columns] for row in rows] == [
            [{"no_number": cell.value} if isinstance(cell, Mark) else cell if isinstance(cell, int) else str(cell)
             for cell in row] for row in table.rows
        ]  # fmt: skip
    lines = "\n".join(tally_lines(tally, t))
    assert all(cell in lines for row in written(days_table(tally, t), t) for cell in row[:6])


def test_screen_shows_the_very_cells_of_the_table():
    tally = a_tally()
    table = days_table(tally, VI)
    for place, day in enumerate(tally.days):
        row = dict(zip([column.key for column in table.columns], written(table, VI)[place], strict=True))
        words = day_words(table, tally, day.day, VI)

        assert words.figures[0].number in (row["recorded"], "–")
        assert words.figures[1].number in (f"{row['share']}%", "–")
        assert words.figures[2].number in (f"{row['answered']}%", row["answered"], "–")
        assert [bar.number for bar in words.levels] in ([row[f"level_{level}"] for level in (5, 4, 3, 2, 1)], [])
        assert [bar.number for bar in words.parts] == [row["am"], row["pm"]]


def test_week_is_what_its_days_recorded_and_every_block_in_it():
    rows = a_month()
    rows.press(FRIDAY - timedelta(days=3), "pm", {5: 2}, survey="sipas-5@2")
    tally = a_tally(rows=rows)
    first, last = FRIDAY - timedelta(days=4), FRIDAY + timedelta(days=2)
    recorded = [row_of(tally, FRIDAY - timedelta(days=back))["recorded"] for back in range(5)]

    assert f"ghi nhận {sum(n for n in recorded if isinstance(n, int))} lượt" in week_words(tally, first, last, VI)


@pytest.mark.parametrize("now", [FRIDAY_EVENING, SATURDAY_MORNING])
def test_recorded_is_what_is_shown_and_what_waits_in_every_row(now: datetime):
    table = days_table(a_tally(now, a_month(counters=HALL), terms(counters=HALL)), VI)
    keys = [column.key for column in table.columns]

    for row in (dict(zip(keys, row, strict=True)) for row in table.rows if Mark.OPEN not in row[1:4]):
        assert row["recorded"] == row["n"] + row["waiting"]
        assert row["waiting"] == sum(row[why] for why in WHY)


def test_demonstration_shows_everything_at_once_and_says_so():
    rows = Rows()
    rows.press(FRIDAY, "pm", {5: 1, 2: 1})
    tally = a_tally(rows=rows, by=terms(demo=True))

    assert (row_of(tally)["recorded"], row_of(tally)["n"], row_of(tally)["level_2"]) == (2, 2, 1)
    assert "Bản trình diễn" in day_words(days_table(tally, VI), tally, FRIDAY, VI).legend
    assert "Bản trình diễn" in csv_file(sheet_of(tally)).decode()


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


def test_one_day_at_length_is_headed_as_people_write_it():
    day = FRIDAY_EVENING.date()
    rows = a_month()
    rows.now = FRIDAY_EVENING
    tally = read_tally(rows, day, day, FRIDAY_EVENING, terms())  # type: ignore[arg-type]

    assert tally_lines(tally, VI)[0].endswith(" · 20/11/2026")
