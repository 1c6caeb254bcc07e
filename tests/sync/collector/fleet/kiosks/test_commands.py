"""Commands and days in the database, on both engines."""

import uuid
from datetime import date, timedelta

import pytest

from sync.collector.errors import NotAllowed
from sync.collector.fleet.kiosks import commands, days
from sync.collector.fleet.kiosks.commands import Kind
from sync.collector.store.database import Database
from sync.protocol.messages import CommandDone
from tests.sync.collector.builders import HANOI, NOON, Office, Pen


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


def test_days_keep_how_a_kiosk_was_heard_and_are_let_go_of(database: Database, office: Office) -> None:
    device = office.device.device_id
    with database.writing() as connection:
        for minutes in (0, 1, 91, 92):
            days.note_day(connection, device, NOON + timedelta(minutes=minutes), HANOI)
        (kept,) = days.read_days(connection, device, date(2026, 11, 1))
        assert (kept.day, kept.heard, kept.gap_s) == (date(2026, 11, 20), 4, 5400)

        days.forget_days(connection, date(2027, 12, 31))
        assert days.read_days(connection, device, date(2026, 11, 1)) == []


def test_presses_are_told_by_half_day_and_for_the_units_seen_alone(database: Database, office: Office) -> None:
    pen = Pen()
    for _ in range(7):
        pen.rating()
    office.append(pen)
    device = office.device.device_id

    with database.reading() as connection:
        assert days.last_pressed(connection, date(2026, 11, 20)) == {device: date(2026, 11, 20)}
        assert days.last_pressed(connection, date(2026, 11, 21)) == {}
        mine = days.presses_of(connection, [device], date(2026, 11, 1), "XA/")
        others = days.presses_of(connection, [device], date(2026, 11, 1), "XB/")

    assert sum(mine[device].values()) == 7
    assert others == {}
