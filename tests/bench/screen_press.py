"""The screen alone puts a finger on every face, and says how many frames the slowest took to look pressed."""

from concurrent.futures import Future
from zoneinfo import ZoneInfo

from kiosk.base.clock import SystemClock
from kiosk.base.resources import resource
from kiosk.base.survey_file import load_survey
from kiosk.ui.app import WindowOptions, Wiring, run_kiosk

FRAMES_MAX = 100


class Forgetful:
    def record(self, _fact):
        return Future()


def first_frame(app):
    print(max(frames_to_look(app, level) for level in range(1, 6)))
    app.stop()


def frames_to_look(app, level):
    """Slides off at the end, so that nothing is rated and every face can be tried."""
    from kivy.base import EventLoop

    from kiosk.ui.stage.made_touches import Fingers

    fingers = Fingers()
    EventLoop.add_input_provider(fingers)
    tile = app.page.face_tile(level)
    finger = fingers.down(tile.center)
    frames = 0
    while not tile.pressed and frames < FRAMES_MAX:
        EventLoop.idle()
        frames += 1
    fingers.slide(finger, (1, 1))
    fingers.up(finger)
    EventLoop.idle()
    EventLoop.remove_input_provider(fingers)
    return frames


if __name__ == "__main__":
    run_kiosk(
        Wiring(
            survey=load_survey(resource("config", "surveys", "sipas-5.toml")),
            recorder=Forgetful(),
            clock=SystemClock(ZoneInfo("Asia/Ho_Chi_Minh")),
            office={"vi": "Trung tâm Phục vụ hành chính công phường Bình An"},
            counter={"vi": "Quầy 3"},
            window=WindowOptions(fullscreen=False),
            on_started=first_frame,
        )
    )
