"""Held back: what could not be brought out, journals or months, so that not every page tries it again."""

import time
from collections.abc import Callable, Hashable, Iterable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

AGAIN_AFTER_S = 600.0
"""So long each is left where it is: the fault may have gone with another delivery, or another version."""


class HeldBack(Generic[K]):
    """Remembers them, in one process."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic, self._lock = monotonic, Lock()
        self._until: dict[K, float] = {}

    def add(self, keys: Iterable[K]) -> None:
        """Leave these where they are for a while."""
        with self._lock:
            self._until |= dict.fromkeys(keys, self._monotonic() + AGAIN_AFTER_S)

    def keys(self) -> frozenset[K]:
        """Which are left where they are now."""
        with self._lock:
            now = self._monotonic()
            self._until = {key: until for key, until in self._until.items() if until > now}
            return frozenset(self._until)
