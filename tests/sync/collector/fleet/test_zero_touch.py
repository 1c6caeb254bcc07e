"""A table of counters becomes codes and setup files: all or none, repeatable, every fault with its line."""

import csv
import tomllib
import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from kiosk.base.settings.reading import SettingsInvalid
from sync.collector.errors import UsageWrong
from sync.collector.fleet.devices import zero_touch
from sync.collector.fleet.devices.devices import hash_code
from sync.collector.fleet.devices.zero_touch import Made, Terms, make_codes
from sync.collector.fleet.places import units
from sync.collector.fleet.places.counter_table import read_table
from sync.collector.replica.sender import Device
from sync.collector.store import schema
from sync.collector.store.database import Database
from sync.protocol.tlog.messages import LogRoots
from tests.sync.collector.builders import NOON, Office

SURVEYS = ("sipas-5@1", "tt32-3@1")
TERMS = Terms("https://danhgia.example.vn", NOON, NOON + timedelta(hours=72), "test")
TABLE = """counter,name,unit,unit_name,survey,theme,rotation_deg,panel_inch
Q7,Quầy 7,XA,,,dark,90,21.5
Q8,=HYPERLINK("x"),P2,Phường Hai,tt32-3@1,,,
"""


@pytest.fixture(autouse=True)
def _quick_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real one is slow on purpose."""
    monkeypatch.setattr(zero_touch, "hash_code", lambda code: code.replace("-", "").encode())


@pytest.fixture
def office(database: Database) -> Office:
    """A unit with two counters; a kiosk is at work at the first."""
    with database.writing() as connection:
        place = units.unit_for(connection, "XA", "Xã Bắc Sơn")
        for number in (1, 2):
            units.new_counter(connection, f"Q{number}", f"Quầy {number}", place, NOON)
        kiosk = {
            "device_id": str(uuid.UUID(int=1)), "public_key": "k", "info": {}, "enrolled_at": NOON,
            "counter_id": units.counter_id(connection, "Q1"),
        }  # fmt: skip
        connection.execute(insert(schema.device).values(kiosk))
    return Office(database, Device("d", b"", 1, {}, False))


@pytest.fixture
def table(tmp_path: Path):
    def write(text: str, encoding: str = "utf-8") -> Path:
        file = tmp_path / "counters.csv"
        file.write_bytes(text.encode(encoding))
        return file

    return write


def make(database: Database, file: Path, to: Path, terms: Terms = TERMS) -> Made:
    return make_codes(database, read_table(file, SURVEYS), file, to, terms, lambda _done, _of: None)


def setup_of(to: Path, counter: str) -> dict[str, object]:
    return tomllib.loads((to / counter / "hailong-setup.toml").read_text("utf-8"))


def stored(database: Database) -> list[bytes]:
    with database.reading() as connection:
        return [bytes(each) for each in connection.execute(select(schema.enrolment_code.c.code_hash)).scalars()]


def faults(read) -> set[str]:
    with pytest.raises(SettingsInvalid) as refused:
        read()
    return {str(fault) for fault in refused.value.faults}


def test_each_counter_gets_a_code_and_a_setup_file(office: Office, table, tmp_path) -> None:
    made = make(office.database, table(TABLE), tmp_path / "out")

    assert made == Made(made=2, kept=0, running=0)
    said = setup_of(tmp_path / "out", "Q7")
    assert (said["server"], said["counter"]) == ("https://danhgia.example.vn", "Q7")
    assert said["settings"] == {"screen": {"theme": "dark", "rotation_deg": 90, "panel_inch": 21.5}}
    assert str(said["code"]).replace("-", "").encode() in stored(office.database)
    names = dict(office.rows("counter", "code", "name"))
    assert (names["Q7"], names["Q8"]) == ("Quầy 7", '=HYPERLINK("x")')


def test_files_are_for_their_maker_alone_and_hold_no_formula(office: Office, table, tmp_path) -> None:
    make(office.database, table(TABLE), tmp_path / "out")

    for path in (tmp_path / "out").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    listed = list(csv.reader((tmp_path / "out" / "codes.csv").read_text("utf-8-sig").splitlines()))
    assert listed[0] == ["counter", "name", "unit", "code", "valid until"]
    assert listed[2][1] == '\'=HYPERLINK("x")'


def test_repeating_it_keeps_codes_that_are_good_and_makes_what_is_missing(office: Office, table, tmp_path) -> None:
    out = tmp_path / "out"
    make(office.database, table(TABLE), out)
    first = setup_of(out, "Q7")["code"]

    later = Terms(TERMS.url, NOON + timedelta(hours=1), NOON + timedelta(hours=73), "test")
    again = make(office.database, table(TABLE + "Q9,Quầy 9,XA,,,,,\n"), out, later)

    assert again == Made(made=1, kept=2, running=0)
    assert setup_of(out, "Q7")["code"] == first
    assert len(stored(office.database)) == 3
    ends = {line[0]: line[4] for line in csv.reader((out / "codes.csv").read_text("utf-8-sig").splitlines())}
    assert (ends["Q7"], ends["Q9"]) == ("2026-11-23T05:00+00:00", "2026-11-23T06:00+00:00")


def test_setup_file_says_by_which_keys_the_public_log_is_known(office: Office, table, tmp_path) -> None:
    out, roots = tmp_path / "out", LogRoots("danhgia.example/log+1+A", ["other.example/witness+2+B"], 1)

    make(office.database, table(TABLE), out, replace(TERMS, log=roots))

    assert setup_of(out, "Q7")["log"] == {"vkey": roots.vkey, "witnesses": roots.witnesses, "quorum": 1}
    make(office.database, table(TABLE), tmp_path / "without", TERMS)
    assert "log" not in setup_of(tmp_path / "without", "Q7")


def test_expired_codes_are_made_anew(office: Office, table, tmp_path) -> None:
    out = tmp_path / "out"
    make(office.database, table(TABLE), out)
    first = setup_of(out, "Q7")["code"]
    later = Terms(TERMS.url, NOON + timedelta(days=9), NOON + timedelta(days=12), "test")

    assert make(office.database, table(TABLE), out, later) == Made(made=2, kept=0, running=0)

    assert setup_of(out, "Q7")["code"] != first


def test_counter_with_a_kiosk_gets_no_code(office: Office, table, tmp_path) -> None:
    made = make(office.database, table("counter,unit\nQ1,XA\nQ2,XA\n"), tmp_path / "out")

    assert made == Made(made=1, kept=0, running=1)
    assert not (tmp_path / "out" / "Q1").exists()


def test_semicolons_and_a_byte_order_mark_of_excel_are_read(table) -> None:
    rows = read_table(table("counter;unit\nQ1;XA\n;\n", "utf-8-sig"), SURVEYS)

    assert [(line, row.counter, row.unit) for line, row in rows] == [(2, "Q1", "XA")]


def test_every_fault_of_the_table_is_told_at_once_with_its_line(table) -> None:
    file = table(
        "counter,unit,survey,theme,rotation_deg\nQ1,XA,nps@1,,\n..,XA,,,\nq1,XA,,,\nQ4,,,blue,45\nQ5,XA,,,,surplus\n"
        "Q 6,XA,,,sideways\n"
    )

    told = faults(lambda: read_table(file, SURVEYS))

    assert told == {
        f"{file}:2: survey: there is no survey nps@1; known are sipas-5@1, tt32-3@1",
        f"{file}:3: counter: '..' is no code: take 1 to 40 letters, digits, dots, hyphens or underscores",
        f"{file}:4: counter: stands in line 2 already",
        f"{file}:5: unit: is missing",
        f"{file}:5: theme: must be one of 'light', 'dark', 'high-contrast', '', not 'blue'",
        f"{file}:6: cells: has a value in a column without a name",
        f"{file}:7: counter: 'Q 6' is no code: take 1 to 40 letters, digits, dots, hyphens or underscores",
        f"{file}:7: rotation_deg: must be a whole number, not 'sideways'",
    }


def test_wrong_columns_are_told(table) -> None:
    file = table("counter,colour\nQ1,red\n")

    assert {fault.split(": ")[1] for fault in faults(lambda: read_table(file, SURVEYS))} == {"colour", "unit"}


@pytest.mark.parametrize(("content", "said"), [(b"counter,unit\nQ\xe0,XA", "is not UTF-8"), (None, "cannot be read")])
def test_file_that_is_no_table_is_one_sentence(tmp_path, content, said) -> None:
    file = tmp_path / "counters.csv"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(UsageWrong, match=said):
        read_table(file, SURVEYS)


def test_places_that_do_not_fit_leave_everything_as_it_was(office: Office, table, tmp_path) -> None:
    file = table("counter,unit,unit_name\nQ7,XA,\nQ8,P9,\nQ1,P2,Phường Hai\n")

    told = faults(lambda: make(office.database, file, tmp_path / "out"))

    assert told == {
        f"{file}:3: unit: there is no unit P9; add a column unit_name to make it, or see: collector unit import",
        f"{file}:4: unit: counter Q1 belongs to unit XA; to move it: collector counter move",
    }
    assert stored(office.database) == []
    assert not (tmp_path / "out").exists()


def test_failed_transaction_leaves_no_file(office: Office, table, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(zero_touch, "note", lambda *_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        make(office.database, table(TABLE), tmp_path / "out")

    assert stored(office.database) == []
    assert list((tmp_path / "out").iterdir()) == []


def test_folder_with_other_files_is_left_alone(office: Office, table, tmp_path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.odt").write_text("mine")

    with pytest.raises(UsageWrong, match="holds other files"):
        make(office.database, table(TABLE), tmp_path / "out")

    assert stored(office.database) == []


def test_stored_hash_is_that_of_the_code_however_it_is_typed(monkeypatch) -> None:
    monkeypatch.setattr(zero_touch, "hash_code", hash_code)

    ((code, hashed),) = zero_touch._new_codes(1, lambda _done, _of: None)

    assert hash_code(code.lower()) == hashed


HALL = """counter,name,unit,unit_name,serves
SANH,Sảnh,XA,,Q1 Q2 Q7
Q7,Quầy 7,XA,,
"""


def test_a_kiosk_of_a_hall_gets_its_counters_with_its_code_and_asks_for_them(office: Office, table, tmp_path) -> None:
    make(office.database, table(HALL), tmp_path / "out")

    said = setup_of(tmp_path / "out", "SANH")
    asked = said["settings"]["hall"]["counters"]  # type: ignore[index]
    assert [(one["code"], one["number"], one["name"]["vi"]) for one in asked] == [
        ("Q1", "1", "Quầy 1"), ("Q2", "2", "Quầy 2"), ("Q7", "7", "Quầy 7")
    ]  # fmt: skip
    ids = dict(office.rows("counter", "code", "counter_id"))
    grants = dict(office.rows("enrolment_code", "counter_id", "grants"))
    assert grants[ids["SANH"]] == [ids["Q1"], ids["Q2"], ids["Q7"]]
    assert grants[ids["Q7"]] is None


def test_a_hall_that_changed_is_written_with_the_code_that_is_kept(office: Office, table, tmp_path) -> None:
    make(office.database, table(HALL), tmp_path / "out")

    made = make(office.database, table(HALL.replace("Q1 Q2 Q7", "Q2")), tmp_path / "out")

    assert made == Made(made=0, kept=2, running=0)
    ids = dict(office.rows("counter", "code", "counter_id"))
    assert dict(office.rows("enrolment_code", "counter_id", "grants"))[ids["SANH"]] == [ids["Q2"]]


@pytest.mark.parametrize(
    ("serves", "said"),
    [("Q1 Q99", "there is no counter Q99"), ("Q1 Q1", "names a counter twice"), ("Q 1!", "is no code")],
)
def test_a_hall_with_counters_that_cannot_be_is_refused(office: Office, table, tmp_path, serves, said) -> None:
    file = table(HALL.replace("Q1 Q2 Q7", serves))

    found = faults(lambda: make(office.database, file, tmp_path / "out"))

    assert any(said in one for one in found), found
    assert stored(office.database) == []


def test_a_kiosk_at_work_is_not_granted_counters_by_a_table(office: Office, table, tmp_path) -> None:
    file = table("counter,unit,serves\nQ1,XA,Q2\n")

    found = faults(lambda: make(office.database, file, tmp_path / "out"))

    assert any("collector device grant" in one for one in found)
