"""The kiosk's settings: one commented file, ``config/kiosk.toml``, explains every key."""

from datetime import time
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, get_args
from zoneinfo import ZoneInfo

from msgspec import field

from kiosk.base.public_days import Country, public_days
from kiosk.base.resources import resource
from kiosk.base.settings.disclosure import Disclosure
from kiosk.base.settings.reading import (
    Reading,
    Section,
    Settings,
    SettingsInvalid,
    read_settings,
    user_data_dir,
)
from kiosk.base.settings.rules import (
    DayOff,
    DayWorked,
    between,
    each_day_once,
    known_zone,
    private_address,
    secret,
    web_address,
)
from kiosk.base.survey_file import load_survey
from kiosk.base.system import system_file
from kiosk.domain.fault import Fault
from kiosk.domain.office_calendar import Calendar, DayList, Opening
from kiosk.domain.visit.rules import VisitRules
from kiosk.domain.visit.survey import Survey

SYSTEM_FILE = system_file("kiosk.toml")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


class Office(Section, frozen=True):
    """Whose kiosk it is: names by language, a logo, colours of its own."""

    name: dict[str, str] = field(default_factory=dict)
    counter: dict[str, str] = field(default_factory=dict)
    logo: Path | None = None
    colours: dict[str, str] = field(default_factory=dict)


class Screen(Section, frozen=True):
    """The citizen's screen: its window, panel, theme, languages and sound."""

    fullscreen: bool = True
    width_px: Annotated[int, between(320, 7680)] = 1280
    height_px: Annotated[int, between(320, 7680)] = 800
    theme: Literal["light", "dark", "high-contrast"] = "light"
    panel_inch: Annotated[float, between(5, 100)] = 15.6
    rotation_deg: Literal[0, 90, 180, 270] = 0
    blank_min: Annotated[int, between(0, 720)] = 0
    languages: tuple[str, ...] = ("vi", "en")
    language_dir: Path | None = None
    sound: bool = True
    dim_start: time = time(19)
    dim_end: time = time(6, 30)
    dim_depth: Annotated[float, between(0, 1)] = 0.8


class HallCounter(Section, frozen=True):
    """One of the counters that a kiosk in a hall asks for."""

    code: str
    number: str
    name: dict[str, str] = field(default_factory=dict)


class Hall(Section, frozen=True):
    """A kiosk that serves several counters."""

    counters: tuple[HallCounter, ...] = ()


class Staff(Section, frozen=True):
    """The door behind which the staff find their screens."""

    pin_hash: Annotated[str, secret] = ""
    pin_hash_file: Path | None = None


class Hours(Section, frozen=True):
    """One stretch of office hours."""

    days: tuple[Weekday, ...]
    start: time
    end: time


class VisitSettings(Section, frozen=True):
    """How one visit goes."""

    repeat_window_s: Annotated[float, between(0, 300)] = 5.0
    question_s: Annotated[float, between(5, 600)] = 30.0
    reasons_s: Annotated[float, between(5, 600)] = 20.0
    thanks_s: Annotated[float, between(0.2, 60)] = 4.0
    not_recorded_s: Annotated[float, between(3, 600)] = 15.0
    counter_s: Annotated[float, between(5, 600)] = 30.0
    words: bool = False
    words_s: Annotated[float, between(10, 600)] = 60.0
    keep_unsent_words: bool = False
    receipt_url: Annotated[str, web_address] = ""
    receipt_s: Annotated[float, between(10, 120)] = 25.0
    test: bool = False
    hours: tuple[Hours, ...] = ()
    public_holidays: Country = "vietnam"
    holidays: tuple[DayOff, ...] = ()
    worked: tuple[DayWorked, ...] = ()


class JournalSettings(Section, frozen=True):
    """How ratings are kept on this machine."""

    retention_days: Annotated[int, between(30, 3650)] = 400
    allow_any_disk: bool = False


class CollectorSettings(Section, frozen=True):
    """Where ratings are sent."""

    url: Annotated[str, private_address] = ""
    ca_file: Path | None = None
    proxy: Annotated[str, secret] | None = None
    proxy_file: Path | None = None


class SyncSettings(Section, frozen=True):
    """The pace of the sync agent."""

    period_s: Annotated[float, between(1, 3600)] = 60.0
    start_delay_s_max: Annotated[float, between(0, 3600)] = 60.0
    metrics_file: Path | None = None


class KioskSettings(Settings, frozen=True):
    """Everything in ``kiosk.toml``."""

    environment: ClassVar[str] = "HAILONG_KIOSK_"

    data_dir: Path = field(default_factory=user_data_dir)
    time_zone: Annotated[str, known_zone] = "Asia/Ho_Chi_Minh"
    survey: str = "sipas-5"
    demo: bool = False
    office: Office = Office()
    screen: Screen = Screen()
    visit: Annotated[VisitSettings, each_day_once] = VisitSettings()
    hall: Hall = Hall()
    staff: Staff = Staff()
    journal: JournalSettings = JournalSettings()
    collector: CollectorSettings = CollectorSettings()
    sync: SyncSettings = SyncSettings()
    disclosure: Disclosure = Disclosure()

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
    def pin_path(self) -> Path:
        """Where ``kiosk pin`` keeps the hash of the staff's PIN."""
        return self.folder / "pin.hash"

    @property
    def calendar(self) -> Calendar:
        """When this kiosk's office is open."""
        visit = self.visit
        openings = tuple(
            Opening(frozenset(WEEKDAYS.index(day) for day in hours.days), hours.start, hours.end)
            for hours in visit.hours
        )
        return Calendar(openings, DayList.of(visit.holidays, visit.worked), public_days(visit.public_holidays))

    @property
    def rules(self) -> VisitRules:
        """The settings of a visit, as the domain takes them."""
        visit = self.visit
        return VisitRules(
            repeat_window_s=visit.repeat_window_s,
            question_s=visit.question_s,
            reasons_s=visit.reasons_s,
            thanks_s=visit.thanks_s,
            receipt=bool(visit.receipt_url),
            receipt_s=visit.receipt_s,
            not_recorded_s=visit.not_recorded_s,
            test=visit.test,
            calendar=self.calendar,
            counter_s=visit.counter_s,
            words=visit.words,
            words_s=visit.words_s,
            keep_unsent_words=visit.keep_unsent_words,
            counters=tuple(counter.code for counter in self.hall.counters),
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
    return read_kiosk_settings(file, data_dir, overrides).settings


def read_kiosk_settings(
    file: Path | None, data_dir: Path | None, overrides: dict[str, Any] | None = None
) -> Reading[KioskSettings]:
    """As :func:`load_kiosk_settings`, with where each value comes from."""
    where = {} if data_dir is None else {"data_dir": data_dir}
    main = file or settings_file(data_dir)
    return read_settings(KioskSettings, main, needed=file is not None, overrides={**where, **(overrides or {})})


def settings_file(data_dir: Path | None) -> Path:
    """Where the settings lie if no file is named; neither it nor its folder of drop-ins need be there."""
    return SYSTEM_FILE if data_dir is None else data_dir / "kiosk" / "kiosk.toml"
