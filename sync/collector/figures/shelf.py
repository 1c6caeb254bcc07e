"""Shelf: finished weeks, kept for some minutes so that a page does not count half a year anew."""

from collections.abc import Callable, Hashable
from datetime import datetime, timedelta

from sync.collector.figures.lines import Week

SHELF_LIFE = timedelta(minutes=5)
SHELF_MAX = 8
"""Half years of one question, with every place; the fewest pages ask for another than the last one."""


class Shelf:
    """Finished weeks as they were counted last: they change only when a kiosk brings late ratings.

    So that a page does not count half a year anew each time; what lies here is at most a few minutes old.
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[datetime, list[dict[str, Week]]]] = {}

    def weeks(self, key: Hashable, now: datetime, count: Callable[[], list[dict[str, Week]]]) -> list[dict[str, Week]]:
        """What lies here under ``key``, or what ``count`` gives."""
        at, weeks = self._kept.get(key, (None, []))
        if at is None or not timedelta(0) <= now - at < SHELF_LIFE:
            weeks = count()
            if len(self._kept) >= SHELF_MAX:
                self._kept.clear()
            self._kept[key] = (now, weeks)
        return weeks
