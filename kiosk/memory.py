"""Memory: one heap for all threads of a kiosk, which has a screen to draw and a line to write, and weeks to run."""

import ctypes
import sys

_M_ARENA_MAX = -8  # of glibc's mallopt


def keep_one_heap() -> None:
    """Where the C library is glibc, give later threads no heap of their own: each would keep what it once needed."""
    if sys.platform != "linux":
        return
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_M_ARENA_MAX, 1)
