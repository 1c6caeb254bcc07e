"""A table as a spreadsheet saves it: what has neither head nor value is passed over wherever a CSV is taken."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from kiosk.base.settings.reading import SettingsInvalid
from sync.collector.fleet.places.codes import Known, kept_noughts
from sync.collector.fleet.places.counter_table import Numbered, faults_of_places, read_table
from sync.collector.fleet.places.csv_table import read_csv
from sync.collector.profiles.counts_file import CountsWrong, read_counts
from sync.collector.profiles.index766 import COLUMNS
from sync.collector.profiles.reading import Source, take_counts
from sync.collector.services.moves import Act
from sync.collector.services.place_changes import CounterMove, carry_out, read_changes
from sync.collector.store import schema
from sync.collector.store.database import Database
from tests.sync.collector.builders import DAYS, NOON

TODAY = date(2026, 11, 20)
COUNTERS = "counter;unit;name;;\r\nTR1;TTHC-A;Quầy 1;;\r\n"
COUNTS = ";".join(COLUMNS) + ";;\r\n00025;2026-10;1200;10;2;30;35;5;5;0;;\r\n"


def file_of(folder: Path, text: str) -> Path:
    file = folder / "table.csv"
    file.write_bytes(text.encode("utf-8-sig"))
    return file


def faults(rows: list[Numbered], database: Database, folder: Path) -> list[str]:
    with database.reading() as connection:
        return [str(fault).partition("table.csv:")[2] for fault in
                faults_of_places(connection, folder / "table.csv", rows)]  # fmt: skip


@pytest.fixture
def places(database: Database) -> Database:
    """Provinces and communes whose codes are alike, and a counter."""
    names = {"25": "Tỉnh Phú Thọ", "01": "Thành phố Hà Nội", "00025": "Phường Giảng Võ", "00070": "Phường Hoàn Kiếm",
             "TTHC-A": "Trung tâm A", "TTHC-B": "Trung tâm B"}  # fmt: skip
    with database.writing() as connection:
        for number, (code, name) in enumerate(names.items(), 1):
            row = {"unit_id": number, "code": code, "name": name, "kind": "office", "path": f"{code}/"}
            connection.execute(insert(schema.unit), row)
        row = {"counter_id": 1, "code": "HK1", "name": "Quầy 1", "unit_id": 5, "created_at": NOON}
        connection.execute(insert(schema.counter), row)
    return database


def test_columns_without_head_and_value_are_passed_over(tmp_path: Path) -> None:
    ((line, row),) = read_table(file_of(tmp_path, COUNTERS), ())
    found = read_counts(COUNTS.encode("utf-8-sig"), TODAY)
    ((_, move),) = read_changes(file_of(tmp_path, "counter,unit,since,,\nQ1,B,2026-11-01,,\n"), CounterMove)

    assert (line, row.counter, row.unit, row.name) == (2, "TR1", "TTHC-A", "Quầy 1")
    assert (list(found.counts), found.faults) == ([("00025", date(2026, 10, 1))], [])
    assert move == CounterMove("Q1", "B", "2026-11-01")


def test_what_a_spreadsheet_leaves_out_at_the_end_of_a_line_is_empty(tmp_path: Path) -> None:
    rows = read_table(file_of(tmp_path, "counter,unit,name,theme\nQ1,XA,,\nQ2,XA\n"), ())

    assert [(row.counter, row.name, row.theme) for _, row in rows] == [("Q1", "", ""), ("Q2", "", "")]


def test_a_value_in_a_column_without_a_name_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        read_table(file_of(tmp_path, "counter,unit,,\nQ1,XA,,note\n"), ())

    assert [fault.message for fault in refused.value.faults] == ["has a value in a column without a name"]


@given(
    cells=st.lists(st.lists(st.text("ab0", max_size=3), min_size=2, max_size=4), min_size=1, max_size=4),
    more=st.integers(0, 5),
    separator=st.sampled_from(",;"),
)
def test_empty_columns_at_the_end_change_nothing(cells: list[list[str]], more: int, separator: str) -> None:
    def text(tail: str) -> bytes:
        head = separator.join(["one", "two", "three", "four"])
        return "\r\n".join([head + tail, *(separator.join(row) + tail for row in cells)]).encode()

    plain, wide = read_csv(text("")), read_csv(text(separator * more))

    assert [plain.by_name(line) for line in plain.lines] == [wide.by_name(line) for line in wide.lines]
    assert wide.head.cells == plain.head.cells


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("hk1,TTHC-A,Quầy 1", "2: counter: there is no hk1, but HK1: capitals count; write HK1"),
        ("HK1,tthc-a,Quầy 1", "2: unit: there is no tthc-a, but TTHC-A: capitals count; write TTHC-A"),
        (
            "HK1,TTHC-B,Quầy 1 đổi tên",
            "2: unit: counter HK1 belongs to unit TTHC-A; to move it: collector counter move",
        ),
        ("HK1,TTHC-A,Quầy 1 (đổi tên)", "2: name: counter HK1 is named Quầy 1; to name it anew: collector counter"),
        ("Q9,70,", "2: unit: there is no 70, but 00070 (Phường Hoàn Kiếm): the spreadsheet took it for a number"),
        ("Q9,25,", "2: unit: 25 is Tỉnh Phú Thọ, and 00025 (Phường Giảng Võ) without its noughts"),
        ("Q9,Trung tâm A,", "2: unit: Trung tâm A is the name of TTHC-A: write the code"),
    ],
)
def test_a_table_that_does_not_match_exactly_is_refused_with_the_likely_reason(
    places: Database, tmp_path: Path, line: str, why: str
) -> None:
    rows = read_table(file_of(tmp_path, f"counter,unit,name\n{line}\n"), ())

    told = faults(rows, places, tmp_path)

    assert told[0].startswith(why), told


def test_a_table_of_moves_is_looked_at_for_lost_noughts_too(places: Database, tmp_path: Path) -> None:
    file = file_of(tmp_path, "counter,unit,since\nHK1,25,2026-11-01\n")
    act = Act(NOON, "test", DAYS)

    with pytest.raises(SettingsInvalid, match="25 is Tỉnh Phú Thọ, and 00025"), places.writing() as connection:
        carry_out(connection, file, read_changes(file, CounterMove), act)


@pytest.mark.parametrize("lines", [["Q9,'25,"], ["Q9,25,", "Q8,00070,"], ["HK1,TTHC-A,Quầy 1"], ["HK1,TTHC-A,"]])
def test_codes_that_are_sure_are_taken(places: Database, tmp_path: Path, lines: list[str]) -> None:
    rows = read_table(file_of(tmp_path, "\n".join(["counter,unit,name", *lines, ""])), ())

    assert faults(rows, places, tmp_path) == []


def test_counts_of_a_unit_whose_code_lost_its_noughts_never_go_to_another(places: Database) -> None:
    def take(code: str) -> None:
        body = f"{','.join(COLUMNS)}\n{code},2026-10,1200,10,2,30,35,5,5,0\n".encode()
        with places.writing() as connection:
            take_counts(connection, body, Source("x.csv", "test", "", TODAY, NOON))

    for code, why in (("25", "25 is Tỉnh Phú Thọ, and 00025"), ("70", "there is no 70, but 00070")):
        with pytest.raises(CountsWrong, match=why):
            take(code)
    take("'25")

    with places.reading() as connection:
        assert connection.execute(schema.index766_count.select()).one().unit_id == 1


def test_counts_of_months_after_a_unit_s_end_are_refused(places: Database) -> None:
    with places.writing() as connection:
        here = schema.unit.c.code == "TTHC-A"
        connection.execute(schema.unit.update().where(here).values(ended_on=date(2026, 10, 1)))
        connection.execute(schema.unit_follower.insert(), {"unit_id": 5, "into_id": 6})
    lines = [f"TTHC-A,2026-{month},1200,10,2,30,35,5,5,0" for month in ("09", "10")]

    body, source = "\n".join([",".join(COLUMNS), *lines, ""]).encode(), Source("x.csv", "test", "", TODAY, NOON)

    with pytest.raises(CountsWrong) as refused, places.writing() as connection:
        take_counts(connection, body, source)

    ((fault),) = refused.value.faults
    assert (fault.line, fault.message.format(**fault.values)) == (
        3, "unit TTHC-A ended on 2026-10-01; followed by: TTHC-B",
    )  # fmt: skip


@given(st.from_regex(r"[0-9]{1,5}", fullmatch=True), st.sets(st.from_regex(r"[0-9]{2}|[0-9]{5}", fullmatch=True)))
def test_a_number_is_never_taken_for_another_code(code: str, there: set[str]) -> None:
    known = Known(dict.fromkeys(there, "name"))
    of_number = not code.startswith("0")
    alike = {other for other in there if of_number and other.startswith("0") and int(other) == int(code)}

    likely = known.twin(code) if code in there else known.near(code)

    assert (likely is not None) == bool(alike)


def test_a_column_with_leading_noughts_kept_them() -> None:
    assert kept_noughts(["25", "00070"])
    assert not kept_noughts(["25", "70", "0"])
