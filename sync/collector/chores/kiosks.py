"""Kiosks: tells people once when kiosks are not well and once when they are again, and counts kiosks for /metrics."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from kiosk.base.texts import texts
from sync.collector.chores.telling import Teller
from sync.collector.fleet.kiosks.audiences import Audience, read_audiences
from sync.collector.fleet.kiosks.commands import forget_excerpts
from sync.collector.fleet.kiosks.counted import keep_counts, read_counts
from sync.collector.fleet.kiosks.faults import BEHIND_ITS_BACK, Fault
from sync.collector.fleet.kiosks.incident_store import key_of, read_states, take_turn, write_state
from sync.collector.fleet.kiosks.incidents import NOTHING, OpenTroubles, Told, What, look_again
from sync.collector.fleet.kiosks.known import read_known, unknow_fault
from sync.collector.fleet.kiosks.pictures import forget_pictures
from sync.collector.fleet.kiosks.roll import Kiosk, walk_roll
from sync.collector.services.services import Services
from sync.collector.store.schema import unit
from sync.collector.store.writer import Transact
from sync.collector.words.phrases import Phrases

_NOTHING: Mapping[str, Any] = {}
NOWHERE = "\0"
"""A path that no unit has."""

States = Mapping[tuple[str, Fault], OpenTroubles]


def watch_fleet(services: Services, transact: Transact) -> None:
    """One look at every kiosk: counts for /metrics, alerts and recoveries; what is past its time is let go of."""
    now, config = services.now(), services.config
    with services.database.reading() as connection:
        kiosks = [_briefly(kiosk) for kiosk in walk_roll(connection, "", now, config)]
        changed = _changed(connection, services, kiosks) if config.fleet.alerts else []
        past = _past(connection, kiosks)
        counts = _count(kiosks)
        are_new = counts != read_counts(connection)
    if are_new:
        transact(partial(keep_counts, counts=counts))
    # Each audience in a transaction of its own: an append waits no longer than for one.
    for audience, own in changed:
        transact(partial(_tell, services=services, audience=audience, kiosks=own))
    for device_id, fault in past:
        transact(partial(unknow_fault, device_id=device_id, fault=fault, now=now, actor="watch"))
    transact(partial(forget_excerpts, now=now))
    transact(partial(forget_pictures, now=now))


def _briefly(kiosk: Kiosk) -> Kiosk:
    """Without what nobody is told here: all kiosks are held at once, and most of each is its own account of itself."""
    return replace(kiosk, status=_NOTHING, journals=(), path=sys.intern(kiosk.path))


def _changed(
    connection: Connection, services: Services, kiosks: Sequence[Kiosk]
) -> list[tuple[Audience, Sequence[Kiosk]]]:
    """The audiences for whom something is not as it was at the last look, each with its kiosks."""
    states = read_states(connection)
    audiences = read_audiences(connection, services.config.notices.to)
    # Where nobody is told any more, everything is over in silence: else what comes later would seem told already.
    left = {code for code, _ in states} - {audience.code for audience in audiences}
    below = _below(kiosks)
    every = [*audiences, *(Audience(code, NOWHERE, ()) for code in sorted(left))]
    looked = [(audience, below.get(audience.path, [])) for audience in every]
    return [(audience, own) for audience, own in looked if any(_looks(services, audience, own, states))]


def _looks(
    services: Services, audience: Audience, kiosks: Sequence[Kiosk], states: States
) -> Iterator[tuple[Fault, OpenTroubles, list[Told]]]:
    """What is the matter now with each fault of which something changed, and what is to be told of it."""
    places = {kiosk.device_id: kiosk.path for kiosk in kiosks}
    for fault in Fault:
        before = states.get((audience.code, fault), NOTHING)
        after, told = _look(before, fault, kiosks, places, services)
        if after != before:
            yield fault, after, told


def _below(kiosks: Sequence[Kiosk]) -> dict[str, list[Kiosk]]:
    """The kiosks at or below each unit, by its path; all of them by the empty one."""
    found: dict[str, list[Kiosk]] = {}
    for kiosk in kiosks:
        ends = [end + 1 for end, sign in enumerate(kiosk.path) if sign == "/"]
        for end in (0, *ends):
            found.setdefault(kiosk.path[:end], []).append(kiosk)
    return found


def _look(
    before: OpenTroubles, fault: Fault, kiosks: Sequence[Kiosk], places: Mapping[str, str], services: Services
) -> tuple[OpenTroubles, list[Told]]:
    ill = [kiosk.device_id for kiosk in kiosks if fault in kiosk.faults]
    # What a silent kiosk said last is old: of that nothing new is told, nor that it is over.
    silent = [kiosk.device_id for kiosk in kiosks if Fault.SILENT in kiosk.faults and fault not in BEHIND_ITS_BACK]
    gather = timedelta(minutes=services.config.fleet.gather_minutes)
    return look_again(before, ill, silent, places, services.now(), gather)


def _tell(connection: Connection, services: Services, audience: Audience, kiosks: Sequence[Kiosk]) -> None:
    """Look again now that no other collector does, keep it, and put what is to be told into the outbox."""
    take_turn(connection)
    states, now, outbox = read_states(connection, audience.code), services.now(), services.outbox
    teller = _teller(connection, services, audience, kiosks)
    act = {What.BEGUN: outbox.open, What.GROWN: outbox.grow, What.EBBED: outbox.grow, What.OVER: outbox.close}
    for fault, after, told in _looks(services, audience, kiosks, states):
        write_state(connection, audience.code, fault, states.get((audience.code, fault)), after)
        for one in told:
            key = key_of(audience.code, fault, one.incident.name)
            act[one.what](connection, key, teller.notice(audience, fault, one), now)


def _teller(connection: Connection, services: Services, audience: Audience, kiosks: Sequence[Kiosk]) -> Teller:
    below = select(unit.c.path, unit.c.name).where(unit.c.path.startswith(audience.path, autoescape=True))
    names = {str(row.path): str(row.name) for row in connection.execute(below)} if kiosks else {}
    phrases = Phrases(texts("collector", services.config.language), services.config.zone, services.now())
    return Teller(phrases, services.config.url, {kiosk.device_id: kiosk for kiosk in kiosks}, names)


def _past(connection: Connection, kiosks: Sequence[Kiosk]) -> list[tuple[str, Fault]]:
    """Faults somebody knew of that are over, or are not what they were."""
    still = {kiosk.device_id: kiosk.known for kiosk in kiosks}
    known = read_known(connection)
    return [(one, fault) for one, faults in known.items() for fault in faults if fault not in still.get(one, {})]


def _count(kiosks: Sequence[Kiosk]) -> dict[str, int]:
    counts = Counter(str(fault) for kiosk in kiosks for fault in kiosk.faults)
    living = [kiosk for kiosk in kiosks if not kiosk.revoked_at]
    counts.update({"well": sum(not kiosk.faults for kiosk in living), "all": len(living)})
    return {state: counts[state] for state in (*map(str, Fault), "well", "all")}
