"""Page, API, CSV, XLSX and PDF say the same, cell for cell, and no cell of theirs is a formula."""

import csv
import html
import io
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select, update
from starlette.testclient import TestClient

from kiosk.base.cells import code_note, csv_bytes
from kiosk.base.table import Mark, Table, write_cell
from kiosk.base.texts import texts
from sync.collector.closed.named import FILE_FORMS
from sync.collector.export.workbook import is_blank
from sync.collector.figures.tables import tables_of
from sync.collector.people.rights import ANYBODY
from sync.collector.run.app import create_app
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store import schema
from sync.collector.store.partitions import ensure_partitions
from sync.collector.words.notice import NOTICE
from sync.collector.words.phrases import Phrases
from tests.sync.collector.builders import HANOI, NOON, Office, Pen
from tests.sync.collector.kiosk_client import URL


@pytest.fixture
def busy(services: Services, office: Office) -> Services:
    """A month with a busy counter, a small one, reasons, repeats, and a month before."""
    for days_ago, pattern in ((1, (5, 5, 4, 1)), (2, (5, 4, 3, 2)), (35, (5, 4, 4, 5))):
        pen = Pen()
        for number in range(40):
            seq = pen.rating(pattern[number % 4])
            if number % 4 == 3:
                pen.reasons(seq, "wait" if number % 8 == 3 else "deadline")
        pen.rating(5, "repeat")
        for _ in range(3 if days_ago == 1 else 0):
            pen.rating(1, counter="Q2")
        received_at = NOON - timedelta(days=days_ago, hours=1)
        with office.database.writing() as connection:
            ensure_partitions(connection, received_at)
        office.append(pen, received_at=received_at)
    with office.database.writing() as connection:
        connection.execute(update(schema.unit).values(name="=HYPERLINK(1)"))
    return services


def client_of(services: Services, **config: Any) -> TestClient:
    app = create_app(replace(services, config=CollectorConfig(public_url=URL, **config)))
    return TestClient(app, base_url=URL, client=("127.0.0.1", 1))


def told(services: Services, language: str) -> tuple[tuple[Table, ...], Phrases]:
    """The tables as every way out has them."""
    p = Phrases(texts("collector", language), HANOI, services.now())
    book = read_book(services, ANYBODY, Query("XA"))
    return tables_of(book, p.titles_of(book)), p


def flat_blanks(words: str) -> str:
    return words.replace("\u00a0", " ")


def flat(words: str) -> str:
    return re.sub(r"[\s\u00a0]+", "", words)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_csv_has_every_cell_of_every_table(busy: Services, language: str) -> None:
    body = client_of(busy).get(f"/xuat/csv/XA?lang={language}").content
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig")), delimiter=";" if language == "vi" else ","))
    tables, p = told(busy, language)

    for table in tables:
        first = next(number for number, row in enumerate(rows) if row == [table.title]) + 2
        for number, cells in enumerate(table.rows):
            written = [_as_file(cell, column.form, p) for cell, column in zip(cells, table.columns, strict=True)]
            assert rows[first + number] == written, table.key
    assert rows[-1] == [NOTICE]


def _as_file(cell: Any, form: Any, p: Phrases) -> str:
    if isinstance(cell, Mark | str):
        words = write_cell(cell, form, p.t).replace("\u00a0", " ")
        return f"'{words}" if words.startswith(("=", "+", "-", "@")) else words
    return str(cell).replace(".", ",") if p.t.language == "vi" else str(cell)


def test_xlsx_has_every_cell_as_the_number_it_is_and_charts_of_its_own(busy: Services) -> None:
    workbook = load_workbook(io.BytesIO(client_of(busy).get("/xuat/xlsx/XA").content))
    tables, p = told(busy, "vi")

    about, _, *sheets = workbook.worksheets
    assert NOTICE in {row[0] for row in about.iter_rows(values_only=True)}
    for sheet, table in zip(sheets, tables, strict=True):
        assert [cell.value for cell in sheet[1]] == [flat_blanks(column.head) for column in table.columns]
        assert sheet.max_row == 1 + len(table.rows)
        for number, cells in enumerate(table.rows, 2):
            for place, cell in enumerate(cells, 1):
                found = sheet.cell(number, place)
                assert found.data_type != "f"
                if isinstance(cell, int | Decimal):
                    assert Decimal(str(found.value)) == cell, (table.key, found.coordinate)
                elif isinstance(cell, date):
                    assert (found.value.date(), found.is_date) == (cell, True)
                elif isinstance(cell, Mark) and is_blank(cell, table.columns[place - 1].form):
                    assert found.value is None
                else:
                    assert (found.value or "") == _as_file(cell, table.columns[place - 1].form, p)
    assert [len(sheet._charts) for sheet in workbook.worksheets] == [0, 4, *[0] * len(tables)]


def test_xlsx_draws_weeks_without_a_share_as_gaps_and_prints_as_wide_as_a_page(busy: Services) -> None:
    workbook = load_workbook(io.BytesIO(client_of(busy).get("/xuat/xlsx/XA").content))
    weeks = next(sheet for sheet in workbook if sheet["A1"].value == "Tuần từ")
    share = [column.value for column in weeks[1]].index("Tỷ lệ hài lòng, %")
    drawn = [row[share] for row in weeks.iter_rows(min_row=2, values_only=True)]

    # Between the two months nobody pressed for weeks; nothing of that is a nought.
    assert None in drawn
    assert {type(cell) for cell in drawn} <= {int, float, type(None)}
    assert 0 not in drawn
    assert [chart.display_blanks for chart in workbook.worksheets[1]._charts] == ["gap"] * 4
    for sheet in workbook.worksheets[2:]:
        paper = sheet.page_setup
        # One page wide is what a file says by saying nothing.
        assert (sheet.sheet_properties.pageSetUpPr.fitToPage, paper.fitToWidth, paper.fitToHeight) == (True, None, 0)
        assert paper.orientation == "landscape"
        assert sheet.print_title_rows == "$1:$1"
        assert NOTICE in sheet.oddFooter.left.text


def test_places_stand_in_groups_that_every_way_out_names(busy: Services) -> None:
    tables, _ = told(busy, "vi")
    places = next(table for table in tables if table.key == "places")
    body = client_of(busy).get("/xuat/csv/XA").content.decode("utf-8-sig")

    assert [places.cell(row, "group") for row in range(3)] == ["không khác rõ rệt", "không xếp hạng", ""]
    assert "không khác rõ rệt" in body
    assert "theo nhóm, nhóm thấp nhất trước" in places.title


def test_table_for_programs_has_a_row_for_each_number_and_what_it_rests_on(busy: Services) -> None:
    answer = client_of(busy).get("/xuat/tidy/XA?ky=2026-11")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    tables, _ = told(busy, "vi")
    found = {(row["counter"], row["period"], row["measure"], row["detail"]): row for row in rows}

    assert len(found) == len(rows)
    assert 'filename="hailong-XA-2026-11.tidy.csv"' in answer.headers["content-disposition"]
    assert {row["notice"] for row in rows} == {NOTICE}
    for table, keys in (("figures", [""]), ("places", ["Q1", "Q2", ""])):
        table = next(one for one in tables if one.key == table)
        for place, counter in enumerate(keys):
            share, n = found[counter, "2026-11", "top2box", ""], found[counter, "2026-11", "ratings", ""]
            for row, key in ((share, "share"), (n, "n")):
                cell = table.cell(place, key)
                wanted = ("", str(cell)) if isinstance(cell, Mark) else (str(cell), "")
                assert (row["value"], row["without"]) == wanted
            if share["value"]:
                assert [share[key] for key in ("low", "high", "numerator", "denominator")] == [
                    str(table.cell(place, key)) for key in ("low", "high", "satisfied", "n")
                ]


def test_table_for_programs_is_the_same_in_every_language(busy: Services) -> None:
    client = client_of(busy)

    assert client.get("/xuat/tidy/XA?lang=en").content == client.get("/xuat/tidy/XA?lang=vi").content


def test_files_of_tables_hold_no_blank_that_nobody_types(busy: Services) -> None:
    client = client_of(busy)
    file = client.get("/xuat/csv/XA").content.decode()
    workbook = load_workbook(io.BytesIO(client.get("/xuat/xlsx/XA").content))
    cells = [str(cell) for sheet in workbook.worksheets for row in sheet.iter_rows(values_only=True) for cell in row]

    assert "Rất không hài lòng" in file
    assert re.findall("[\u00a0\u202f\u2007\u2011\u00ad\u2060]", file + "".join(cells)) == []


def test_file_with_codes_that_look_like_numbers_says_so(busy: Services, office: Office) -> None:
    assert "Mã như" not in client_of(busy).get("/xuat/csv/XA").text
    with office.database.writing() as connection:
        connection.execute(update(schema.counter).where(schema.counter.c.code == "Q1").values(code="00070"))

    body = client_of(busy).get("/xuat/csv/XA").content.decode("utf-8-sig")

    assert "Mã như 00070 là chữ, không phải số" in body.split("\r\n\r\n")[0]
    assert ";00070;" in body
    workbook = load_workbook(io.BytesIO(client_of(busy).get("/xuat/xlsx/XA").content))
    cells = [cell for sheet in workbook.worksheets for row in sheet.iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if cell.value == "00070"] == ["s"]


@pytest.mark.parametrize("code", ["00070", "07", "1234567890123456", "12E5"])
def test_code_that_a_spreadsheet_would_change_is_told(code: str) -> None:
    (note,) = code_note(["Quầy 1", 12, code], texts("kiosk", "en"))

    assert f"Codes such as {code} are text" in note


@pytest.mark.parametrize("cell", ["0", "70", "HC-07", "07:30", "02/09/2026", "0,5", "Quầy 07", 7])
def test_cell_that_stays_as_it_is_needs_no_word(cell: object) -> None:
    assert code_note([cell], texts("kiosk", "vi")) == []


def test_pdf_has_every_cell_of_its_tables_and_what_the_decree_wants(busy: Services) -> None:
    reader = PdfReader(io.BytesIO(client_of(busy).get("/xuat/pdf/XA").content))
    words = flat(" ".join(page.extract_text() for page in reader.pages))
    tables, p = told(busy, "vi")

    for table in tables:
        if table.key != "figures":
            for cells in table.rows:
                for cell, column in zip(cells, table.columns, strict=True):
                    # On the paper of a unit its counters have their own names.
                    said = p.cell(cell, column.form).removeprefix("=HYPERLINK(1), ")
                    assert flat(said) in words, (table.key, cell)
    for fixed in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", NOTICE, "Nơi nhận", "Số:"):
        assert flat(fixed) in words
    assert all(abs(float(page.mediabox.width) - 595.3) < 1 for page in reader.pages)


def test_the_api_has_every_cell(busy: Services) -> None:
    found = client_of(busy).get("/v1/report?unit=XA", headers={"Accept-Language": "en"}).json()
    tables, _ = told(busy, "en")

    for table in tables:
        for row, cells in zip(found["tables"][table.key], table.rows, strict=True):
            for column, cell in zip(table.columns, cells, strict=True):
                wanted = {"without": str(cell)} if isinstance(cell, Mark) else cell
                assert row[column.key] == (str(cell) if isinstance(cell, Decimal | date) else wanted)


def test_the_page_has_every_number_of_its_table(busy: Services) -> None:
    page = flat(html.unescape(client_of(busy).get("/t/XA").text))
    tables, p = told(busy, "vi")
    places = next(table for table in tables if table.key == "places")

    for row in range(len(places.rows)):
        for key in ("share", "n", "aside"):
            column = next(column for column in places.columns if column.key == key)
            cell = places.cell(row, key)
            assert cell is Mark.NONE or flat(p.cell(cell, column.form)) in page


def test_a_few_ratings_change_no_number_on_any_way_out(busy: Services) -> None:
    tables, _ = told(busy, "vi")
    places = next(table for table in tables if table.key == "places")
    rows = {places.cell(row, "code"): places.cell(row, "n") for row in range(3)}

    # Three pressed at the second counter: they are in no number, so that no sum tells of them.
    assert rows["Q2"] is Mark.FEW
    assert rows["Q1"] == rows["XA"]


def test_every_file_is_in_the_audit_log(busy: Services, office: Office) -> None:
    client = client_of(busy)
    for form in FILE_FORMS:
        assert client.get(f"/xuat/{form}/XA?ky=2026-11").status_code == 200
    assert client.get("/xuat/exe/XA").status_code == 404

    with office.database.reading() as connection:
        lines = connection.execute(select(schema.audit.c.action, schema.audit.c.subject, schema.audit.c.details)).all()
    assert [(line.action, line.subject, line.details["form"]) for line in lines] == [
        ("export", "XA/", form) for form in FILE_FORMS
    ]


@pytest.mark.parametrize("cell", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "-2+3+cmd|' /C calc'!A0"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert csv_bytes([[cell]], ",").decode("utf-8-sig").lstrip('"').startswith("'")


@pytest.mark.parametrize("number", ["-2.0", "-2,0", "12", "0.0"])
def test_numbers_stay_numbers(number: str) -> None:
    assert csv_bytes([[number]], ";").decode("utf-8-sig").strip() == number
