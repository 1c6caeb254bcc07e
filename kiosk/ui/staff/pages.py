"""Staff pages: builds the screen of a room and ties what the staff mean to the door."""

from collections.abc import Callable
from typing import Any

from kiosk.domain.visit.door import Room
from kiosk.ui.staff.staff import Staff
from kiosk.ui.staff.staff_page import StaffPage

ROOMS = tuple(room for room in Room if room is not Room.OUTSIDE)


def build_staff_page(room: Room, staff: Staff, app: Any) -> StaffPage:
    """The page of a room."""
    page = _BUILDERS[room](staff, app)
    page.bind(on_back=lambda _page: staff.back())
    page.say(app.t, app.words)
    return page


def _pin(staff: Staff, _app: Any) -> StaffPage:
    from kiosk.ui.staff.pin import PinPage

    page = PinPage()
    page.bind(on_digit=lambda _page, digit: staff.type_digit(digit), on_erase=lambda _page: staff.erase_digit())
    return page


def _desk(staff: Staff, app: Any) -> StaffPage:
    from kiosk.ui.staff.desk import DeskPage

    desk = staff.desk
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
    page = DeskPage(app.setup.survey, tuple(acts))
    page.bind(on_act=lambda _page, name: acts[name]())
    return page


def _cleaning(_staff: Staff, _app: Any) -> StaffPage:
    from kiosk.ui.staff.cleaning import CleaningPage

    return CleaningPage()


def _touch_test(staff: Staff, app: Any) -> StaffPage:
    from kiosk.ui.staff.touch_test import TouchTestPage

    page = TouchTestPage(app.setup.survey.questions[0])
    page.bind(
        on_face=lambda _page, level: staff.hit(level),
        on_stray=lambda _page: staff.stray(),
        on_again=lambda _page: staff.start_test(),
    )
    return page


def _checks(_staff: Staff, app: Any) -> StaffPage:
    from kiosk.ui.staff.checks import ChecksPage

    page = ChecksPage()
    page.bind(on_play=lambda _page: app.sounds.play_thanks())
    return page


def _enrolment(staff: Staff, _app: Any) -> StaffPage:
    from kiosk.ui.staff.enrolment import EnrolmentPage

    page = EnrolmentPage()
    page.bind(on_code=lambda _page, code: staff.enrol(code))
    return page


def _days(staff: Staff, app: Any) -> StaffPage:
    from kiosk.ui.staff.numbers.days import DaysPage

    page = DaysPage(app.setup.survey, can_save=staff.desk is not None and staff.desk.save is not None)
    page.bind(
        on_day=lambda _page, day: staff.look_at(day),
        on_week=lambda _page, by: staff.turn_week(by),
        on_served=lambda _page: staff.go(Room.SERVED),
        on_save=lambda _page: staff.save(),
    )
    return page


def _served(staff: Staff, _app: Any) -> StaffPage:
    from kiosk.ui.staff.numbers.served import ServedPage

    page = ServedPage()
    page.bind(
        on_number=lambda _page, n: staff.record_served(n),
        on_counter=lambda _page, by: staff.turn_counter(by),
    )
    return page


_BUILDERS: dict[Room, Callable[[Staff, Any], StaffPage]] = {
    Room.PIN: _pin,
    Room.DESK: _desk,
    Room.CLEANING: _cleaning,
    Room.TOUCH_TEST: _touch_test,
    Room.CHECKS: _checks,
    Room.ENROLMENT: _enrolment,
    Room.DAYS: _days,
    Room.SERVED: _served,
}
