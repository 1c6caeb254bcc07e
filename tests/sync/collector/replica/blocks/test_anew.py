"""Ratings that are read later, or moved, leave every rating in one block or uncut, and change nothing shown."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from sync.collector.chores.blocks import JudgeJournals
from sync.collector.chores.reproject import Reading, reproject
from sync.collector.services.relocate import between, relocate
from sync.collector.store.schema import block, counter, device_grant
from tests.kiosk_in_memory import run
from tests.sync.collector.builders import DAYS, NOON, OPENED, Office
from tests.sync.collector.replica.blocks.holding import KNOWN, Sender, assert_adds_up, judge, transact_of

NIGHT = [("wait", 20 * 3600), ("cut",)]
HALL = [("rate", 4, "counted", "Q1", 6), ("rate", 2, "counted", "Q7", 6), *NIGHT]


def grant(office: Office) -> None:
    """The hall's kiosk may speak for Q7 after all."""
    granted = {"device_id": office.device.device_id, "counter_id": 7, "granted_at": OPENED, "granted_by": "it"}
    place = {"counter_id": 7, "code": "Q7", "name": "Quầy 7", "unit_id": 1, "created_at": OPENED}
    with office.database.writing() as connection:
        connection.execute(insert(counter), place)
        connection.execute(insert(device_grant), granted)


def read_anew(office: Office) -> None:
    reproject(office.database, Reading(NOON + timedelta(days=1), "command line: it", DAYS), lambda _: None)


@pytest.mark.parametrize("is_shown", [False, True])
def test_ratings_that_are_read_later_come_into_their_block_and_what_is_shown_stays(
    office: Office, *, is_shown: bool
) -> None:
    Sender.of(office, run(HALL)).send()
    judge(office)
    assert office.rows("block", "last_seq", "counter_id", "fault", "n") == [(7, 1, None, 6)]
    assert ("bad_cut", "differs") in office.rows("unread", "reason", "detail")
    if is_shown:
        with office.database.writing() as connection:
            connection.execute(update(block).values(shown_at=NOON))
    shown = office.rows("block")
    grant(office)

    read_anew(office)
    assert_adds_up(office)
    judge(office)

    assert office.rows("block", "last_seq", "counter_id", "fault", "n") == [(7, 1, None, 6), (13, 7, None, 6)]
    assert office.rows("block")[0] == shown[0]
    assert office.rows("unread") == []
    assert_adds_up(office)


def test_part_of_a_shown_block_that_is_read_later_waits_uncut(office: Office) -> None:
    grant(office)
    sender = Sender.of(office, run([("rate", 4, "counted", "Q7", 12), *NIGHT]))
    office.device = replace(office.device, counters={"Q1": 1, "Q7": 7})
    sender.send(7)
    office.device = replace(office.device, counters={"Q1": 1})
    sender.send()
    judge(office)
    assert office.rows("block", "fault", "n") == [(None, 6)]
    with office.database.writing() as connection:
        connection.execute(update(block).values(shown_at=NOON))

    read_anew(office)
    judge(office)

    assert office.rows("block", "fault", "n") == [(None, 6)]
    assert office.rows("uncut_count", "counter_id", "n") == [(7, 6)]
    assert_adds_up(office)


def test_what_was_pressed_elsewhere_goes_there_with_its_block(office: Office) -> None:
    Sender.of(office, run([("rate", 4, "counted", None, 6), ("reasons", 1, {"w"}), *NIGHT, *HALL[:1]])).send()
    judge(office)
    days = office.rows("rating", "pressed_at")
    middle = sorted(days)[3][0]

    for since, at in ((middle, None), (OPENED, 2)):
        with office.database.writing() as connection:
            relocate(connection, between(connection, (1, 2), since, DAYS, office.device.device_id))
        assert_adds_up(office)
        assert office.rows("block", "counter_id", "unit_id", "n") == [(at, 1, 6)]


def test_chore_judges_what_is_due_and_tries_no_journal_twice(office: Office) -> None:
    Sender.of(office, run(HALL)).send()
    chore = JudgeJournals(KNOWN, transact_of(office))

    chore.run_round()

    assert office.rows("block", "last_seq", "n") == [(7, 6)]
    assert office.rows("cut_due") == []
