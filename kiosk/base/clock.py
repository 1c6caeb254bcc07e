"""The machine's clocks, read together."""

import threading
import time
import uuid
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from kiosk.domain.instant import Instant

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class SystemClock:
    """Wall clock in the office's zone, boot clock, boot id."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._boot = _boot_id()
        self._lock = threading.Lock()
        self._last_us = 0

    def now(self) -> Instant:
        """The present moment; two calls never return the same ``(boot, mono_us)``."""
        with self._lock:
            self._last_us = max(_boot_clock_us(), self._last_us + 1)
            return Instant(datetime.now(self._zone), self._last_us, self._boot)


def _boot_clock_us() -> int:
    # CLOCK_BOOTTIME goes on while the machine sleeps; where it is missing, the monotonic clock is the next best.
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return (time.monotonic_ns() if boottime is None else time.clock_gettime_ns(boottime)) // 1000


def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:
        # Systems without a boot id: each start of the program counts as a boot of its own.
        return str(uuid.uuid4())
