"""Background: slow work is done on a thread of its own, and its answer is brought back to the screen's thread."""

import logging
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from kivy.clock import Clock as Frames

from kiosk.base.errors import SpokenError
from kiosk.base.texts import Texts

T = TypeVar("T")

_log = logging.getLogger(__name__)


def ask_in_background(act: Callable[[], T], take: Callable[[T], Any], refused: Callable[[str], Any], t: Texts) -> None:
    """Call ``act`` on another thread; on the screen's, ``take`` gets its answer, or ``refused`` a sentence in ``t``."""

    def run() -> None:
        try:
            answer = act()
        except SpokenError as error:
            said = error.sentence(t)
            Frames.schedule_once(lambda _elapsed: refused(said), 0)
        except Exception:  # noqa: BLE001 - the staff hear that it did not work, the log why, the citizens nothing
            _log.exception("the staff's screen could not do it")
            said = t("That did not work; the kiosk's log says why.")
            Frames.schedule_once(lambda _elapsed: refused(said), 0)
        else:
            Frames.schedule_once(lambda _elapsed: take(answer), 0)

    threading.Thread(target=run, name="staff", daemon=True).start()
