"""Office: what the office set for this kiosk, as the agent brought it; it wins over the kiosk's own file.

The file was checked whole before it was put here. One that cannot be read says nothing.
"""

from datetime import time
from pathlib import Path

import msgspec

from kiosk.config import WEEKDAYS, Hours, KioskSettings
from kiosk.domain.survey import FIRST_LANGUAGE


class _Span(msgspec.Struct, frozen=True):
    days: list[int]
    opens: str
    closes: str


class _Set(msgspec.Struct, frozen=True):
    survey: str | None = None
    hours: list[_Span] = []
    counter_name: str = ""
    unit_name: str = ""


class _Kept(msgspec.Struct, frozen=True):
    version: str
    settings: _Set


def with_office(settings: KioskSettings) -> tuple[KioskSettings, str | None]:
    """The settings in force, and the version of the office's part of them; None where it set nothing."""
    kept = _read(settings.folder / "settings.json")
    if kept is None:
        return settings, None
    said, changed = kept.settings, settings
    if said.survey is not None:
        changed = msgspec.structs.replace(changed, survey=said.survey.partition("@")[0])
    if said.hours:
        hours = tuple(_hours(span) for span in said.hours)
        changed = msgspec.structs.replace(changed, visit=msgspec.structs.replace(changed.visit, hours=hours))
    names = {"name": said.unit_name, "counter": said.counter_name}
    told = {key: {FIRST_LANGUAGE: name} for key, name in names.items() if name and not getattr(settings.office, key)}
    return msgspec.structs.replace(changed, office=msgspec.structs.replace(changed.office, **told)), kept.version


def _read(path: Path) -> _Kept | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Kept)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def _hours(span: _Span) -> Hours:
    days = tuple(WEEKDAYS[day - 1] for day in span.days)
    return Hours(days, time.fromisoformat(span.opens), time.fromisoformat(span.closes))
