"""Scheduled reports: each finished period once, to whom the settings name, in the form they name, and audited."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from sync.collector.chores.every import chores_of, transact
from sync.collector.chores.reports import mail_reports
from sync.collector.people.rights import ANYBODY
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig, MailedReport, Reports
from sync.collector.settings.notices import Mail, Notices
from sync.collector.store.database import Database
from tests.sync.collector.builders import HANOI, NOON, Office, Pen

MAIL = Notices(mail=Mail(host="mail.example.gov.vn"))
BOSS = ("lanhdao@example.gov.vn",)

Make = Callable[..., Services]


@pytest.fixture
def make(database: Database, office: Office) -> Any:
    """Makes services with scheduled reports, over an office with a week of ratings; closes them."""
    pen = Pen()
    for number in range(40):
        pen.rating(4 + number % 2)
    office.append(pen, received_at=NOON - timedelta(days=1))
    made: list[Services] = []

    def services(*reports: MailedReport, now: datetime = NOON, notices: Notices = MAIL) -> Services:
        config = CollectorConfig(reports=Reports(mail=reports), notices=notices)
        made.append(make_services(config, database, lambda: now))
        return made[-1]

    yield services
    for each in made:
        each.writer.close()


def mail(services: Services) -> int:
    return mail_reports(services, partial(transact, services))


def sent(office: Office) -> list[tuple[object, ...]]:
    names = dict(office.rows("notice", "notice_id", "file_name"))  # type: ignore[arg-type]
    return [(names[number], to) for number, to in office.rows("notice_delivery", "notice_id", "address")]


def test_the_day_before_goes_out_once(make: Make, office: Office) -> None:
    services = make(MailedReport(BOSS, "XA", "day", "csv"))

    assert (mail(services), mail(services)) == (1, 0)
    assert sent(office) == [("hailong-XA-2026-11-19.csv", BOSS[0])]


def test_what_goes_out_is_what_the_command_writes(make: Make, office: Office) -> None:
    services = make(MailedReport(BOSS, "XA", "day", "csv"))
    mail(services)

    ((body,),) = office.rows("notice", "file")
    book = read_book(services, ANYBODY, Query("XA", None, "2026-11-19"))
    assert book.me.n == 40
    assert "Hài lòng" in bytes(body).decode("utf-8-sig")  # type: ignore[arg-type]
    assert ";40;" in bytes(body).decode("utf-8-sig")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("period", "code"), [("day", "2026-11-19"), ("week", "2026-W46"), ("month", "2026-10"), ("quarter", "2026-Q3")]
)
def test_always_the_last_period_that_is_over(make: Make, office: Office, period: Any, code: str) -> None:
    mail(make(MailedReport(BOSS, "", period, "csv")))

    assert sent(office) == [(f"hailong-tat-ca-{code}.csv", BOSS[0])] or sent(office) == [
        (f"hailong-XA-{code}.csv", BOSS[0])
    ]


@pytest.mark.parametrize(("form", "begins"), [("pdf", b"%PDF"), ("xlsx", b"PK")])
def test_paper_and_spreadsheet_go_out_too(make: Make, office: Office, form: Any, begins: bytes) -> None:
    mail(make(MailedReport(BOSS, "XA", "day", form)))

    ((body,),) = office.rows("notice", "file")
    assert bytes(body).startswith(begins)  # type: ignore[arg-type]


def test_the_next_period_goes_out_when_it_is_over(make: Make, office: Office) -> None:
    wanted = MailedReport(BOSS, "XA", "day", "csv")
    mail(make(wanted))

    mail(make(wanted, now=NOON + timedelta(days=1)))

    assert [name for name, _ in sent(office)] == ["hailong-XA-2026-11-19.csv", "hailong-XA-2026-11-20.csv"]


def test_at_night_kiosks_have_time_to_send_what_they_have(make: Make, office: Office) -> None:
    early = datetime.combine(NOON.date(), datetime.min.time(), HANOI) + timedelta(hours=1)

    assert mail(make(MailedReport(BOSS, "XA", "day", "csv"), now=early)) == 0


def test_each_report_is_in_the_audit_log_as_an_export(make: Make, office: Office) -> None:
    mail(make(MailedReport(BOSS, "XA", "day", "csv")))

    assert office.rows("audit", "actor", "action", "subject", "details") == [
        ("schedule", "export", "XA/", {"form": "csv", "period": "2026-11-19", "to": list(BOSS)})
    ]


def test_a_unit_that_is_not_there_holds_up_no_other_report(make: Make, office: Office) -> None:
    wrong, right = (MailedReport(BOSS, unit, "day", "csv") for unit in ("NOWHERE", "XA"))

    assert mail(make(wrong, right)) == 1


def test_another_collector_that_was_quicker_sends_it_alone(make: Make, office: Office) -> None:
    services = make(MailedReport(BOSS, "XA", "day", "csv"))

    def late(work: Any, /) -> Any:
        mail(services)
        return transact(services, work)

    assert mail_reports(services, late) == 0
    assert len(sent(office)) == 1


def test_without_a_mail_server_nothing_is_written_as_sent(make: Make) -> None:
    wanted = MailedReport(BOSS, "XA", "day", "csv")

    assert "mail reports" in {chore.name for chore in chores_of(make(wanted))}
    assert "mail reports" not in {chore.name for chore in chores_of(make(wanted, notices=Notices()))}
