"""Settings form: what a person typed, as the change of settings that it means, with each fault beside its field."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from kiosk.base.texts import LANGUAGES
from sync.collector.fleet.rollouts.change import RING, TEXT_NAMES, Change, Thresholds, faults_of
from sync.protocol.days import WorkedDay
from sync.protocol.messages import OpeningHours

SETTINGS = ("survey", "theme", "hours", "holidays", "worked", "texts", "thresholds", "ring")
HOUR_ROWS = 4
WORKED_ROWS = 6
WEEKDAYS = range(1, 8)
TITLE_CHARS_MAX = 100

Form = Mapping[str, str]


class Fields(dict[str, str]):
    """The fields of a form; one that was not sent is empty."""

    def __missing__(self, _key: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A form as it was read."""

    change: Change
    title: str
    unit: str
    begins_at: datetime | None
    """None is at once."""
    at_once: bool
    """To all kiosks, without stages."""
    faults: Mapping[str, str] = field(default_factory=dict)
    """Ids of sentences by field."""


def read_filled_form(form: Form, surveys: Iterable[str], zone: ZoneInfo) -> FilledForm:
    """The form as a change; an unusable field leaves its setting out and has its fault in ``faults``."""
    faults: dict[str, str] = {}
    said: dict[str, object] = {}
    for name in SETTINGS:
        if form.get(f"set_{name}"):
            try:
                said[name] = _READ[name](form)
            except ValueError as error:
                faults[name] = str(error)
    change = Change(**said)  # type: ignore[arg-type]
    faults = {**faults_of(change, surveys), **faults}
    if len(faults) > 1:
        faults.pop("nothing", None)
    title = form.get("title", "").strip()[:TITLE_CHARS_MAX]
    if not title:
        faults["title"] = "give it a name by which others will know it"
    begins_at = None
    try:
        begins_at = _moment(form.get("begins", ""), zone)
    except ValueError as error:
        faults["begins"] = str(error)
    return FilledForm(change, title, form.get("unit", ""), begins_at, form.get("how") == "at-once", faults)


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone)
    except ValueError as error:
        raise ValueError("this is no time; choose a day and a time") from error


def _survey(form: Form) -> str:
    return form.get("survey", "")


def _theme(form: Form) -> str:
    theme = form.get("theme", "")
    if theme not in ("light", "dark", "high-contrast"):
        raise ValueError("choose a theme")
    return theme


def _hours(form: Form) -> list[OpeningHours]:
    rows = []
    for row in range(HOUR_ROWS):
        opens, closes = form.get(f"h{row}_opens", ""), form.get(f"h{row}_closes", "")
        days = [day for day in WEEKDAYS if form.get(f"h{row}_{day}")]
        if opens or closes or days:
            rows.append({"days": days, "opens": opens[:5], "closes": closes[:5]})
    try:
        return msgspec.convert(rows, list[OpeningHours])
    except msgspec.ValidationError as error:
        raise ValueError("each line needs at least one day, and an end after its beginning") from error


def _holidays(form: Form) -> list[date]:
    words = re.split(r"[\s,;]+", form.get("holidays", "").strip())
    return sorted({_day(word) for word in words if word})


def _worked(form: Form) -> list[WorkedDay]:
    rows = []
    for row in range(WORKED_ROWS):
        text, like = form.get(f"w{row}_day", "").strip(), form.get(f"w{row}_like", "")
        if text:
            whose = int(like) if like.isascii() and like.isdigit() else None
            rows.append({"day": text, "like": whose})
    try:
        return msgspec.convert([{**row, "day": _day(str(row["day"])).isoformat()} for row in rows], list[WorkedDay])
    except ValueError as error:
        raise ValueError("choose each day, and the weekday whose hours it has") from error


def _day(text: str) -> date:
    found = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text)
    except ValueError as error:
        raise ValueError("write each day as 02/09/2026, one a line") from error


def _texts(form: Form) -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        words = {name: form.get(f"text_{name}_{language}", "").strip() for name in TEXT_NAMES}
        if any(words.values()):
            texts[language] = {name: said for name, said in words.items() if said}
    return texts


def _thresholds(form: Form) -> Thresholds:
    said = {name: form.get(name, "").strip() for name in ("cell_min", "percent_min", "step")}
    try:
        return msgspec.convert(said, Thresholds, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError("these are whole numbers, as a rule 5, 30 and 5") from error


def _ring(form: Form) -> str:
    ring = form.get("ring", "").strip()
    if not re.fullmatch(RING, ring):
        raise ValueError("small letters, digits and hyphens, such as stable or canary")
    return ring


_READ = {
    "survey": _survey,
    "theme": _theme,
    "hours": _hours,
    "holidays": _holidays,
    "worked": _worked,
    "texts": _texts,
    "thresholds": _thresholds,
    "ring": _ring,
}
