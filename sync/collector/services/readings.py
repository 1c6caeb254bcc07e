"""Readings: that somebody read numbers by the API is written into the audit log, but not at every poll.

A dashboard asks the same question every minute; its line in the log would hide all others. So what one person asks
again within the hour is noted once. Files and mails are noted each time, for each of them is a copy that stays.

What one process remembers spares the database nearly all questions; the others' lines are looked for in the log.
"""

import time
from collections.abc import Callable
from threading import Lock

NOTED_S = 3600.0
"""For so long the same question of the same person needs no further line."""
KNOWN_MAX = 2000
"""So many questions are remembered; the oldest is forgotten, and noted anew when it is asked again."""


class Readings:
    """Remembers which questions were noted lately."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic, self._lock = monotonic, Lock()
        self._noted: dict[tuple[str, ...], float] = {}

    def is_new(self, who: str, *question: str) -> bool:
        """Whether this question is to be noted now; it counts as noted from then on."""
        key, now = (who, *question), self._monotonic()
        with self._lock:
            if now - self._noted.get(key, float("-inf")) < NOTED_S:
                return False
            self._noted.pop(key, None)
            self._noted[key] = now
            if len(self._noted) > KNOWN_MAX:
                del self._noted[next(iter(self._noted))]
            return True
