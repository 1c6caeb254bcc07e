"""The outbox: told in the transaction it tells of, to whom it concerns, once an incident, never at night."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import insert, select

from sync.collector.errors import UsageWrong
from sync.collector.notices.outbox import Kind, Notice, Outbox
from sync.collector.people.accounts import change_email, disable_account, new_account
from sync.collector.people.rights import Right, Role
from sync.collector.settings.notices import Mail, Notices, Webhook
from sync.collector.store import schema
from sync.collector.store.database import Database
from tests.sync.collector.builders import HANOI, NOON, Office

MAIL = Mail(host="mail.example.gov.vn", sender="hailong@example.gov.vn")
ALERT = Notice(Kind.ALERT, "Quầy 1 im lặng", "Từ 09:10.", right=Right.FLEET, path="XA/")
OVER = Notice(Kind.RECOVERED, "Quầy 1 lại có tin", "Từ 10:00.", right=Right.FLEET, path="XA/")
MIDNIGHT = NOON + timedelta(hours=12)


@pytest.fixture
def outbox() -> Outbox:
    return Outbox(Notices(to=("it@example.gov.vn",), mail=MAIL), HANOI)


def deliveries(database: Database) -> list[tuple[str, str, datetime]]:
    with database.reading() as connection:
        found = select(schema.notice.c.subject, schema.delivery.c.address, schema.delivery.c.not_before)
        wanted = found.join(schema.delivery).order_by(schema.notice.c.notice_id, schema.delivery.c.address)
        return [(row.subject, row.address, row.not_before) for row in connection.execute(wanted)]


def test_a_notice_that_was_rolled_back_is_told_to_nobody(office: Office, outbox: Outbox) -> None:
    with office.database.writer.connect() as connection:
        outbox.put(connection, ALERT, NOON)
        connection.rollback()

    assert deliveries(office.database) == []


def test_whoever_has_the_right_over_the_unit_hears_of_it_and_nobody_else(office: Office, outbox: Outbox) -> None:
    people = {"it-here": (Role.IT, "XA"), "it-above": (Role.IT, None), "it-there": (Role.IT, "XB"),
              "viewer": (Role.VIEWER, "XA"), "gone": (Role.IT, "XA")}  # fmt: skip
    with office.database.writing() as connection:
        there = {"unit_id": 2, "code": "XB", "name": "Xã khác", "kind": "office", "path": "XB/"}
        connection.execute(insert(schema.unit), there)
        for name, (role, unit) in people.items():
            new_account(connection, name, name, role, unit, NOON, "test")
            change_email(connection, name, f"{name}@example.gov.vn", NOON, "test")
        disable_account(connection, "gone", NOON, "test")
        new_account(connection, "no-mail", "Không thư", Role.IT, "XA", NOON, "test")

        outbox.put(connection, ALERT, NOON)

    heard = sorted(address.partition("@")[0] for _, address, _ in deliveries(office.database))
    assert heard == ["it", "it-above", "it-here"]


def test_an_incident_is_told_once_however_often_it_is_seen(office: Office, outbox: Outbox) -> None:
    for minute in range(5):
        with office.database.writing() as connection:
            outbox.open(connection, "silent:1", ALERT, NOON + timedelta(minutes=minute))

    assert [subject for subject, _, _ in deliveries(office.database)] == ["Quầy 1 im lặng"]


def test_its_recovery_is_told_and_once_too(office: Office, outbox: Outbox) -> None:
    with office.database.writing() as connection:
        outbox.open(connection, "silent:1", ALERT, NOON)
        connection.execute(schema.delivery.update().values(state="sent", tries=1))
        first = outbox.close(connection, "silent:1", OVER, NOON + timedelta(hours=1))
        second = outbox.close(connection, "silent:1", OVER, NOON + timedelta(hours=2))

    assert (first, second) == (True, False)
    assert [subject for subject, _, _ in deliveries(office.database)] == ["Quầy 1 im lặng", "Quầy 1 lại có tin"]


def test_what_comes_and_goes_is_not_told_again_and_again(office: Office, outbox: Outbox) -> None:
    with office.database.writing() as connection:
        for minute in range(0, 50, 10):
            outbox.open(connection, "silent:1", ALERT, NOON + timedelta(minutes=minute))
            connection.execute(schema.delivery.update().values(state="sent", tries=1))
            outbox.close(connection, "silent:1", OVER, NOON + timedelta(minutes=minute + 5))

    assert len(deliveries(office.database)) == 2


def test_that_it_grew_takes_the_place_of_what_nobody_has_read(office: Office, outbox: Outbox) -> None:
    more = replace(ALERT, subject="12 quầy im lặng")
    with office.database.writing() as connection:
        outbox.open(connection, "silent:1", ALERT, MIDNIGHT)
        assert outbox.grow(connection, "silent:1", more, MIDNIGHT)
        assert not outbox.grow(connection, "silent:2", more, MIDNIGHT)

    assert [subject for subject, _, _ in deliveries(office.database)] == ["12 quầy im lặng"]


def test_what_grew_unread_and_is_over_is_told_as_over_to_whoever_read_of_its_beginning(
    office: Office, outbox: Outbox
) -> None:
    with office.database.writing() as connection:
        outbox.open(connection, "silent:1", ALERT, NOON)
        connection.execute(schema.delivery.update().values(state="sent", tries=1))
        outbox.grow(connection, "silent:1", replace(ALERT, subject="12 quầy im lặng"), MIDNIGHT)
        outbox.close(connection, "silent:1", OVER, MIDNIGHT)

    assert [subject for subject, _, _ in deliveries(office.database)] == ["Quầy 1 im lặng", "Quầy 1 lại có tin"]


def test_what_comes_back_after_a_while_is_told_again(office: Office, outbox: Outbox) -> None:
    with office.database.writing() as connection:
        outbox.open(connection, "silent:1", ALERT, NOON)
        connection.execute(schema.delivery.update().values(state="sent", tries=1))
        outbox.close(connection, "silent:1", OVER, NOON)
        outbox.open(connection, "silent:1", ALERT, NOON + timedelta(hours=2))

    assert len(deliveries(office.database)) == 3


def test_at_night_a_notice_waits_for_the_morning(office: Office, outbox: Outbox) -> None:
    with office.database.writing() as connection:
        outbox.put(connection, ALERT, MIDNIGHT)

    (_, _, not_before), *_ = deliveries(office.database)
    assert not_before.astimezone(HANOI).strftime("%d %H:%M") == "21 06:30"


def test_what_began_and_ended_at_night_is_told_to_nobody(office: Office, outbox: Outbox) -> None:
    with office.database.writing() as connection:
        outbox.open(connection, "silent:1", ALERT, MIDNIGHT)
        outbox.close(connection, "silent:1", OVER, MIDNIGHT + timedelta(hours=1))

    assert deliveries(office.database) == []


def test_incident_is_open_until_it_is_closed(office: Office, outbox: Outbox) -> None:
    with office.database.writing() as connection:
        for key in ("silent:1", "silent:2", "disk:1"):
            outbox.open(connection, key, ALERT, NOON)
        outbox.close(connection, "silent:2", OVER, NOON)

        still_open = {key for key in ("silent:1", "silent:2", "disk:1") if outbox.is_open(connection, key)}

    assert still_open == {"silent:1", "disk:1"}


def test_without_a_mail_server_nothing_is_kept_and_incidents_are_still_known(office: Office) -> None:
    outbox = Outbox(Notices(to=("it@example.gov.vn",)), HANOI)
    with office.database.writing() as connection:
        assert outbox.put(connection, ALERT, NOON) is None
        assert outbox.open(connection, "silent:1", ALERT, NOON)
        assert not outbox.open(connection, "silent:1", ALERT, NOON)


def test_the_webhook_hears_what_is_for_everyone(office: Office) -> None:
    outbox = Outbox(Notices(webhook=Webhook(url="https://example.gov.vn/hook")), HANOI)
    with office.database.writing() as connection:
        outbox.put(connection, ALERT, NOON)
        outbox.put(connection, Notice(Kind.REPORT, "Báo cáo", "…", everyone=False), NOON)

    assert [(subject, address) for subject, address, _ in deliveries(office.database)] == [("Quầy 1 im lặng", "-")]


@pytest.mark.parametrize(
    ("start", "end", "at", "then"),
    [
        ("20:00", "06:30", "19:59", "20 19:59"),
        ("20:00", "06:30", "20:00", "21 06:30"),
        ("20:00", "06:30", "05:00", "20 06:30"),
        ("20:00", "06:30", "06:30", "20 06:30"),
        ("11:30", "13:00", "12:15", "20 13:00"),
        ("00:00", "00:00", "03:00", "20 03:00"),
    ],
)
def test_quiet_hours_end_at_their_end(start: str, end: str, at: str, then: str) -> None:
    settings = Notices(quiet_from=time.fromisoformat(start), quiet_until=time.fromisoformat(end))
    now = datetime.combine(NOON.date(), time.fromisoformat(at), HANOI)

    assert settings.after_quiet(now, HANOI).astimezone(HANOI).strftime("%d %H:%M") == then


@pytest.mark.parametrize("address", ["", "huong", "a@b@c", "a b@c.vn", "a@c.vn, d@e.vn", "a@c.vn\nBcc: x@y.vn"])
def test_what_is_no_mail_address_is_refused(office: Office, address: str) -> None:
    with office.database.writing() as connection:
        new_account(connection, "huong", "Hương", Role.VIEWER, None, NOON, "test")
        with pytest.raises(UsageWrong, match="no mail address"):
            change_email(connection, "huong", address, NOON, "test")
