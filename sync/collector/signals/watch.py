"""Watch: looks for signs once a day over days that are over, and tells whoever decides."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from sync.collector.notices.outbox import Kind, Notice
from sync.collector.rights import Right
from sync.collector.schema import counter, signal, signal_run, unit
from sync.collector.services import Services
from sync.collector.signals.decide import apply_again
from sync.collector.signals.find import find_signs
from sync.collector.signals.gather import Window, find_journals, gather
from sync.collector.signals.keep import keep_findings, read_looked_at
from sync.collector.signals.watched import Finding
from sync.collector.signals.words import SignWords

T = TypeVar("T")


class Transact(Protocol):
    """Runs work in a transaction and gives back what it returned."""

    def __call__(self, work: Callable[[Connection], T], /) -> T:
        """What ``work`` returns, once it is durable."""
        ...


def watch_signs(services: Services, transact: Transact) -> int | None:
    """Look for signs, unless it was done today; how many are new, or None where there was nothing to do."""
    now = services.now()
    today = date.fromisoformat(services.days.today(now)[0])
    with services.database.reading() as connection:
        done = connection.execute(select(signal_run.c.day).where(signal_run.c.day == today)).first()
    if done is not None:
        return None
    findings = look(services, today, now)
    try:
        return transact(lambda connection: _keep(connection, services, findings, today, now))
    except IntegrityError:
        # Another collector was quicker by a moment; it found the same.
        return None


def look(services: Services, today: date, now: datetime) -> list[Finding]:
    """What there is to find in the days before today."""
    settings = services.config.signals
    last = today - timedelta(days=1)
    window = Window(last - timedelta(days=settings.window_days - 1), last, services.config.zone, settings.quick_s)
    with services.database.reading() as connection:
        looked_at = read_looked_at(connection)
        found = find_signs(gather(connection, window, now), settings, looked_at)
        lost = find_journals(connection, window)
    return [*found, *(one for one in lost if one.last > looked_at.get((one.counter_id, one.sign), ""))]


def _keep(connection: Connection, services: Services, findings: list[Finding], today: date, now: datetime) -> int:
    connection.execute(insert(signal_run).values(day=today, ran_at=now))
    apply_again(connection)
    new = keep_findings(connection, findings, now)
    for signal_id in new:
        _tell(connection, services, signal_id, now)
    return len(new)


def _tell(connection: Connection, services: Services, signal_id: int, now: datetime) -> None:
    wanted = (
        select(signal, counter.c.code, counter.c.name, unit.c.name.label("unit"), unit.c.path)
        .join(counter, counter.c.counter_id == signal.c.counter_id)
        .join(unit, unit.c.unit_id == counter.c.unit_id)
        .where(signal.c.signal_id == signal_id)
    )
    row = connection.execute(wanted).one()
    words = SignWords.of(services.config.language)
    subject = f"{words.title(row.sign)}: {row.unit}, {row.name}"
    body = "\n\n".join([
        f"{row.unit}, {row.name} ({row.code})", words.sentence(row.sign, row.evidence), words.days(row),
        words.t("Signs inform; a person decides: {url}", url=f"{services.config.url}/dau-hieu/{signal_id}"),
    ])  # fmt: skip
    facts = {"signal": signal_id, "sign": row.sign, "counter": row.code, "evidence": row.evidence}
    told = Notice(Kind.SIGNAL, subject, body, right=Right.DECIDE, path=row.path, facts=facts)
    services.outbox.put(connection, told, now)
