"""Office: brings what the office set for this kiosk, whole and checked, to a file beside the journal.

The app reads ``settings.json``. Settings that this version cannot follow are refused whole, and the
last good ones stay.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from kiosk.base.private_file import write_private
from kiosk.base.resources import own_survey, resource
from kiosk.base.survey_file import load_survey
from kiosk.domain.office_calendar import day_text
from kiosk.domain.visit.survey import Survey, SurveyInvalid, read_survey
from sync.protocol.messages import SHORT_TEXT_MAX, DeviceSettings, MessageInvalid, decode_message

SETTINGS_FILE = "settings.json"
RING = re.compile(r"[a-z][a-z0-9-]{0,19}")
THEMES = ("light", "dark", "high-contrast")
FORMAT = 3
"""Raised whenever kiosks learn to follow another setting: what an older version kept lacks it, and is fetched again."""


class OfficeSettings(msgspec.Struct, frozen=True):
    """What the file of the office's settings holds."""

    version: str
    """The ETag that the settings came with."""
    settings: DeviceSettings
    format: int = 1


class OfficeSettingsRefused(ValueError):
    """The settings cannot be followed; ``str()`` says why, in English, for IT staff."""

    def __init__(self, why: str) -> None:
        super().__init__(why[:SHORT_TEXT_MAX])


def kept_version(directory: Path) -> str | None:
    """Which settings are kept; None before the first, and where an older version kept them."""
    try:
        kept = msgspec.json.decode((directory / SETTINGS_FILE).read_bytes(), type=OfficeSettings)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    return kept.version if kept.format >= FORMAT else None


def keep_settings(directory: Path, body: bytes, version: str) -> None:
    """Check the settings in ``body`` and keep them as ``version``, in one step.

    Raises OfficeSettingsRefused; then the last good ones stay.
    """
    try:
        settings = decode_message(DeviceSettings, body)
    except MessageInvalid as error:
        raise OfficeSettingsRefused(str(error)) from error
    if settings.theme not in (None, *THEMES):
        raise OfficeSettingsRefused(f"theme: this kiosk has no {settings.theme}")
    if settings.ring is not None and not RING.fullmatch(settings.ring):
        raise OfficeSettingsRefused(f"ring: {settings.ring[:40]!r} is no name of a suite")
    _require_days("holidays", settings.holidays)
    _require_days("worked", (one.day for one in settings.worked))
    if settings.office_days is not None:
        _require_days("office_days", settings.office_days.off)
        _require_days("office_days", (one.day for one in settings.office_days.worked))
    for hours in settings.hours:
        if hours.opens >= hours.closes:
            raise OfficeSettingsRefused(f"hours: opens {hours.opens} is not before closes {hours.closes}")
    if settings.survey is not None and settings.survey_text is not None:
        _keep_survey(directory, settings.survey, settings.survey_text)
    elif settings.survey is not None:
        _require_survey(settings.survey)
    kept = msgspec.json.format(msgspec.json.encode(OfficeSettings(version, settings, FORMAT)))
    write_private(directory / SETTINGS_FILE, kept, durable=True)


def _require_days(name: str, days: Iterable[str]) -> None:
    for day in days:
        try:
            day_text(day)
        except ValueError as error:
            raise OfficeSettingsRefused(f"{name}: there is no day {day}") from error


def _keep_survey(directory: Path, ref: str, text: str) -> None:
    """Keep a survey that the office wrote, once it is proven to be that one and can be drawn."""
    try:
        found = read_survey(text, ref)
    except SurveyInvalid as error:
        raise OfficeSettingsRefused(f"survey: {ref} has faults: {error.faults[0]}") from error
    if found.ref != ref:
        raise OfficeSettingsRefused(f"survey: the text is that of {found.ref}, not of {ref}")
    _require_icons(found)
    file = own_survey(directory, ref)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    write_private(file, text.encode(), durable=True)


def _require_icons(survey: Survey) -> None:
    for reason in survey.reasons:
        if not resource("assets", "icons", f"{reason.icon}.svg").is_file():
            raise OfficeSettingsRefused(
                f"survey: this kiosk has no icon {reason.icon}; install the version that has it"
            )


def _require_survey(ref: str) -> None:
    """Only a survey that this version has, in this very version, can be shown."""
    name, _, _ = ref.partition("@")
    path = resource("config", "surveys", f"{name}.toml")
    if not name.replace("-", "").isalnum() or not path.is_file():
        raise OfficeSettingsRefused(f"survey: there is no {ref} on this kiosk; install the version that has it")
    try:
        found = load_survey(path).ref
    except SurveyInvalid as error:
        raise OfficeSettingsRefused(f"survey: {ref} has faults") from error
    if found != ref:
        raise OfficeSettingsRefused(f"survey: this kiosk has {found}, not {ref}; install the version that has it")
