"""Reproject: what was kept unread is counted as if it had been read when it came, once, and everything else stays."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from kiosk.journal.lines import CountLine, encode_line
from sync.collector.chores.reproject import Journal, Reading, reproject
from sync.collector.store import schema
from tests.sync.collector.builders import BOOT, DAYS, NOON, Office, Pen
from tests.sync.collector.commands.test_cli import run

LATER = Reading(NOON + timedelta(days=1), "command line: it", DAYS)
TABLES = {
    "rating": ("seq", "counter_id", "level", "standing", "pressed_at", "time_quality", "day", "part", "received_at"),
    "reason_choice": ("rating_seq", "reason", "seq"),
    "tally": ("counter_id", "day", "part", "survey", "question", "level", "standing", "n"),
    "reason_tally": ("counter_id", "day", "part", "reason", "n"),
    "comment": ("seq", "counter_id", "text"),
    "transaction_count": ("counter_id", "day", "n", "seq"),
    "unread": ("seq", "reason"),
}


def write(pen: Pen) -> None:
    """A day at a hall: at Q1, which was always known, and at Q7, which was not."""
    known = pen.rating(4, counter="Q1", question="staff")
    one = pen.rating(2, counter="Q7")
    pen.reasons(one, "wait")
    pen.comment(one, "Chờ lâu quá")
    pen.revised(one, 1)
    pen.reasons(known, "attitude")
    for n in (50, 60):
        pen.mono_us += 1_000_000
        day = CountLine(seq=len(pen.lines) + 1, at="2026-11-20T11:59:00+07:00", mono=pen.mono_us, boot=BOOT,
                        kind="count", day="2026-11-19", n=n, counter="Q7")  # fmt: skip
        pen.raw(encode_line(day))
    pen.rating(5, counter="Q9")
    pen.raw(b'{"seq":1000,"kind":"tomorrow"}')


def found(office: Office) -> dict[str, list[tuple[object, ...]]]:
    return {name: sorted(office.rows(name, *columns), key=str) for name, columns in TABLES.items()}


def open_counter(office: Office) -> None:
    """Counter Q7 is made, and granted to the kiosk."""
    granted = {"device_id": office.device.device_id, "counter_id": 7, "granted_at": NOON, "granted_by": "it"}
    place = {"counter_id": 7, "code": "Q7", "name": "Quầy 7", "unit_id": 1, "created_at": NOON}
    with office.database.writing() as connection:
        connection.execute(insert(schema.counter), place)
        connection.execute(insert(schema.device_grant), granted)
    office.device = replace(office.device, counters={"Q1": 1, "Q2": 2, "Q7": 7})


def test_entries_are_counted_as_if_they_had_been_read_when_they_came(office: Office) -> None:
    pen, heard = Pen(), []
    write(pen)
    office.append(pen, pen.batch(1, 3))
    office.append(pen, pen.batch(4))
    before = found(office)
    open_counter(office)

    outcome = reproject(office.database, LATER, heard.append)

    after = found(office)
    assert outcome == (6, 2)
    assert heard == [Journal(1, 1, 6, 2)]
    assert [row[0] for row in before["unread"]] == [10, 2, 3, 4, 5, 7, 8, 9]
    assert after["unread"] == [(10, "not_a_line"), (9, "unknown_counter")]
    assert [row[:3] for row in after["rating"]] == [(1, 1, 4), (2, 7, 1)]
    assert after["rating"][0] == before["rating"][0]
    assert after["reason_choice"] == [(1, "attitude", 6), (2, "wait", 3)]
    assert [(row[0], row[5], row[7]) for row in after["tally"] if row[7]] == [(1, 4, 1), (7, 1, 1)]
    assert after["comment"] == [(4, 7, "Chờ lâu quá")]
    assert [(row[0], row[2], row[3]) for row in after["transaction_count"]] == [(7, 60, 8)]


def test_again_changes_nothing_and_only_what_was_read_is_in_the_audit_log(office: Office) -> None:
    pen = Pen()
    write(pen)
    office.append(pen)
    reproject(office.database, LATER, lambda _: None)
    open_counter(office)
    reproject(office.database, LATER, lambda _: None)
    once = found(office)

    outcome = reproject(office.database, LATER, lambda _: None)

    assert (outcome, found(office)) == ((0, 2), once)
    with office.database.reading() as connection:
        noted = connection.execute(select(schema.audit).where(schema.audit.c.action == "journal.reprojected")).all()
    assert [(row.actor, row.subject, row.details) for row in noted] == [
        ("command line: it", pen.journal_id, {"read": 6, "first": 2, "last": 8})
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_correction_is_not_undone_by_an_older_count_that_is_read_late(office: Office) -> None:
    pen = Pen()
    write(pen)
    office.append(pen)
    open_counter(office)
    pen.mono_us += 1_000_000
    day = CountLine(seq=len(pen.lines) + 1, at="2026-11-20T11:59:00+07:00", mono=pen.mono_us, boot=BOOT, kind="count",
                    day="2026-11-19", n=70, counter="Q7")  # fmt: skip
    pen.raw(encode_line(day))
    office.append(pen, pen.batch(11))

    reproject(office.database, LATER, lambda _: None)

    assert office.rows("transaction_count", "counter_id", "n", "seq") == [(7, 70, 11)]


def test_the_command_says_how_many_were_read(tmp_path: Path) -> None:
    run("migrate", "--data-dir", str(tmp_path / "data"))

    ended = run("reproject", "--data-dir", str(tmp_path / "data"))

    assert (ended.returncode, ended.stdout.splitlines()[-1]) == (0, "0 entries were read anew; 0 stay unread.")
