"""From the centre: what the office set for this kiosk, as the agent brought it; it wins over the kiosk's own file.

The file was checked whole before it was put here. One that cannot be read says nothing.
"""

from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from kiosk.base.resources import own_survey
from kiosk.base.sealed_box import KEY_BYTES
from kiosk.domain.numbers.blocks import COUNTED_MIN
from kiosk.domain.office_calendar import DayList
from kiosk.domain.visit.survey import FIRST_LANGUAGE
from kiosk.office.settings import WEEKDAYS, Hours, KioskSettings, VisitSettings


class _Span(msgspec.Struct, frozen=True):
    days: list[int]
    opens: str
    closes: str


class _Worked(msgspec.Struct, frozen=True):
    day: str
    like: int | None = None


class _OfficeDays(msgspec.Struct, frozen=True):
    public: str = "vietnam"
    off: list[str] = []
    worked: list[_Worked] = []


class _Thresholds(msgspec.Struct, frozen=True):
    cell_min: int | None = None
    percent_min: int | None = None
    step: int | None = None


class _Set(msgspec.Struct, frozen=True):
    survey: str | None = None
    hours: list[_Span] = []
    counter_name: str = ""
    unit_name: str = ""
    theme: Literal["light", "dark", "high-contrast"] | None = None
    holidays: list[str] = []
    worked: list[_Worked] = []
    office_days: _OfficeDays | None = None
    thresholds: _Thresholds = _Thresholds()
    texts: dict[str, dict[str, str]] = {}
    survey_text: str | None = None
    counter: str | None = None
    words_key: Annotated[bytes, msgspec.Meta(min_length=KEY_BYTES, max_length=KEY_BYTES)] | None = None


class _Kept(msgspec.Struct, frozen=True):
    version: str
    settings: _Set


def with_office(settings: KioskSettings) -> tuple[KioskSettings, str | None]:
    """The settings in force, and the version of the office's part of them; None where it set nothing."""
    kept = _read(settings.folder / "settings.json")
    if kept is None:
        return settings, None
    said = kept.settings
    changes = {
        "survey": _survey(said, settings.folder),
        "screen": {"theme": said.theme},
        "visit": {"hours": tuple(map(_hours, said.hours))},
        "disclosure": _raised(said.thresholds),
        "office": _names(said, settings),
    }
    found = _laid_over(settings, changes)
    return msgspec.structs.replace(found, visit=_with_days(found.visit, said)), kept.version


def counter_said(folder: Path) -> str | None:
    """The code of the counter at which the kiosk stands, as the office last said; None where it never did."""
    kept = _read(folder / "settings.json")
    return kept.settings.counter if kept else None


def words_key_said(folder: Path) -> bytes | None:
    """The collector's public key for citizens' words; None where it has none."""
    kept = _read(folder / "settings.json")
    return kept.settings.words_key if kept else None


def _laid_over(settings: KioskSettings, changes: dict[str, Any]) -> KioskSettings:
    """The settings with what the office said of them; a missing value or an empty list says nothing."""
    whole: dict[str, Any] = {}
    for key, said in changes.items():
        if isinstance(said, dict):
            section = {name: value for name, value in said.items() if value or value == 0}
            whole[key] = msgspec.structs.replace(getattr(settings, key), **section)
        elif said:
            whole[key] = said
    return msgspec.structs.replace(settings, **whole)


def _with_days(visit: VisitSettings, said: _Set) -> VisitSettings:
    """The visit with one list of days: the whole office's, over these the kiosk's own, over these those set for it.

    A list that was set for the kiosk takes the place of its own one.
    """
    if not (said.holidays or said.worked or said.office_days):
        return visit
    office = said.office_days or _OfficeDays()
    own = DayList.of(() if said.holidays else visit.holidays, () if said.worked else visit.worked)
    days = _day_list(office.off, office.worked).under(own).under(_day_list(said.holidays, said.worked))
    # In an office abroad nobody's days off hold, whoever of the two says so.
    public = "none" if office.public == "none" else visit.public_holidays
    changes = {"public_holidays": public, "holidays": tuple(sorted(days.off)), "worked": days.worked_texts}
    return msgspec.structs.replace(visit, **changes)


def _day_list(off: list[str], worked: list[_Worked]) -> DayList:
    return DayList(frozenset(off), {one.day: None if one.like is None else one.like - 1 for one in worked})


def _raised(said: _Thresholds) -> dict[str, int | None]:
    """The thresholds; what an older collector may have set below five is five."""
    at_least = {
        name: None if n is None else max(n, COUNTED_MIN)
        for name, n in (("cell_min", said.cell_min), ("step", said.step))
    }
    return {**at_least, "percent_min": said.percent_min}


def _survey(said: _Set, folder: Path) -> str | None:
    if said.survey is None:
        return None
    return str(own_survey(folder, said.survey)) if said.survey_text else said.survey.partition("@")[0]


def _names(said: _Set, settings: KioskSettings) -> dict[str, dict[str, str]]:
    """What stands on top of the screen: as the office set it, else as the kiosk has it, else as it was enrolled."""
    own = {"name": settings.office.name, "counter": settings.office.counter}
    enrolled = {"name": said.unit_name, "counter": said.counter_name}
    found = {}
    for key, text in (("name", "office"), ("counter", "counter")):
        told = {language: words[text] for language, words in said.texts.items() if words.get(text)}
        found[key] = {**(own[key] or ({FIRST_LANGUAGE: enrolled[key]} if enrolled[key] else {})), **told}
    return found


def _read(path: Path) -> _Kept | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Kept)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def _hours(span: _Span) -> Hours:
    days = tuple(WEEKDAYS[day - 1] for day in span.days)
    return Hours(days, time.fromisoformat(span.opens), time.fromisoformat(span.closes))
