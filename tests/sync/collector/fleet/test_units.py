"""Units come from one list for every Python; what that would change under somebody's counters is asked first."""

import csv
import importlib.util
import unicodedata
from collections.abc import Iterable

import pytest
from sqlalchemy import func, insert, select, update

from kiosk.base.resources import resource
from sync.collector.errors import NotAllowed, UsageWrong
from sync.collector.fleet.places.unit_list import Change, What, import_units, plan_import, read_list
from sync.collector.fleet.places.units import (
    find_counter,
    find_unit,
    make_unit,
    new_counter,
    rename_counter,
    rename_unit,
    unit_for,
)
from sync.collector.store import schema
from sync.collector.store.database import Database
from sync.collector.store.schema import unit
from tests.sync.collector.builders import NOON


def take(database: Database, provinces: Iterable[str]) -> tuple[Change, ...]:
    """Take the list over as it stands; what was grave in it."""
    with database.writing() as connection:
        plan = plan_import(connection, list(provinces))
        import_units(connection, plan, NOON, NOON.date(), "test", lambda *_: None)
    return plan.grave


def units_of(database: Database) -> dict[str, tuple[str, str]]:
    with database.reading() as connection:
        return {row.code: (row.name, row.path) for row in connection.execute(select(unit))}


def counter_in(database: Database, code: str, unit_code: str) -> None:
    with database.writing() as connection:
        new_counter(connection, code, f"Quầy {code}", unit_for(connection, unit_code, None), NOON)


def test_the_list_is_the_34_provinces_and_3321_communes_with_plain_names() -> None:
    listed = read_list()
    provinces, communes = [one for one in listed if not one.parent], [one for one in listed if one.parent]

    assert (len(provinces), len(communes)) == (34, 3321)
    assert len({one.code for one in listed}) == len(listed)
    assert {one.parent for one in communes} == {one.code for one in provinces}
    for one in listed:
        assert one.name == unicodedata.normalize("NFC", " ".join(one.name.split()))
        assert one.name.split()[0] in ("Tỉnh", "Thành", "Phường", "Xã", "Đặc"), one
        assert len(one.code) == (5 if one.parent else 2)


def test_the_list_has_the_codes_that_the_law_gives() -> None:
    """Where two versions of the public package differ."""
    names = {one.code: one.name for one in read_list()}

    assert names["00082"] == "Phường Cửa Nam"
    assert names["00226"] == "Phường Văn Miếu - Quốc Tử Giám"
    assert names["24133"] == "Phường Buôn Ma Thuột"
    assert "00073" not in names


def test_the_list_is_made_from_a_package_with_single_blanks_composed() -> None:
    spec = importlib.util.spec_from_file_location("make", resource("config", "units", "make.py"))
    assert spec is not None
    assert spec.loader is not None
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    wards = [{"code": 24133, "name": "Phường  Buôn Ma Thuột"}, {"code": 6325, "name": "xã Bắc Sơn "}]
    decomposed = unicodedata.normalize("NFD", "Tỉnh Đắk Lắk")

    made = list(make.lines([{"code": 6, "name": decomposed, "wards": wards}]))

    assert made == [("06", "", "Tỉnh Đắk Lắk"), ("06325", "06", "Xã Bắc Sơn"), ("24133", "06", "Phường Buôn Ma Thuột")]
    with resource("config", "units", "vietnam.csv").open(encoding="utf-8", newline="") as file:
        assert tuple(next(csv.reader(file))) == make.HEAD


def test_every_province_and_commune_of_the_list_is_there(database: Database) -> None:
    take(database, [])

    with database.reading() as connection:
        kinds = {row[0]: row[1] for row in connection.execute(select(unit.c.kind, func.count()).group_by(unit.c.kind))}
    assert kinds == {"province": 34, "commune": 3321}


def test_one_province_brings_its_communes_below_it_and_a_repeat_nothing(database: Database) -> None:
    take(database, ["20"])
    first = units_of(database)
    take(database, ["20"])

    assert units_of(database) == first
    assert len(first) == 66
    assert first["20"] == ("Tỉnh Lạng Sơn", "20/")
    assert all(path == f"20/{code}/" for code, (_, path) in first.items() if code != "20")
    with database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(schema.audit)).scalar_one() == 0


def test_a_unit_without_counters_is_renamed_without_a_word_and_stays_the_same_unit(database: Database) -> None:
    take(database, ["20"])
    with database.writing() as connection:
        before = connection.execute(select(unit).where(unit.c.code == "06325")).one()
        connection.execute(update(unit).where(unit.c.unit_id == before.unit_id).values(name="Tên cũ"))

    assert take(database, ["20"]) == ()

    with database.reading() as connection:
        assert connection.execute(select(unit).where(unit.c.code == "06325")).one() == before


def test_what_the_list_would_do_under_counters_is_told(database: Database) -> None:
    """As after an import with the older list: one code names another commune, one is of no commune any more."""
    take(database, ["01"])
    with database.writing() as connection:
        connection.execute(update(unit).where(unit.c.code == "00226").values(name="Phường Kim Liên"))
        connection.execute(update(unit).where(unit.c.code == "00082").values(code="00073", path="01/00073/"))
    for code, place in (("A", "00226"), ("B", "00073"), ("C", "00073")):
        counter_in(database, code, place)

    with database.reading() as connection:
        grave = plan_import(connection, ["01"]).grave

    assert set(grave) == {
        Change(What.RENAMED, "00226", "Phường Kim Liên", "Phường Văn Miếu - Quốc Tử Giám", 1),
        Change(What.DOUBLED, "00073", "Phường Cửa Nam", "00082", 2),
        Change(What.DROPPED, "00073", "Phường Cửa Nam", "", 2),
    }


def test_a_unit_of_the_list_that_is_in_it_no_more_ends_where_no_counter_stands(database: Database) -> None:
    take(database, ["20"])
    with database.writing() as connection:
        parent = find_unit(connection, "20").unit_id
        gone = {"code": "00099", "name": "Xã Xưa", "kind": "commune", "parent_id": parent, "path": "20/00099/"}
        connection.execute(insert(unit), gone)

    assert take(database, ["20"]) == ()

    with database.reading() as connection:
        assert find_unit(connection, "00099").ended_on == NOON.date()
    counters = pytest.raises(NotAllowed, match=r"unit 00099 ended on 2026-11-20")
    with counters, database.writing() as connection:
        unit_for(connection, "00099", None)


def test_an_unknown_province_is_refused_with_the_known_ones(database: Database) -> None:
    with pytest.raises(UsageWrong, match="no province 99; known are 01, 04"), database.reading() as connection:
        plan_import(connection, ["99"])


@pytest.mark.parametrize("code", ["", "a b", "Quầy", "x" * 41, "a/b", "HK1~2026-07-01"])
def test_a_code_that_is_none_is_refused(database: Database, code: str) -> None:
    with pytest.raises(UsageWrong, match="no code"), database.writing() as connection:
        new_counter(connection, code, "name", unit_for(connection, "U", "Unit"), NOON)


def test_a_code_in_other_capitals_is_refused(database: Database) -> None:
    with database.writing() as connection:
        place = unit_for(connection, "TTHC-A", "A")
        new_counter(connection, "HK1", "Quầy 1", place, NOON)

    with pytest.raises(UsageWrong, match="counter HK1: hk1 differs by capitals"), database.writing() as connection:
        new_counter(connection, "hk1", "Quầy 1", place, NOON)
    with pytest.raises(UsageWrong, match="unit TTHC-A: tthc-a differs by capitals"), database.writing() as connection:
        make_unit(connection, "tthc-a", "A", "", NOON, "test")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("70", "there is no 70, but 00070 (Phường Hoàn Kiếm): the spreadsheet took it for a number"),
        ("1", "there is no 1, but 01 (Thành phố Hà Nội)"),
        ("tthc-a", "there is no tthc-a, but TTHC-A: capitals count"),
        ("TTHC–A", "there is no TTHC–A, but TTHC-A, which looks alike"),
        ("phường Hoàn Kiếm", "phường Hoàn Kiếm is the name of 00070: write the code"),
        ("nothing-like-it", "there is no unit nothing-like-it"),
    ],
)
def test_a_code_that_is_not_there_is_told_with_what_was_likely_meant(database: Database, code: str, why: str) -> None:
    take(database, ["01"])
    with database.writing() as connection:
        unit_for(connection, "TTHC-A", "Trung tâm A")

    with pytest.raises(UsageWrong) as refused, database.reading() as connection:
        find_unit(connection, code)

    assert str(refused.value).startswith(why)


def test_names_are_changed_alone_and_written_down(database: Database) -> None:
    with database.writing() as connection:
        place = unit_for(connection, "A", "Xã A")
        new_counter(connection, "HK1", "Quầy 1", place, NOON)

        was = (rename_counter(connection, "HK1", " Quầy  1 (đổi tên)", NOON, "test"),
               rename_unit(connection, "A", "Phường A", NOON, "test"))  # fmt: skip
        again = rename_unit(connection, "A", "Phường A", NOON, "test")

        assert (was, again) == (("Quầy 1", "Xã A"), "Phường A")
        assert (find_counter(connection, "HK1").name, find_unit(connection, "A").name) == (
            "Quầy 1 (đổi tên)", "Phường A",
        )  # fmt: skip
        lines = [tuple(row) for row in connection.execute(select(schema.audit.c.action, schema.audit.c.subject))]
    assert lines == [("counter.renamed", "HK1"), ("unit.renamed", "A")]


def test_an_existing_unit_is_not_named_anew_by_the_way(database: Database) -> None:
    with database.writing() as connection:
        unit_for(connection, "A", "Xã A")

        with pytest.raises(NotAllowed, match="unit A is named Xã A; to name it anew: collector unit rename"):
            unit_for(connection, "A", "Phường A")


def test_units_whose_codes_differ_by_capitals_are_never_seen_together(database: Database) -> None:
    """As two of them may stand in a database of old: what is below "hk/" is not below "HK/"."""
    with database.writing() as connection:
        for number, code in enumerate(("hk", "HK"), 1):
            row = {"unit_id": number, "code": code, "name": code, "kind": "office", "path": f"{code}/"}
            connection.execute(insert(unit), row)

    for opened in (database.reading(), database.writing()):
        with opened as connection:
            below = select(unit.c.code).where(unit.c.path.startswith("hk/", autoescape=True))
            assert connection.execute(below).scalars().all() == ["hk"]
