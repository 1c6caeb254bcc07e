"""Shown: the screen that is up, and how it gives way to the one that the flow, or the staff, want now."""

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, cast

from kivy.clock import Clock as Frames

from kiosk.base.memory import give_back
from kiosk.domain.instant import Instant
from kiosk.domain.visit.door import Room
from kiosk.domain.visit.visit import Step
from kiosk.ui.parts.front import Front
from kiosk.ui.parts.page import Page
from kiosk.ui.stage.pace import Pace
from kiosk.ui.stage.page_cache import Shelf
from kiosk.ui.stage.pages import Place, build_page, places_of
from kiosk.ui.stage.pointers import Hands

if TYPE_CHECKING:
    from kiosk.ui.staff.staff_page import StaffPage
    from kiosk.ui.stage.stage import KioskApp

TIMED = (Step.COUNTER, Step.REASONS, Step.WORDS, Step.NOT_RECORDED)
"""The steps that show how long they last; the thanks has its ring."""
GIVE_BACK_S = 2.0
"""Memory is given back when the resting screen was drawn: nobody waits then."""
AHEAD_S = 0.1
_AN_EARLIER_ONE = "an earlier screen"


class Shown:
    """One screen at a time, on the root of one window."""

    front: Front
    page: Page

    def __init__(self, app: "KioskApp") -> None:
        self._app = app
        self.shelf = Shelf(lambda place: build_page(place, app), app.can_listen_to, lambda: app.state)
        self.pace = Pace()
        self.place: Place = (Step.QUESTION, 0)
        self._showing: Hashable = None
        self._since: Instant | None = None
        """When the screen that is up was on the glass; None until it is."""
        self._turn_due = False
        self._give_back = Frames.create_trigger(lambda _elapsed: give_back(), GIVE_BACK_S)

    def begin(self, root: Hands) -> None:
        """Put up the first screen."""
        self.front = Front(root)
        root.covered = self.front.covers
        self.turn()

    def end(self) -> None:
        """Nothing is done any more that was put off."""
        self._give_back.cancel()
        self.front.clear_sign()

    @property
    def due(self) -> Hashable:
        """Changes with every change of screen; a visit that ends behind the staff door changes nothing."""
        staff = self._app.staff
        return ("staff", staff.door.showing) if staff.inside else self._app.flow.view.showing

    @property
    def is_late(self) -> bool:
        """Whether another screen is wanted than the one that is up."""
        return self._showing != self.due

    def seen_at(self, at: Instant) -> Hashable:
        """Changes as ``due`` does: which screen whoever touched the glass then had before their eyes."""
        if self._since is None or at.mono_us < self._since.mono_us:
            return _AN_EARLIER_ONE
        return self._showing

    def refresh(self) -> None:
        """Draw what is so now; the next screen waits until a quick tap has been seen."""
        if not self.is_late:
            self._tell()
        elif not self._turn_due:
            self._turn_due = True
            Frames.schedule_once(lambda _elapsed: self.turn(), self._app.hands.look_left_s)

    def turn(self) -> None:
        """Put up the screen that the flow, or the staff, want now."""
        app = self._app
        self._turn_due = False
        self._showing, self.place = self.due, self._place_due
        self.page = self.shelf.page(self.place)
        app.sounds.hush()
        app.name_counter(None if app.staff.inside else app.flow.view.counter)
        self.shelf.arrange(self.place, app.look)
        self.pace.resting = self.place[0] is Step.RESTING
        self.pace.wake()
        app.hands.let_go()
        app.hands.page = self.page
        self.front.put_up(self.page)
        self.page.tell_time(1.0)
        self._tell()
        self.show_time_line(1.0)
        # It takes a moment, which a citizen who has just come must not wait for.
        self._give_back.cancel()
        if self.place[0] is Step.THANKS:
            app.sounds.play_thanks()
        elif self.place[0] is Step.RESTING:
            self._give_back()
        self.front.veil.lift(app.look)
        self._since = None
        Frames.schedule_once(lambda _elapsed: self._note_seen(), 0)  # the next frame begins when this one is drawn

    def show_time(self, share: float) -> None:
        """Draw how much of the step's time is left."""
        if isinstance(self.place[0], Step):
            self.page.tell_time(share)
            self.show_time_line(share)

    def show_time_line(self, share: float) -> None:
        """Draw it as a line over the screens that have one."""
        if self.place[0] in TIMED or isinstance(self.place[0], Room):
            self.front.show_time(share, self._app.look)

    def arrange(self) -> None:
        """Take the look, and whatever else screens are arranged with, as the app has them now."""
        self.front.arrange(self._app.look)
        self.shelf.arrange(self.place, self._app.look)

    def build_ahead(self, then: Callable[[], None]) -> None:
        """Build the other screens one by one while nobody is waiting, and then do something else."""
        missing = self.shelf.first_missing(places_of(self._app.setup))
        if missing is None:
            then()
            return
        self.shelf.page(missing)
        self.shelf.arrange(missing, self._app.look)
        Frames.schedule_once(lambda _elapsed: self.build_ahead(then), AHEAD_S)

    def _note_seen(self) -> None:
        self._since = self._app.setup.clock.now()

    @property
    def _place_due(self) -> Place:
        if self._app.staff.inside:
            return self._app.staff.door.room, 0
        view = self._app.flow.view
        return view.step, view.asked if view.step is Step.QUESTION else 0

    def _tell(self) -> None:
        """Tell the page that is up what it shows."""
        view = self._app.flow.view
        if self._app.staff.inside:
            self._app.staff.tell(cast("StaffPage", self.page))
        else:
            self.page.tell(view)
        self._app.band = view.test
        self.front.show_test(view.test, self._app.look)
