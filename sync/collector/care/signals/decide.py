"""Decide: what a person makes of a signal, with everything that follows from it in one transaction.

Suspect ratings are set aside, not deleted: reports show the result with and without them. The decision
is about a counter's half days, so it holds for whatever comes there later, and can be withdrawn whole.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from kiosk.domain.visit.rating import Standing
from sync.collector.care.signals.keep import SignalState
from sync.collector.care.signals.standing import count_pooled, lock_journals, move, told_before, widened
from sync.collector.care.signals.watched import PRESSED_UP, Sign
from sync.collector.care.steps import CHANGED
from sync.collector.errors import ChangedMeanwhile, CollectorError, UsageWrong
from sync.collector.people.audit import note
from sync.collector.people.rights import Reader
from sync.collector.replica.dropped import require_kept
from sync.collector.replica.outgoing.sums import lock_releases
from sync.collector.replica.stretch import ANY_PART, Stretch, read_suspect
from sync.collector.store.schema import counter, micros, signal, suspicion, unit

NOTE_CHARS_MAX = 2000
DAYS_MAX = 186
PARTS = (ANY_PART, "am", "pm")


class DecisionWrong(CollectorError):
    """The form cannot be taken as it is: mend it and send it again."""

    exit_code = 2


class PartsBlock(DecisionWrong):
    """The days part a block, which is set aside whole or not at all: offer the longer stretch."""

    def __init__(self, stretch: Stretch) -> None:
        super().__init__(
            "these days part ratings that are shown together only: the form now has the days with all of them"
        )
        self.stretch = stretch


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decides about suspicious ratings: of which days and half days, and why."""

    first: date
    last: date
    part: str
    note: str


@dataclass(frozen=True, slots=True)
class Chair:
    """Who decides, when, and under which rule of disclosure."""

    reader: Reader
    now: datetime
    today: date
    cell_min: int
    seen: str | None = None
    """The signal's version that the person's page showed; None where there was no page."""


def set_aside(connection: Connection, signal_id: int, decision: Decision, chair: Chair) -> int:
    """Set aside as suspect what counts in these days at the signal's counter, in whole blocks; how many ratings.

    What no block holds yet follows when its block is made; what is told with ratings of other counters stays, for taken
    out of their pool it could be read. Raises UsageWrong for a signal that is not to be seen,
    DecisionWrong for what cannot be done; PartsBlock with the days that can.
    """
    row = _open_signal(connection, signal_id, chair)
    if Sign(row.sign) not in PRESSED_UP:
        raise DecisionWrong("nothing that counts belongs to this sign: there is nothing to set aside")
    _require_fit(decision, chair)
    lock_journals(connection, row.counter_id)
    _require_blocks(connection, row.counter_id, decision.first)
    require_kept(connection, {row.counter_id}, decision.first)
    stretch = Stretch(row.counter_id, decision.first, decision.last, decision.part)
    wider = widened(connection, stretch)
    if wider != stretch:
        raise PartsBlock(wider)
    lock_releases(connection)
    n, pooled = move(connection, stretch, Standing.SUSPECT), count_pooled(connection, stretch)
    _require_enough(n, pooled, max(chair.cell_min, 1))
    days = {"first_day": decision.first, "last_day": decision.last, "part": decision.part}
    kept = {"signal_id": signal_id, "counter_id": row.counter_id, **days, "n": n}
    connection.execute(insert(suspicion).values(kept | {"set_at": chair.now, "set_by": chair.reader.name}))
    for each in _same_matter(connection, row, stretch):
        _settle(connection, each, SignalState.ASIDE, decision.note, chair)
    reach = {"first": decision.first.isoformat(), "last": decision.last.isoformat(), "part": decision.part or "am+pm"}
    details = {"signal": signal_id, "sign": row.sign, **reach, "n": n, "note": decision.note}
    if pooled:
        details["pooled"] = pooled
    note(connection, chair.now, chair.reader.name, "suspect set aside", row.code, details)
    return n


def find_nothing(connection: Connection, signal_id: int, words: str, chair: Chair) -> None:
    """Close the signal: nothing is wrong, or it was mended; everything goes on counting.

    Raises UsageWrong for a signal that is not to be seen, DecisionWrong without a note.
    """
    row = _open_signal(connection, signal_id, chair)
    _require_note(words)
    _settle(connection, signal_id, SignalState.NOTHING, words, chair)
    details = {"signal": signal_id, "sign": row.sign, "note": words}
    note(connection, chair.now, chair.reader.name, "signal closed", row.code, details)


def withdraw(connection: Connection, signal_id: int, words: str, chair: Chair) -> int:
    """Let what was set aside for this signal count again, unless another decision covers it; the signal is open again.

    Raises UsageWrong for a signal that is not to be seen, DecisionWrong where nothing is set aside or without a note.
    """
    row = _signal(connection, signal_id, chair)
    _require_note(words)
    lock_journals(connection, row.counter_id)
    standing = (suspicion.c.signal_id == signal_id) & suspicion.c.lifted_at.is_(None)
    lock_releases(connection)
    found = connection.execute(select(suspicion).where(standing).order_by(suspicion.c.counter_id)).all()
    if not found:
        raise DecisionWrong("nothing is set aside for this sign")
    require_kept(connection, {each.counter_id for each in found}, min(each.first_day for each in found))
    connection.execute(update(suspicion).where(standing).values(lifted_at=chair.now, lifted_by=chair.reader.name))
    spare = read_suspect(connection, {each.counter_id for each in found})
    n = sum(
        move(connection, Stretch(each.counter_id, each.first_day, each.last_day, each.part), Standing.COUNTED, spare)
        for each in found
    )
    _settle(connection, signal_id, SignalState.OPEN, words, chair)
    details = {"signal": signal_id, "sign": row.sign, "n": n, "note": words}
    if told := told_before(connection, row.counter_id, min(each.first_day for each in found)):
        details["told_until"] = told.isoformat()
    note(connection, chair.now, chair.reader.name, "suspect withdrawn", row.code, details)
    return n


def version_of(row: Row[Any]) -> str:
    """What of a signal changes with each decision about it."""
    return f"{row.state}-{micros(row.decided_at) if row.decided_at else 0}"


def apply_again(connection: Connection) -> int:
    """Set aside what slipped past a decision: a block that was being brought out at that very moment."""
    lock_releases(connection)
    standing = select(suspicion).where(suspicion.c.lifted_at.is_(None)).order_by(suspicion.c.counter_id)
    return sum(
        move(connection, Stretch(row.counter_id, row.first_day, row.last_day, row.part), Standing.SUSPECT)
        for row in connection.execute(standing).all()
    )


def _signal(connection: Connection, signal_id: int, chair: Chair) -> Row[Any]:
    wanted = (
        select(signal, counter.c.code, unit.c.path)
        .join(counter, counter.c.counter_id == signal.c.counter_id)
        .join(unit, unit.c.unit_id == counter.c.unit_id)
        .where(signal.c.signal_id == signal_id)
        .with_for_update(of=signal)
    )
    row = connection.execute(wanted).one_or_none()
    if row is None or not chair.reader.sees(row.path):
        raise UsageWrong("there is no signal {number}", number=signal_id)
    if chair.seen is not None and chair.seen != version_of(row):
        raise ChangedMeanwhile(CHANGED)
    return row


def _open_signal(connection: Connection, signal_id: int, chair: Chair) -> Row[Any]:
    row = _signal(connection, signal_id, chair)
    if row.state != SignalState.OPEN:
        raise ChangedMeanwhile(CHANGED)
    return row


def _same_matter(connection: Connection, row: Row[Any], stretch: Stretch) -> list[int]:
    """The signal, and the counter's other open ones that speak of the same ratings."""
    inside = select(signal.c.signal_id).where(
        signal.c.counter_id == row.counter_id,
        signal.c.state == str(SignalState.OPEN),
        signal.c.sign.in_([str(sign) for sign in PRESSED_UP]),
        signal.c.first_day >= stretch.first,
        signal.c.last_day <= stretch.last,
    )
    if stretch.part != ANY_PART:
        inside = inside.where(signal.c.part == stretch.part)
    return sorted({row.signal_id, *connection.execute(inside).scalars()})


def _settle(connection: Connection, signal_id: int, state: SignalState, words: str, chair: Chair) -> None:
    values = {"state": str(state), "decided_at": chair.now, "decided_by": chair.reader.full_name, "note": words}
    connection.execute(update(signal).where(signal.c.signal_id == signal_id).values(values))


def _require_fit(decision: Decision, chair: Chair) -> None:
    _require_note(decision.note)
    if decision.part not in PARTS or not decision.first <= decision.last < chair.today:
        raise DecisionWrong("take days that are over, the first before the last")
    if decision.last - decision.first >= timedelta(days=DAYS_MAX):
        raise DecisionWrong("take {n} days at most", n=DAYS_MAX)


def _require_blocks(connection: Connection, counter_id: int, first: date) -> None:
    told = told_before(connection, counter_id, first)
    if told is not None:
        after = told + timedelta(days=1)
        raise DecisionWrong(
            "numbers up to {told} stay as they were told: decisions are possible from {first} on",
            told=f"{told:%d/%m/%Y}",
            first=f"{after:%d/%m/%Y}",
        )


def _require_enough(n: int, pooled: int, least: int) -> None:
    """Fewer would tell, by the two results side by side, what these few thought."""
    if n >= least:
        return
    if pooled:
        raise DecisionWrong(
            "there are fewer than {n} ratings to set aside in these days: {pooled} are counted together with those of "
            "other counters, and stay so",
            n=least,
            pooled=pooled,
        )
    raise DecisionWrong("there are fewer than {n} ratings to set aside in these days", n=least)


def _require_note(words: str) -> None:
    if not words.strip():
        raise DecisionWrong("write down why: whoever looks at it later must be able to follow")
    if len(words) > NOTE_CHARS_MAX:
        raise DecisionWrong("the note is longer than {n} characters", n=NOTE_CHARS_MAX)
