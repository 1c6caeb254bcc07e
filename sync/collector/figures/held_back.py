"""Held back: journals whose blocks could not be brought out, so that not every page tries them again."""

import time
from collections.abc import Callable, Iterable
from threading import Lock

AGAIN_AFTER_S = 600.0
"""So long a journal is left where it is: the fault may have gone with another delivery, or another version."""


class HeldBack:
    """Remembers them, in one process."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic, self._lock = monotonic, Lock()
        self._until: dict[str, float] = {}

    def add(self, journals: Iterable[str]) -> None:
        """Leave these where they are for a while."""
        with self._lock:
            self._until |= dict.fromkeys(journals, self._monotonic() + AGAIN_AFTER_S)

    def journals(self) -> frozenset[str]:
        """Which are left where they are now."""
        with self._lock:
            now = self._monotonic()
            self._until = {journal_id: until for journal_id, until in self._until.items() if until > now}
            return frozenset(self._until)
