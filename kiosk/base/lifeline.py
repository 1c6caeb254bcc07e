"""Lifeline: a program that another one started ends with it, however that one ended.

The starter holds the writing end of a pipe that is the program's standard input. When the starter is gone, killed or
not, the system closes that end: on Linux, on Windows, anywhere, and also if it happened before anybody looked.
"""

import os
import signal
import threading
import time
from collections.abc import Mapping

VARIABLE = "HAILONG_LIFELINE"
"""Set by the starter; whoever starts a program by hand or as a service does not set it."""
LEAVE_S_MAX = 10.0
"""How long the program may take to end in good order."""


def with_lifeline(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a program whose standard input is a lifeline."""
    return {**environment, VARIABLE: "stdin"}


def hold_on() -> None:
    """End this process in good order once its starter is gone, if it was started so."""
    # Not for programs that this one starts: their standard input is another one.
    if os.environ.pop(VARIABLE, "") == "stdin":
        threading.Thread(target=_end_with_starter, name="lifeline", daemon=True).start()


def _end_with_starter() -> None:
    try:
        while os.read(0, 1024):
            pass
    except OSError:
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(LEAVE_S_MAX)
    # It hangs; nobody is left who would kill it.
    os._exit(1)
