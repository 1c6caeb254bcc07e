"""A counter that moves takes along who may speak for it, and how its ratings were dated."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from sync.collector import schema
from sync.collector.devices import new_code
from sync.collector.figures.undated import undated_counters
from sync.collector.grants import end_grants, grant_counters, read_grants
from sync.collector.moves import move_counter
from sync.collector.rollouts.effective import read_base
from tests.sync.collector.builders import NOON, Office
from tests.sync.collector.moving import ACT, Moving, day, moving


@pytest.fixture
def world(office: Office) -> Moving:
    return moving(office)


def test_a_granted_counter_that_moves_is_told_to_its_kiosk_by_its_code_and_can_be_ended(world: Moving) -> None:
    kiosk = world.kiosks[0]
    with world.database.writing() as connection:
        connection.execute(delete(schema.device_grant))
        grant_counters(connection, kiosk, ["Q2"], NOON, "it")
        move_counter(connection, "Q2", "XB", day(3), ACT)

        assert [grant.code for grant in read_grants(connection)[kiosk]] == ["Q2"]
        assert read_base(connection, kiosk).settings.counters == ["Q2"]
        grant_counters(connection, kiosk, ["Q2"], NOON, "it")
        assert len(read_grants(connection)[kiosk]) == 1
        end_grants(connection, kiosk, ["Q2"], NOON, "it")
        assert read_base(connection, kiosk).settings.counters == []


def test_what_a_kiosk_says_of_a_moved_counter_still_counts_where_it_stood(world: Moving) -> None:
    with world.database.writing() as connection:
        connection.execute(delete(schema.device_grant))
        grant_counters(connection, world.kiosks[0], ["Q2"], NOON, "it")
    world.move_counter("Q2", "XB", 3)

    world.press(0, 5, named="Q2", late=5)
    world.press(0, 1, named="Q2")

    world.require_true()


def test_a_code_that_waits_grants_the_counter_wherever_it_stands_now(world: Moving) -> None:
    with world.database.writing() as connection:
        new_code(connection, "Q1", None, timedelta(days=7), NOON, "it", ["Q2"])
        new_code(connection, "Q1", None, timedelta(days=7), NOON, "it")
        move_counter(connection, "Q2", "XB", day(3), ACT)

    ids = {str(code): number for number, code in world.office.rows("counter", "counter_id", "code")}
    found = sorted(grants or [] for (grants,) in world.office.rows("enrolment_code", "grants"))
    assert found == [[], [ids["Q2"]]]


def test_ratings_that_nobody_can_date_are_told_of_at_the_place_where_they_went(world: Moving) -> None:
    pen = world.pens[0]
    for _ in range(6):
        pen.rating(2, boot="dead", at="1970-01-01T08:00:00+07:00")
    world.office.append(pen)
    before = {str(code): number for number, code in world.office.rows("counter", "counter_id", "code")}

    world.move_counter("Q1", "XB", 3)

    after = {str(code): number for number, code in world.office.rows("counter", "counter_id", "code")}
    with world.database.reading() as connection:
        assert undated_counters(connection, day(1), day(0)) == {after["Q1"]} != {before["Q1"]}
