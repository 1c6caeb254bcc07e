"""Reach: a kiosk's key speaks for its counters, for plausible days and within its visits; the rest is kept aside."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, select

from kiosk.journal.lines import CountLine, RevisedLine, encode_line
from sync.collector.chores.reproject import Reading, reproject
from sync.collector.errors import UsageWrong
from sync.collector.fleet.devices.credentials import move_device
from sync.collector.fleet.devices.devices import new_code
from sync.collector.fleet.devices.directory import Directory
from sync.collector.fleet.devices.grants import (
    BEFORE_ENROLMENT,
    confirm_grants,
    end_grants,
    grant_counters,
    read_grants,
)
from sync.collector.store import schema
from sync.collector.store.database import open_database
from sync.collector.store.migrate import migrate
from tests.sync.collector.builders import DAYS, ENROLLED, NOON, OPENED, Office, Pen
from tests.sync.collector.older import upgrade

LATER = Reading(NOON + timedelta(days=1), "it", DAYS)
RATING = ("seq", "counter_id", "level", "first_level", "pressed_at", "time_quality", "day", "part", "received_at")


def count(pen: Pen, day: str, n: int, **values: object) -> int:
    """Somebody types in the transactions of a day."""
    pen.mono_us += 1_000_000
    line = CountLine(**{"seq": len(pen.lines) + 1, "at": "2026-11-20T11:59:00+07:00", "mono": pen.mono_us,
                        "boot": pen.boot, "kind": "count", "day": day, "n": n, **values})  # type: ignore[arg-type]  # fmt: skip
    return pen.raw(encode_line(line))


def known_anew(office: Office) -> None:
    """The kiosk as the collector knows it now."""
    found = Directory(office.database).find(office.device.device_id)
    assert found is not None
    office.device = found


@pytest.fixture
def alone(office: Office) -> Office:
    """A kiosk of Q1 that was granted nothing else."""
    with office.database.writing() as connection:
        connection.execute(delete(schema.device_grant))
    known_anew(office)
    return office


def aside(office: Office) -> list[tuple[object, ...]]:
    return office.rows("unread", "seq", "reason")


def test_ratings_and_counts_for_another_counter_are_kept_aside(alone: Office) -> None:
    pen = Pen()
    pen.rating(5, counter="Q1")
    pen.rating(5, counter="Q2")
    count(pen, "2026-11-20", 999, counter="Q2")

    alone.append(pen)

    assert alone.rows("rating", "seq", "counter_id") == [(1, 1)]
    assert aside(alone) == [(2, "unknown_counter"), (3, "unknown_counter")]
    assert alone.rows("transaction_count") == []


@pytest.mark.parametrize(
    ("day", "n", "taken"),
    [
        ("2026-11-20", 80, True),
        ("2026-10-20", 80, True),
        ("2026-10-18", 80, False),
        ("2026-11-21", 80, False),
        ("2031-01-01", 80, False),
        ("1970-01-01", 80, False),
        ("9999-12-31", 80, False),
        ("2026-11-20", 10_000, False),
        ("2026-11-20", 99_999, False),
    ],
)
def test_counts_are_taken_for_plausible_days_and_numbers(alone: Office, day: str, n: int, taken: bool) -> None:
    pen = Pen()
    count(pen, day, n)
    pen.rating(4)

    alone.append(pen)

    assert [row[0] for row in alone.rows("transaction_count", "n")] == [n] * taken
    assert aside(alone) == [] if taken else [(1, "bad_count")]
    assert len(alone.rows("rating")) == 1


def test_a_count_whose_day_is_that_of_a_dead_clock_is_kept_aside(alone: Office) -> None:
    pen = Pen()
    count(pen, "1970-01-01", 20, boot="dead", at="1970-01-01T08:00:00+07:00")

    alone.append(pen)

    assert aside(alone) == [(1, "bad_count")]


def test_ratings_of_last_month_stay_as_they_were(alone: Office) -> None:
    pen = Pen()
    for _ in range(10):
        pen.rating(1)
    alone.append(pen)
    pen.boot, pen.mono_us = "next-boot", 5_000_000
    for seq in range(1, 11):
        pen.revised(seq, 5)
        pen.reasons(seq, "wait")
        pen.comment(seq, "Chờ lâu")

    alone.append(pen, pen.batch(11), received_at=NOON + timedelta(days=10))

    assert {row[:2] for row in alone.rows("rating", "level", "first_level")} == {(1, None)}
    assert [reason for _, reason in aside(alone)] == ["not_in_visit"] * 30
    assert alone.rows("comment") == alone.rows("reason_choice") == []


@pytest.mark.parametrize("at_once", [True, False])
def test_what_is_said_within_the_visit_is_taken_whole_or_in_two_batches(alone: Office, at_once: bool) -> None:
    pen = Pen()
    pen.rating(1)
    pen.rating(4, question="staff")
    pen.revised(1, 2)
    pen.reasons(1, "wait")
    pen.comment(1, "Chờ lâu")

    for batch in [pen.batch()] if at_once else [pen.batch(1, 2), pen.batch(3)]:
        alone.append(pen, batch)

    assert alone.rows("rating", "seq", "level", "first_level") == [(1, 2, 1), (2, 4, None)]
    assert (aside(alone), len(alone.rows("reason_choice")), len(alone.rows("comment"))) == ([], 1, 1)


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize("stranger", ["the next citizen", "an hour later", "another boot"])
def test_what_is_said_after_the_visit_is_kept_aside(alone: Office, stranger: str, at_once: bool) -> None:
    pen = Pen()
    pen.rating(1)
    if stranger == "the next citizen":
        pen.rating(3)
    if stranger == "an hour later":
        pen.mono_us += 3_601_000_000
    values = {"boot": "other"} if stranger == "another boot" else {}
    first = len(pen.lines) + 1
    pen.revised(1, 5)
    pen.reasons(1, "wait")
    pen.comment(1, "Chờ lâu")
    if values:
        pen.lines = [line.replace(pen.boot.encode(), b"other") if n >= first else line
                     for n, line in enumerate(pen.lines, 1)]  # fmt: skip

    for batch in [pen.batch()] if at_once else [pen.batch(1, first - 1), pen.batch(first)]:
        alone.append(pen, batch)

    assert [reason for _, reason in aside(alone)] == ["not_in_visit"] * 3
    assert alone.rows("rating", "level", "first_level")[0] == (1, None)


def test_a_visit_goes_on_in_a_journal_that_continues_the_first(alone: Office) -> None:
    old, new = Pen(), Pen()
    old.rating(1)
    alone.append(old)
    new.opened()
    new.mono_us = old.mono_us
    new.write(RevisedLine, rating=1, level=2, rating_journal=old.journal_id)
    new.mono_us += 7_200_000_000
    new.write(RevisedLine, rating=1, level=5, rating_journal=old.journal_id)

    alone.append(new)

    assert alone.rows("rating", "level", "first_level") == [(2, 1)]
    assert aside(alone) == [(3, "not_in_visit")]


@pytest.mark.parametrize("wall", ["1970-01-01T07:00:00+07:00", "2044-02-01T07:00:00+07:00"])
def test_presses_of_a_dead_clock_stand_in_the_period_of_their_receipt_marked(alone: Office, wall: str) -> None:
    pen = Pen()
    pen.rating(5)
    pen.rating(2, boot="dead", at=wall)
    pen.rating(4, boot="rtc", at="2026-11-20T08:30:00+07:00")
    pen.rating(3)

    alone.append(pen)

    rows = alone.rows("rating", "seq", "time_quality", "day", "part")
    assert rows == [
        (1, "exact", date(2026, 11, 20), "am"), (2, "received", date(2026, 11, 20), "pm"),
        (3, "received", date(2026, 11, 20), "pm"), (4, "exact", date(2026, 11, 20), "am"),
    ]  # fmt: skip
    assert alone.rows("undated_count", "counter_id", "day", "n") == [(1, date(2026, 11, 20), 2)]


def test_days_offline_with_a_clock_that_is_right_keep_their_days(alone: Office) -> None:
    pen = Pen()
    for day in (16, 17, 18):
        pen.rating(4, boot=f"boot {day}", mono=60_000_000, at=f"2026-11-{day}T09:00:00+07:00")
    pen.rating(5)

    known = replace(alone.device, floor=alone.device.floor._replace(kiosk_us=0))
    alone.device = known
    alone.append(pen)

    rows = alone.rows("rating", "time_quality", "day")
    assert rows[:3] == [("uncertain", date(2026, 11, day)) for day in (16, 17, 18)]
    assert alone.rows("undated_count") == []


def test_entries_set_aside_and_read_anew_are_as_if_they_had_been_taken_at_once(office: Office) -> None:
    def write(pen: Pen) -> None:
        clocks = (
            {"boot": "before", "mono": 70},
            {"boot": "rtc", "at": "2026-11-20T08:30:00+07:00", "mono": 9_000_000},
            {"boot": "dead", "at": "1970-01-01T07:00:00+07:00"},
            {},
        )
        for values in clocks:
            pen.rating(2, counter="Q2", **values)
            pen.rating(5, **values)

    def bring(pen: Pen) -> None:
        with office.database.writing() as connection:
            of_boot = {
                "journal_id": pen.journal_id,
                "boot": "before",
                "offset_us": schema.micros(NOON) - 9 * 3_600_000_000,
            }
            connection.execute(insert(schema.boot_clock).values(of_boot))
        office.append(pen, received_at=NOON)

    at_once, later = Pen(), Pen()
    write(at_once)
    bring(at_once)
    expected = [row[1:] for row in office.rows("rating", "journal_id", *RATING)]
    with office.database.writing() as connection:
        connection.execute(delete(schema.device_grant))
    known_anew(office)
    write(later)
    bring(later)
    with office.database.writing() as connection:
        grant_counters(connection, office.device.device_id, ["Q2"], NOON, "it")

    assert reproject(office.database, LATER, lambda _: None) == (4, 0)

    found = [row[1:] for row in office.rows("rating", "journal_id", *RATING) if row[0] == later.journal_id]
    assert found == expected
    assert {row[5] for row in found} == {"exact", "corrected", "uncertain", "received"}


def test_a_counter_is_granted_with_the_code_and_ended_for_what_is_pressed_later(alone: Office) -> None:
    device_id = alone.device.device_id
    with alone.database.writing() as connection:
        grant_counters(connection, device_id, ["Q2"], NOON, "huong")
        end_grants(connection, device_id, ["Q2"], NOON - timedelta(seconds=2), "huong")
    known_anew(alone)
    pen = Pen()
    pen.rating(5, counter="Q2")
    pen.mono_us += 1_000_000
    pen.rating(4, counter="Q2")

    alone.append(pen)

    assert alone.rows("rating", "seq", "counter_id") == [(1, 2)]
    assert aside(alone) == [(2, "unknown_counter")]
    with alone.database.reading() as connection:
        noted = connection.execute(select(schema.audit.c.action, schema.audit.c.details)).all()
        grants = read_grants(connection)[device_id]
    assert [tuple(row) for row in noted] == [
        ("device.granted", {"counter": "Q2"}), ("device.ungranted", {"counter": "Q2"})
    ]  # fmt: skip
    assert [(one.code, one.until) for one in grants] == [("Q2", NOON - timedelta(seconds=2))]


def test_what_cannot_be_granted_or_ended_is_refused(alone: Office) -> None:
    device_id = alone.device.device_id
    with alone.database.writing() as connection:
        for codes in (["Q1"], ["Q9"]):
            with pytest.raises(UsageWrong):
                grant_counters(connection, device_id, codes, NOON, "it")
        with pytest.raises(UsageWrong):
            end_grants(connection, device_id, ["Q2"], NOON, "it")
        with pytest.raises(UsageWrong):
            new_code(connection, "Q1", None, timedelta(hours=1), NOON, "it", ["Q9"])


def test_a_kiosk_that_is_moved_leaves_the_hall_but_what_was_pressed_there_counts(office: Office) -> None:
    with office.database.writing() as connection:
        place = {"unit_id": 2, "code": "XB", "name": "Xã B", "kind": "office", "path": "XB/"}
        connection.execute(insert(schema.unit), place)
        away = {"counter_id": 9, "code": "B1", "name": "Quầy B1", "unit_id": 2, "created_at": ENROLLED}
        connection.execute(insert(schema.counter), away)
        move_device(connection, office.device.device_id, "B1", NOON - timedelta(seconds=2), "it")
    known_anew(office)
    pen = Pen()
    pen.rating(1, counter="Q2")
    pen.rating(2, counter="Q1")
    pen.mono_us += 1_000_000
    pen.rating(3, counter="Q2")
    pen.rating(4)

    office.append(pen, clock=replace(pen.instant(), mono_us=pen.mono_us))

    assert office.rows("rating", "seq", "counter_id") == [(1, 2), (2, 1), (4, 9)]
    assert aside(office) == [(3, "unknown_counter")]


def test_a_kiosk_enrolled_from_a_file_is_known_since_a_week_before_its_code_was_made(alone: Office) -> None:
    made = ENROLLED - timedelta(days=20)
    with alone.database.writing() as connection:
        row = {"code_hash": bytes(32), "counter_id": 1, "created_at": made, "expires_at": NOON,
               "device_id": alone.device.device_id}  # fmt: skip
        connection.execute(insert(schema.enrolment_code).values(row))

    known_anew(alone)

    assert alone.device.floor == (schema.micros(made - BEFORE_ENROLMENT), schema.micros(OPENED))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_update_grants_what_was_used_in_90_days_and_lists_it(kind: str, empty_urls: Callable[[str], str]) -> None:
    database = open_database(empty_urls(kind), create=True)
    with database.writing() as connection:
        upgrade(connection, "0016")
    today, device_id, journal_id = datetime.now(UTC).date(), "0" * 8 + "-0000-4000-8000-" + "0" * 12, "1" * 8
    journal_id += "-0000-4000-8000-" + "0" * 12
    with database.writing() as connection:
        unit = {"unit_id": 1, "code": "XA", "name": "Xã", "kind": "office", "path": "XA/"}
        connection.execute(insert(schema.unit), unit)
        for number in (1, 2, 3, 4, 5, 6):
            row = {"counter_id": number, "code": f"Q{number}", "name": "Quầy", "unit_id": 1, "created_at": NOON}
            connection.execute(insert(schema.counter), row)
        kiosk = {"device_id": device_id, "counter_id": 1, "public_key": "k", "info": {}, "enrolled_at": NOON}
        connection.execute(insert(schema.device), kiosk)
        copy = {"journal_id": journal_id, "device_id": device_id, "next_seq": 5, "head": bytes(32),
                "first_received_at": NOON, "last_received_at": NOON}  # fmt: skip
        connection.execute(insert(schema.journal), copy)
        # It stood at Q5 and Q6 itself, and serves Q5 as one of its hall since then.
        for counter_id in (5, 6):
            stood = {"device_id": device_id, "until": datetime.now(UTC) - timedelta(days=20 + counter_id)}
            connection.execute(insert(schema.placement), {**stood, "counter_id": counter_id})
        for counter_id, days in ((1, 3), (2, 3), (3, 120), (5, 40), (5, 3), (6, 40)):
            row = {"journal_id": journal_id, "counter_id": counter_id, "day": today - timedelta(days=days),
                   "part": "am", "survey": "s@1", "question": "q", "level": 5, "standing": "counted",
                   "n": 2}  # fmt: skip
            connection.execute(insert(schema.tally), row)
        typed = {"journal_id": journal_id, "counter_id": 4, "day": today, "n": 7, "seq": 4, "received_at": NOON}
        connection.execute(insert(schema.transaction_count), typed)

    migrate(database)

    with database.writing() as connection:
        grants = read_grants(connection)[device_id]
        noted = connection.execute(select(schema.audit.c.action, schema.audit.c.details)).all()
        assert [(one.code, one.is_unseen) for one in grants] == [("Q2", True), ("Q4", True), ("Q5", True)]
        assert [row.details["counter"] for row in noted] == ["Q2", "Q4", "Q5"]
        confirm_grants(connection, device_id, NOON, "huong")
        assert [one.is_unseen for one in read_grants(connection)[device_id]] == [False, False, False]
    database.close()
