"""Old: rows that nobody needs any more, table by table, each with the rule by which it is old.

Of the audit log what was decided stays, and each time a line says how many others went.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select

from sync.collector.care.signals.keep import SignalState
from sync.collector.notices.outbox import WAITING
from sync.collector.people.audit import note
from sync.collector.people.kept_forms import is_over
from sync.collector.people.signin import FORGOTTEN_AFTER, REMEMBERED
from sync.collector.retention.steps import Pace, rows_of
from sync.collector.retention.works import Work
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.schema import (
    audit,
    delivery,
    device_command,
    device_day,
    enrolment_code,
    enrolment_failure,
    incident,
    kept_form,
    mailed_report,
    notice,
    signal,
    signal_run,
    signed_in,
    signin_failure,
    suspicion,
)
from sync.collector.store.writer import Transact

FORGOTTEN_ACTIONS = (
    "sign-in", "sign-in refused", "sign-out", "sign-out everywhere", "reading", "export", "notices test",
    "device.code", "device.command", "device.done", "device.known", "device.unknown", "device.upgrade",
)  # fmt: skip
"""Of the audit log what says who came, read or asked. All else stays: what was decided, typed in, granted, handed out
line by line or dropped, and what a later version writes."""


class Old(NamedTuple):
    """The rows of a table that are old."""

    work: Work
    table: Table
    where: ColumnElement[bool]


def old_rows(config: CollectorConfig, now: datetime) -> Iterator[Old]:
    """What may go now, in an order in which nothing is left that names what went."""
    keep, done = config.retention, now - timedelta(days=config.retention.done_days)
    # Not before a form that was left open over a weekend can come back to whoever wrote it.
    yield Old(Work.SESSIONS, signed_in, signed_in.c.seen_at < now - REMEMBERED)
    yield Old(Work.FORMS, kept_form, is_over(now))
    refused = signin_failure.c.failed_at < now - FORGOTTEN_AFTER
    yield Old(Work.FAILURES, signin_failure, refused)
    yield Old(Work.CODES, enrolment_code, enrolment_code.c.expires_at < done)
    yield Old(Work.CODE_HOURS, enrolment_failure, enrolment_failure.c.hour < done)
    yield from _letters(config, now)
    finished = and_(incident.c.recovered_at.is_not(None), incident.c.recovered_at < done)
    yield Old(Work.FAULTS, incident, finished)
    yield Old(Work.MAILED, mailed_report, mailed_report.c.mailed_at < done)
    yield Old(Work.COMMANDS, device_command, device_command.c.made_at < done)
    yield Old(Work.SIGN_DAYS, signal_run, signal_run.c.day < done.date())
    heard = device_day.c.day < now.astimezone(config.zone).date() - timedelta(days=keep.status_days)
    yield Old(Work.HEARD_DAYS, device_day, heard)
    if keep.signals_days:
        yield Old(Work.SIGNS, signal, _is_past(now - timedelta(days=keep.signals_days)))
    if keep.audit_days:
        yield Old(Work.AUDIT, audit, _is_told(now - timedelta(days=keep.audit_days)))


def count_old(connection: Connection, old: Old) -> int:
    """How many rows are old."""
    return int(connection.execute(select(func.count()).select_from(old.table).where(old.where)).scalar_one())


def forget(transact: Transact, pace: Pace, old: Old, now: datetime) -> int:
    """Delete what is old in small steps; how many rows went."""
    n = pace.run(transact, rows_of(old.table, old.where))
    if n and old.table is audit:
        transact(lambda connection: note(connection, now, "collector", "audit forget", "audit", {"lines": n}))
    return n


def _letters(config: CollectorConfig, now: datetime) -> Iterator[Old]:
    """Notices that went out or were given up long ago, with their deliveries first."""
    old = notice.c.created_at < now - timedelta(days=config.notices.keep_days)
    waiting = select(delivery.c.notice_id).where(delivery.c.state == WAITING)
    gone = select(notice.c.notice_id).where(old, notice.c.notice_id.not_in(waiting))
    yield Old(Work.DELIVERIES, delivery, delivery.c.notice_id.in_(gone))
    yield Old(Work.LETTERS, notice, and_(old, notice.c.notice_id.not_in(select(delivery.c.notice_id))))


def _is_past(before: datetime) -> ColumnElement[bool]:
    over = signal.c.state.in_((str(SignalState.NOTHING), str(SignalState.OVER)))
    # A sign that a decision names stays, also where the decision was withdrawn.
    named = select(suspicion.c.signal_id)
    return and_(over, signal.c.seen_at < before, signal.c.signal_id.not_in(named))


def _is_told(before: datetime) -> ColumnElement[bool]:
    return and_(audit.c.at < before, audit.c.action.in_(FORGOTTEN_ACTIONS))
