"""Board: the signals that a reader may see, with what was decided about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from kiosk.domain.visit.rating import Standing
from sync.collector.care.signals.keep import State
from sync.collector.care.signals.standing import count_pooled, told_before
from sync.collector.care.signals.watched import PRESSED_UP, Sign
from sync.collector.replica.stretch import Stretch
from sync.collector.store.schema import counter, signal, suspicion, tally, unit

DECIDED_MAX = 50


@dataclass(frozen=True, slots=True)
class Aside:
    """What was set aside for a signal."""

    row: Row[Any]
    now: int
    """How many ratings are set aside there now, those that came later and those of other decisions included."""


@dataclass(frozen=True, slots=True)
class Posted:
    """One signal as a reader sees it."""

    row: Row[Any]
    asides: tuple[Aside, ...] = ()
    told_until: date | None = None
    """The last day of the counter since the signal's first with ratings about which nobody can decide any more."""
    pooled: int = 0
    """How many ratings of its days are told with those of other counters: nobody can decide about them any more."""

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided."""
        return bool(self.row.state == State.OPEN)

    @property
    def can_be_set_aside(self) -> bool:
        """Whether the signal is about ratings that count."""
        return Sign(self.row.sign) in PRESSED_UP

    @property
    def standing(self) -> tuple[Aside, ...]:
        """What is set aside still."""
        return tuple(aside for aside in self.asides if aside.row.lifted_at is None)


def read_board(connection: Connection, path: str, *, is_open: bool) -> list[Posted]:
    """The signals under a unit: the open ones, those about ratings that count first, or the newest of the others."""
    wanted = _rows(path).where((signal.c.state == str(State.OPEN)) == is_open)
    newest = wanted.order_by(func.coalesce(signal.c.decided_at, signal.c.seen_at).desc(), signal.c.signal_id.desc())
    rows = connection.execute(newest if is_open else newest.limit(DECIDED_MAX)).all()
    found = [Posted(row, _asides(connection, row.signal_id)) for row in rows]
    return sorted(found, key=lambda posted: not posted.can_be_set_aside) if is_open else found


def find_posted(connection: Connection, signal_id: int, path: str) -> Posted | None:
    """One signal; None where it is not there, or not to be seen."""
    row = connection.execute(_rows(path).where(signal.c.signal_id == signal_id)).one_or_none()
    if row is None:
        return None
    asides = _asides(connection, signal_id)
    said = [row, *(aside.row for aside in asides)]
    days = Stretch(row.counter_id, min(each.first_day for each in said), max(each.last_day for each in said))
    told = told_before(connection, row.counter_id, days.first)
    return Posted(row, asides, told, count_pooled(connection, days))


def count_open(connection: Connection, path: str) -> int:
    """How many signals wait for a person, at a place (its key) and below."""
    unit_path, _, code = path.partition(":")
    wanted = select(func.count()).select_from(signal).join(counter).join(unit)
    wanted = wanted.where(signal.c.state == str(State.OPEN), unit.c.path.startswith(unit_path, autoescape=True))
    return int(connection.execute(wanted.where(counter.c.code == code) if code else wanted).scalar_one())


def _rows(path: str) -> Select[Any]:
    names = (
        counter.c.code.label("counter_code"),
        counter.c.name.label("counter"),
        unit.c.code.label("unit_code"),
        unit.c.name.label("unit"),
        unit.c.path,
    )
    found = select(signal, *names).join(counter, counter.c.counter_id == signal.c.counter_id)
    return found.join(unit, unit.c.unit_id == counter.c.unit_id).where(unit.c.path.startswith(path, autoescape=True))


def _asides(connection: Connection, signal_id: int) -> tuple[Aside, ...]:
    wanted = select(suspicion).where(suspicion.c.signal_id == signal_id).order_by(suspicion.c.suspicion_id)
    rows: Sequence[Row[Any]] = connection.execute(wanted).all()
    return tuple(Aside(row, _suspect_now(connection, row)) for row in rows)


def _suspect_now(connection: Connection, row: Row[Any]) -> int:
    wanted = select(func.coalesce(func.sum(tally.c.n), 0)).where(
        tally.c.counter_id == row.counter_id,
        tally.c.day.between(row.first_day, row.last_day),
        tally.c.standing == str(Standing.SUSPECT),
    )
    return int(connection.execute(wanted.where(tally.c.part == row.part) if row.part else wanted).scalar_one())
