"""Between a move and what settles it, verify calls nothing altered that only has to follow; afterwards it does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Connection

from kiosk.journal.lines import CountLine
from sync.collector.chores.every import transact
from sync.collector.chores.settle import settle_moves
from sync.collector.fleet.surveys.library import shipped_surveys
from sync.collector.proof.device import Rule, check_device
from sync.collector.services.device_moves import move_device_since
from sync.collector.services.moves import Act, move_counter
from sync.collector.services.services import Services
from tests.sync.collector.builders import DAYS, NOON, Office, Pen
from tests.sync.collector.moving import after_ids

ACT = Act(NOON, "it", DAYS)


def carry(connection: Connection, office: Office) -> None:
    move_device_since(connection, office.device.device_id, "Q2", NOON - timedelta(minutes=30), ACT)


def move(connection: Connection, office: Office) -> None:
    move_counter(connection, "Q1", "XB", NOON.date(), ACT)


def found(office: Office, now: datetime) -> list[str]:
    rule = Rule(DAYS, 5, shipped_surveys(), lambda: now)
    findings = check_device(office.database, office.device.device_id, rule, {}).findings
    return [one.code for one in findings if one.code != "key_changed"]


@pytest.mark.parametrize("book", [carry, move])
def test_what_came_at_the_moment_of_a_move_is_not_altered_until_it_should_have_followed(
    services: Services, two_units: Office, book: Callable[[Connection, Office], None]
) -> None:
    pen = Pen()
    pen.rating(4)
    two_units.append(pen, received_at=NOON - timedelta(days=1))
    with two_units.database.writing() as connection:
        after_ids(connection)
        book(connection, two_units)
    pen = Pen()
    for _ in range(3):
        pen.rating(4)
    # By a process that remembers where the kiosk and its counter stood.
    two_units.append(pen)

    assert found(two_units, NOON + timedelta(minutes=1)) == []
    assert found(two_units, NOON + timedelta(minutes=10)) == ["rating_changed"]

    settled = replace(services, now=lambda: NOON + timedelta(minutes=2))
    assert settle_moves(settled, partial(transact, settled)) == 3
    assert found(two_units, NOON + timedelta(minutes=10)) == []


def test_a_move_excuses_no_other_counter(two_units: Office) -> None:
    with two_units.database.writing() as connection:
        after_ids(connection)
        carry(connection, two_units)
    pen = Pen()
    pen.rating(4)
    two_units.device = replace(two_units.device, counter_id=3)
    two_units.append(pen)

    assert found(two_units, NOON + timedelta(minutes=1)) == ["rating_changed"]


def test_transactions_that_were_typed_in_at_the_moment_of_a_move_are_excused_so_long(two_units: Office) -> None:
    with two_units.database.writing() as connection:
        after_ids(connection)
        move(connection, two_units)
    pen = Pen()
    pen.opened()
    pen.write(CountLine, day=NOON.date().isoformat(), n=40)
    # By a process that remembers where the counter stood.
    two_units.append(pen)

    assert found(two_units, NOON + timedelta(minutes=1)) == []
    assert found(two_units, NOON + timedelta(minutes=10)) == ["count_changed"]
