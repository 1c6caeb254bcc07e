"""Standing: what stands at which counter now, for whoever enrols, replaces or moves a kiosk, found by names."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from sync.collector.errors import ChangedMeanwhile, UsageWrong
from sync.collector.store.schema import counter, device, device_status, unit
from sync.collector.store.search import fold, words_of

SHOWN_MAX = 30
SHORT_CHARS = 8


class Occupied(ChangedMeanwhile):
    """A kiosk stands there that the person was not told of: tell them, and ask."""


@dataclass(frozen=True, slots=True)
class Stander:
    """A kiosk that stands somewhere."""

    device_id: str
    heard_at: datetime | None

    @property
    def short_id(self) -> str:
        """What people call it."""
        return self.device_id[:SHORT_CHARS]


@dataclass(frozen=True, slots=True)
class Spot:
    """A counter and what stands there."""

    code: str
    name: str
    unit_name: str
    kiosks: tuple[Stander, ...] = ()

    @property
    def standing(self) -> str:
        """What stands there, as a form says that its sender was told."""
        return " ".join(one.short_id for one in self.kiosks)


@dataclass(frozen=True, slots=True)
class Spots:
    """The first counters that a search finds."""

    shown: tuple[Spot, ...]
    found: int


def find_spots(connection: Connection, path: str, sought: str) -> Spots:
    """The counters in the subtree ``path`` whose unit and counter have all the words, whatever their accents."""
    wanted = _rows().where(unit.c.path.startswith(path, autoescape=True)).order_by(unit.c.path, counter.c.code)
    words = words_of(sought)
    rows = [row for row in connection.execute(wanted) if _has(f"{row.unit_name} {row.name} {row.code}", words)]
    return Spots(tuple(_spots(connection, rows[:SHOWN_MAX])), len(rows))


def find_spot(connection: Connection, code: str, path: str) -> Spot:
    """One counter. Raises UsageWrong for one that is not there, or not in the subtree ``path``."""
    seen = unit.c.path.startswith(path, autoescape=True)
    row = connection.execute(_rows().where(counter.c.code == code, seen)).one_or_none()
    if row is None:
        raise UsageWrong("there is no counter {code}; make it with: collector counter new", code=code)
    return _spots(connection, [row])[0]


def require_told(connection: Connection, code: str, path: str, told: str) -> None:
    """Raise Occupied where something else stands at a counter than its sender was told; UsageWrong for no counter."""
    spot = find_spot(connection, code, path)
    if spot.standing != told:
        raise Occupied("a kiosk stands at this counter: look at it, and say what is to become of it")


def _rows() -> Select[Any]:
    named = select(counter.c.counter_id, counter.c.code, counter.c.name, unit.c.name.label("unit_name"))
    return named.join_from(counter, unit).where(counter.c.until.is_(None), unit.c.ended_on.is_(None))


def _spots(connection: Connection, rows: Iterable[Row[Any]]) -> list[Spot]:
    rows = list(rows)
    standing: dict[int, list[Stander]] = {}
    wanted = (
        select(device.c.device_id, device.c.counter_id, device_status.c.received_at)
        .join_from(device, device_status, device_status.c.device_id == device.c.device_id, isouter=True)
        .where(device.c.counter_id.in_([row.counter_id for row in rows]), device.c.revoked_at.is_(None))
        .order_by(device.c.device_id)
    )
    for found in connection.execute(wanted):
        standing.setdefault(found.counter_id, []).append(Stander(found.device_id, found.received_at))
    return [Spot(row.code, row.name, row.unit_name, tuple(standing.get(row.counter_id, ()))) for row in rows]


def _has(text: str, words: Iterable[str]) -> bool:
    return all(word in _folded(text) for word in words)


@lru_cache(maxsize=8192)
def _folded(text: str) -> str:
    return fold(text)
