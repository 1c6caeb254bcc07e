"""Transitions: the screen that is up, and how it gives way to the one that the flow, or the staff, want now."""

from collections.abc import Callable, Hashable
from typing import Protocol

from kivy.clock import Clock as Frames

from kiosk.base.memory import give_back
from kiosk.domain.instant import Instant
from kiosk.domain.visit.door import Room
from kiosk.domain.visit.visit import Step
from kiosk.flow import Flow
from kiosk.ui.look.look import Look
from kiosk.ui.parts.front import Front
from kiosk.ui.parts.page import Page
from kiosk.ui.staff.staff import Staff
from kiosk.ui.staff.staff_page import StaffPage
from kiosk.ui.stage.page_cache import PageCache
from kiosk.ui.stage.pages import Place, places_of
from kiosk.ui.stage.pointers import Pointers
from kiosk.ui.stage.sounds import Sounds
from kiosk.ui.wiring.wiring import Wiring

TIMED = (Step.COUNTER, Step.REASONS, Step.WORDS, Step.NOT_RECORDED)
"""The steps that show how long they last; the thanks has its ring."""
GIVE_BACK_S = 2.0
"""Memory is given back when the resting screen was drawn: nobody waits then."""
AHEAD_S = 0.1
FPS_AWAKE = 60
FPS_IDLE = 15
"""A touch waits for one of these frames at most, then the pace is full again."""
FPS_RESTING = 6
"""The first touch on the resting screen only wakes: it may take a moment longer."""
IDLE_AFTER_S = 3.0
_AN_EARLIER_ONE = "an earlier screen"


class Appearance(Protocol):
    """How every screen is drawn at this moment."""

    look: Look
    band: bool
    """Whether the screens leave room for the band of a test."""

    def name_counter(self, code: str | None) -> None:
        """Write the counter that is judged into the head of the screens."""
        ...


class Transitions:
    """One screen at a time, on the root of one window."""

    front: Front
    page: Page

    def __init__(
        self, wiring: Wiring, flow: Flow, staff: Staff, sounds: Sounds, pages: PageCache, appearance: Appearance
    ) -> None:
        self._wiring, self._flow, self._staff = wiring, flow, staff
        self._sounds, self._pages, self._appearance = sounds, pages, appearance
        self.pace = Pace()
        self.place: Place = (Step.QUESTION, 0)
        self._showing: Hashable = None
        self._since: Instant | None = None
        """When the screen that is up was on the glass; None until it is."""
        self._turn_due = False
        self._give_back = Frames.create_trigger(lambda _elapsed: give_back(), GIVE_BACK_S)

    def begin(self, root: Pointers) -> None:
        """Put up the first screen."""
        self._pointers = root
        self.front = Front(root)
        root.covered = self.front.covers
        self.turn()

    def end(self) -> None:
        """Drop what was put off: the window closes."""
        self._give_back.cancel()
        self.front.clear_sign()

    @property
    def due(self) -> Hashable:
        """The screen that is wanted; it differs after each change, but not for a visit behind the staff door."""
        staff = self._staff
        return ("staff", staff.door.showing) if staff.inside else self._flow.view.showing

    @property
    def is_late(self) -> bool:
        """Whether another screen is wanted than the one that is up."""
        return self._showing != self.due

    def seen_at(self, at: Instant) -> Hashable:
        """The screen, as in ``due``, that whoever touched the glass at that moment had before their eyes."""
        if self._since is None or at.mono_us < self._since.mono_us:
            return _AN_EARLIER_ONE
        return self._showing

    def refresh(self) -> None:
        """Draw what is so now; the next screen waits until a quick tap has been seen."""
        if not self.is_late:
            self._tell()
        elif not self._turn_due:
            self._turn_due = True
            Frames.schedule_once(lambda _elapsed: self.turn(), self._pointers.look_left_s)

    def turn(self) -> None:
        """Put up the screen that the flow, or the staff, want now."""
        self._turn_due = False
        self._showing, self.place = self.due, self._place_due
        self.page = self._pages.page(self.place)
        self._sounds.hush()
        self._appearance.name_counter(None if self._staff.inside else self._flow.view.counter)
        self._pages.arrange(self.place, self._appearance.look)
        self.pace.resting = self.place[0] is Step.RESTING
        self.pace.wake()
        self._pointers.let_go()
        self._pointers.page = self.page
        self.front.put_up(self.page)
        self.page.tell_time(1.0)
        self._tell()
        self.show_time_line(1.0)
        # It takes a moment, which a citizen who has just come must not wait for.
        self._give_back.cancel()
        if self.place[0] is Step.THANKS:
            self._sounds.play_thanks()
        elif self.place[0] is Step.RESTING:
            self._give_back()
        self.front.cross_fade.lift(self._appearance.look)
        self._since = None
        Frames.schedule_once(lambda _elapsed: self._note_seen(), 0)  # the next frame begins when this one is drawn

    def show_time(self, share: float) -> None:
        """Draw how much of the step's time is left."""
        if isinstance(self.place[0], Step):
            self.page.tell_time(share)
            self.show_time_line(share)

    def show_time_line(self, share: float) -> None:
        """Draw the time that is left as a line, over the screens that have one."""
        if self.place[0] in TIMED or isinstance(self.place[0], Room):
            self.front.show_time(share, self._appearance.look)

    def arrange(self) -> None:
        """Arrange the screen anew, with the look and the words as they are now."""
        self.front.arrange(self._appearance.look)
        self._pages.arrange(self.place, self._appearance.look)

    def build_ahead(self, then: Callable[[], None]) -> None:
        """Build the other screens one by one while nobody is waiting, and then do something else."""
        missing = self._pages.first_missing(places_of(self._wiring))
        if missing is None:
            then()
            return
        self._pages.page(missing)
        self._pages.arrange(missing, self._appearance.look)
        Frames.schedule_once(lambda _elapsed: self.build_ahead(then), AHEAD_S)

    def _note_seen(self) -> None:
        self._since = self._wiring.clock.now()

    @property
    def _place_due(self) -> Place:
        if self._staff.inside:
            return self._staff.door.room, 0
        view = self._flow.view
        return view.step, view.asked if view.step is Step.QUESTION else 0

    def _tell(self) -> None:
        """Tell the page that is up what it shows."""
        view = self._flow.view
        if isinstance(self.page, StaffPage):
            self._staff.tell(self.page)
        else:
            self.page.tell(view)
        self._appearance.band = view.test
        self.front.show_test(view.test, self._appearance.look)


class Pace:
    """How many frames a second are drawn: the full rate while somebody is there, few while nothing moves."""

    def __init__(self) -> None:
        self.resting = False
        """Whether nobody is there."""
        self._rest = Frames.create_trigger(self._slow_down, IDLE_AFTER_S)

    def wake(self) -> None:
        """Draw at full rate, and rest some seconds after the last call."""
        # Kivy reads this limit in every frame but offers no way to set it while running.
        Frames._max_fps = FPS_AWAKE
        self._rest.cancel()
        self._rest()

    def _slow_down(self, _elapsed: float) -> None:
        Frames._max_fps = FPS_RESTING if self.resting else FPS_IDLE
