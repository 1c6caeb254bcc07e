"""Start: puts the settings, the journal and the screen together, and takes them apart in the right order."""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.__about__ import SOFTWARE
from kiosk.clock import SystemClock
from kiosk.config import KioskSettings
from kiosk.domain.night import Night
from kiosk.domain.survey import FIRST_LANGUAGE, Survey
from kiosk.domain.visit import Step
from kiosk.journal.errors import JournalError
from kiosk.journal.recorder import Recorder
from kiosk.language_count import LanguageCount
from kiosk.memory import keep_one_heap
from kiosk.office import with_office
from kiosk.ui.app import Setup, WindowOptions, run_kiosk, stop_kiosk
from kiosk.ui.desk import Desk, Errands
from kiosk.ui.languages import load_languages
from kiosk.ui.setup import HallCounter
from kiosk.ui.theme import read_office_colours

if TYPE_CHECKING:
    from kiosk.journal.journal import Journal
    from kiosk.journal.upkeep import Upkeep
    from kiosk.tally import DayTally


_log = logging.getLogger(__name__)

FIRST_FRAME_S_MAX = 10.0
"""The journal is opened after so long even if no frame has come."""


def show_kiosk(
    settings: KioskSettings,
    office: str = "",
    counter: str = "",
    on_started: Callable[[Any], None] = lambda _app: None,
    errands: Errands | None = None,
) -> bool:
    """Show the citizen's screen until it is closed; every press handed over by then is committed.

    ``office`` and ``counter`` are the names given at enrolment; those in the settings win. ``errands`` is what
    the staff can have done besides. Returns whether the kiosk is to start again: the staff want it, or the office
    changed its settings.
    Raises ScreenUnavailable, JournalError, SettingsInvalid or SurveyInvalid.
    """
    keep_one_heap()
    unusable: list[JournalError] = []
    shown, again = threading.Event(), threading.Event()

    def open_journal() -> "Journal":
        # The face first: what opens the journal takes longer to import than the screen, and would hold it up.
        shown.wait(FIRST_FRAME_S_MAX)
        journal = _open_journal(settings, clock)
        try:
            journal.state_settings(setup["survey"].ref, version, clock.now())
        except JournalError as error:
            _log.warning("the settings in force were not written down: %s", error)
        return journal

    def start(app: Any) -> None:
        screens.append(app)
        if unusable:
            stop_kiosk()
        else:
            on_started(app)
        shown.set()

    def look(journal: "Journal") -> None:
        upkeep().look(journal)
        # Between visits only: the first touch of the next citizen wakes the screen and means nothing else.
        at_rest = bool(screens) and screens[0].step_shown is Step.RESTING
        if at_rest and with_office(own)[1] != version:
            _log.info("the office's settings changed: the screen starts again with them")
            again.set()
            stop_kiosk()

    def stop(error: JournalError) -> None:
        unusable.append(error)
        stop_kiosk()

    own, screens = settings, list[Any]()
    settings, version = with_office(own)
    setup = _setup(settings, office, counter)
    clock = setup["clock"]
    upkeep = _upkeep(settings, clock)
    recorder = Recorder(
        open_journal,
        tidy=lambda journal: upkeep().tidy(journal),
        look=look,
        on_unusable=stop,
    )
    languages = LanguageCount(settings.folder / "languages.json", lambda: clock.now().wall.date())
    desk = _desk(settings, setup["survey"], clock, errands or Errands(), again)
    try:
        run_kiosk(Setup(recorder=recorder, on_started=start, count_language=languages.count, desk=desk, **setup))
    finally:
        shown.set()
        recorder.close()
        languages.write()
    if unusable:
        raise unusable[0]
    return again.is_set()


def _setup(settings: KioskSettings, office: str, counter: str) -> dict[str, Any]:
    screen = settings.screen
    return {
        "survey": settings.load_survey(),
        "clock": SystemClock(settings.zone),
        "office": settings.office.name or {FIRST_LANGUAGE: office},
        "counter": settings.office.counter or {FIRST_LANGUAGE: counter},
        "theme": screen.theme,
        "rules": settings.rules,
        "counters": tuple(HallCounter(each.code, each.number, each.name) for each in settings.hall.counters),
        "languages": load_languages(screen.languages, screen.language_dir),
        "colours": read_office_colours(screen.theme, settings.office.colours),
        "logo": settings.office.logo,
        "sound": screen.sound,
        "night": Night(screen.dim_start, screen.dim_end, screen.dim_depth),
        "window": WindowOptions(screen.width_px, screen.height_px, screen.fullscreen, panel_inches=screen.panel_inch),
    }


def _desk(
    settings: KioskSettings, survey: Survey, clock: SystemClock, errands: Errands, again: threading.Event
) -> Desk | None:
    """What lies behind the staff door; there is none without a PIN."""
    hashed = settings.staff.pin_hash or _kept_hash(settings.pin_path)
    if not hashed:
        return None

    def check_pin(pin: str) -> bool:
        from kiosk.pin import pin_matches  # argon2: only the staff wait for it

        return pin_matches(hashed, pin)

    def tally() -> "DayTally":
        from kiosk.journal.reader import JournalReader
        from kiosk.tally import day_tally

        now = clock.now().wall
        with JournalReader(settings.journal_path) as reader:
            return day_tally(reader, now.date(), now, settings.disclosure.policy, survey)

    return Desk(check_pin, tally, errands.delivery, errands.enrol, errands.export, again.set)


def _kept_hash(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _open_journal(settings: KioskSettings, clock: SystemClock) -> "Journal":
    # SQLAlchemy comes with them: on the recorder's thread
    from kiosk.journal.engine import durability_for, sqlite_version
    from kiosk.journal.journal import Journal

    journal = Journal.open(settings.journal_path, clock, SOFTWARE, allow_any_disk=settings.journal.allow_any_disk)
    version = sqlite_version()
    _log.info("journal %s at %s, SQLite %d.%d.%d, %s", journal.id, journal.path, *version, durability_for(version))
    return journal


def _upkeep(settings: KioskSettings, clock: SystemClock) -> "Callable[[], Upkeep]":
    @cache
    def upkeep() -> "Upkeep":
        from kiosk.journal.upkeep import Upkeep

        return Upkeep(settings.journal_path, clock, timedelta(days=settings.journal.retention_days))

    return upkeep
