"""Start: puts the settings, the journal and the screen together, and takes them apart in the right order."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from kiosk.__about__ import SOFTWARE
from kiosk.clock import SystemClock
from kiosk.config import KioskSettings
from kiosk.domain.survey import FIRST_LANGUAGE
from kiosk.journal.journal import Journal
from kiosk.journal.recorder import Recorder
from kiosk.journal.upkeep import Upkeep


def show_kiosk(
    settings: KioskSettings,
    office: str = "",
    counter: str = "",
    on_started: Callable[[Any], None] | None = None,
) -> None:
    """Show the citizen's screen until it is closed; every press handed over by then is committed.

    ``office`` and ``counter`` are the names given at enrolment; those in the settings win.
    Raises ScreenUnavailable, JournalError, SettingsInvalid or SurveyInvalid before anything is shown.
    """
    # The screen last: faults in settings and journal are told without a window flashing up.
    survey = settings.load_survey()
    clock = SystemClock(settings.zone)
    path, keeping = settings.journal_path, settings.journal
    upkeep = Upkeep(path, clock, timedelta(days=keeping.retention_days))
    journal = Journal.open(path, clock, SOFTWARE, allow_any_disk=keeping.allow_any_disk)
    recorder = Recorder(journal, upkeep.tidy)
    try:
        from kiosk.ui.app import Setup, WindowOptions, run_kiosk

        screen = settings.screen
        run_kiosk(
            Setup(
                survey=survey,
                recorder=recorder,
                clock=clock,
                office=settings.office.name.get(FIRST_LANGUAGE, office),
                counter=settings.office.counter.get(FIRST_LANGUAGE, counter),
                theme=screen.theme,
                rules=settings.rules,
                window=WindowOptions(
                    screen.width_px, screen.height_px, screen.fullscreen, panel_inches=screen.panel_inch
                ),
                on_started=on_started,
            )
        )
    finally:
        recorder.close()
