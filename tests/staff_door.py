"""The staff's door as a test goes through it: with real touches, and an office that notes what it was asked for."""

from datetime import datetime
from typing import Any

from kiosk.base.errors import SpokenError
from kiosk.domain.visit.door import Room
from kiosk.domain.visit.rating import Standing
from kiosk.numbers.days import Tally
from kiosk.ui.wiring.desk import Delivery, Desk
from tests.builders import ZONE
from tests.tallies import Rows, a_tally

PIN = "314159"
NOW = datetime(2026, 11, 23, 18, 0, tzinfo=ZONE)


def of_today(levels: dict[int, int], now: datetime = NOW, typed: int | None = None) -> Tally:
    """A day of 42 ratings all of whose parts are over, unless the test wants another one."""
    rows = Rows()
    rows.press(now.date(), "am", levels)
    rows.press(now.date(), "am", {4: 4}, standing=Standing.REPEAT)
    rows.press(now.date(), "pm", {1: 2}, standing=Standing.TEST)
    if typed is not None:
        rows.typed[now.date().isoformat(), ""] = typed
    return a_tally(now, rows)


FULL = of_today({5: 17, 4: 13, 3: 5, 2: 4, 1: 3})
EMPTY = of_today({5: 17}, now=NOW.replace(hour=9))


class Office:
    """What the desk of a test is given, and what it did."""

    def __init__(self) -> None:
        self.tally = FULL
        self.delivery = Delivery(waiting=7, contact_age_s=1300, enrolled=True)
        self.did: list[str] = []

    def desk(self) -> Desk:
        return Desk(
            check_pin=lambda pin: pin == PIN,
            tally=lambda: self.tally,
            delivery=lambda: self.delivery,
            enrol=self.enrol,
            export=lambda: self.do("export") or "7 mục đã được ghi.",
            save=lambda: self.do("save") or "Đã lưu số liệu.",
            restart=lambda: self.do("restart"),
        )

    def do(self, what: str) -> Any:
        self.did.append(what)

    def enrol(self, code: str) -> str:
        if code != "BCDFGHJK":
            raise SpokenError("One moment, please …")
        self.do(f"enrol {code}")
        return "Đã đăng ký."


def knock(kiosk: Any) -> None:
    for x in (5, kiosk.app._app_window.width - 5):
        finger = kiosk.fingers.down((x, kiosk.app._app_window.height - 5))
        kiosk.frames()
        kiosk.clock.advance(1.6)
        kiosk.fingers.up(finger)
        kiosk.frames()
    kiosk.app._tick(0)
    kiosk.frames(2)


def type_pin(kiosk: Any, pin: str) -> None:
    for digit in pin:
        kiosk.tap(kiosk.app.page.pad_key(digit))
    kiosk.until(lambda: not kiosk.app.staff.door.judging)
    kiosk.frames(3)


def come_in(kiosk: Any) -> Any:
    knock(kiosk)
    kiosk.until_step(Room.PIN)
    type_pin(kiosk, PIN)
    kiosk.until_step(Room.DESK)
    kiosk.until(lambda: kiosk.app.staff.seen.counted is not None and kiosk.app.staff.delivery is not None)
    kiosk.frames(2)
    return kiosk.app.page


def go(kiosk: Any, act: str, room: Room) -> Any:
    kiosk.tap(come_in(kiosk).act_tile(act))
    kiosk.until_step(room)
    return kiosk.app.page


def said(page: Any) -> str:
    texts = (part.text for part in page.walk(restrict=True) if getattr(part, "text", "") and part.opacity)
    return " ".join(texts).replace("\n", " ").replace("\xa0", " ")
