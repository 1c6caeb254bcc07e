"""Stage: the Kivy application. It shows what the flow says, in the citizen's language, size and contrast."""

from collections.abc import Callable, Hashable
from typing import Any

from kivy.app import App
from kivy.clock import Clock as Frames
from kivy.core.window import Window
from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty

from kiosk.domain.visit.door import Room
from kiosk.domain.visit.glass import Glass, Touch
from kiosk.domain.visit.survey import Words
from kiosk.domain.visit.visit import Step
from kiosk.flow import Flow, View
from kiosk.office.screen_sizes import ScreenSizes
from kiosk.ui.look.look import shadow_picture
from kiosk.ui.panel.fill import Fill
from kiosk.ui.parts.page import Page
from kiosk.ui.staff.staff import Staff
from kiosk.ui.stage.missing_parts import SILENT, Shortcomings
from kiosk.ui.stage.pages import Place, places_of
from kiosk.ui.stage.pointers import Hands
from kiosk.ui.stage.preferences import Taste
from kiosk.ui.stage.sounds import Sounds
from kiosk.ui.stage.transitions import AHEAD_S, Shown
from kiosk.ui.wiring.wiring import Setup

TICKS_PER_S = 4
WINDOW_LOOK_S = 1.0
"""How soon the window follows a panel that got another size."""


class KioskApp(App):
    """One window over one flow."""

    look = ObjectProperty(rebind=True)
    t = ObjectProperty()
    office = StringProperty("")
    counter = StringProperty("")
    next_language = StringProperty("")
    high_contrast = BooleanProperty(False)
    band = BooleanProperty(False)
    """Whether the screens leave room for the band of a test."""
    logo = ObjectProperty(None, allownone=True)
    shadow = StringProperty("")
    shadow_border = ListProperty([64, 64, 64, 64])

    def __init__(self, setup: Setup) -> None:
        super().__init__()
        self.setup = setup
        self.shadow = shadow_picture()
        self.shortcomings = Shortcomings()
        self.shortcomings.look_at_fonts(setup)
        self.logo = self.shortcomings.read_logo(setup.logo)
        self.taste = Taste(setup)
        self.shown = Shown(self)
        self.staff = Staff(self)
        self.sounds = Sounds(setup.sound)
        self._sizes: ScreenSizes | None = None
        self._counter_named: str | None = None
        self._speak()
        self._relook()

    # Kivy's own doors

    def build(self) -> Hands:
        """The window's root, with the first screen on it."""
        setup = self.setup
        self.hands = Hands(
            Glass(setup.glass), setup.clock, lambda: self.shown.due, self.shown.seen_at,
            self._touched, self._pressed, self._missed,
        )  # fmt: skip
        self.hands.pixels_per_mm = self.look.pixels_per_mm
        self.flow = Flow(
            setup.survey, setup.rules, setup.recorder, setup.clock, self, _on_screen_thread, setup.counter_code
        )
        Window.clearcolor = self.look.ground
        Window.bind(size=self._restyle, on_request_close=self._refuse_close)
        rearrange = Frames.create_trigger(lambda _elapsed: self.shown.arrange(), -1)
        self.bind(band=self._restyle, office=rearrange, counter=rearrange, next_language=rearrange, logo=rearrange)
        self.shown.begin(self.hands)
        return self.hands

    def on_start(self) -> None:
        """Everything that the first frame does not need comes after it."""
        Window.bind(on_flip=self._first_frame)
        self.fill = Fill(Window, self.setup.window.fullscreen)
        self._look_at_window(0)
        self._window_looks = Frames.schedule_interval(self._look_at_window, WINDOW_LOOK_S)
        # After the touches of its frame: time must not run out on a finger that left in time and was not read yet.
        self._ticks = Frames.schedule_interval(lambda _: Frames.schedule_once(self._tick, -1), 1 / TICKS_PER_S)

    def on_stop(self) -> None:
        """Let go of the window."""
        self._ticks.cancel()
        self._window_looks.cancel()
        self.fill.end()
        self.shown.end()
        Window.unbind(size=self._restyle, on_flip=self._first_frame, on_request_close=self._refuse_close)

    def open_settings(self, *_: Any) -> bool:
        """F1 does nothing: the settings of a kiosk are not the citizen's."""
        return False

    # What the flow asks for

    def show(self, _view: View) -> None:
        """Draw this moment; behind the staff door it waits until the door is closed."""
        self.refresh()

    def refresh(self) -> None:
        """Draw what is so now."""
        self.shown.refresh()

    def show_time(self, share: float) -> None:
        """Draw how much of the step's time is left."""
        self.shown.show_time(share)

    def next_citizen(self, rated: bool) -> None:
        """Back to the first language, plain size and the office's theme; nothing typed is left."""
        if rated:
            self.setup.count_language(self.taste.language.code)
        self.shown.shelf.forget()
        self._reset_taste()

    def _reset_taste(self) -> None:
        if self.taste.reset():
            self._speak()
            self._restyle()

    # What the citizen sets

    def turn_language(self) -> None:
        """The next language."""
        self.taste.turn_language()
        self._speak()
        self._restyle()

    def turn_text_size(self) -> None:
        """100, 150, 200 per cent and back."""
        self.taste.turn_text_size()
        self._restyle()

    def turn_contrast(self) -> None:
        """High contrast and back."""
        self.taste.turn_contrast()
        self._restyle()

    def listen(self) -> None:
        """Speak the question; where that cannot be heard, it is no longer offered."""
        recording = self.taste.spoken(*self.shown.place)
        if recording is not None and not self.sounds.speak(recording):
            self._note_silence()

    def can_listen_to(self, place: Place) -> bool:
        """Whether there is something to hear on the screen of this place."""
        return self.sounds.can_speak(self.taste.spoken(*place))

    @property
    def state(self) -> Hashable:
        """What screens are arranged with, beside the look: each of it, once changed, makes them be arranged anew."""
        return self.t.language, self.next_language, self.office, self.counter, id(self.logo), self.high_contrast

    def words(self, words: Words) -> str:
        """A text of the office's in the language on the screen, else in Vietnamese; empty where there is none."""
        return self.taste.words(words)

    def name_counter(self, code: str | None) -> None:
        """Say which counter is judged: in a hall the one that this citizen named, else the kiosk's own."""
        self._counter_named = code
        self.counter = self._counter_words()

    def say_full(self) -> None:
        """No more reasons than these are taken: say so, large."""
        most = self.setup.survey.reasons_max
        self._sign(self.t("{n} are chosen, which is the most. Touch one again to take it back.", n=most))

    @property
    def step_shown(self) -> Step | Room:
        """Which screen is up; it may follow the flow by the length of a press."""
        return self.shown.place[0]

    @property
    def page(self) -> Page:
        """The screen that is up."""
        return self.shown.page

    # Inside

    def _speak(self) -> None:
        self.t = self.taste.language.texts
        self.next_language = self.taste.next_language
        self.office, self.counter = self.words(self.setup.office), self._counter_words()
        self.shown.shelf.say(self.t, self.words)

    def _counter_words(self) -> str:
        for counter in self.setup.counters:
            if counter.code == self._counter_named:
                number = f"{self.t('Counter')} {counter.number}"
                return " · ".join(filter(None, (number, self.words(counter.name))))
        return self.words(self.setup.counter)

    def _note_silence(self) -> None:
        self.shortcomings.note(SILENT)
        self._restyle()

    def _relook(self) -> None:
        self.high_contrast = self.taste.high_contrast
        width, height = Window.size
        self.look = self.taste.look(width, height, self.band)

    def _restyle(self, *_: Any) -> None:
        self._relook()
        self.hands.pixels_per_mm = self.look.pixels_per_mm
        Window.clearcolor = self.look.ground
        self.shown.arrange()

    def _touched(self) -> None:
        self.shown.pace.wake()
        if self.staff.inside:
            self.staff.touch()
        else:
            self.flow.stay()

    def _pressed(self) -> None:
        self.shown.front.clear_sign()
        self.sounds.play_press()

    def _missed(self, why: Touch) -> None:
        """Nothing came of a finger that seemed to press: say so."""
        if why is Touch.HELD:
            words = self.t("Nothing was chosen: the finger stayed too long. Please touch briefly.")
        else:
            words = self.t("Nothing was chosen: several fingers touched at once. Please use one finger.")
        self._sign(words)

    def _sign(self, words: str) -> None:
        self.shown.front.show_sign(words, self.look)

    def _tick(self, _elapsed: float) -> None:
        self.hands.look_at_held()
        self.flow.tick()
        self.staff.tick(self.hands.knock.opens(self.setup.clock.now()))
        if self.staff.inside:
            self._reset_taste()
            self.shown.show_time_line(self.staff.door.time_left(self.setup.clock.now()))
        if self.staff.inside or self.shown.is_late:
            self.refresh()
        if self.step_shown is Step.RESTING:
            now = self.setup.clock.now()
            self.page.rest(now.mono_us / 1_000_000, self.setup.night.depth_at(now.wall))

    def _look_at_window(self, _elapsed: float) -> None:
        """The panel may have got another mode, or have been turned."""
        sizes = self.fill.check(self.look.page)
        if sizes != self._sizes:
            self._sizes = sizes
            self.setup.note_screen(sizes)

    def _refuse_close(self, *_: Any) -> bool:
        """Alt-F4 does nothing on a kiosk; a window on somebody's desk may be closed."""
        return self.setup.window.fullscreen

    def _first_frame(self, *_: Any) -> None:
        Window.unbind(on_flip=self._first_frame)
        self.shown.pace.wake()
        Frames.schedule_once(lambda _elapsed: self.shown.build_ahead(self._load_sounds), AHEAD_S)
        if self.setup.on_started:
            self.setup.on_started(self)
        # Until here the mouse was read, which presses a face as well; it gives way within the frame.
        from kiosk.ui.panel.contacts import read_contacts

        read_contacts(Window)

    def _load_sounds(self) -> None:
        self.sounds.load()
        if self.sounds.silent:
            self._note_silence()
        elif self.setup.sound:
            self.taste.voice.prepare(
                self.taste.unspoken(tuple(places_of(self.setup))), lambda: _on_screen_thread(self.shown.arrange)
            )


def _on_screen_thread(act: Callable[[], None]) -> None:
    Frames.schedule_once(lambda _elapsed: act(), 0)
