"""Incidents: which kiosks' faults are told as one, when it is told that it grew, and when that it is over. Pure.

Kiosks that fall ill within a few minutes of one another are told together: first they are gathered, then the largest
parts of the office of which at least half is ill are an incident each, and what is strewn about is one more. Whoever
falls ill soon after in the same part joins it unheard; when it has doubled that is told, a few times at most. Its end
is told when the last kiosk is well, or when nearly all are and the rest has not moved for a while.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile

JOINS_FOR = timedelta(minutes=30)
"""So long after it last grew an incident takes up who falls ill in the same part of the office."""
PARTS_MAX = 3
"""More parts than these at once are one incident: what they share is above them."""
GROWS_BY, GROWTHS_MAX = 2, 3
"""When there are so many times as many as were told it is told again, so often at most."""
EBB_KIOSKS, EBB_SHARE, EBB_STILL = 10, 0.1, timedelta(minutes=30)
"""Of an incident of at least so many kiosks it is told that it is nearly over when no more than this share is left
and none came or went for so long."""


class What(StrEnum):
    """What is told of an incident."""

    BEGUN = "begun"
    GROWN = "grown"
    EBBED = "ebbed"
    """Nearly over; some are left."""
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One kiosk that has the fault, or had it while its incident goes on."""

    device_id: str
    since: datetime
    incident: str | None = None
    """None while it waits for others that fall ill with it."""
    well_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """What is told of as one."""

    name: str
    scope: str
    """The path of the unit in whose subtree it is."""
    grown_at: datetime
    told_n: int
    growths: int = 0


@dataclass(frozen=True, slots=True)
class OpenTroubles:
    """Everything that is the matter with one fault among some kiosks."""

    troubles: Mapping[str, Trouble]
    """By kiosk."""
    incidents: Mapping[str, Incident]
    """By name."""

    def of(self, incident: str) -> list[Trouble]:
        """The kiosks of an incident."""
        return [one for one in self.troubles.values() if one.incident == incident]


@dataclass(frozen=True, slots=True)
class Told:
    """Something to tell, once."""

    what: What
    incident: Incident
    ill: tuple[str, ...]
    """Kiosks that have it now."""
    well: tuple[str, ...]
    """Kiosks that had it."""
    since: datetime
    """When the first of them fell ill."""


NOTHING = OpenTroubles({}, {})


def look_again(
    state: OpenTroubles,
    ill: Iterable[str],
    unsure: Iterable[str],
    places: Mapping[str, str],
    now: datetime,
    gather: timedelta,
) -> tuple[OpenTroubles, list[Told]]:
    """What is the matter now, and what is to be told of it.

    ``ill`` have the fault; of ``unsure`` nobody knows, and they stay as they were. ``places`` has the path of the unit
    of every kiosk there is.
    """
    troubles = _seen(state, set(ill), set(unsure), now)
    state, begun = _begin(OpenTroubles(troubles, state.incidents), places, now, gather)
    state, grown = _grow(state, {told.incident.name for told in begun})
    state, ended = _end(state, now)
    return state, [*begun, *grown, *ended]


def _seen(state: OpenTroubles, ill: set[str], unsure: set[str], now: datetime) -> dict[str, Trouble]:
    found = {}
    for device_id, one in state.troubles.items():
        if device_id in unsure:
            found[device_id] = one
        elif device_id in ill:
            found[device_id] = replace(one, well_at=None)
        elif one.incident is not None:
            found[device_id] = replace(one, well_at=one.well_at or now)
        # Else it came and went before anybody was told.
    for device_id in sorted(ill - unsure - found.keys()):
        found[device_id] = Trouble(device_id, now)
    return found


def _begin(
    state: OpenTroubles, places: Mapping[str, str], now: datetime, gather: timedelta
) -> tuple[OpenTroubles, list[Told]]:
    """Who was gathered joins an incident or begins one."""
    fresh = [one for one in state.troubles.values() if one.incident is None]
    if not fresh or now - min(one.since for one in fresh) < gather:
        return state, []
    troubles, incidents, begun = dict(state.troubles), dict(state.incidents), []
    for scope, devices in parts_of({one.device_id for one in fresh}, places):
        joined = _recent(incidents.values(), scope, now)
        if joined is None:
            incident = Incident(_name(scope, devices, incidents), scope, now, len(devices))
            begun.append(incident.name)
        else:
            wider = scope if joined.scope.startswith(scope) else joined.scope
            incident = replace(joined, scope=wider, grown_at=now)
        incidents[incident.name] = incident
        troubles |= {one: replace(troubles[one], incident=incident.name) for one in devices}
    found = OpenTroubles(troubles, incidents)
    return found, [_told(What.BEGUN, found, incidents[name]) for name in begun]


def parts_of(devices: set[str], places: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """The parts of the office that kiosks make up together, each with its path; none of them is in two."""
    left, parts = set(devices), []
    for below in _subtrees(places):
        hit = left & below
        if len(hit) > 1 and 2 * len(hit) >= len(below):
            parts.append((_common(places[one] for one in hit), sorted(hit)))
            left -= hit
    if left:
        parts.append((_common(places[one] for one in left), sorted(left)))
    if len(parts) > PARTS_MAX:
        return [(_common(places[one] for one in devices), sorted(devices))]
    return parts


def _subtrees(places: Mapping[str, str]) -> Iterator[set[str]]:
    """The kiosks at or below each unit, from the top down."""
    below: dict[str, set[str]] = {}
    for device_id, path in places.items():
        steps = path.split("/")
        for depth in range(len(steps)):
            below.setdefault("/".join(steps[:depth]) + ("/" if depth else ""), set()).add(device_id)
    yield from (below[path] for path in sorted(below, key=lambda path: (path.count("/"), path)))


def _common(paths: Iterable[str]) -> str:
    """The smallest unit around all of them."""
    alike = takewhile(lambda step: len(set(step)) == 1, zip(*(path.split("/") for path in paths), strict=False))
    return "".join(f"{step[0]}/" for step in alike if step[0])


def _recent(incidents: Iterable[Incident], scope: str, now: datetime) -> Incident | None:
    near = [
        one
        for one in incidents
        if now - one.grown_at <= JOINS_FOR and (one.scope.startswith(scope) or scope.startswith(one.scope))
    ]
    return max(near, key=lambda one: (one.grown_at, one.name), default=None)


def _name(scope: str, devices: Sequence[str], taken: Mapping[str, Incident]) -> str:
    """A name that the same kiosks always get, so that what comes back is known again."""
    name = devices[0] if len(devices) == 1 else f"unit:{scope.rstrip('/').rpartition('/')[2]}"
    number = 1
    while (found := name if number == 1 else f"{name}:{number}") in taken:
        number += 1
    return found


def _grow(state: OpenTroubles, begun: set[str]) -> tuple[OpenTroubles, list[Told]]:
    incidents, grown = dict(state.incidents), []
    for name, incident in state.incidents.items():
        n = sum(one.well_at is None for one in state.of(name))
        if name not in begun and n >= GROWS_BY * incident.told_n and incident.growths < GROWTHS_MAX:
            incidents[name] = replace(incident, told_n=n, growths=incident.growths + 1)
            grown.append(name)
    found = OpenTroubles(state.troubles, incidents)
    return found, [_told(What.GROWN, found, incidents[name]) for name in grown]


def _end(state: OpenTroubles, now: datetime) -> tuple[OpenTroubles, list[Told]]:
    troubles, incidents, ended = dict(state.troubles), dict(state.incidents), []
    for name, incident in state.incidents.items():
        every = state.of(name)
        well = [one for one in every if one.well_at is not None]
        left = len(every) - len(well)
        if left and not _is_ebbing(incident, well, len(every), now):
            continue
        ended.append(_told(What.EBBED if left else What.OVER, state, incident))
        for one in well:
            del troubles[one.device_id]
        if left:
            incidents[name] = replace(incident, told_n=left)
        else:
            del incidents[name]
    return OpenTroubles(troubles, incidents), ended


def _is_ebbing(incident: Incident, well: Sequence[Trouble], n: int, now: datetime) -> bool:
    moved = max((one.well_at for one in well if one.well_at is not None), default=now)
    still = now - max(moved, incident.grown_at) >= EBB_STILL
    return n >= EBB_KIOSKS and n - len(well) <= EBB_SHARE * n and still


def _told(what: What, state: OpenTroubles, incident: Incident) -> Told:
    every = state.of(incident.name)
    ill = tuple(one.device_id for one in every if one.well_at is None)
    well = tuple(one.device_id for one in every if one.well_at is not None)
    return Told(what, incident, ill, well, min(one.since for one in every))
