"""``collector unread``: what was kept and not counted, with the reason and the remedy; of half days that are over."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from sync.collector.services.unread_list import Wanted, read_unread
from sync.collector.store import schema
from tests.sync.collector.builders import HANOI, NOON, Office, Pen
from tests.sync.collector.commands.test_cli import run


@pytest.fixture
def pen(office: Office) -> Pen:
    """A journal of which four entries are set aside, for two reasons."""
    pen = Pen()
    pen.rating(5)
    pen.rating(5, counter="Q9")
    pen.raw(b'{"seq":3,"at":"2026-11-20T11:59:00+07:00","mono":9000000,"boot":"x","kind":"tomorrow"}')
    pen.rating(4, counter="Q9")
    pen.raw(b"no line at all")
    office.append(pen)
    return pen


def test_groups_name_kiosk_journal_entry_kind_and_reason(office: Office, pen: Pen) -> None:
    with office.database.reading() as connection:
        groups, more = read_unread(connection, Wanted(), NOON + timedelta(days=1), HANOI)

    found = [(one.reason, one.for_counter, one.kind, one.first, one.last, one.n) for one in groups]
    assert more == 0
    assert {one.journal_id for one in groups} == {pen.journal_id}
    assert {(one.counter, one.device_id) for one in groups} == {("Q1", office.device.device_id)}
    assert found == [
        ("not_a_line", "", "?", 5, 5, 1),
        ("unknown_counter", "Q9", "rating", 2, 4, 2),
        ("unknown_kind", "", "tomorrow", 3, 3, 1),
    ]


def test_what_came_in_a_half_day_that_is_not_over_is_not_told(office: Office, pen: Pen) -> None:
    with office.database.reading() as connection:
        during, _ = read_unread(connection, Wanted(), NOON + timedelta(minutes=1), HANOI)

    assert during == []


def test_the_list_is_narrowed_by_kiosk_journal_unit_and_reason(office: Office, pen: Pen) -> None:
    day = NOON + timedelta(days=1)
    with office.database.reading() as connection:
        by = {
            "reason": read_unread(connection, Wanted(reason="unknown_kind"), day, HANOI)[0],
            "unit": read_unread(connection, Wanted(path="XX/"), day, HANOI)[0],
            "journal": read_unread(connection, Wanted(journal_id=pen.journal_id), day, HANOI)[0],
            "kiosk": read_unread(connection, Wanted(device_id=office.new_device().device_id), day, HANOI)[0],
        }

    assert {name: len(groups) for name, groups in by.items()} == {"reason": 1, "unit": 0, "journal": 3, "kiosk": 0}


def test_the_command_says_why_and_what_to_do(office: Office, pen: Pen) -> None:
    with office.database.writing() as connection:
        connection.execute(update(schema.unread).values(received_at=datetime.now(UTC) - timedelta(days=2)))
    url = office.database.writer.url.render_as_string(hide_password=False)

    said = run("unread", HAILONG_COLLECTOR_DATABASE_URL=url)
    told = run("unread", "--json", "--reason", "unknown_counter", HAILONG_COLLECTOR_DATABASE_URL=url)
    none = run("unread", "--reason", "bad_cut", HAILONG_COLLECTOR_DATABASE_URL=url)
    mistyped = run("unread", "--reason", "bad_cat", HAILONG_COLLECTOR_DATABASE_URL=url)

    assert [ended.returncode for ended in (said, told, none, mistyped)] == [1, 1, 0, 2], said
    assert "Q1 (Quầy 1)" in said.stdout
    assert "from entry 3 on, tomorrow: 1 entry since" in said.stdout
    assert "collector reproject" in said.stdout
    (group,) = json.loads(told.stdout)["groups"]
    assert (group["n"], group["first"], group["for_counter"]) == (2, 2, "Q9")
    assert "collector device grant" in group["remedy"]
