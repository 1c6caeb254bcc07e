"""Places: the units that have counters, and the counters, as one tree."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Row, select

from sync.collector.errors import UsageWrong
from sync.collector.figures.kiosks import Freshness, read_kiosks
from sync.collector.fleet.kiosks.hours import Missed
from sync.collector.replica.shown import NOWHERE
from sync.collector.store.schema import counter, unit

EVERYTHING = ""
"""The key of the root, above every unit."""


@dataclass(frozen=True, slots=True)
class Place:
    """A unit or a counter."""

    key: str
    """A unit's path, a counter's unit's path and its code behind a colon."""
    code: str
    name: str
    parent: str | None
    counter_id: int | None = None
    kiosks: tuple[Freshness, ...] = ()
    """Of a counter."""
    unit: str = ""
    """The name of a counter's unit."""
    unit_id: int | None = None
    """Of a unit."""
    until: date | None = None
    """The first day on which a unit is no more, or a counter stands here no more."""
    since: date | None = None
    """The first day on which a counter that was moved stands here."""
    origin: int | None = None
    """The first row of a counter that was moved."""

    def stood(self, first: date, last: date) -> bool:
        """Whether the place was there on any of these days; a counter that was never moved always was."""
        return (self.until is None or self.until > first) and (self.since is None or self.since <= last)

    @property
    def is_counter(self) -> bool:
        """Whether kiosks stand here."""
        return self.counter_id is not None


@dataclass(frozen=True)
class Places:
    """The tree, by key; whatever has no counter below it is left out."""

    by_key: Mapping[str, Place]
    partial: frozenset[str] = frozenset()
    """The units of which only some counters are here: what is told of several together is not all of these."""

    def __getitem__(self, key: str) -> Place:
        return self.by_key[key]

    @cached_property
    def key_of(self) -> dict[int, str]:
        """The key of each counter."""
        return {place.counter_id: key for key, place in self.by_key.items() if place.counter_id is not None}

    @cached_property
    def _up(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for key, place in self.by_key.items():
            above = () if place.parent is None else found.get(place.parent) or self._way_up(place.parent)
            found[key] = (key, *above)
        return found

    def _way_up(self, key: str) -> tuple[str, ...]:
        return tuple(place.key for place in reversed(self.way_to(key)))

    @cached_property
    def unit_of(self) -> dict[int, str]:
        """The key of each unit."""
        return {place.unit_id: key for key, place in self.by_key.items() if place.unit_id is not None}

    def at_work(self, key: str, first: date, last: date) -> list[Place]:
        """Every counter at or below a place that stood there in these days; where none did, every one that ever did."""
        every = self.counters(key)
        return [at for at in every if at.stood(first, last)] or every

    def children_at_work(self, key: str, first: date, last: date) -> list[Place]:
        """What lies right below, without what had no counter in these days."""
        if not any(place.until for place in self.by_key.values()):
            return self.children(key)
        alive = {above for at in self.at_work(key, first, last) for above in self.up_from(at.key)}
        return [place for place in self.children(key) if place.key in alive]

    @cached_property
    def _moved(self) -> dict[int, list[Place]]:
        """The places of each counter that was moved, in order, by its first row."""
        found: dict[int, list[Place]] = {}
        for place in self.by_key.values():
            if place.origin is not None:
                found.setdefault(place.origin, []).append(place)
        return {origin: sorted(places, key=lambda at: at.until or date.max) for origin, places in found.items()}

    @property
    def moved(self) -> list[list[Place]]:
        """The places of each counter that was moved, in order."""
        return list(self._moved.values())

    def followed(self, day: date) -> Iterator[tuple[Place, Place]]:
        """Each place that a counter had left by a day, and the one where it stood on that day."""
        for places in self._moved.values():
            now = next((at for at in places if at.until is None or at.until > day), places[-1])
            yield from ((at, now) for at in places if at.until is not None and at.until <= day and at is not now)

    def only(self, counters: Iterable[Place], of: Iterable[Place] = ()) -> "Places":
        """A tree of these counters alone, with the units above them and the root; ``of`` are all there are."""
        here = {at.key for at in counters}
        wanted = {EVERYTHING, *(above for key in here for above in self.up_from(key))}
        partial = {above for at in of if at.key not in here for above in self.up_from(at.key)}
        return Places({key: place for key, place in self.by_key.items() if key in wanted}, frozenset(partial))

    def subtree(self, key: str) -> "Places":
        """A tree of the counters at and below a place, and of wherever these ever stood."""
        inside = self.counters(key)
        moved = [at for one in inside if one.origin is not None for at in self._moved[one.origin]]
        return self.only([*inside, *moved])

    def up_from(self, key: str) -> tuple[str, ...]:
        """The keys from a place to the top, its own first."""
        return self._up[key]

    def children(self, key: str) -> list[Place]:
        """What lies right below."""
        return [place for place in self.by_key.values() if place.parent == key]

    def beside(self, place: Place, first: date, last: date, seen: str) -> tuple[Place, ...]:
        """The places that one may be compared with: its neighbours, where whoever sees ``seen`` sees them."""
        if place.parent is None or not place.parent.startswith(seen):
            return ()
        return tuple(at for at in self.children_at_work(place.parent, first, last) if at.key != place.key)

    def counters(self, key: str) -> list[Place]:
        """Every counter at or below a place."""
        if not key:
            return list(self._counters)
        if not key.endswith("/"):
            return [place for place in self._counters if place.key == key]
        return [place for place in self._counters if place.key.startswith(key)]

    @cached_property
    def _counters(self) -> list[Place]:
        return [place for place in self.by_key.values() if place.counter_id is not None]

    def between(self, key: str) -> dict[int, str]:
        """Of each unit at or below a place, the number under which stands what lies at several of its counters."""
        units = {-unit_id: at for unit_id, at in self.unit_of.items() if at.startswith(key)}
        found = units if key else {NOWHERE: EVERYTHING, **units}
        return {number: at for number, at in found.items() if at not in self.partial}

    def units_below(self, key: str) -> list[Place]:
        """Every unit below a place."""
        below = [place for place in self.by_key.values() if place.unit_id is not None and place.key != key]
        return [place for place in below if place.key.startswith(key)]

    def way_to(self, key: str) -> list[Place]:
        """The places from the top down to this one."""
        way: list[Place] = []
        above: str | None = key
        while above is not None:
            way.insert(0, self.by_key[above])
            above = self.by_key[above].parent
        return way


def read_places(connection: Connection, missed: Missed) -> Places:
    """Every unit that has counters below it, and the counters with their kiosks."""
    units = {row.path: row for row in connection.execute(select(unit).order_by(unit.c.path))}
    kiosks = read_kiosks(connection, missed)
    c = counter.c
    wanted = select(c.counter_id, c.code, c.name, c.origin_id, c.since, c.until, unit.c.path).join_from(counter, unit)
    rows = connection.execute(wanted.order_by(unit.c.path, c.code)).all()
    found = {EVERYTHING: Place(EVERYTHING, "", "", None)}
    for row in rows:
        # Those of one unit come together.
        if row.path not in found:
            for path in _ways(row.path):
                if path not in found and path in units:
                    found[path] = _unit_place(path, units)
        place = counter_place(row, row.path, units[row.path].name, tuple(kiosks.get(row.counter_id, ())))
        found[place.key] = place
    return Places(found)


def counter_place(row: Any, path: str, unit_name: str, kiosks: tuple[Freshness, ...]) -> Place:
    """A counter with its kiosks, in the unit at ``path``."""
    origin = row.origin_id or (row.counter_id if row.until else None)
    return Place(
        f"{path}:{row.code}",
        row.code,
        row.name,
        path,
        row.counter_id,
        kiosks,
        unit_name,
        until=row.until,
        since=row.since,
        origin=origin,
    )


class NoCounterYet(UsageWrong):
    """Nothing is to be seen yet: tell how it begins."""


def find_place(places: Places, unit_code: str | None, counter_code: str | None, seen: str) -> Place:
    """The place that an address names, if it lies in the subtree ``seen``; without either, the top of that subtree.

    Raises UsageWrong: what may not be seen is as what is not there.
    """
    if unit_code is None and counter_code is not None:
        return _counter(places, counter_code, seen)
    if unit_code is None:
        return _top(places, seen)
    for place in places.by_key.values():
        if place.code == unit_code and not place.is_counter and place.key.startswith(seen) and place.key:
            if counter_code is None:
                return place
            below = places.by_key.get(f"{place.key}:{counter_code}")
            if below is None:
                raise UsageWrong("there is no counter {code}", code=counter_code)
            return below
    raise UsageWrong("there is no unit {code}", code=unit_code)


def _counter(places: Places, code: str, seen: str) -> Place:
    """A counter by its code alone: no two have the same."""
    for place in places.by_key.values():
        if place.is_counter and place.code == code and place.key.startswith(seen):
            return place
    raise UsageWrong("there is no counter {code}", code=code)


def _top(places: Places, seen: str) -> Place:
    """Where somebody who sees this subtree begins: a lone unit rather than everything above it."""
    if seen not in places.by_key:
        raise NoCounterYet("there is no counter in your unit yet")
    place = places[seen]
    if place.key == EVERYTHING:
        below = places.children(EVERYTHING)
        if len(below) == 1:
            return below[0]
    return place


def _unit_place(path: str, units: Mapping[str, Row[Any]]) -> Place:
    row = units[path]
    return Place(path, row.code, row.name, _above(path, units), unit_id=row.unit_id, until=row.ended_on)


def _ways(path: str) -> Iterator[str]:
    codes = path.rstrip("/").split("/")
    for length in range(1, len(codes) + 1):
        yield "/".join(codes[:length]) + "/"


def _above(path: str, units: Mapping[str, object]) -> str:
    above = path.rstrip("/").rpartition("/")[0]
    return f"{above}/" if above and f"{above}/" in units else EVERYTHING
