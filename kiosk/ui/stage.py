"""Stage: the Kivy application. It shows what the flow says, in the citizen's language, size and contrast."""

import logging
from collections.abc import Callable, Hashable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from kivy.app import App
from kivy.clock import Clock as Frames
from kivy.core.window import Window
from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty

from kiosk.domain.door import Room
from kiosk.domain.glass import Glass
from kiosk.domain.survey import FIRST_LANGUAGE, Words
from kiosk.domain.visit import Step
from kiosk.flow import Flow, View
from kiosk.ui.hands import Hands
from kiosk.ui.look import TEXT_SCALES, Look, shadow_picture
from kiosk.ui.pace import Pace
from kiosk.ui.pages import Place, build_page, places_of
from kiosk.ui.parts import picture
from kiosk.ui.screens.page import Page
from kiosk.ui.setup import Setup
from kiosk.ui.sounds import Sounds
from kiosk.ui.staff import Staff
from kiosk.ui.veil import Veil

if TYPE_CHECKING:
    from kiosk.ui.bands import Bands
    from kiosk.ui.screens.staff_page import StaffPage

_log = logging.getLogger(__name__)

HIGH_CONTRAST = "high-contrast"
TIMED = (Step.COUNTER, Step.REASONS, Step.WORDS, Step.NOT_RECORDED)
"""The steps that show how long they last; the thanks has its ring."""
TICKS_PER_S = 4


class KioskApp(App):
    """One window over one flow."""

    look = ObjectProperty(rebind=True)
    t = ObjectProperty()
    office = StringProperty("")
    counter = StringProperty("")
    next_language = StringProperty("")
    high_contrast = BooleanProperty(False)
    can_listen = BooleanProperty(False)
    logo = ObjectProperty(None, allownone=True)
    shadow = StringProperty("")
    shadow_border = ListProperty([64, 64, 64, 64])

    def __init__(self, setup: Setup) -> None:
        super().__init__()
        self.setup = setup
        self.shadow = shadow_picture()
        self.shortcomings: list[str] = []
        """What the staff should see to, as message ids."""
        self._look_for_shortcomings()
        self._language = setup.languages[0]
        self._text_scale = TEXT_SCALES[0]
        self._theme = setup.theme
        self._pages: dict[Place, Page] = {}
        self._stale: set[Place] = set()
        self._place: Place = (Step.QUESTION, 0)
        self._turn_due = False
        self._pace = Pace()
        self.staff = Staff(self)
        self.sounds = Sounds(setup.sound)
        self._speak()
        self._relook()

    # Kivy's own doors

    def build(self) -> Hands:
        """The window's root, with the first screen on it."""
        setup = self.setup
        self.hands = Hands(
            Glass(setup.glass), setup.clock, lambda: self._showing_due, self._touched, self.sounds.play_press
        )
        self.hands.pixels_per_mm = self.look.pixels_per_mm
        self.flow = Flow(
            setup.survey, setup.rules, setup.recorder, setup.clock, self, _on_screen_thread, setup.counter_code
        )
        self._veil = Veil()
        Window.clearcolor = self.look.ground
        Window.bind(size=self._restyle, on_request_close=self._refuse_close)
        self._turn()
        return self.hands

    def on_start(self) -> None:
        """Everything that the first frame does not need comes after it."""
        Window.bind(on_flip=self._first_frame)
        self._ticks = Frames.schedule_interval(self._tick, 1 / TICKS_PER_S)

    def on_stop(self) -> None:
        """Let go of the window."""
        self._ticks.cancel()
        Window.unbind(size=self._restyle, on_flip=self._first_frame, on_request_close=self._refuse_close)

    def open_settings(self, *_: Any) -> bool:
        """F1 does nothing: the settings of a kiosk are not the citizen's."""
        return False

    # What the flow asks for

    def show(self, _view: View) -> None:
        """Draw this moment; behind the staff door it waits until the door is closed."""
        self.refresh()

    def refresh(self) -> None:
        """Draw what is so now; the next screen waits until a quick tap has been seen."""
        if self._showing_due == self._showing:
            self._tell()
        elif not self._turn_due:
            self._turn_due = True
            Frames.schedule_once(lambda _elapsed: self._turn(), self.hands.look_left_s)

    def show_time(self, share: float) -> None:
        """Draw how much of the step's time is left."""
        if isinstance(self._place[0], Step):
            self._page.tell_time(share)
            self._show_time_line(share)

    def next_citizen(self, rated: bool) -> None:
        """Back to the first language, plain size and the office's theme; nothing typed is left."""
        if rated:
            self.setup.count_language(self._language.code)
        for page in self._pages.values():
            page.forget()
        self._reset_citizen()

    def _reset_citizen(self) -> None:
        changed = (self._language, self._text_scale, self._theme) != (
            self.setup.languages[0], TEXT_SCALES[0], self.setup.theme,
        )  # fmt: skip
        if changed:
            self._text_scale, self._theme = TEXT_SCALES[0], self.setup.theme
            self._language = self.setup.languages[0]
            self._speak()
            self._restyle()

    # What the citizen sets

    def turn_language(self) -> None:
        """The next language."""
        self._language = self._language_after(self._language)
        self._speak()
        self._restyle()

    def turn_text_size(self) -> None:
        """100, 150, 200 per cent and back."""
        at = TEXT_SCALES.index(self._text_scale)
        self._text_scale = TEXT_SCALES[(at + 1) % len(TEXT_SCALES)]
        self._restyle()

    def turn_contrast(self) -> None:
        """High contrast and back."""
        self._theme = self.setup.theme if self._theme == HIGH_CONTRAST else HIGH_CONTRAST
        self._restyle()

    def listen(self) -> None:
        """Speak the question; where that cannot be heard, it is no longer offered."""
        recording = self._recording()
        if recording is not None and not self.sounds.speak(recording):
            self._note_silence()

    def words(self, words: Words) -> str:
        """A text of the office's in the language on the screen, else in Vietnamese; empty where there is none."""
        return words.get(self._language.code) or words.get(FIRST_LANGUAGE, "")

    @property
    def step_shown(self) -> Step | Room:
        """Which screen is up; it may follow the flow by the length of a press."""
        return self._place[0]

    @property
    def page(self) -> Page:
        """The screen that is up."""
        return self._page

    # Inside

    @property
    def _showing_due(self) -> Hashable:
        """Changes with every change of screen; a visit that ends behind the staff door changes nothing."""
        return ("staff", self.staff.door.showing) if self.staff.inside else self.flow.view.showing

    @property
    def _place_due(self) -> Place:
        if self.staff.inside:
            return self.staff.door.room, 0
        view = self.flow.view
        return view.step, view.asked if view.step is Step.QUESTION else 0

    def _turn(self) -> None:
        """Put up the screen that the flow, or the staff, want now."""
        self._turn_due = False
        self._showing, self._place = self._showing_due, self._place_due
        self._page = self._built(self._place)
        self.sounds.hush()
        self._offer_to_listen()
        self._arrange_if_stale(self._place)
        self._pace.resting = self._place[0] is Step.RESTING
        self._pace.wake()
        self.hands.let_go()
        self.hands.page = self._page
        self.hands.clear_widgets()
        for part in (self._page, self._veil):
            self.hands.add_widget(part)
        self._page.tell_time(1.0)
        self._tell()
        self._show_time_line(1.0)
        if self._place[0] is Step.THANKS:
            self.sounds.play_thanks()
        self._veil.lift(self.look)

    def _tell(self) -> None:
        """Tell the page that is up what it shows."""
        if self.staff.inside:
            self.staff.tell(cast("StaffPage", self._page))
        else:
            self._page.tell(self.flow.view)
        self._draw_band(self.flow.view)

    def _show_time_line(self, share: float) -> None:
        if self._place[0] in TIMED or isinstance(self._place[0], Room):
            self._bands.time_line.share = share
            if self._bands.time_line.parent is None:
                self.hands.add_widget(self._bands.time_line)

    def _draw_band(self, view: View) -> None:
        """Say over every screen of a test that it is one."""
        if view.test and self._bands.test_band.parent is None:
            self.hands.add_widget(self._bands.test_band)
        elif not view.test and "_bands" in vars(self):
            self.hands.remove_widget(self._bands.test_band)

    @cached_property
    def _bands(self) -> "Bands":
        from kiosk.ui.bands import Bands

        bands = Bands()
        bands.arrange(self.look)
        return bands

    def _built(self, place: Place) -> Page:
        if place not in self._pages:
            self._pages[place] = build_page(place, self)
            self._stale.add(place)
        return self._pages[place]

    def _speak(self) -> None:
        self.t = self._language.texts
        after = self._language_after(self._language)
        self.next_language = after.name if after is not self._language else ""
        self.office, self.counter = self.words(self.setup.office), self.words(self.setup.counter)
        self._offer_to_listen()
        for page in self._pages.values():
            page.say(self.t, self.words)

    def _offer_to_listen(self) -> None:
        self.can_listen = self.sounds.can_speak(self._recording())

    def _recording(self) -> Path | None:
        """What is spoken on the screen that is up."""
        step, asked = self._place
        survey = self.setup.survey
        return self._language.recording(
            "counter" if step is Step.COUNTER else f"{survey.id}-{survey.questions[asked].id}"
        )

    def _language_after(self, language: Any) -> Any:
        languages = self.setup.languages
        return languages[(languages.index(language) + 1) % len(languages)]

    def _look_for_shortcomings(self) -> None:
        if any(language.fonts.spare for language in self.setup.languages):
            self._note("A font file is missing or broken; another font stands in for it.")
        if self.setup.logo is not None:
            self.logo = _readable(str(self.setup.logo))
            if self.logo is None:
                self._note("The office's logo cannot be read.")

    def _note_silence(self) -> None:
        self._note("Sounds cannot be played.")
        self._offer_to_listen()
        self._restyle()

    def _note(self, shortcoming: str) -> None:
        """Tell the log and the staff, once; the citizens notice nothing."""
        if shortcoming not in self.shortcomings:
            _log.warning(shortcoming)
            self.shortcomings.append(shortcoming)

    def _relook(self) -> None:
        self.high_contrast = self._theme == HIGH_CONTRAST
        width, height = Window.size
        setup = self.setup
        colours = {} if self.high_contrast else setup.colours
        self.look = Look(
            self._theme, width, height, self._text_scale, setup.window.panel_inches, self._language.fonts, colours
        )

    def _restyle(self, *_: Any) -> None:
        self._relook()
        self.hands.pixels_per_mm = self.look.pixels_per_mm
        Window.clearcolor = self.look.ground
        self._stale = set(self._pages)
        if "_bands" in vars(self):
            self._bands.arrange(self.look)
        self._arrange_if_stale(self._place)

    def _arrange_if_stale(self, place: Place) -> None:
        if place in self._stale:
            self._stale.discard(place)
            self._pages[place].arrange(self.look)

    def _touched(self) -> None:
        self._pace.wake()
        if self.staff.inside:
            self.staff.touch()
        else:
            self.flow.stay()

    def _tick(self, _elapsed: float) -> None:
        self.flow.tick()
        self.staff.tick(self.hands.knock.opens(self.setup.clock.now()))
        if self.staff.inside:
            self._reset_citizen()
            self._show_time_line(self.staff.door.time_left(self.setup.clock.now()))
        if self.staff.inside or self._showing != self._showing_due:
            self.refresh()
        if self._place[0] is Step.RESTING:
            now = self.setup.clock.now()
            self._page.rest(now.mono_us / 1_000_000, self.setup.night.depth_at(now.wall))

    def _refuse_close(self, *_: Any) -> bool:
        """Alt-F4 does nothing on a kiosk; a window on somebody's desk may be closed."""
        return self.setup.window.fullscreen

    def _first_frame(self, *_: Any) -> None:
        Window.unbind(on_flip=self._first_frame)
        self._pace.wake()
        Frames.schedule_once(self._build_ahead, 0.1)
        if self.setup.on_started:
            self.setup.on_started(self)

    def _build_ahead(self, *_: Any) -> None:
        """Build the other screens one by one while nobody is waiting."""
        missing = next((place for place in places_of(self.setup) if place not in self._pages), None)
        if missing is not None:
            self._built(missing)
            self._arrange_if_stale(missing)
            Frames.schedule_once(self._build_ahead, 0.1)
        else:
            self.sounds.load()
            if self.sounds.silent:
                self._note_silence()


def _on_screen_thread(act: Callable[[], None]) -> None:
    Frames.schedule_once(lambda _elapsed: act(), 0)


def _readable(path: str) -> Any:
    """The picture of a file; None, whatever Kivy's reader does with one that is no picture."""
    try:
        return picture(path)
    except Exception:  # noqa: BLE001 - it raises many kinds: the citizens see our mark instead
        return None
