"""Behind: upkeep on a thread of its own stands behind the press that comes meanwhile.

Only a little: one thread of Python's runs at a time, and one that must wait for other programs while it has that
right holds up the screen with it. ``hailong-kiosk.service`` begins at a niceness of -5, the agent's is 5, so what
is five behind the screen is still before every other program of the kiosk's.
"""

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

BEHIND = 5
"""Steps of niceness."""


def start_behind(work: Callable[[], object], name: str) -> threading.Thread:
    """Do the work on a thread that gives the processor to the screen and the recorder where there is only one left."""

    def run() -> None:
        _step_back()
        work()

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread


def _step_back() -> None:
    # Linux has a niceness for each thread; elsewhere it would be the whole program's, or there is none.
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + BEHIND)
