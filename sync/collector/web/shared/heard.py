"""Heard: how the kiosks of a page's places are heard, in one line and a short list of the silent ones."""

from collections.abc import Iterable
from dataclasses import dataclass

from sync.collector.figures.kiosks import Freshness
from sync.collector.figures.places import Place
from sync.collector.fleet.kiosks.hours import Closed
from sync.collector.services.services import Services


@dataclass(frozen=True, slots=True)
class Heard:
    """The kiosks of some places."""

    kiosks: tuple[Freshness, ...]
    silent: tuple[tuple[Place, Freshness], ...]
    """Those that are silent, the longest first."""
    closed: Closed | None
    """That none of their offices is open now."""

    @property
    def named(self) -> tuple[tuple[Place, Freshness], ...]:
        """The silent ones that a page may name: none where all are silent at night, for that is one matter."""
        return () if self.closed and len(self.silent) == len(self.kiosks) else self.silent


def read_heard(services: Services, kiosks: Iterable[tuple[Place, Freshness]]) -> Heard:
    """How kiosks that stand at these places are heard now."""
    found = tuple(kiosks)
    silent = [(place, kiosk) for place, kiosk in found if kiosk.silent]
    # Whoever was never heard has no moment, and comes first.
    silent.sort(key=lambda each: (each[1].last_contact is not None, str(each[1].last_contact), each[0].key))
    with services.database.reading() as connection:
        closed = services.missed(connection).closed(place.parent or "" for place, _ in found)
    return Heard(tuple(kiosk for _, kiosk in found), tuple(silent), closed)
