"""Change: the part of a kiosk's settings that the office may set from afar, and how changes lie upon each other.

Pure: no database, no clock. A change names only what it sets; everything else stays as it was.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

import msgspec

from kiosk.domain.numbers.blocks import COUNTED_MIN
from sync.protocol.days import WorkedDay
from sync.protocol.messages import DeviceSettings, OpeningHours

HOLIDAYS_MAX = 100
WORKED_MAX = 100
HOURS_MAX = 14
TEXT_CHARS_MAX = 120
RING = "^[a-z][a-z0-9-]{0,19}$"
"""What a ring of upgrades is called: a suite of an apt repository, such as ``canary`` or ``stable``."""
TEXT_NAMES = ("office", "counter")
"""The texts of the citizen's screen that may be set: whose kiosk it is, and of which counter."""

Theme = Literal["light", "dark", "high-contrast"]


class Thresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many ratings a kiosk's blocks have at least, never fewer than five; as ``[disclosure]`` in its settings."""

    cell_min: Annotated[int, msgspec.Meta(ge=0, le=1000)]
    percent_min: Annotated[int, msgspec.Meta(ge=0, le=10_000)]
    step: Annotated[int, msgspec.Meta(ge=1, le=1000)]


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one rollout sets; None leaves a setting alone, an empty list takes it back to the kiosk's own."""

    survey: str | None = None
    """``id@version``."""
    hours: list[OpeningHours] | None = None
    holidays: list[date] | None = None
    worked: list[WorkedDay] | None = None
    theme: Theme | None = None
    texts: dict[str, dict[str, str]] | None = None
    """Language to name (``TEXT_NAMES``) to words."""
    thresholds: Thresholds | None = None
    ring: Annotated[str, msgspec.Meta(pattern=RING)] | None = None
    """From which suite of the operator's repository kiosks take upgrades."""

    @property
    def names(self) -> tuple[str, ...]:
        """What is set, in the order of the form."""
        return tuple(name for name in self.__struct_fields__ if getattr(self, name) is not None)


def faults_of(change: Change, surveys: Iterable[str]) -> dict[str, str]:
    """What is wrong with a change, by setting, as ids of sentences; nothing when it may begin."""
    faults = {}
    if not change.names:
        faults["nothing"] = "choose at least one thing to set"
    if change.survey is not None and change.survey not in set(surveys):
        faults["survey"] = "this survey is not published"
    if change.hours is not None and not _are_hours(change.hours):
        faults["hours"] = "each line needs at least one day, and an end after its beginning"
    if change.holidays is not None and len(change.holidays) > HOLIDAYS_MAX:
        faults["holidays"] = "these are too many days"
    if change.worked is not None and (fault := _fault_of_worked(change.worked, change.holidays or ())):
        faults["worked"] = fault
    if change.thresholds is not None and min(change.thresholds.cell_min, change.thresholds.step) < COUNTED_MIN:
        # Not a rule of the type: what was set below five before must still be read, and kiosks take it for five.
        faults["thresholds"] = "five ratings are the least that is ever told together: this may only be raised"
    if change.texts is not None and not all(map(_are_texts, change.texts.values())):
        faults["texts"] = "a text is at most 120 characters long"
    return faults


def laid_upon(settings: DeviceSettings, changes: Iterable[Change]) -> DeviceSettings:
    """The settings with every change upon them, each over those before it."""
    for change in changes:
        said = {name: getattr(change, name) for name in change.names}
        if change.holidays is not None:
            said["holidays"] = sorted(day.isoformat() for day in change.holidays)
        if change.thresholds is not None:
            said["thresholds"] = msgspec.to_builtins(change.thresholds)
        if change.texts is not None:
            both = {language: {**settings.texts.get(language, {}), **words} for language, words in change.texts.items()}
            said["texts"] = {**settings.texts, **both}
        settings = msgspec.structs.replace(settings, **said)
    return settings


def _are_hours(hours: list[OpeningHours]) -> bool:
    return len(hours) <= HOURS_MAX and all(span.days and span.opens < span.closes for span in hours)


def _fault_of_worked(worked: list[WorkedDay], closed: Iterable[date]) -> str | None:
    days = [one.day for one in worked]
    if len(days) > WORKED_MAX:
        return "these are too many days"
    if len(set(days)) < len(days):
        return "a day stands here twice"
    return "a day cannot be closed and worked at once" if {day.isoformat() for day in closed} & set(days) else None


def _are_texts(words: dict[str, str]) -> bool:
    return words.keys() <= set(TEXT_NAMES) and all(len(text) <= TEXT_CHARS_MAX for text in words.values())
