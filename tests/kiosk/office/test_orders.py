"""What IT staff ask of the screen is done when no citizen is there, once, and opens no door."""

import json
from types import SimpleNamespace

import pytest

from kiosk.domain.visit.door import Door, Room
from kiosk.domain.visit.visit import Step
from kiosk.office.orders import Order, next_order
from kiosk.office.settings import load_kiosk_settings
from kiosk.run import start
from tests.builders import FrozenClock


def lay(folder, *kinds: str) -> None:
    (folder / "orders.json").write_text(json.dumps([{"id": kind, "kind": kind} for kind in kinds]), "utf-8")


def test_orders_are_taken_once_in_their_order_and_later_ones_are_not_lost(tmp_path):
    lay(tmp_path, "touch_test", "from_the_future", "restart")
    first = next_order(tmp_path)
    lay(tmp_path, "cleaning_off")

    rest = [next_order(tmp_path) for _ in range(3)]

    assert [first, *rest] == [Order.TOUCH_TEST, Order.RESTART, Order.CLEANING_OFF, None]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("torn", ["{", "[1]", ""])
def test_a_file_that_cannot_be_read_says_nothing(tmp_path, torn):
    (tmp_path / "orders.json").write_text(torn, "utf-8")

    assert next_order(tmp_path) is None
    assert next_order(tmp_path) is None


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run of the screen whose end and whose touch test are noted."""
    monkeypatch.setattr(start, "stop_kiosk", lambda: done.append("restart"))
    monkeypatch.setattr(start, "call_touch_test", lambda: done.append("touch test"))
    done: list[str] = []
    settings = load_kiosk_settings(None, tmp_path)
    settings.folder.mkdir(parents=True, exist_ok=True)
    found = start._Run(settings)
    found.done = done
    return found


@pytest.mark.parametrize(
    ("shown", "order", "done"),
    [
        (Step.RESTING, "restart", ["restart"]),
        (Step.RESTING, "touch_test", ["touch test"]),
        (Step.RESTING, "cleaning_off", []),
        (Room.CLEANING, "cleaning_off", ["restart"]),
        (Step.QUESTION, "restart", []),
        (Step.THANKS, "touch_test", []),
        (Room.DESK, "restart", []),
    ],
)
def test_an_order_waits_until_no_citizen_is_at_the_screen(run, shown, order, done):
    lay(run.settings.folder, order)
    run._app = SimpleNamespace(step_shown=shown)

    run.look(None)

    assert run.done == done
    assert run.again.is_set() == ("restart" in done)
    assert (run.settings.folder / "orders.json").exists() == (shown not in (Step.RESTING, Room.CLEANING))


def test_a_touch_test_that_was_called_leads_to_no_other_room():
    clock = FrozenClock()
    door = Door()
    door.call(Room.TOUCH_TEST, clock.now())
    assert door.room is Room.TOUCH_TEST

    door.go(Room.DESK, clock.now())
    assert door.room is Room.TOUCH_TEST
    for level in range(1, 6):
        door.hit(level)
    door.back(clock.now())

    assert door.room is Room.OUTSIDE
    assert [work.hits for work in door.work_due() if work.hits] == [(1, 1, 1, 1, 1)]


def test_nobody_is_called_away_from_behind_the_door():
    clock = FrozenClock()
    door = Door()
    door.knock(clock.now())

    door.call(Room.TOUCH_TEST, clock.now())

    assert door.room is Room.PIN
