"""The kiosk's settings: one commented file, ``config/kiosk.toml``, explains every key."""

from datetime import time
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from kiosk.domain.fault import Fault
from kiosk.domain.survey import Survey, load_survey
from kiosk.domain.visit import Opening, VisitRules
from kiosk.resources import resource
from kiosk.settings import Disclosure, Section, Settings, SettingsInvalid, load_settings

SYSTEM_FILE = Path("/etc/hailong/kiosk.toml")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Office(Section):
    """Names shown on top of the screen, by language."""

    name: dict[str, str] = Field(default_factory=dict)
    counter: dict[str, str] = Field(default_factory=dict)


class Screen(Section):
    """The window."""

    fullscreen: bool = True
    width_px: int = Field(1280, ge=320, le=7680)
    height_px: int = Field(800, ge=320, le=7680)
    theme: Literal["light", "dark", "high-contrast"] = "light"
    panel_inch: float = Field(15.6, ge=5, le=100)


class Hours(Section):
    """One stretch of office hours."""

    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]]
    start: time
    end: time


class VisitSettings(Section):
    """How one visit goes."""

    repeat_window_s: float = Field(5.0, ge=0, le=300)
    question_s: float = Field(30.0, ge=5, le=600)
    reasons_s: float = Field(20.0, ge=5, le=600)
    thanks_s: float = Field(4.0, ge=0.2, le=60)
    not_recorded_s: float = Field(15.0, ge=3, le=600)
    test: bool = False
    hours: list[Hours] = Field(default_factory=list)


class JournalSettings(Section):
    """How ratings are kept on this machine."""

    retention_days: int = Field(400, ge=30, le=3650)
    allow_any_disk: bool = False


class CollectorSettings(Section):
    """Where ratings are sent."""

    url: str = ""
    ca_file: Path | None = None
    proxy: str | None = None

    @field_validator("url")
    @classmethod
    def _is_a_web_address(cls, url: str) -> str:
        if url and not url.startswith(("https://", "http://127.0.0.1", "http://localhost", "http://[::1]")):
            raise ValueError("must begin with https:// (plain http:// is taken for this machine only)")
        return url.rstrip("/")


class SyncSettings(Section):
    """The pace of the sync agent."""

    period_s: float = Field(60.0, ge=1, le=3600)
    start_delay_s_max: float = Field(60.0, ge=0, le=3600)


class KioskSettings(Settings):
    """Everything in ``kiosk.toml``."""

    model_config = SettingsConfigDict(env_prefix="HAILONG_KIOSK_")

    data_dir: Path = Field(default_factory=lambda: platformdirs.user_data_path("hailong"))
    time_zone: str = "Asia/Ho_Chi_Minh"
    survey: str = "sipas-5"
    office: Office = Office()
    screen: Screen = Screen()
    visit: VisitSettings = VisitSettings()
    journal: JournalSettings = JournalSettings()
    collector: CollectorSettings = CollectorSettings()
    sync: SyncSettings = SyncSettings()
    disclosure: Disclosure = Disclosure()

    @field_validator("time_zone")
    @classmethod
    def _is_a_known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("is no known time zone; take one such as Asia/Ho_Chi_Minh") from error
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def folder(self) -> Path:
        """Where the kiosk's own files lie."""
        return self.data_dir / "kiosk"

    @property
    def journal_path(self) -> Path:
        """The journal's file."""
        return self.folder / "journal.db"

    @property
    def rules(self) -> VisitRules:
        """The settings of a visit, as the domain takes them."""
        visit = self.visit
        openings = tuple(
            Opening(frozenset(_WEEKDAYS.index(day) for day in hours.days), hours.start, hours.end)
            for hours in visit.hours
        )
        return VisitRules(
            visit.repeat_window_s,
            visit.question_s,
            visit.reasons_s,
            visit.thanks_s,
            visit.not_recorded_s,
            visit.test,
            openings,
        )

    def load_survey(self) -> Survey:
        """The survey on the screen.

        Raises SettingsInvalid when there is none of that name, SurveyInvalid when its file has faults.
        """
        path = survey_path(self.survey)
        if not path.is_file():
            known = ", ".join(sorted(file.stem for file in resource("config", "surveys").glob("*.toml")))
            message = "there is no survey {name!r}; known are {known}, or give the path of a .toml file"
            raise SettingsInvalid((Fault("kiosk.toml", "survey", message, {"name": self.survey, "known": known}),))
        return load_survey(path)


def survey_path(survey: str) -> Path:
    """The file of a survey given by its shipped name or by its path."""
    return Path(survey) if survey.endswith(".toml") else resource("config", "surveys", f"{survey}.toml")


def load_kiosk_settings(
    file: Path | None, data_dir: Path | None, overrides: dict[str, Any] | None = None
) -> KioskSettings:
    """The settings for a command: from ``--config``, or ``kiosk.toml`` in ``--data-dir``, or the system's file.

    Raises SettingsInvalid with every fault.
    """
    found = file or next((path for path in _usual_files(data_dir) if path.is_file()), None)
    where = {} if data_dir is None else {"data_dir": data_dir}
    return load_settings(KioskSettings, found, {**where, **(overrides or {})})


def _usual_files(data_dir: Path | None) -> tuple[Path, ...]:
    return (SYSTEM_FILE,) if data_dir is None else (data_dir / "kiosk" / "kiosk.toml",)
