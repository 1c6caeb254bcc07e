"""Calendars: when each place's office is open: the country's days off, the collector's own, and what is set for its
units on the web. What is set for a unit holds here from its first stage on: its kiosks follow stage by stage.
"""

from collections.abc import Iterable, Sequence
from datetime import time

from kiosk.base.public_days import public_days
from kiosk.domain.office_calendar import Calendar, DayList, Opening
from sync.collector.fleet.rollouts.change import Change, laid_upon
from sync.collector.fleet.rollouts.effective import InForce
from sync.collector.settings.collector import CollectorConfig
from sync.collector.settings.fleet import Fleet
from sync.protocol.messages import DeviceSettings, OpeningHours

_MONDAY_TO_FRIDAY = frozenset(range(5))


class Calendars:
    """The calendar of every place at one moment."""

    def __init__(self, config: CollectorConfig, in_force: InForce) -> None:
        self._config = config
        self._changes: dict[str, list[Change]] = {}
        for active in in_force.rollouts:
            if {"hours", "holidays", "worked"} & set(active.change.names):
                self._changes.setdefault(active.path, []).append(active.change)
        self._made: dict[tuple[str, ...], Calendar] = {}
        self._known: dict[str, Calendar] = {}

    def of(self, path: str) -> Calendar:
        """That of the unit at ``path``; places for which the same was set have the same one."""
        # Asked for each kiosk of a province on every page.
        if path not in self._known:
            units = tuple(above for above in ways_to(path) if above in self._changes)
            if units not in self._made:
                changes = (change for above in units for change in self._changes[above])
                self._made[units] = self._calendar(laid_upon(DeviceSettings(""), changes))
            self._known[path] = self._made[units]
        return self._known[path]

    @property
    def paths(self) -> Sequence[str]:
        """The units for which something was set, those further down last."""
        return sorted(self._changes, key=lambda path: (path.count("/"), path))

    def _calendar(self, said: DeviceSettings) -> Calendar:
        config = self._config.calendar
        own = DayList.of(config.holidays, config.worked).under(_day_list(said))
        return Calendar(_openings(said.hours, self._config.fleet), own, public_days(config.public_holidays))


def ways_to(path: str) -> Iterable[str]:
    """The paths of every unit above and the place's own: ``""``, ``XA/``, ``XA/Q/``."""
    yield ""
    for end, sign in enumerate(path):
        if sign == "/":
            yield path[: end + 1]


def _day_list(said: DeviceSettings) -> DayList:
    worked = {one.day: None if one.like is None else one.like - 1 for one in said.worked}
    return DayList(frozenset(said.holidays), worked)


def _openings(hours: Sequence[OpeningHours], usual: Fleet) -> tuple[Opening, ...]:
    if not hours:
        return (Opening(_MONDAY_TO_FRIDAY, usual.opens, usual.closes),)
    return tuple(
        Opening(
            frozenset(day - 1 for day in span.days), time.fromisoformat(span.opens), time.fromisoformat(span.closes)
        )
        for span in hours
    )
