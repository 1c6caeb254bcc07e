"""Grants: for which counters a kiosk may speak besides its own; each change is one act, with its line in the audit log.

What it says of any other counter is kept, set aside and told to IT staff; once the counter is granted,
``collector reproject`` counts it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from sync.collector.calendar.bounds import Floor
from sync.collector.errors import UsageWrong
from sync.collector.fleet.places.units import find_counter
from sync.collector.people.audit import note
from sync.collector.replica.sender import Spans
from sync.collector.replica.spans import read_codes, read_spans
from sync.collector.store.schema import counter, device, device_grant, enrolment_code, micros, placement, unit

BEFORE_ENROLMENT = timedelta(days=7)
"""So long a kiosk may have been in use before anybody enrolled it: it records from its first start."""
BY_UPDATE = "collector"
"""Who granted what a kiosk had used before grants were kept; somebody should look at it."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One counter for which a kiosk may speak."""

    code: str
    name: str
    unit: str
    granted_at: datetime
    granted_by: str
    until: datetime | None

    @property
    def is_unseen(self) -> bool:
        """Nobody has looked at it since the update took it over."""
        return self.granted_by == BY_UPDATE and self.until is None


@dataclass(frozen=True, slots=True)
class Reach:
    """What a kiosk may say, as its lines are read."""

    counters: dict[str, int]
    moves: tuple[tuple[int, int], ...]
    spans: Spans
    ended: dict[int, int]
    floor: Floor


def read_grants(connection: Connection, device_id: str | None = None) -> dict[str, list[Grant]]:
    """What kiosks were granted, by kiosk and counter; of one kiosk, or of all."""
    wanted = select(device_grant, counter.c.code, counter.c.name, unit.c.name.label("unit"))
    wanted = wanted.select_from(device_grant).join(counter).join(unit, unit.c.unit_id == counter.c.unit_id)
    if device_id is not None:
        wanted = wanted.where(device_grant.c.device_id == device_id)
    found: dict[str, list[Grant]] = {}
    for row in connection.execute(wanted.order_by(counter.c.code)):
        grant = Grant(row.code, row.name, row.unit, row.granted_at, row.granted_by, row.until)
        found.setdefault(str(row.device_id), []).append(grant)
    return found


def unseen_grants(connection: Connection) -> dict[str, int]:
    """How many counters the update let kiosks serve further that nobody has looked at, by kiosk."""
    unseen = (device_grant.c.granted_by == BY_UPDATE) & device_grant.c.until.is_(None)
    wanted = select(device_grant.c.device_id, func.count().label("n")).where(unseen)
    return {str(row.device_id): int(row.n) for row in connection.execute(wanted.group_by(device_grant.c.device_id))}


def grant_counters(connection: Connection, device_id: str, codes: Collection[str], now: datetime, actor: str) -> None:
    """Let the kiosk speak for these counters too; what is granted already is so by this person from now on.

    Raises UsageWrong for a counter that is not there, or is its own.
    """
    own = connection.execute(select(device.c.counter_id).where(device.c.device_id == device_id)).scalar_one()
    for code in dict.fromkeys(codes):
        wanted = _counter(connection, code)
        if wanted == own:
            raise UsageWrong("counter {code} is the kiosk's own already", code=code)
        _keep(connection, device_id, wanted, now, actor)
        note(connection, now, actor, "device.granted", device_id, {"counter": code})


def end_grants(connection: Connection, device_id: str, codes: Collection[str], now: datetime, actor: str) -> None:
    """Take nothing for these counters any more that is pressed from now on; what was pressed before still counts.

    Raises UsageWrong for a counter that the kiosk was not granted.
    """
    for code in dict.fromkeys(codes):
        held = _held(device_id) & (device_grant.c.counter_id == _counter(connection, code))
        if not connection.execute(update(device_grant).where(held).values(until=now)).rowcount:
            raise UsageWrong("counter {code} is not granted to this kiosk", code=code)
        note(connection, now, actor, "device.ungranted", device_id, {"counter": code})


def confirm_grants(connection: Connection, device_id: str, now: datetime, actor: str) -> None:
    """Somebody has looked at what the update took over, and it is right."""
    unseen = _held(device_id) & (device_grant.c.granted_by == BY_UPDATE)
    codes = select(counter.c.code).join(device_grant, device_grant.c.counter_id == counter.c.counter_id)
    found = list(connection.execute(codes.where(unseen).order_by(counter.c.code)).scalars())
    grant_counters(connection, device_id, found, now, actor)


def grant_of_code(connection: Connection, device_id: str, code: Row[Any], now: datetime) -> None:
    """What the enrolment code names is granted to the kiosk that came with it, wherever it stands by now."""
    named = [int(wanted) for wanted in code.grants or ()]
    spans = read_spans(connection, named)
    for wanted in named:
        now_at = spans[wanted][-1].counter_id if wanted in spans else wanted
        if now_at != code.counter_id:
            _keep(connection, device_id, now_at, now, f"device {device_id}")


def settle_grants(connection: Connection, device_id: str, at: int, now: datetime) -> None:
    """A kiosk that stands at another counter now: the hall it left ends with that, and its own needs no grant."""
    unit_id = select(counter.c.unit_id).where(counter.c.counter_id == at).scalar_subquery()
    here = select(counter.c.counter_id).where(counter.c.unit_id == unit_id)
    left = _held(device_id) & device_grant.c.counter_id.not_in(here)
    connection.execute(update(device_grant).where(left).values(until=now))
    connection.execute(
        delete(device_grant).where(device_grant.c.device_id == device_id, device_grant.c.counter_id == at)
    )


def ids_of(connection: Connection, codes: Iterable[str]) -> list[int]:
    """The ids of counters by their codes, each once. Raises UsageWrong for one that is not there."""
    return [_counter(connection, code) for code in dict.fromkeys(codes)]


def read_reach(connection: Connection, row: Row[Any]) -> Reach:
    """What the kiosk of this row may say."""
    mine = placement.c.device_id == row.device_id
    moved = connection.execute(select(placement).where(mine).order_by(placement.c.until)).all()
    granted = connection.execute(select(device_grant).where(device_grant.c.device_id == row.device_id)).all()
    ids = {int(row.counter_id), *(int(one.counter_id) for one in (*moved, *granted))}
    spans = read_spans(connection, ids)
    now = {one: spans[one][-1].counter_id if one in spans else one for one in ids}
    ended: dict[int, int] = {}
    for place in moved:
        ended[now[int(place.counter_id)]] = micros(place.until)
    for grant in sorted(granted, key=lambda one: one.until is None):
        at = now[int(grant.counter_id)]
        if grant.until is None:
            ended.pop(at, None)
        else:
            ended[at] = max(micros(grant.until), ended.get(at, 0))
    ended.pop(now[int(row.counter_id)], None)
    made = select(counter.c.created_at).where(counter.c.counter_id.in_(sorted(ids | spans.keys())))
    moves = tuple((micros(place.until), int(place.counter_id)) for place in moved)
    floor = _floor(connection, row, [micros(at) for at in connection.execute(made).scalars()])
    return Reach(read_codes(connection, set(now.values()), spans), moves, spans, ended, floor)


def _floor(connection: Connection, row: Row[Any], made_us: Sequence[int]) -> Floor:
    # A kiosk without a network enrols by a file that may be weeks old: what is known is when its code was made.
    codes = select(enrolment_code.c.created_at).where(enrolment_code.c.device_id == row.device_id)
    made = [micros(at) for at in connection.execute(codes).scalars()]
    kiosk_us = min([micros(row.enrolled_at), *made]) - BEFORE_ENROLMENT // timedelta(microseconds=1)
    return Floor(kiosk_us, min([kiosk_us, *made_us]))


def _counter(connection: Connection, code: str) -> int:
    return int(find_counter(connection, code).counter_id)


def _keep(connection: Connection, device_id: str, wanted: int, now: datetime, actor: str) -> None:
    same = (device_grant.c.device_id == device_id) & (device_grant.c.counter_id == wanted)
    anew = {"granted_at": now, "granted_by": actor, "until": None}
    if not connection.execute(update(device_grant).where(same).values(anew)).rowcount:
        connection.execute(insert(device_grant).values(device_id=device_id, counter_id=wanted, **anew))


def _held(device_id: str) -> Any:
    return (device_grant.c.device_id == device_id) & device_grant.c.until.is_(None)
