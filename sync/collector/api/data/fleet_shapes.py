"""Fleet shapes: what the answer about kiosks is, as the API description tells it."""

from typing import Annotated

from msgspec import Meta, Struct

from sync.collector.api.data.shapes import Day, Moment, Next


class HalfDay(Struct, frozen=True):
    """A half day; nothing that moves with a press is told more finely."""

    day: Day
    half: Annotated[str, Meta(description="am or pm")]


class KioskState(Struct, frozen=True):
    """One kiosk as its page shows it."""

    kiosk: Annotated[str, Meta(description="Its id")]
    unit: Annotated[str, Meta(description="Its unit's code")]
    counter: str
    counter_name: str
    enrolled_at: Moment
    withdrawn_at: Annotated[Moment | None, Meta(description="Since when nothing that it sends is taken")]
    last_contact: Annotated[Moment | None, Meta(description="To the minute; null before the first")]
    faults: Annotated[list[str], Meta(description="What is wrong, the gravest first; empty where it is well")]
    known: Annotated[list[str], Meta(description="Of its faults those that somebody knows of")]
    last_press: Annotated[HalfDay | None, Meta(description="Of a month, and of half days that are over")]
    waiting: Annotated[int | None, Meta(description="Entries that had not come when the last half day was over")]
    waits_since: Annotated[Moment | None, Meta(description="From when on at least the oldest of these waits")]
    clock_ahead_s: Annotated[float | None, Meta(description="Seconds by which its clock is ahead")]
    disk_free_mb: Annotated[int | None, Meta(description="Megabytes, as `fleet.disk_free_mb` of the settings")]
    software: str
    ring: Annotated[str, Meta(description="The ring of upgrades the office set; empty where none")]
    journal: Annotated[str, Meta(description="whole, continued, forked or damaged; empty before anything came")]


class Fleet(Struct, frozen=True):
    """The kiosks that you may watch, by unit and counter."""

    time_zone: str
    kiosks: list[KioskState]
    next: Next = None


ANSWERS = (Fleet,)
"""What the API description has a schema of."""
