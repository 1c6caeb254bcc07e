"""Language count: how many visits of a day were in which language. Only that, and never with a rating.

Whoever compared the file before and after one visit could tell its language; so it moves by several
visits at once, and by what is left when the kiosk is closed.
"""

import json
import logging
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

from kiosk.base.private_file import write_private

STEP = 5
"""So many visits are written together."""
DAYS_MAX = 400

_log = logging.getLogger(__name__)


class LanguageCount:
    """The count in one file; a disk that refuses loses counts, never a rating."""

    def __init__(self, file: Path, today: Callable[[], date]) -> None:
        self._file = file
        self._today = today
        self._waiting: Counter[tuple[str, str]] = Counter()

    def count(self, language: str) -> None:
        """One more visit in this language."""
        self._waiting[self._today().isoformat(), language] += 1
        if self._waiting.total() >= STEP:
            self.write()

    def write(self) -> None:
        """Put what was counted into the file."""
        if not self._waiting:
            return
        days = self._read()
        for (day, language), visits in self._waiting.items():
            counts = days.setdefault(day, {})
            counts[language] = counts.get(language, 0) + visits
        kept = dict(sorted(days.items())[-DAYS_MAX:])
        try:
            write_private(self._file, (json.dumps(kept, indent=1) + "\n").encode(), durable=False)
        except OSError as error:
            _log.warning("the count of languages was not written: %s", error)
        self._waiting.clear()

    def _read(self) -> dict[str, dict[str, int]]:
        try:
            return dict(json.loads(self._file.read_bytes()))
        except (OSError, ValueError):
            return {}
