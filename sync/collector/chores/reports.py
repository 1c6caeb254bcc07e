"""Reports: reports of finished periods go out by mail, each once, made by the same code as ``collector report``."""

from datetime import date, datetime
from hashlib import sha256

import structlog
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from kiosk.base.texts import texts
from sync.collector.calendar.periods import Kind as PeriodKind
from sync.collector.calendar.periods import Period, period_of
from sync.collector.closed.named import file_name
from sync.collector.errors import UsageWrong
from sync.collector.export.forms import FORMS, file_of
from sync.collector.figures.book import Book
from sync.collector.notices.outbox import Attached, Kind, Notice
from sync.collector.people.audit import note
from sync.collector.people.rights import ANYBODY
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services
from sync.collector.settings.collector import MailedReport
from sync.collector.store.schema import mailed_report
from sync.collector.store.writer import Transact
from sync.collector.words.phrases import Phrases

ACTOR = "schedule"

_log = structlog.get_logger("collector.mailed")


def mail_reports(services: Services, transact: Transact) -> int:
    """Put every report that is due into the outbox; how many.

    A report is due when its period is over and the quiet hours after it too: by then the kiosks that were switched
    off in the evening with something unsent have had time to send it.
    """
    now = services.now()
    if services.config.notices.after_quiet(now, services.config.zone) != now:
        return 0
    today = date.fromisoformat(services.days.today(now)[0])
    put = 0
    for wanted in services.config.reports.mail:
        period = period_of(PeriodKind(wanted.period), today).previous
        if not _is_mailed(services, _key(wanted, period)):
            put += _mail(services, transact, wanted, period, now)
    return put


def _mail(services: Services, transact: Transact, wanted: MailedReport, period: Period, now: datetime) -> bool:
    try:
        book = read_book(services, ANYBODY, Query(wanted.unit or None, None, period.code))
    except UsageWrong as error:
        _log.warning("report not mailed", unit=wanted.unit, why=str(error))
        return False
    told = _notice(services, wanted, book, now)
    try:
        transact(lambda connection: _put(connection, services, wanted, book, told, now))
    except IntegrityError:
        # Another collector was quicker by a moment.
        return False
    return True


def _put(
    connection: Connection, services: Services, wanted: MailedReport, book: Book, told: Notice, now: datetime
) -> None:
    connection.execute(insert(mailed_report).values(report=_key(wanted, book.period), mailed_at=now))
    services.outbox.put(connection, told, now)
    details = {"form": wanted.format, "period": book.period.code, "to": list(wanted.to)}
    note(connection, now, ACTOR, "export", book.place.key or "*", details)


def _notice(services: Services, wanted: MailedReport, book: Book, now: datetime) -> Notice:
    language = services.config.language
    p = Phrases(texts("collector", language), services.config.zone, now)
    _, media_type = FORMS[wanted.format]
    name = file_name(book.place.code, book.period.code, wanted.format)
    place, period = p.place(book.place), p.period(book.period)
    return Notice(
        Kind.REPORT,
        p.t("Report of {place}, {period}", place=place, period=period),
        "\n\n".join([p.t("Enclosed: the report of {place}, {period}.", place=place, period=period), p.notice]),
        to=wanted.to,
        everyone=False,
        attached=Attached(name, media_type, file_of(services, book, wanted.format, p.t)),
    )


def _is_mailed(services: Services, key: str) -> bool:
    with services.database.reading() as connection:
        found = connection.execute(select(mailed_report.c.report).where(mailed_report.c.report == key))
        return found.first() is not None


def _key(wanted: MailedReport, period: Period) -> str:
    """What names a report to some people, so that it goes out once."""
    people = sha256(" ".join(sorted(wanted.to)).encode()).hexdigest()[:16]
    return f"{wanted.unit}|{period.code}|{wanted.format}|{people}"
