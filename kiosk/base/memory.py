"""Memory: one heap for all threads of a program that runs for weeks: a kiosk, or a collector."""

import ctypes
import gc
import sys
from functools import cache
from typing import Any

_M_ARENA_MAX = -8  # of glibc's mallopt


def keep_one_heap() -> None:
    """Where the C library is glibc, give later threads no heap of their own: each would keep what it once needed."""
    if hasattr(library := _library(), "mallopt"):
        library.mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Give the system what was needed once, to build screens and shaders; takes a tenth of a second at most."""
    # Collected first: half of it hangs in cycles that nobody holds any more.
    gc.collect()
    if hasattr(library := _library(), "malloc_trim"):
        library.malloc_trim(0)


@cache
def _library() -> Any:
    return ctypes.CDLL(None) if sys.platform == "linux" else None
