"""Keep: findings become signals that wait for a person; one that goes on grows instead of coming again."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from sync.collector.care.signals.watched import FoundSign, Sign
from sync.collector.replica.stretch import ANY_PART
from sync.collector.store.schema import signal, suspicion


class SignalState(StrEnum):
    """What became of a signal."""

    OPEN = "open"
    """Nobody has decided."""
    ASIDE = "aside"
    """What it is about is set aside as suspect."""
    NOTHING = "nothing"
    """Somebody looked and found nothing wrong, or mended what was."""
    OVER = "over"
    """It ended by itself before anybody decided: the counter is pressed again."""


DECIDED = (str(SignalState.ASIDE), str(SignalState.NOTHING))


def read_looked_at(connection: Connection) -> dict[tuple[int, Sign], str]:
    """Up to which day a person has decided about a counter's sign."""
    rows = connection.execute(
        select(signal.c.counter_id, signal.c.sign, func.max(signal.c.last_day))
        .where(signal.c.state.in_(DECIDED))
        .group_by(signal.c.counter_id, signal.c.sign)
    )
    found = {(counter_id, Sign(sign)): _day(last) for counter_id, sign, last in rows}
    # What was set aside may reach further than the sign that led to it.
    further = select(signal.c.counter_id, signal.c.sign, func.max(suspicion.c.last_day)).join(
        suspicion, suspicion.c.signal_id == signal.c.signal_id
    )
    standing = further.where(suspicion.c.lifted_at.is_(None)).group_by(signal.c.counter_id, signal.c.sign)
    for counter_id, sign, last in connection.execute(standing):
        key = (counter_id, Sign(sign))
        found[key] = max(found.get(key, ""), _day(last))
    return found


def keep_findings(connection: Connection, findings: Iterable[FoundSign], now: datetime) -> list[int]:
    """Keep what was found; the numbers of the signals that are new."""
    new, seen = [], set()
    for finding in findings:
        known = _open_one(connection, finding)
        if known is None:
            new.append(_insert(connection, finding, now))
            seen.add(new[-1])
        else:
            _grow(connection, known, finding, now)
            seen.add(known.signal_id)
    unpressed = (signal.c.sign == str(Sign.UNPRESSED)) & (signal.c.state == str(SignalState.OPEN))
    connection.execute(
        update(signal)
        .where(unpressed, signal.c.signal_id.not_in(seen))
        .values(state=str(SignalState.OVER), seen_at=now)
    )
    return new


def _open_one(connection: Connection, finding: FoundSign) -> Row[Any] | None:
    wanted = select(signal).where(
        signal.c.counter_id == finding.counter_id,
        signal.c.sign == str(finding.sign),
        signal.c.state == str(SignalState.OPEN),
    )
    return connection.execute(wanted.order_by(signal.c.signal_id).limit(1).with_for_update()).one_or_none()


def _insert(connection: Connection, finding: FoundSign, now: datetime) -> int:
    row = {
        "counter_id": finding.counter_id,
        "sign": str(finding.sign),
        "first_day": date.fromisoformat(finding.first),
        "last_day": date.fromisoformat(finding.last),
        "part": finding.part,
        "evidence": _dated(finding),
        "found_at": now,
        "seen_at": now,
        "state": str(SignalState.OPEN),
    }
    return int(connection.execute(insert(signal).values(row).returning(signal.c.signal_id)).scalar_one())


def _grow(connection: Connection, known: Row[Any], finding: FoundSign, now: datetime) -> None:
    # Where nobody pressed anew, that is another one; all other signs reach from their first day to their last.
    begins = date.fromisoformat(finding.first)
    first = begins if finding.sign is Sign.UNPRESSED else min(known.first_day, begins)
    values = {
        "first_day": first,
        "last_day": max(known.last_day, date.fromisoformat(finding.last)),
        "part": finding.part if known.part == finding.part else ANY_PART,
        "evidence": _dated(finding),
        "seen_at": now,
    }
    connection.execute(update(signal).where(signal.c.signal_id == known.signal_id).values(values))


def _dated(finding: FoundSign) -> dict[str, Any]:
    # A sign that goes on reaches further back than what was counted last.
    return {**finding.evidence, "first": finding.first}


def _day(stored: Any) -> str:
    """ISO text of a day; an aggregate over SQLite's text comes as text."""
    return stored if isinstance(stored, str) else stored.isoformat()
