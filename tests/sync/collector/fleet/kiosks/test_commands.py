"""Commands and days in the database, on both engines."""

import uuid
from datetime import date, time, timedelta

import pytest

from kiosk.domain.office_calendar import Calendar, Opening
from sync.collector.errors import NotAllowed
from sync.collector.fleet.kiosks import commands, days
from sync.collector.fleet.kiosks.commands import Kind
from sync.collector.fleet.kiosks.hours import Hours
from sync.collector.fleet.kiosks.status_rows import StatusRow, keep_rows
from sync.collector.store.database import Database
from sync.collector.store.schema import micros
from sync.protocol.messages import CommandDone
from tests.sync.collector.builders import HANOI, NOON, Office, Pen

WEEKDAYS = frozenset(range(5))
HOURS = Hours(Calendar((Opening(WEEKDAYS, time(7, 30), time(11, 30)), Opening(WEEKDAYS, time(13), time(17)))), HANOI)


def test_a_command_waits_goes_out_and_is_settled_once(database: Database, office: Office) -> None:
    device = office.device.device_id
    with database.writing() as connection:
        asked = commands.order_command(connection, device, Kind.LOG, NOON, "son")
        assert commands.order_command(connection, device, Kind.LOG, NOON, "son") == asked
        assert [one.id for one in commands.commands_for(connection, device, NOON)] == [asked]

    with database.writing() as connection:
        commands.settle_commands(connection, device, [CommandDone(asked, "done", "x\n")], NOON)
        commands.settle_commands(connection, device, [CommandDone(asked, "again", "y\n")], NOON)
        commands.settle_commands(connection, device, [CommandDone(str(uuid.uuid4()), "never asked")], NOON)
        assert commands.commands_for(connection, device, NOON) == []

    assert office.rows("device_command", "outcome", "excerpt") == [("done", "x\n")]
    with database.writing() as connection:
        commands.forget_excerpts(connection, NOON + timedelta(days=15))
    assert office.rows("device_command", "outcome", "excerpt") == [("done", None)]


def test_what_was_asked_long_ago_is_not_done_any_more(database: Database, office: Office) -> None:
    device = office.device.device_id
    with database.writing() as connection:
        commands.order_command(connection, device, Kind.RESTART, NOON, "son")

        assert commands.commands_for(connection, device, NOON + timedelta(days=8)) == []


def test_no_more_is_asked_than_a_kiosk_takes(
    database: Database, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "COMMANDS_MAX", 1)
    with database.writing() as connection:
        commands.order_command(connection, office.device.device_id, Kind.RESTART, NOON, "son")
        with pytest.raises(NotAllowed):
            commands.order_command(connection, office.device.device_id, Kind.LOG, NOON, "son")


def test_days_keep_how_a_kiosk_was_heard(database: Database, office: Office) -> None:
    device = office.device.device_id
    with database.writing() as connection:
        for minutes in (-270, -269, -150, 60, 61):
            heard_at = NOON + timedelta(minutes=minutes)
            before = [(row.last_at, row.gap_s) for row in days.read_days(connection, device, date(2026, 11, 20))]
            gap_s = days.longest_gap_until(heard_at, HOURS, before[0] if before else None)
            keep_rows(connection, [StatusRow(device, micros(heard_at), 0, "{}", "2026-11-20", gap_s)])
        (kept,) = days.read_days(connection, device, date(2026, 11, 1))
        # From 9.30 to 13.00 it was not heard, and open until 11.30 only.
        assert (kept.day, kept.heard, kept.gap_s) == (date(2026, 11, 20), 5, 7200)
        # Nor was it heard from 13.01 until it closed at 17.00.
        assert days.longest_gap_s(kept, HOURS) == 4 * 3600 - 60


def test_presses_are_told_by_half_day_and_for_the_units_seen_alone(database: Database, office: Office) -> None:
    pen = Pen()
    for _ in range(7):
        pen.rating()
    office.append(pen)
    device = office.device.device_id

    with database.reading() as connection:
        morning, afternoon = (date(2026, 11, 20), "am"), (date(2026, 11, 20), "pm")
        assert days.last_pressed(connection, date(2026, 11, 20), afternoon) == {device: date(2026, 11, 20)}
        assert days.last_pressed(connection, date(2026, 11, 20), morning) == {}
        assert days.last_pressed(connection, date(2026, 11, 21), afternoon) == {}
        mine = days.presses_of(connection, [device], date(2026, 11, 1), afternoon, "XA/")
        others = days.presses_of(connection, [device], date(2026, 11, 1), afternoon, "XB/")
        assert days.presses_of(connection, [device], date(2026, 11, 1), morning, "XA/") == {}

    assert sum(mine[device].values()) == 7
    assert others == {}
