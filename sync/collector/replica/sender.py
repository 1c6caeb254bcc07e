"""Sender: a kiosk as the collector knows it while it speaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.collector.calendar.bounds import NO_FLOOR, Floor
from sync.collector.replica.stood import Spans


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
