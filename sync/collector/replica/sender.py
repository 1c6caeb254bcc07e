"""Sender: a kiosk as the collector knows it while it speaks, and where its counters stood on which day. Pure.

A counter that was moved has a row for each place (``schema.places``), and whatever speaks of it by code or by any of
these rows means the one of its day. So what a kiosk brings late, however late, counts where it was pressed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sync.collector.calendar.bounds import NO_FLOOR, Floor

NEVER = "~"
"""Later than every day as it is written."""


class Span(NamedTuple):
    """Where a counter stood until a day, before it moved."""

    until: str
    """The first day, 2026-07-01, on which it no longer stood there."""
    counter_id: int


Spans = Mapping[int, tuple[Span, ...]]
"""By each row of a counter that was moved, all of its places in order."""


@dataclass(frozen=True, slots=True)
class Device:
    """Who it is, and what it may say of which counters."""

    device_id: str
    public_key: bytes
    counter_id: int
    counters: Mapping[str, int]
    """The counters it was ever granted, by code: its own, earlier ones of its own, and those of a hall."""
    revoked: bool
    moves: tuple[tuple[int, int], ...] = ()
    """Until when, in microseconds since 1970, it stood at which other counter; in order."""
    spans: Spans = field(default_factory=dict)
    """Of counters that were moved themselves."""
    ended: Mapping[int, int] = field(default_factory=dict)
    """Of these counters those that are its own no longer: until when."""
    floor: Floor = NO_FLOOR
    """Before which moments it cannot have made an entry."""
    key_id: int = 0
    """Of the key that it signs with (``fleet.devices.keys``)."""


def counter_on(spans: Spans, counter_id: int, day: str) -> int:
    """The row of the place where a counter stood on a day."""
    if not spans:
        return counter_id
    return next((span.counter_id for span in spans.get(counter_id, ()) if day < span.until), counter_id)
