"""Signals: looks for signs once a day over days that are over, and tells whoever decides."""

from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import IntegrityError

from sync.collector.care.signals.decide import apply_again
from sync.collector.care.signals.find import find_all
from sync.collector.care.signals.gather import Window, find_journals, gather
from sync.collector.care.signals.keep import keep_findings, read_looked_at
from sync.collector.care.signals.watched import FoundSign, Sign
from sync.collector.care.signals.words import SignWords
from sync.collector.notices.outbox import Kind, Notice
from sync.collector.people.rights import Right
from sync.collector.replica.blocks.series import series_of
from sync.collector.services.services import Services
from sync.collector.store.schema import counter, signal, signal_run, unit
from sync.collector.store.writer import Transact

FIRST_STRETCHES = 6
"""So many windows back are looked at the first time: what was pressed up before anybody looked counts too."""


def watch_signs(services: Services, transact: Transact) -> int | None:
    """Look for signs, unless it was done today; how many are new, or None where there was nothing to do."""
    now = services.now()
    today = date.fromisoformat(services.days.today(now)[0])
    with services.database.reading() as connection:
        newest = connection.execute(select(func.max(signal_run.c.day))).scalar_one()
    if newest is not None and newest >= today:
        return None
    findings = look(services, today, stretches=1 if newest else FIRST_STRETCHES)
    try:
        return transact(lambda connection: _keep(connection, services, findings, today, now))
    except IntegrityError:
        # Another collector was quicker by a moment; it found the same.
        return None


def look(services: Services, today: date, stretches: int = 1) -> list[FoundSign]:
    """What there is to find in the days before today, the oldest of several stretches of days first."""
    settings = services.config.signals
    length, asked = timedelta(days=settings.window_days), partial(series_of, services.surveys)
    with services.database.reading() as connection:
        looked_at, missed = read_looked_at(connection), services.missed(connection)
        found: list[FoundSign] = []
        for back in reversed(range(stretches)):
            last = today - timedelta(days=1) - back * length
            window = Window(last - length + timedelta(days=1), last, services.config.zone, settings.quick_s)
            signs = find_all(gather(connection, window, missed, asked), settings, looked_at)
            # Where nobody pressed long ago, that ended long ago.
            found += [one for one in signs if not back or one.sign is not Sign.UNPRESSED]
        lost = find_journals(connection, window)
    return [*found, *(one for one in lost if one.last > looked_at.get((one.counter_id, one.sign), ""))]


def _keep(connection: Connection, services: Services, findings: list[FoundSign], today: date, now: datetime) -> int:
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
    body = "\n\n".join(
        [
            f"{row.unit}, {row.name} ({row.code})",
            words.told(row),
            words.days(row),
            words.t("Signs inform; a person decides: {url}", url=f"{services.config.url}/dau-hieu/{signal_id}"),
        ]
    )
    facts = {"signal": signal_id, "sign": row.sign, "counter": row.code, "evidence": row.evidence}
    told = Notice(Kind.SIGNAL, subject, body, right=Right.DECIDE, path=row.path, facts=facts)
    services.outbox.put(connection, told, now)
