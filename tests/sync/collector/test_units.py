"""Units come from the package that knows them, and a repeat changes nothing."""

import json
from importlib.resources import files

import pytest
from sqlalchemy import func, select, update

from sync.collector.database import Database
from sync.collector.errors import UsageWrong
from sync.collector.schema import unit
from sync.collector.units import import_units, new_counter, unit_for
from tests.sync.collector.builders import NOON


def quiet(_name: str, _n: int) -> None:
    """No progress shown."""


def test_every_province_and_commune_of_the_package_is_there(database: Database) -> None:
    package = json.loads(files("vietnam_provinces").joinpath("data", "nested-divisions.json").read_text("utf-8"))
    told: list[tuple[str, int]] = []

    with database.writing() as connection:
        made = import_units(connection, [], lambda name, n: told.append((name, n)))
        kinds = dict(connection.execute(select(unit.c.kind, func.count()).group_by(unit.c.kind)).all())

    provinces, communes = len(package), sum(len(entry["wards"]) for entry in package)
    assert made == (provinces, communes)
    assert kinds == {"province": provinces, "commune": communes}
    assert sum(n for _, n in told) == communes > 3000


def test_one_province_brings_its_communes_below_it_and_a_repeat_nothing(database: Database) -> None:
    with database.writing() as connection:
        first = import_units(connection, ["20"], quiet)
        second = import_units(connection, ["20"], quiet)
        rows = connection.execute(select(unit.c.code, unit.c.path, unit.c.parent_id).order_by(unit.c.path)).all()

    assert first == second == (1, 65)
    assert len(rows) == 66
    assert (rows[0].code, rows[0].path, rows[0].parent_id) == ("20", "20/", None)
    assert all(row.path == f"20/{row.code}/" and len(row.code) == 5 for row in rows[1:])


def test_a_renamed_commune_is_renamed_and_stays_the_same_unit(database: Database) -> None:
    with database.writing() as connection:
        import_units(connection, ["20"], quiet)
        before = connection.execute(select(unit).where(unit.c.kind == "commune").order_by(unit.c.code).limit(1)).one()
        connection.execute(update(unit).where(unit.c.unit_id == before.unit_id).values(name="Tên cũ"))
        import_units(connection, ["20"], quiet)
        after = connection.execute(select(unit).where(unit.c.code == before.code)).one()

    assert after == before


def test_an_unknown_province_is_refused_with_the_known_ones(database: Database) -> None:
    with pytest.raises(UsageWrong, match="no province 99; known are 01, 04"), database.writing() as connection:
        import_units(connection, ["99"], quiet)


@pytest.mark.parametrize("code", ["", "a b", "Quầy", "x" * 41, "a/b"])
def test_a_code_that_is_none_is_refused(database: Database, code: str) -> None:
    with pytest.raises(UsageWrong, match="no code"), database.writing() as connection:
        new_counter(connection, code, "name", unit_for(connection, "U", "Unit"), NOON)
