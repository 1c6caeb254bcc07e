"""A hall's kiosk whose counters move: what it was granted goes along with the counter, whoever books the move."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from sync.collector.figures.queries.counts import undated_counters
from sync.collector.fleet.devices.credentials import move_device
from sync.collector.fleet.devices.devices import hash_code, new_code
from sync.collector.fleet.devices.grants import confirm_grants, end_grants, grant_counters, grant_of_code, read_grants
from sync.collector.fleet.kiosks.beyond import read_asides
from sync.collector.fleet.places.units import new_counter
from sync.collector.fleet.rollouts.effective import read_base
from sync.collector.services.moves import move_counter
from sync.collector.store import schema
from tests.sync.collector.builders import HANOI, NOON, Office
from tests.sync.collector.moving import ACT, Moving, day, moving


@pytest.fixture
def world(office: Office) -> Moving:
    """The kiosk at Q1 speaks for Q2, too, and Q2 stands in XB since two days."""
    found = moving(office)
    found.move_counter("Q2", "XB", 2)
    return found


def held(world: Moving) -> list[tuple[str, str, bool]]:
    with world.database.reading() as connection:
        return [(one.code, one.unit, one.until is None) for one in read_grants(connection)[world.kiosks[0]]]


def test_a_grant_is_shown_ended_and_given_anew_by_the_code_of_today(world: Moving) -> None:
    assert held(world) == [("Q2", "Xã XB", True)]

    with world.database.writing() as connection:
        end_grants(connection, world.kiosks[0], ["Q2"], NOON, "it")
    assert held(world) == [("Q2", "Xã XB", False)]

    with world.database.writing() as connection:
        grant_counters(connection, world.kiosks[0], ["Q2"], NOON, "it")
    assert held(world) == [("Q2", "Xã XB", True)]


def test_what_the_update_took_over_can_be_confirmed(world: Moving) -> None:
    with world.database.writing() as connection:
        connection.execute(schema.device_grant.update().values(granted_by="collector"))
        confirm_grants(connection, world.kiosks[0], NOON, "it")

    assert (world.kiosks[0], "it") in world.office.rows("device_grant", "device_id", "granted_by")


def test_the_kiosk_is_told_the_codes_of_today(world: Moving) -> None:
    with world.database.reading() as connection:
        base = read_base(connection, world.kiosks[0])

    assert base.settings.counters == ["Q2"]


def test_the_hall_of_a_unit_that_ended_stays_a_hall_when_its_kiosk_is_carried(world: Moving) -> None:
    world.end("XA", "XB", 1)
    with world.database.writing() as connection:
        there = select(schema.unit.c.unit_id).where(schema.unit.c.code == "XB")
        new_counter(connection, "Q3", "Quầy 3", connection.execute(there).scalar_one(), NOON)
        move_device(connection, world.kiosks[0], "Q3", NOON, "it")

    assert held(world) == [("Q2", "Xã XB", True)]


def test_a_kiosk_carried_within_its_unit_leaves_a_counter_that_stands_elsewhere_now(world: Moving) -> None:
    with world.database.writing() as connection:
        here = select(schema.unit.c.unit_id).where(schema.unit.c.code == "XA")
        new_counter(connection, "Q3", "Quầy 3", connection.execute(here).scalar_one(), NOON)
        move_device(connection, world.kiosks[0], "Q3", NOON, "it")

    assert held(world) == [("Q2", "Xã XB", False)]


def test_a_kiosk_that_comes_to_the_counter_needs_no_grant_for_it(world: Moving) -> None:
    with world.database.writing() as connection:
        move_device(connection, world.kiosks[0], "Q2", NOON, "it")
        assert read_grants(connection).get(world.kiosks[0], []) == []


def test_a_code_made_before_the_move_grants_the_counter_of_today(world: Moving) -> None:
    with world.database.writing() as connection:
        connection.execute(delete(schema.device_grant))
        code = new_code(connection, "Q1", None, timedelta(hours=1), NOON, "it", ["Q2"])
        move_counter(connection, "Q2", "XC", day(1), ACT)
        kept = select(schema.enrolment_code).where(schema.enrolment_code.c.code_hash == hash_code(code))
        grant_of_code(connection, world.kiosks[0], connection.execute(kept).one(), NOON)

    assert held(world) == [("Q2", "Xã XC", True)]


def test_ratings_of_the_hall_count_where_its_counter_stood_however_late(world: Moving) -> None:
    for back, level in ((4, 5), (1, 4)):
        world.press(0, back, level, named="Q2")
    with world.database.writing() as connection:
        end_grants(connection, world.kiosks[0], ["Q2"], NOON - timedelta(hours=4), "it")
        move_counter(connection, "Q2", "XC", day(1), ACT)
    world.counters["Q2"].append((day(1), "XC"))
    world.press(0, 3, 3, named="Q2", late=2)
    world.press(0, 1, 2, named="Q2", late=1)

    world.require_true()
    with world.database.reading() as connection:
        assert read_asides(connection, world.kiosks[0], "", NOON + timedelta(days=1), HANOI) == []


def test_ratings_that_nobody_can_date_are_told_of_at_the_place_where_they_went(office: Office) -> None:
    world = moving(office)
    pen = world.pens[0]
    for _ in range(6):
        pen.rating(2, boot="dead", at="1970-01-01T08:00:00+07:00")
    world.office.append(pen)
    before = {str(code): number for number, code in world.office.rows("counter", "counter_id", "code")}

    world.move_counter("Q1", "XB", 3)

    after = {str(code): number for number, code in world.office.rows("counter", "counter_id", "code")}
    with world.database.reading() as connection:
        assert undated_counters(connection, day(1), day(0)) == {after["Q1"]} != {before["Q1"]}
