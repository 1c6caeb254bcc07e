"""Wiring: what one kiosk shows, on what glass, and to whom it hands ratings. No Kivy here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from kiosk.base.resources import resource
from kiosk.domain.instant import Clock
from kiosk.domain.night import Night
from kiosk.domain.visit.door import Room
from kiosk.domain.visit.glass import GlassRules
from kiosk.domain.visit.rules import VisitRules
from kiosk.domain.visit.survey import Survey, Words
from kiosk.domain.visit.visit import Step
from kiosk.flow import Recorder
from kiosk.office.screen_sizes import ScreenSizes
from kiosk.ui.look.errors import ScreenUnavailable, ThemeInvalid
from kiosk.ui.look.languages import Language, load_languages
from kiosk.ui.look.look import FACE_SIZES, ICON_SIZES
from kiosk.ui.look.theme import Colour, themes
from kiosk.ui.wiring.desk import Desk


@dataclass(frozen=True)
class WindowOptions:
    """The window and the panel it is on."""

    width: int = 1280
    height: int = 800
    """Pixels; full screen takes the panel's own instead."""
    fullscreen: bool = True
    panel_inches: float = 15.6
    """The panel's diagonal; what a finger must hit has at least its millimetres of glass."""


@dataclass(frozen=True)
class HallCounter:
    """One of the counters that a kiosk in a hall asks for."""

    code: str
    """Written into the rating."""
    number: str
    """What stands large on its tile."""
    name: Words = field(default_factory=dict)


@dataclass(frozen=True)
class Wiring:
    """Everything the screen needs from outside."""

    survey: Survey
    recorder: Recorder
    clock: Clock
    office: Words
    """The office's name by language; ``counter`` is the counter's."""
    counter: Words = field(default_factory=dict)
    counter_code: str | None = None
    """Written into each rating, only where one kiosk serves several counters."""
    counters: tuple[HallCounter, ...] = ()
    """What ``rules.counters`` are called."""
    theme: str = "light"
    colours: Mapping[str, Colour] = field(default_factory=dict)
    """The office's own colours by role; they replace the theme's."""
    languages: tuple[Language, ...] = field(default_factory=lambda: load_languages(("vi", "en")))
    """The first is the one that every visit starts in."""
    rules: VisitRules = field(default_factory=VisitRules)
    glass: GlassRules = field(default_factory=GlassRules)
    window: WindowOptions = field(default_factory=WindowOptions)
    receipt_url: str = ""
    """Where a receipt is looked up; without it none is shown."""
    logo: Path | None = None
    """Stands in the place of the mark; one that cannot be read is left out."""
    sound: bool = False
    voice_dir: Path | None = None
    """Where what was read out is kept; without it, only recordings are heard."""
    desk: Desk | None = None
    """What lies behind the staff door; without it there is none."""
    night: Night = field(default_factory=Night)
    count_language: Callable[[str], None] = lambda _code: None
    """Told the language of each visit that left a rating, for a count by day."""
    note_screen: Callable[[ScreenSizes], None] = lambda _sizes: None
    """Told how large panel, window and drawing are, at the start and whenever one changes."""
    on_started: "Callable[[RunningKiosk], None] | None" = None
    """Called once, after the first frame that can be pressed."""


class RunningKiosk(Protocol):
    """What ``on_started`` is given: which screen is up, and a way to end the run."""

    wiring: Wiring

    @property
    def step_shown(self) -> Step | Room:
        """The citizens' step or the staff's room whose screen is up."""
        ...

    @property
    def page(self) -> Any:
        """The widget of that screen."""
        ...

    def stop(self) -> None:
        """Close the window."""
        ...


def require_assets(wiring: Wiring) -> None:
    """Fail before a window opens if a picture is not there.

    Raises ScreenUnavailable, naming the first that is missing and the remedy.
    """
    if wiring.theme not in themes():
        raise ThemeInvalid(
            "there is no theme {theme!r}; known are {known}", theme=wiring.theme, known=", ".join(themes())
        )
    icons = resource("assets", "icons")
    for reason in wiring.survey.reasons:
        if not (icons / f"{reason.icon}.svg").is_file():
            raise ScreenUnavailable(
                "the survey {survey} asks for the icon {icon!r}, which is not in {folder}",
                survey=wiring.survey.ref,
                icon=reason.icon,
                folder=icons,
            )
    for path in _needed(wiring):
        if not path.is_file():
            raise ScreenUnavailable(
                "{file} is missing: run python assets/build.py, or install hailong again", file=path
            )


def _needed(wiring: Wiring) -> list[Path]:
    pictures = resource("assets", "generated")
    icons = [pictures / "icons" / f"{reason.icon}_{ICON_SIZES[-1]}.png" for reason in wiring.survey.reasons]
    faces = [
        pictures / wiring.theme / f"level_{level.face}_{FACE_SIZES[-1]}.png"
        for question in wiring.survey.questions
        for level in question.levels
    ]
    return [*faces, *icons]
