"""Who comes through the staff door, and when it closes."""

import pytest

from kiosk.domain.maintenance import Work
from kiosk.domain.visit.door import Door, Room
from tests.builders import FrozenClock

RIGHT = "314159"


class Visitor:
    """Somebody at the door, who types and is judged."""

    def __init__(self, clock: FrozenClock) -> None:
        self.clock, self.door = clock, Door()
        self.door.knock(clock.now())

    def types(self, pin: str) -> "Visitor":
        for digit in pin:
            whole = self.door.type_digit(digit, self.clock.now())
            if whole is not None:
                self.door.judge(whole == RIGHT, self.clock.now())
        return self

    def waits(self, seconds: float) -> "Visitor":
        self.clock.advance(seconds)
        self.door.tick(self.clock.now())
        return self

    def goes(self, room: Room) -> "Visitor":
        self.door.go(room, self.clock.now())
        return self

    @property
    def delay_s(self) -> int:
        return self.door.wait_s(self.clock.now())


@pytest.fixture
def visitor(clock: FrozenClock) -> Visitor:
    return Visitor(clock)


def test_right_pin_opens(visitor: Visitor):
    assert visitor.door.room is Room.PIN

    assert visitor.types(RIGHT).door.room is Room.DESK


def test_wrong_pin_does_not_open_and_the_next_must_wait(visitor: Visitor):
    visitor.types("000000")
    assert visitor.door.room is Room.PIN
    assert visitor.delay_s == 5

    visitor.types(RIGHT)
    assert visitor.door.room is Room.PIN

    assert visitor.waits(5.1).types(RIGHT).door.room is Room.DESK


def test_delay_doubles_with_every_wrong_pin_up_to_a_quarter_of_an_hour(visitor: Visitor):
    delays = []
    for _ in range(10):
        visitor.door.knock(visitor.clock.now())
        visitor.types("000000")
        delays.append(visitor.delay_s)
        visitor.waits(delays[-1] + 0.1)

    assert delays == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]


def test_delay_outlives_the_closed_door(visitor: Visitor):
    visitor.types("000000").types("000000")
    visitor.door.back(visitor.clock.now())
    visitor.door.knock(visitor.clock.now())

    assert visitor.delay_s == 5


def test_right_pin_forgets_the_wrong_ones(visitor: Visitor):
    visitor.types("000000").waits(6).types(RIGHT)
    visitor.door.back(visitor.clock.now())
    visitor.door.knock(visitor.clock.now())
    visitor.types("000000")

    assert visitor.delay_s == 5


def test_nothing_is_typed_while_a_pin_is_judged(visitor: Visitor):
    for digit in RIGHT:
        visitor.door.type_digit(digit, visitor.clock.now())
    assert visitor.door.judging
    visitor.door.erase_digit()

    assert visitor.door.type_digit("1", visitor.clock.now()) is None
    assert visitor.door.digits == 6


def test_door_left_open_closes_by_itself(visitor: Visitor):
    assert visitor.types(RIGHT).waits(119).door.room is Room.DESK

    assert visitor.waits(2).door.room is Room.OUTSIDE


def test_touch_keeps_the_door_open(visitor: Visitor):
    visitor.types(RIGHT).waits(100)
    visitor.door.touch(visitor.clock.now())

    assert visitor.waits(100).door.room is Room.DESK


def test_cleaning_counts_down_and_ends_outside_whatever_touches_the_glass(visitor: Visitor):
    visitor.types(RIGHT).goes(Room.CLEANING)
    assert visitor.door.left_s(visitor.clock.now()) == 30

    visitor.waits(20).door.touch(visitor.clock.now())
    assert visitor.door.left_s(visitor.clock.now()) == 10

    assert visitor.waits(10.1).door.room is Room.OUTSIDE


def test_touch_test_holds_only_with_one_press_on_each_face_and_none_besides(visitor: Visitor):
    door = visitor.types(RIGHT).goes(Room.TOUCH_TEST).door
    for level in (3, 1, 5, 2, 4):
        assert not door.passes
        door.hit(level)
    assert door.passes

    door.stray()
    assert not door.passes

    door.start_test(visitor.clock.now())
    assert door.hits.total() == door.strays == 0


def test_every_touch_test_is_recorded_with_what_it_read_and_an_untouched_one_is_not(visitor: Visitor):
    door = visitor.types(RIGHT).goes(Room.TOUCH_TEST).door
    door.back(visitor.clock.now())
    assert door.work_due() == ()

    visitor.goes(Room.TOUCH_TEST)
    for level in (1, 2, 2, 4, 5):
        door.hit(level)
    door.stray()
    door.start_test(visitor.clock.now())
    for level in (5, 4, 3, 2, 1):
        door.hit(level)
    visitor.waits(121)

    assert [(work.work, work.hits, work.strays) for work in door.work_due()] == [
        (Work.TEST, (1, 2, 0, 1, 1), 1),
        (Work.TEST, (1, 1, 1, 1, 1), 0),
    ]
    assert door.work_due() == ()


def test_cleaning_and_the_end_of_a_run_are_recorded(visitor: Visitor):
    door = visitor.types(RIGHT).goes(Room.CLEANING).door
    visitor.waits(31)
    door.close_screen(visitor.clock.now())

    assert [work.work for work in door.work_due()] == [Work.CLEANING, Work.SERVICE]


def test_rooms_lie_behind_the_desk_alone(visitor: Visitor):
    assert visitor.goes(Room.CLEANING).door.room is Room.PIN

    visitor.types(RIGHT).goes(Room.CHECKS)
    visitor.door.back(visitor.clock.now())
    assert visitor.door.room is Room.DESK

    visitor.door.back(visitor.clock.now())
    assert visitor.door.room is Room.OUTSIDE


def test_every_room_is_another_showing(visitor: Visitor):
    before = visitor.door.showing

    assert visitor.types(RIGHT).door.showing > before
