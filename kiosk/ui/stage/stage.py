"""Stage: the Kivy application. It shows what the flow says, in the citizen's language, size and contrast."""

from collections.abc import Callable, Hashable
from functools import partial
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
from kiosk.ui.panel.contacts import read_contacts
from kiosk.ui.panel.fill import Fill
from kiosk.ui.parts.page import Page
from kiosk.ui.staff.staff import Staff
from kiosk.ui.stage.missing_parts import SILENT, MissingParts
from kiosk.ui.stage.page_cache import PageCache
from kiosk.ui.stage.pages import Place, Ties, build_page, places_of
from kiosk.ui.stage.pointers import Pointers
from kiosk.ui.stage.preferences import Preferences
from kiosk.ui.stage.sounds import Sounds
from kiosk.ui.stage.transitions import AHEAD_S, Transitions
from kiosk.ui.wiring.wiring import Wiring

TICKS_PER_S = 4
WINDOW_LOOK_S = 1.0
"""How soon the window follows a panel that got another size."""


class KioskApp(App):
    """The application: one window over one flow. The kv rules read its properties and nothing else of it."""

    look = ObjectProperty(rebind=True)
    t = ObjectProperty()
    office = StringProperty("")
    counter = StringProperty("")
    next_language = StringProperty("")
    high_contrast = BooleanProperty(False)
    band = BooleanProperty(False)
    """Whether the screens leave room for the band of a test."""
    logo = ObjectProperty(None, allownone=True)
    doubted = BooleanProperty(False)
    """Whether a proof of the public log failed: it is told on the resting screen."""
    shadow = StringProperty("")
    shadow_border = ListProperty([64, 64, 64, 64])

    def __init__(self, wiring: Wiring) -> None:
        super().__init__()
        self.wiring = wiring
        self.shadow = shadow_picture()
        self.missing_parts = MissingParts()
        self.missing_parts.look_at_fonts(wiring)
        self.logo = self.missing_parts.read_logo(wiring.logo)
        self.preferences = Preferences(wiring)
        self.sounds = Sounds(wiring.sound)
        self.flow = Flow(
            wiring.survey, wiring.rules, wiring.recorder, wiring.clock, self, _on_screen_thread, wiring.counter_code
        )
        self.staff = Staff(wiring, self.flow, self, self.missing_parts)
        ties = Ties(wiring, self.flow, self.staff, self.preferences, self.sounds, self)
        self.page_cache = PageCache(partial(build_page, ties=ties), self.can_listen_to, lambda: self.state)
        self.transitions = Transitions(wiring, self.flow, self.staff, self.sounds, self.page_cache, self)
        self._sizes: ScreenSizes | None = None
        self._counter_named: str | None = None
        self._speak()
        self._relook()

    # What Kivy calls

    def build(self) -> Pointers:
        """The window's root, with the first screen on it."""
        self.pointers = Pointers(Glass(self.wiring.glass), self.wiring.clock, self.transitions, self)
        self.pointers.pixels_per_mm = self.look.pixels_per_mm
        Window.clearcolor = self.look.ground
        Window.bind(size=self._restyle, on_request_close=self._refuse_close)
        rearrange = Frames.create_trigger(lambda _elapsed: self.transitions.arrange(), -1)
        self.bind(band=self._restyle, office=rearrange, counter=rearrange, next_language=rearrange, logo=rearrange)
        self.bind(doubted=rearrange)
        self.transitions.begin(self.pointers)
        return self.pointers

    def on_start(self) -> None:
        """Everything that the first frame does not need comes after it."""
        Window.bind(on_flip=self._first_frame)
        self.fill = Fill(Window, self.wiring.window.fullscreen)
        self._look_at_window(0)
        self._window_looks = Frames.schedule_interval(self._look_at_window, WINDOW_LOOK_S)
        # After the touches of its frame: time must not run out on a finger that left in time and was not read yet.
        self._ticks = Frames.schedule_interval(lambda _: Frames.schedule_once(self._tick, -1), 1 / TICKS_PER_S)

    def on_stop(self) -> None:
        """Let go of the window."""
        self._ticks.cancel()
        self._window_looks.cancel()
        self.fill.end()
        self.transitions.end()
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
        self.transitions.refresh()

    def show_time(self, share: float) -> None:
        """Draw how much of the step's time is left."""
        self.transitions.show_time(share)

    def next_citizen(self, rated: bool) -> None:
        """Go back to the first language, plain size and the office's theme; leave nothing that was typed."""
        if rated:
            self.wiring.count_language(self.preferences.language.code)
        self.page_cache.forget()
        self._reset_preferences()

    def _reset_preferences(self) -> None:
        if self.preferences.reset():
            self._speak()
            self._restyle()

    # What the citizen sets

    def turn_language(self) -> None:
        """Go on to the next language."""
        self.preferences.turn_language()
        self._speak()
        self._restyle()

    def turn_text_size(self) -> None:
        """Go on to the next text size: 100, 150, 200 per cent and back."""
        self.preferences.turn_text_size()
        self._restyle()

    def turn_contrast(self) -> None:
        """Switch to high contrast or back."""
        self.preferences.turn_contrast()
        self._restyle()

    def listen(self) -> None:
        """Speak the question; where that cannot be heard, it is no longer offered."""
        recording = self.preferences.spoken(*self.transitions.place)
        if recording is not None and not self.sounds.speak(recording):
            self._note_silence()

    def can_listen_to(self, place: Place) -> bool:
        """Whether there is something to hear on the screen of this place."""
        return self.sounds.can_speak(self.preferences.spoken(*place))

    @property
    def state(self) -> Hashable:
        """What screens are arranged with, beside the look: each of it, once changed, makes them be arranged anew."""
        names = (self.t.language, self.next_language, self.office, self.counter)
        return *names, id(self.logo), self.high_contrast, self.doubted

    def words(self, words: Words) -> str:
        """A text of the office's in the language on the screen, else in Vietnamese; empty where there is none."""
        return self.preferences.words(words)

    def name_counter(self, code: str | None) -> None:
        """Say which counter is judged: in a hall the one that this citizen named, else the kiosk's own."""
        self._counter_named = code
        self.counter = self._counter_words()

    def say_full(self) -> None:
        """Say, large, that no more reasons than the chosen ones are taken."""
        most = self.wiring.survey.reasons_max
        self._sign(self.t("{n} are chosen, which is the most. Touch one again to take it back.", n=most))

    def call_touch_test(self) -> None:
        """Show the touch test, where the screen is free for it: IT staff want it from afar."""
        self.staff.call_touch_test()

    @property
    def step_shown(self) -> Step | Room:
        """Which screen is up; it may follow the flow by the length of a press."""
        return self.transitions.place[0]

    @property
    def page(self) -> Page:
        """The screen that is up."""
        return self.transitions.page

    # What fingers do

    def note_touch(self) -> None:
        """Somebody is there: draw at full rate, and let their time begin anew."""
        self.transitions.pace.wake()
        if self.staff.inside:
            self.staff.touch()
        else:
            self.flow.stay()

    def note_press(self) -> None:
        """A finger was understood: what was said is over, and it is heard."""
        self.transitions.front.clear_sign()
        self.sounds.play_press()

    def note_missed(self, why: Touch) -> None:
        """Say why nothing came of a finger that seemed to press."""
        if why is Touch.HELD:
            words = self.t("Nothing was chosen: the finger stayed too long. Please touch briefly.")
        else:
            words = self.t("Nothing was chosen: several fingers touched at once. Please use one finger.")
        self._sign(words)

    # Inside

    def _speak(self) -> None:
        self.t = self.preferences.language.texts
        self.next_language = self.preferences.next_language
        self.office, self.counter = self.words(self.wiring.office), self._counter_words()
        self.page_cache.say(self.t, self.words)

    def _counter_words(self) -> str:
        for counter in self.wiring.counters:
            if counter.code == self._counter_named:
                number = f"{self.t('Counter')} {counter.number}"
                return " · ".join(filter(None, (number, self.words(counter.name))))
        return self.words(self.wiring.counter)

    def _note_silence(self) -> None:
        self.missing_parts.note(SILENT)
        self._restyle()

    def _relook(self) -> None:
        self.high_contrast = self.preferences.high_contrast
        width, height = Window.size
        self.look = self.preferences.look(width, height, self.band)

    def _restyle(self, *_: Any) -> None:
        self._relook()
        self.pointers.pixels_per_mm = self.look.pixels_per_mm
        Window.clearcolor = self.look.ground
        self.transitions.arrange()

    def _sign(self, words: str) -> None:
        self.transitions.front.show_sign(words, self.look)

    def _tick(self, _elapsed: float) -> None:
        self.pointers.look_at_held()
        self.flow.tick()
        self.staff.tick(self.pointers.knock.opens(self.wiring.clock.now()))
        if self.staff.inside:
            self._reset_preferences()
            self.transitions.show_time_line(self.staff.door.time_left(self.wiring.clock.now()))
        if self.staff.inside or self.transitions.is_late:
            self.refresh()
        if self.step_shown is Step.RESTING:
            now = self.wiring.clock.now()
            self.page.rest(now.mono_us / 1_000_000, self.wiring.night.depth_at(now.wall))

    def _look_at_window(self, _elapsed: float) -> None:
        """The panel may have got another mode, or have been turned."""
        sizes = self.fill.check(self.look.page)
        if sizes != self._sizes:
            self._sizes = sizes
            self.wiring.note_screen(sizes)

    def _refuse_close(self, *_: Any) -> bool:
        """Alt-F4 does nothing on a kiosk; a window on somebody's desk may be closed."""
        return self.wiring.window.fullscreen

    def _first_frame(self, *_: Any) -> None:
        Window.unbind(on_flip=self._first_frame)
        self.transitions.pace.wake()
        Frames.schedule_once(lambda _elapsed: self.transitions.build_ahead(self._load_sounds), AHEAD_S)
        if self.wiring.on_started:
            self.wiring.on_started(self)
        # Until here the mouse was read, which presses a face as well; it gives way within the frame.
        read_contacts(Window)

    def _load_sounds(self) -> None:
        self.sounds.load()
        if self.sounds.silent:
            self._note_silence()
        elif self.wiring.sound:
            self.preferences.voice.prepare(
                self.preferences.unspoken(tuple(places_of(self.wiring))),
                lambda: _on_screen_thread(self.transitions.arrange),
            )


def _on_screen_thread(act: Callable[[], None]) -> None:
    Frames.schedule_once(lambda _elapsed: act(), 0)
