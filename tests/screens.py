"""Photographs every screen in each theme, orientation and language: ``python tests/screens.py [folder] [word …]``.

With words, only the pictures whose names contain one of them are taken. ``make screens`` runs it.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kiosk.domain.visit.door import Room  # noqa: E402 - the path comes first

SHAPES = {"landscape": (1280, 800), "portrait": (800, 1280)}
THEMES = ("light", "dark", "high-contrast")
LANGUAGES = ("vi", "en")
LOG_WORDS = "Sổ công khai: đến hết ngày 19/11/2026"
OFFICE = {
    "vi": "Trung tâm Phục vụ hành chính công phường Bình An",
    "en": "Bình An Ward Public Administrative Service Centre",
}
COUNTER = {"vi": "Quầy 3 · Hộ tịch – Chứng thực", "en": "Counter 3 · Civil status – Certification"}
HALL = (
    ("Hộ tịch – Chứng thực", "Civil status – Certification"),
    ("Đất đai – Môi trường", "Land – Environment"),
    ("Đăng ký kinh doanh", "Business registration"),
    ("Lao động – Xã hội", "Labour – Social affairs"),
    ("Xây dựng – Hạ tầng", "Construction"),
    ("Giáo dục – Y tế", "Education – Health"),
    ("Cư trú – Căn cước", "Residence – Identity cards"),
    ("Trả kết quả", "Results"),
)
WORDS = {
    "vi": "Cán bộ hướng dẫn rõ ràng, nhưng ghế chờ còn ít. Gọi cho tôi 0912 345 678. Cảm ơn",
    "en": "The guidance was clear, but there are few chairs. Call me on 0912 345 678. Thanks",
}


def main(folder: Path, words: list[str]) -> int:
    """One process for each shape: a window keeps the size it was opened with."""
    environment = os.environ | {
        "SDL_VIDEODRIVER": "offscreen",
        "SDL_AUDIODRIVER": "dummy",
        "PYTHONPATH": str(ROOT),
    }
    return max(
        subprocess.run([sys.executable, __file__, "--shape", shape, str(folder), *words], env=environment).returncode
        for shape in SHAPES
    )


def shoot_shape(shape: str, folder: Path, words: list[str]) -> None:
    """Every picture of one shape."""
    from kiosk.ui.app import WindowOptions, prepare_window

    window = WindowOptions(*SHAPES[shape], fullscreen=False)
    prepare_window(window)
    from kivy.base import runTouchApp

    runTouchApp(embedded=True)
    for name, shoot in pictures(shape, window):
        if not words or any(word in name for word in words):
            shoot(folder / f"{name}.png")
            print(folder / f"{name}.png", flush=True)


def pictures(shape: str, window: Any) -> Iterator[tuple[str, Callable[[Path], None]]]:
    for theme in THEMES:
        for language in LANGUAGES:
            for name, show in scenes().items():
                if name.startswith("staff") and language != "vi":
                    continue  # the staff's screens are Vietnamese
                yield f"{name}_{theme}_{shape}_{language}", Camera(theme, language, window, show)
    for name, show in scenes().items():
        if name.startswith(("staff", "pressed")):
            continue  # the staff need no larger letters
        yield f"{name}_light_{shape}_vi_200", Camera("light", "vi", window, show, text_turns=2)
    yield f"question-three_light_{shape}_vi", Camera("light", "vi", window, show_question, survey="tt32-3")


class Camera:
    """One screen, set up afresh, and its picture."""

    def __init__(
        self, theme: str, language: str, window: Any, show: Callable[[Any], None],
        survey: str = "sipas-5", text_turns: int = 0,
    ) -> None:  # fmt: skip
        self.theme, self.language, self.window, self.show = theme, language, window, show
        self.survey, self.text_turns = survey, text_turns

    def __call__(self, path: Path) -> None:
        from kiosk.ui.stage.made_touches import save_screenshot
        from kiosk.ui.stage.stage import KioskApp

        app = KioskApp(self.wiring())
        app._run_prepare()
        if self.language != "vi":
            app.turn_language()
        for _ in range(self.text_turns):
            app.turn_text_size()
        self.show(app)
        frames(app)
        save_screenshot(path)
        app.dispatch("on_stop")
        app._app_window.remove_widget(app.root)

    def wiring(self) -> Any:
        from kiosk.base.resources import resource
        from kiosk.base.survey_file import load_survey
        from kiosk.domain.visit.rules import VisitRules
        from kiosk.ui.wiring.desk import Delivery, Desk
        from kiosk.ui.wiring.wiring import HallCounter, Wiring

        hall = tuple(
            HallCounter(f"Q{n}", str(n), {"vi": vi, "en": en}) for n, (vi, en) in enumerate(HALL, 1)
        )  # fmt: skip
        counters = tuple(counter.code for counter in hall) if self.show is show_counter else ()
        return Wiring(
            load_survey(resource("config", "surveys", f"{self.survey}.toml")), Disk(self.show), StillClock(),
            OFFICE, COUNTER, counters=hall, theme=self.theme, window=self.window,
            rules=VisitRules(words=True, counters=counters),
            desk=Desk(lambda _pin: True, tally, Delivery, lambda code: code, lambda: "", lambda: ""),
        )  # fmt: skip


class Disk:
    """Keeps everything at once, or refuses, where the picture is of that."""

    def __init__(self, show: Callable[[Any], None]) -> None:
        self.refuses = show is show_not_recorded

    def record(self, _fact: Any) -> "Future[Any]":
        receipt: Future[Any] = Future()
        if self.refuses:
            receipt.set_exception(OSError("no space left on device"))
        else:
            receipt.set_result(SimpleNamespace(seq=1))
        return receipt


class StillClock:
    """An evening that goes on by a moment with each look."""

    def __init__(self) -> None:
        self.us = 1_000_000

    def now(self) -> Any:
        from kiosk.domain.instant import Instant

        self.us += 1
        wall = datetime(2026, 11, 20, 17, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
        return Instant(wall, self.us, "6a5f1b1e-0d5c-4f5e-9c57-0f3a3a0c5b11")


def frames(app: Any, n: int = 4) -> None:
    from kivy.animation import Animation
    from kivy.base import EventLoop

    for _ in range(n):
        EventLoop.idle()
    app.transitions.turn()
    Animation.cancel_all(app.transitions.front.cross_fade._colour)
    app.transitions.front.cross_fade._colour.a = 0
    EventLoop.idle()


def scenes() -> dict[str, Callable[[Any], None]]:
    return {
        "resting": show_resting,
        "resting-doubt": show_doubt,
        "counter": show_counter,
        "question": show_question,
        "pressed": show_pressed,
        "test-mode": show_test_mode,
        "reasons": show_reasons,
        "words": show_words,
        "thanks": show_thanks,
        "not-recorded": show_not_recorded,
        "staff-pin": show_pin,
        "staff-desk": show_desk,
        "staff-desk-morning": show_desk_in_the_morning,
        "staff-days": show_days,
        "staff-days-hidden": show_hidden_day,
        "staff-days-waiting": show_waiting,
        "staff-desk-waiting": show_desk_waiting,
        "staff-desk-demo": show_desk_of_a_demonstration,
        "staff-days-saved": show_saved,
        "staff-served": show_served,
        "staff-served-hall": show_served_in_hall,
        "staff-cleaning": show_cleaning,
        "staff-touch-test": show_touch_test,
        "staff-checks": show_checks,
        "staff-enrolment": show_enrolment,
    }


def show_resting(app: Any) -> None:
    language = app.preferences.language
    app.wiring.clock.us += 31_000_000
    app.flow.tick()
    while app.preferences.language is not language:
        app.turn_language()


def show_doubt(app: Any) -> None:
    show_resting(app)
    app.doubted = True


def show_counter(_app: Any) -> None:
    """It comes first."""


def show_question(_app: Any) -> None:
    """It comes first."""


def show_test_mode(app: Any) -> None:
    app.flow.set_test(True)
    frames(app)


def show_pressed(app: Any) -> None:
    app.page.face_tile(4).pressed = True


def show_reasons(app: Any) -> None:
    app.flow.press_face(4)
    frames(app)
    app.flow.toggle_reason("wait")
    app.flow.toggle_reason("guidance")


def show_words(app: Any) -> None:
    show_reasons(app)
    app.flow.finish_reasons()
    frames(app)
    for character in WORDS[app.t.language]:
        app.page._draft.strike(character)
    app.page._draw_text()


def show_thanks(app: Any) -> None:
    show_words(app)
    app.flow.skip_words()
    frames(app)
    app.page.tell_time(0.7)


def show_not_recorded(app: Any) -> None:
    app.flow.press_face(4)


def show_pin(app: Any) -> None:
    app.staff.tick(knocked=True)
    for digit in "3141":
        app.staff.type_digit(digit)


def show_desk(app: Any) -> None:
    from kiosk.ui.wiring.desk import Delivery, Seen
    from tests.tallies import counted

    found = counted()
    app.staff.tick(knocked=True)
    app.staff.seen = Seen(found, found.tally.days[-1].day)
    app.staff.delivery = Delivery(7, 1300, enrolled=True, log=LOG_WORDS)
    app.staff.door.judge(True, app.wiring.clock.now())
    app.refresh()


def show_desk_in_the_morning(app: Any) -> None:
    from kiosk.ui.wiring.desk import Seen
    from tests.tallies import FRIDAY_EVENING, a_tally, counted

    show_desk(app)
    found = counted(a_tally(FRIDAY_EVENING.replace(hour=9)))
    app.staff.seen = Seen(found, found.tally.days[-1].day)


def show_days(app: Any, back: int = 1) -> None:
    show_desk(app)
    app.staff.go(Room.DAYS)
    app.staff.look_at(app.staff.seen.day - timedelta(days=back))


def show_hidden_day(app: Any) -> None:
    show_days(app, back=9)


def show_waiting(app: Any) -> None:
    from kiosk.ui.wiring.desk import Seen
    from tests.tallies import counted, waiting_tally

    show_desk(app)
    found = counted(waiting_tally())
    app.staff.seen = Seen(found, found.tally.days[-2].day)
    app.staff.go(Room.DAYS)


def show_desk_waiting(app: Any) -> None:
    from kiosk.ui.wiring.desk import Seen
    from tests.tallies import ZONE, counted, waiting_tally

    show_desk(app)
    found = counted(waiting_tally(datetime(2026, 11, 30, 17, 30, tzinfo=ZONE)))
    app.staff.seen = Seen(found, found.tally.days[-1].day)


def show_desk_of_a_demonstration(app: Any) -> None:
    from kiosk.ui.wiring.desk import Seen
    from tests.tallies import a_tally, counted, terms

    show_desk(app)
    found = counted(a_tally(by=terms(demo=True)))
    app.staff.seen = Seen(found, found.tally.days[-1].day)


def show_saved(app: Any) -> None:
    show_days(app)
    app.staff.told = app.t("The numbers are in {file} and beside it as CSV.", file="hailong-2026-10-20-2026-11-20.xlsx")


def show_served(app: Any) -> None:
    show_desk(app)
    app.staff.go(Room.SERVED)
    frames(app, 20)
    for digit in "96":
        app.page._strike(digit)


def show_served_in_hall(app: Any) -> None:
    from kiosk.ui.wiring.desk import Seen
    from tests.tallies import a_month, a_tally, counted, terms

    show_desk(app)
    hall = {f"Q{n}": {"vi": f"{n} · {vi}", "en": f"{n} · {en}"} for n, (vi, en) in enumerate(HALL, 1)}
    found = counted(a_tally(rows=a_month(counters=hall), by=terms(counters=hall)))
    app.staff.seen = Seen(found, found.tally.days[-1].day, "Q2")
    app.staff.go(Room.SERVED)


def show_cleaning(app: Any) -> None:
    show_desk(app)
    app.staff.go(Room.CLEANING)


def show_touch_test(app: Any) -> None:
    show_desk(app)
    app.staff.go(Room.TOUCH_TEST)
    for level in range(1, 6):
        app.staff.hit(level)


def show_checks(app: Any) -> None:
    show_desk(app)
    app.staff.go(Room.CHECKS)


def show_enrolment(app: Any) -> None:
    show_desk(app)
    app.staff.go(Room.ENROLMENT)
    frames(app, 20)
    for letter in "BCDFGHJ":
        app.page._strike(letter)


def tally() -> Any:
    from tests.tallies import a_tally

    return a_tally()


if __name__ == "__main__":
    given = sys.argv[1:]
    if given[:1] == ["--shape"]:
        shoot_shape(given[1], Path(given[2]), given[3:])
    else:
        sys.exit(main(Path(given[0]) if given else ROOT / "build" / "screens", given[1:]))
