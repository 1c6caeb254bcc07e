"""Visit rules: what the office set for its visits, and how a press stands by it."""

from dataclasses import dataclass
from datetime import datetime

from kiosk.domain.instant import Instant
from kiosk.domain.office_calendar import ALWAYS_OPEN, Calendar
from kiosk.domain.visit.rating import Standing


@dataclass(frozen=True, slots=True)
class VisitRules:
    """The settings of a visit; times in seconds."""

    repeat_window_s: float = 5.0
    """A press this soon after a finished visit is a repeat; 0 turns the rule off."""
    question_s: float = 30.0
    """How long a question that was touched, but not answered, waits for its citizen."""
    reasons_s: float = 20.0
    counter_s: float = 30.0
    words_s: float = 60.0
    thanks_s: float = 4.0
    receipt: bool = False
    """Whether the citizen is shown a code by which the rating can be looked up later."""
    receipt_s: float = 25.0
    """How long the thanks stay with such a code."""
    not_recorded_s: float = 15.0
    test: bool = False
    calendar: Calendar = ALWAYS_OPEN
    """Office hours, days off and days worked."""
    words: bool = False
    """Whether the citizen is asked for a few words."""
    keep_unsent_words: bool = False
    """Whether words that were typed and never sent are recorded when the citizen walks away."""
    counters: tuple[str, ...] = ()
    """The counters' codes, where one kiosk serves a hall and asks which of them it was."""

    def is_open(self, moment: datetime) -> bool:
        """Whether the office is open then, by the moment's own zone."""
        return self.calendar.is_open(moment)

    def standing_of(self, at: Instant, last_end: Instant | None) -> Standing:
        """How a press made ``at`` counts, the last visit having ended at ``last_end``."""
        if self.test:
            return Standing.TEST
        if not self.is_open(at.wall):
            return Standing.OUT_OF_HOURS
        if last_end is not None and at.mono_us - last_end.mono_us < self.repeat_window_s * 1_000_000:
            return Standing.REPEAT
        return Standing.COUNTED
