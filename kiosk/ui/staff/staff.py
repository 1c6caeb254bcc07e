"""Staff: what happens behind the staff door, whose rules are the domain's. Ties that door to screens and recorder."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any, Protocol, TypeVar

from kivy.clock import Clock as Frames

from kiosk.base.texts import Texts
from kiosk.domain.visit.door import Door, Room
from kiosk.domain.visit.rating import Count
from kiosk.flow import Flow
from kiosk.ui.staff.background import ask_in_background
from kiosk.ui.staff.staff_page import StaffPage
from kiosk.ui.wiring.desk import Counted, Delivery, Desk, Seen
from kiosk.ui.wiring.wiring import Wiring

T = TypeVar("T")

_log = logging.getLogger(__name__)


class StaffScreen(Protocol):
    """What shows the staff's rooms."""

    t: Texts
    """The texts in the language on the screen."""

    def refresh(self) -> None:
        """Draw what is so now."""
        ...

    def stop(self) -> None:
        """Close the window."""
        ...


class Staff:
    """The staff door of one kiosk, and what was found behind it."""

    def __init__(self, wiring: Wiring, flow: Flow, screen: StaffScreen, missing_parts: Iterable[str]) -> None:
        """``missing_parts``: what the staff should see to, as message ids; read each time they come in."""
        self.door = Door(faces=len(wiring.survey.questions[0].levels))
        self.seen = Seen()
        self.delivery: Delivery | None = None
        self.told = ""
        """A sentence on what was done last, or why it was not."""
        self.busy = False
        self._wiring = wiring
        self._flow = flow
        self._screen = screen
        self._missing_parts = missing_parts

    @property
    def inside(self) -> bool:
        """Whether the staff have the screen."""
        return self.door.room is not Room.OUTSIDE

    @property
    def desk(self) -> Desk | None:
        """None where no PIN was set: then there is no door."""
        return self._wiring.desk

    def tick(self, knocked: bool) -> None:
        """Let time pass; ``knocked`` when the hidden gesture was just made."""
        at = self._wiring.clock.now()
        if knocked and self.desk is not None and not self.inside:
            self._flow.leave()
            self.door.knock(at)
        self.door.tick(at)
        self._note_work()
        if not self.inside:
            self.told, self.seen, self.delivery = "", Seen(), None

    def call_touch_test(self) -> None:
        """Show the touch test without a PIN, where the screen is free for it."""
        self.door.call(Room.TOUCH_TEST, self._wiring.clock.now())

    def tell(self, page: StaffPage) -> None:
        """Tell the room's screen what it shows now."""
        page.tell_door(self.door, self._wiring.clock.now(), self.told)
        # The desk shows today, whichever day was looked at before.
        seen = self.seen.today() if self.door.room is Room.DESK else self.seen
        page.tell_desk(seen, self.delivery, self._flow.testing)

    def touch(self) -> None:
        """Somebody is still there."""
        self.door.touch(self._wiring.clock.now())

    def type_digit(self, digit: str) -> None:
        """One more digit of the PIN."""
        pin = self.door.type_digit(digit, self._wiring.clock.now())
        if pin is not None and self.desk is not None:
            check = self.desk.check_pin
            self._ask(lambda: check(pin), self._judge, lambda _why: self._judge(False))
        self._screen.refresh()

    def erase_digit(self) -> None:
        """Take the last digit back."""
        self.door.erase_digit()
        self._screen.refresh()

    def go(self, room: Room) -> None:
        """Go to one of the desk's rooms."""
        self.told = ""
        self.door.go(room, self._wiring.clock.now())
        self._screen.refresh()

    def back(self) -> None:
        """Go back to the desk, or out."""
        self.door.back(self._wiring.clock.now())
        self._screen.refresh()

    def hit(self, level: int) -> None:
        """The touch test: a face was pressed."""
        self.door.hit(level)
        self._screen.refresh()

    def stray(self) -> None:
        """The touch test: something else was touched."""
        self.door.stray()
        self._screen.refresh()

    def start_test(self) -> None:
        """Begin the touch test again."""
        self.door.start_test(self._wiring.clock.now())
        self._note_work()
        self._screen.refresh()

    def turn_test_mode(self) -> None:
        """Presses are tests from now on, or count again."""
        self._flow.set_test(not self._flow.testing)
        self._screen.refresh()

    def enrol(self, code: str) -> None:
        """Spend a one-time code."""
        if self.desk is not None and self.desk.enrol is not None:
            spend = self.desk.enrol
            self._do(lambda: spend(code))

    def export(self) -> None:
        """Write what waits to a stick."""
        if self.desk is not None and self.desk.export is not None:
            self._do(self.desk.export)

    def save(self) -> None:
        """Write the numbers to a stick."""
        if self.desk is not None and self.desk.save is not None:
            self._do(self.desk.save)

    def look_at(self, day: date) -> None:
        """Look at another day's numbers."""
        self._see(replace(self.seen, day=day))

    def turn_week(self, by: int) -> None:
        """Look at the numbers of the week before, or of the next one."""
        self._see(self.seen.turn_week(by))

    def turn_counter(self, by: int) -> None:
        """In a hall: go to the counter before, or to the next one."""
        self._see(self.seen.turn_counter(by))

    def go_today_served(self) -> None:
        """Go to the page where today's transactions are typed in."""
        self.seen = self.seen.today()
        self.go(Room.SERVED)

    def record_served(self, n: int) -> None:
        """Write down how many transactions were served on the day that is looked at."""
        seen, at = self.seen, self._wiring.clock.now()
        if self.busy or seen.day is None:
            return
        self.busy = True
        count = Count(at, seen.day.isoformat(), n, seen.counter or None)
        told = self._screen.t("Written down: {n} transactions.", n=self._screen.t.number(n))
        future = self._wiring.recorder.record(count)
        future.add_done_callback(
            lambda answer: Frames.schedule_once(lambda _elapsed: self._served(answer.exception(), told), 0)
        )
        self._screen.refresh()

    def restart(self) -> None:
        """Close the kiosk and have it start again."""
        if self.desk is not None:
            self.desk.restart()
        self.leave()

    def leave(self) -> None:
        """Close the kiosk."""
        self.door.close_screen(self._wiring.clock.now())
        self._note_work()
        self._screen.stop()

    # Inside

    def _note_work(self) -> None:
        """Write down what was done behind the door."""
        for work in self.door.work_due():
            self._flow.note_work(work)

    def _judge(self, right: bool) -> None:
        self.door.judge(right, self._wiring.clock.now())
        if self.door.room is Room.DESK:
            self.told = " ".join(self._screen.t(part) for part in self._missing_parts)
            self._look()
        self._screen.refresh()

    def _look(self) -> None:
        if self.desk is not None:
            read, t = self.desk.tally, self._screen.t

            def count() -> Counted:
                from kiosk.numbers.tables import tables_of

                # Here, off the screen's thread: the first number that is written loads what writes numbers.
                tally = read()
                return Counted(tally, *tables_of(tally, t))

            self._ask(count, self._take_counted, self._tell)
            self._ask(self.desk.delivery, self._take_delivery, self._tell)

    def _take_counted(self, counted: Counted) -> None:
        if self.inside:
            self.seen = self.seen.take(counted)
            self._screen.refresh()

    def _see(self, seen: Seen) -> None:
        self.told, self.seen = "", seen
        self._screen.refresh()

    def _served(self, refusal: BaseException | None, told: str) -> None:
        self.busy = False
        if refusal is not None:
            _log.error("count not recorded: %s", refusal)
            self._tell(self._screen.t("The number was not written down: the disk refuses. Please try again."))
            return
        self.seen = self.seen.turn_counter(1)
        self._tell(told)
        self._look()

    def _take_delivery(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self._screen.refresh()

    def _do(self, act: Callable[[], str]) -> None:
        if self.busy:
            return
        self.busy, self.told = True, self._screen.t("One moment, please …")
        self._ask(act, self._done, self._done)
        self._screen.refresh()

    def _done(self, told: str) -> None:
        self.busy = False
        self._tell(told)
        self._look()

    def _tell(self, told: str) -> None:
        self.told = told
        self._screen.refresh()

    def _ask(self, act: Callable[[], T], take: Callable[[T], Any], refused: Callable[[str], Any]) -> None:
        ask_in_background(act, take, refused, self._screen.t)
