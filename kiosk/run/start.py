"""Start: puts the settings, the journal and the screen together, and takes them apart in the right order."""

import logging
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from kiosk.__about__ import SOFTWARE
from kiosk.base.clock import SystemClock
from kiosk.base.memory import keep_one_heap
from kiosk.base.notify import ServiceManager
from kiosk.base.private_file import close_to_others
from kiosk.domain.night import Night
from kiosk.domain.visit.door import Room
from kiosk.domain.visit.survey import FIRST_LANGUAGE, Survey
from kiosk.domain.visit.visit import Step
from kiosk.journal.errors import JournalError
from kiosk.journal.recorder import Recorder
from kiosk.numbers.language_count import LanguageCount
from kiosk.office.from_centre import counter_said, with_office, words_key_said
from kiosk.office.orders import Order, next_order
from kiosk.office.picture import SIDE_PX_MAX, keep_picture
from kiosk.office.public_log import log_is_doubted
from kiosk.office.screen_sizes import forget_screen_sizes, write_screen_sizes
from kiosk.office.settings import SYSTEM_FILE, KioskSettings
from kiosk.office.times_at_odds import faults_of_times
from kiosk.run.staff_desk import staff_desk
from kiosk.ui.app import (
    WindowOptions,
    Wiring,
    call_touch_test,
    repeat_on_screen,
    run_kiosk,
    stop_kiosk,
    take_picture,
    tell_doubt,
)
from kiosk.ui.look.languages import load_languages
from kiosk.ui.look.theme import read_office_colours
from kiosk.ui.wiring.desk import Errands
from kiosk.ui.wiring.wiring import HallCounter, RunningKiosk

if TYPE_CHECKING:
    from kiosk.journal.journal import Journal
    from kiosk.journal.upkeep.upkeep import Upkeep


_log = logging.getLogger(__name__)

FIRST_FRAME_S_MAX = 10.0
"""The journal is opened after so long even if no frame has come."""


def show_kiosk(
    settings: KioskSettings,
    office: str = "",
    counter: str = "",
    on_started: Callable[[RunningKiosk], None] = lambda _app: None,
    errands: Errands | None = None,
) -> bool:
    """Show the citizen's screen until it is closed; every press handed over by then is committed.

    ``office`` and ``counter`` are the names given at enrolment; those in the settings win. ``errands`` is what
    the staff can have done besides. Returns whether the kiosk is to start again: the staff want it, or the office
    changed its settings.
    Raises ScreenUnavailable, JournalError, SettingsInvalid or SurveyInvalid.
    """
    keep_one_heap()
    run = _Run(settings)
    shown = _shown(run.settings, office, counter)
    run.survey, clock = shown["survey"], run.clock
    recorder = Recorder(run.open_journal, tidy=run.tidy, look=run.look, on_unusable=run.stop_for)
    languages = LanguageCount(settings.folder / "languages.json", lambda: clock.now().wall.date())
    place = " · ".join(filter(None, (shown[key].get(FIRST_LANGUAGE, "") for key in ("office", "counter"))))
    desk = staff_desk(run.settings, place, clock, errands or Errands(), run.again)

    note, count = partial(write_screen_sizes, run.settings.folder), languages.count

    def start(app: RunningKiosk) -> None:
        run.begin(app, on_started)

    wiring = Wiring(
        recorder=recorder, clock=clock, desk=desk, on_started=start, note_screen=note, count_language=count, **shown
    )
    try:
        run_kiosk(wiring)
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        run.shown.set()
        recorder.close()
        languages.write()
        forget_screen_sizes(run.settings.folder)
    if run.interrupted:
        raise KeyboardInterrupt
    if run.unusable is not None:
        raise run.unusable
    return run.again.is_set()


class _Run:
    """One run of the screen over its journal: what the screen's thread and the recorder's tell each other."""

    def __init__(self, own: KioskSettings) -> None:
        self._own = own
        self.settings, self._version = with_office(own)
        for fault in faults_of_times(self.settings):
            # Told, not refused: a kiosk that shows its faces is better than one that stays away for its settings.
            _log.warning("%s", fault)
        self.clock = SystemClock(self.settings.zone)
        self.survey: Survey | None = None
        """The survey on the screen."""
        self.shown, self.again = threading.Event(), threading.Event()
        self.interrupted = False
        """Whether somebody pressed Ctrl-C."""
        self.unusable: JournalError | None = None
        """Why the run must end: a journal that only a person can make usable."""
        self._app: RunningKiosk | None = None
        self._upkeep: Upkeep | None = None

    def begin(self, app: RunningKiosk, on_started: Callable[[RunningKiosk], None]) -> None:
        """The first frame is up."""
        self._app = app
        if self.unusable is not None:
            stop_kiosk()
        else:
            # SDL would make of it a wish to close the window, which a kiosk refuses: whoever upgrades it would wait.
            signal.signal(signal.SIGTERM, lambda *_: stop_kiosk())
            # An exception out of the blue may fall into a call-back that lets none through, and be lost.
            signal.signal(signal.SIGINT, lambda *_: self._interrupt())
            self._report_alive()
            on_started(app)
        self.shown.set()

    def _interrupt(self) -> None:
        self.interrupted = True
        stop_kiosk()

    def _report_alive(self) -> None:
        """Tell the service manager that citizens can press, and go on telling it while frames are drawn."""
        manager = ServiceManager()
        manager.ready()
        if manager.beat_s is not None:
            repeat_on_screen(manager.beat, manager.beat_s)

    def open_journal(self) -> "Journal":
        """On the recorder's thread, once there is something to press."""
        # The face first: what opens the journal takes longer to import than the screen, and would hold it up.
        self.shown.wait(FIRST_FRAME_S_MAX)
        from kiosk.journal.disk.engine import durability_for, sqlite_version
        from kiosk.journal.journal import Journal
        from kiosk.journal.upkeep.upkeep import Upkeep

        path, keeping = self.settings.journal_path, self.settings.journal
        close_to_others(self.settings.folder, SYSTEM_FILE.name)
        journal = Journal.open(path, self.clock, SOFTWARE, allow_any_disk=keeping.allow_any_disk)
        version = sqlite_version()
        _log.info("journal %s at %s, SQLite %d.%d.%d, %s", journal.id, path, *version, durability_for(version))
        least = self.settings.disclosure.least
        self._upkeep = Upkeep(path, self.clock, timedelta(days=keeping.retention_days), least)
        journal.seal_words(words_key_said(self.settings.folder))
        self._state_settings(journal)
        return journal

    def _state_settings(self, journal: "Journal") -> None:
        # On the recorder's thread, as the journal itself.
        from kiosk.journal.stated import InForce

        if self.survey is None:
            return
        stands = counter_said(self.settings.folder)
        try:
            journal.state_settings(InForce.of(self.survey, self._version, stands), self.clock.now())
        except JournalError as error:
            _log.warning("the settings in force were not written down: %s", error)

    def tidy(self, journal: "Journal") -> bool:
        """A short piece of upkeep; whether there is more of it."""
        if self._upkeep is None:
            return False
        # A citizen at the screen may still say more of a rating: it is cut after the visit.
        if self._is_at_rest and self._upkeep.cut(journal):
            return True
        return self._upkeep.tidy(journal)

    @property
    def _is_at_rest(self) -> bool:
        return self._app is not None and self._app.step_shown is Step.RESTING

    def look(self, journal: "Journal") -> None:
        """What has changed beside the journal: the agent's notes, the office's settings."""
        if self._upkeep is not None:
            self._upkeep.look(journal)
        tell_doubt(doubted=log_is_doubted(self.settings.folder))
        # Between visits only: the first touch of the next citizen wakes the screen and means nothing else.
        at_rest = self._is_at_rest
        if at_rest and with_office(self._own)[1] != self._version:
            _log.info("the office's settings changed: the screen starts again with them")
            self.again.set()
            stop_kiosk()
        elif at_rest or (self._app is not None and self._app.step_shown is Room.CLEANING):
            self._follow(next_order(self.settings.folder), cleaning=not at_rest)

    def _follow(self, order: Order | None, *, cleaning: bool) -> None:
        """Do what IT staff ask for, when no citizen is at the screen."""
        if order is Order.RESTART or (order is Order.CLEANING_OFF and cleaning):
            _log.info("IT staff asked for %s: the screen starts again", order)
            self.again.set()
            stop_kiosk()
        elif order is Order.TOUCH_TEST:
            call_touch_test()
        elif order is Order.PICTURE:
            take_picture(self._keep_picture, SIDE_PX_MAX)

    def _keep_picture(self, png: bytes) -> None:
        try:
            if not keep_picture(self.settings.folder, png):
                _log.warning("the picture of the screen is too large to be sent: %d bytes", len(png))
        except OSError as error:
            _log.warning("the picture of the screen was not kept: %s", error.strerror)

    def stop_for(self, error: JournalError) -> None:
        """End the run: only a person can make the journal usable."""
        self.unusable = error
        stop_kiosk()


def _shown(settings: KioskSettings, office: str, counter: str) -> dict[str, Any]:
    screen = settings.screen
    return {
        "survey": settings.load_survey(),
        "office": settings.office.name or {FIRST_LANGUAGE: office},
        "counter": settings.office.counter or {FIRST_LANGUAGE: counter},
        "theme": screen.theme,
        "rules": settings.rules,
        "receipt_url": settings.visit.receipt_url,
        "counters": tuple(HallCounter(each.code, each.number, each.name) for each in settings.hall.counters),
        "languages": load_languages(screen.languages, screen.language_dir),
        "colours": read_office_colours(screen.theme, settings.office.colours),
        "logo": settings.office.logo,
        "sound": screen.sound,
        "voice_dir": settings.folder / "audio",
        "night": Night(screen.dim_start, screen.dim_end, screen.dim_depth),
        "window": WindowOptions(screen.width_px, screen.height_px, screen.fullscreen, panel_inches=screen.panel_inch),
    }
