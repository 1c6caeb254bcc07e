"""Staff pages: builds the screen of a room and ties what the staff mean to the door.

Each page's module is imported when its room is first entered: citizens wait for none of them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.domain.visit.door import Room
from kiosk.domain.visit.survey import Survey
from kiosk.ui.staff.staff import Staff
from kiosk.ui.staff.staff_page import StaffPage


@dataclass(frozen=True, slots=True)
class StaffTies:
    """What the staff's screens are tied to."""

    staff: Staff
    survey: Survey
    play_sound: Callable[[], None]
    """Something that can be heard, to check the loudness with."""


def build_staff_page(room: Room, ties: StaffTies) -> StaffPage:
    """The page of a room; ``say`` must follow."""
    page = _BUILDERS[room](ties)
    page.bind(on_back=lambda _page: ties.staff.back())
    return page


def _pin(ties: StaffTies) -> StaffPage:
    from kiosk.ui.staff.pin import PinPage

    page = PinPage()
    page.bind(
        on_digit=lambda _page, digit: ties.staff.type_digit(digit), on_erase=lambda _page: ties.staff.erase_digit()
    )
    return page


def _desk(ties: StaffTies) -> StaffPage:
    from kiosk.ui.staff.desk import DeskPage

    staff, desk = ties.staff, ties.staff.desk
    acts: dict[str, Callable[[], None]] = {
        "days": lambda: staff.go(Room.DAYS),
        "served": staff.go_today_served,
        "cleaning": lambda: staff.go(Room.CLEANING),
        "touch_test": lambda: staff.go(Room.TOUCH_TEST),
        "checks": lambda: staff.go(Room.CHECKS),
        "test_mode": staff.turn_test_mode,
    }
    if desk is not None and desk.enrol is not None:
        acts["enrolment"] = lambda: staff.go(Room.ENROLMENT)
    if desk is not None and desk.export is not None:
        acts["export"] = staff.export
    acts |= {"restart": staff.restart, "leave": staff.leave}
    page = DeskPage(ties.survey, tuple(acts))
    page.bind(on_act=lambda _page, name: acts[name]())
    return page


def _cleaning(_ties: StaffTies) -> StaffPage:
    from kiosk.ui.staff.cleaning import CleaningPage

    return CleaningPage()


def _touch_test(ties: StaffTies) -> StaffPage:
    from kiosk.ui.staff.touch_test import TouchTestPage

    page = TouchTestPage(ties.survey.questions[0])
    page.bind(
        on_face=lambda _page, level: ties.staff.hit(level),
        on_stray=lambda _page: ties.staff.stray(),
        on_again=lambda _page: ties.staff.start_test(),
    )
    return page


def _checks(ties: StaffTies) -> StaffPage:
    from kiosk.ui.staff.checks import ChecksPage

    page = ChecksPage()
    page.bind(on_play=lambda _page: ties.play_sound())
    return page


def _enrolment(ties: StaffTies) -> StaffPage:
    from kiosk.ui.staff.enrolment import EnrolmentPage

    page = EnrolmentPage()
    page.bind(on_code=lambda _page, code: ties.staff.enrol(code))
    return page


def _days(ties: StaffTies) -> StaffPage:
    from kiosk.ui.staff.numbers.days import DaysPage

    desk = ties.staff.desk
    page = DaysPage(ties.survey, can_save=desk is not None and desk.save is not None)
    page.bind(
        on_day=lambda _page, day: ties.staff.look_at(day),
        on_week=lambda _page, by: ties.staff.turn_week(by),
        on_served=lambda _page: ties.staff.go(Room.SERVED),
        on_save=lambda _page: ties.staff.save(),
    )
    return page


def _served(ties: StaffTies) -> StaffPage:
    from kiosk.ui.staff.numbers.served import ServedPage

    page = ServedPage()
    page.bind(
        on_number=lambda _page, n: ties.staff.record_served(n),
        on_counter=lambda _page, by: ties.staff.turn_counter(by),
    )
    return page


_BUILDERS: dict[Room, Callable[[StaffTies], StaffPage]] = {
    Room.PIN: _pin,
    Room.DESK: _desk,
    Room.CLEANING: _cleaning,
    Room.TOUCH_TEST: _touch_test,
    Room.CHECKS: _checks,
    Room.ENROLMENT: _enrolment,
    Room.DAYS: _days,
    Room.SERVED: _served,
}
