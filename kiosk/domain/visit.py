"""Visit: decides what one citizen's presses mean, and when each step ends.

Pure rules: no clock, no disk, no screen. Time comes in as an argument; what is to be
recorded goes out as facts, and the visit thanks only when it was told that they are kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from kiosk.domain.instant import Instant
from kiosk.domain.rating import Fact, Rating, Reasons, Revised, Standing
from kiosk.domain.survey import Survey

_NO_LEVEL = 0


class Step(StrEnum):
    """Where a visit stands; each has one screen, and SAVING keeps the screen before it."""

    QUESTION = "question"
    REASONS = "reasons"
    SAVING = "saving"
    """The citizen is done, the disk is not."""
    THANKS = "thanks"
    NOT_RECORDED = "not recorded"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Opening:
    """One stretch of office hours, the same on each of its weekdays (Monday is 0)."""

    weekdays: frozenset[int]
    start: time
    end: time

    def covers(self, moment: datetime) -> bool:
        """Whether the office is open then, by the moment's own zone."""
        return moment.weekday() in self.weekdays and self.start <= moment.time() < self.end


@dataclass(frozen=True, slots=True)
class VisitRules:
    """The settings of a visit; times in seconds."""

    repeat_window_s: float = 5.0
    """A press this soon after a finished visit is a repeat; 0 turns the rule off."""
    question_s: float = 30.0
    """How long a question that was touched, but not answered, waits for its citizen."""
    reasons_s: float = 20.0
    thanks_s: float = 4.0
    not_recorded_s: float = 15.0
    test: bool = False
    openings: tuple[Opening, ...] = ()
    """Office hours; none means always open."""


class Visit:
    """One citizen, from the question to the end of the thanks."""

    def __init__(
        self,
        survey: Survey,
        rules: VisitRules,
        began: Instant,
        last_end: Instant | None = None,
        counter: str | None = None,
    ) -> None:
        self._survey = survey
        self._rules = rules
        self._last_end = last_end
        self._counter = counter
        self._touched_us = began.mono_us
        self.step = Step.QUESTION
        self.standing = self._standing_of(began)
        self.chosen: tuple[str, ...] = ()
        self.revising = False
        self.refused: Fact | None = None
        """The fact that the disk would not take, while the step is NOT_RECORDED."""
        self._level: int | None = None
        self._rating_seq: int | None = None
        self._rating_due: Rating | None = None
        self._follow_ups: list[Callable[[int], Fact]] = []
        self._unsettled = 0

    @property
    def kept(self) -> bool:
        """Whether the rating is on disk."""
        return self._rating_seq is not None

    # What the citizen does. A press that has no meaning at this step changes nothing.

    def press_face(self, level: int, at: Instant) -> None:
        """The citizen chose a face: a rating, or a revised one after "choose again"."""
        if self.step is not Step.QUESTION:
            return
        if self._level is None:
            self.standing = self._standing_of(at)
            self._rating_due = Rating(
                at, self._survey.ref, self._survey.questions[0].id, level, self.standing, self._counter
            )
        elif level != self._level:
            self._follow_ups.append(lambda seq: Revised(at, seq, level))
        self._level = level
        self.revising = False
        self._enter(Step.REASONS if self._survey.reasons else Step.SAVING, at)

    def toggle_reason(self, reason: str, at: Instant) -> None:
        """The citizen chose a reason or took it back; beyond the maximum nothing is chosen."""
        if self.step is not Step.REASONS:
            return
        self._touched_us = at.mono_us
        wanted = set(self.chosen) ^ {reason}
        if len(wanted) <= self._survey.reasons_max:
            self.chosen = tuple(known.id for known in self._survey.reasons if known.id in wanted)

    def skip_reasons(self, at: Instant) -> None:
        """No reasons, whatever was chosen so far."""
        if self.step is Step.REASONS:
            self.chosen = ()
            self._enter(Step.SAVING, at)

    def finish_reasons(self, at: Instant) -> None:
        """These are the reasons; none is as good as skipping."""
        if self.step is not Step.REASONS:
            return
        if self.chosen:
            chosen = self.chosen
            self._follow_ups.append(lambda seq: Reasons(at, seq, chosen))
        self._enter(Step.SAVING, at)

    def choose_again(self, at: Instant) -> None:
        """Back to unmarked faces; until another is pressed, the first rating stands."""
        if self.step is Step.REASONS:
            self.revising = True
            self._enter(Step.QUESTION, at)

    def retry(self, at: Instant) -> None:
        """After a refusal: back to the step whose answer was not kept."""
        if self.step is Step.NOT_RECORDED:
            self.revising = isinstance(self.refused, Revised)
            reasons_refused = isinstance(self.refused, Reasons)
            self.refused = None
            self._enter(Step.REASONS if reasons_refused else Step.QUESTION, at)

    def give_up(self, at: Instant) -> None:
        """The citizen leaves a refusal as it is; what was kept before it stays kept."""
        if self.step is Step.NOT_RECORDED:
            self._enter(Step.OVER, at)

    def stay(self, at: Instant) -> None:
        """Someone touched the screen: the time of a question or of the reasons starts again."""
        if self.step in (Step.QUESTION, Step.REASONS):
            self._touched_us = at.mono_us

    # What the disk says.

    def facts_due(self) -> tuple[Fact, ...]:
        """The facts to record now, each given out once; what follows a rating waits until that one is kept."""
        due: list[Fact] = []
        if self._rating_due is not None:
            due.append(self._rating_due)
            self._rating_due = None
        if self._rating_seq is not None:
            due += [make(self._rating_seq) for make in self._follow_ups]
            self._follow_ups.clear()
        self._unsettled += len(due)
        return tuple(due)

    def fact_kept(self, fact: Fact, seq: int, at: Instant) -> None:
        """The disk has the fact, as entry ``seq``."""
        self._unsettled -= 1
        if isinstance(fact, Rating):
            self._rating_seq = seq
        self._thank_when_kept(at)

    def fact_refused(self, fact: Fact, at: Instant) -> None:
        """The disk has it not and never will: say so at once, whatever the screen shows."""
        self._unsettled -= 1
        if isinstance(fact, Rating):
            self._level = None
            self.chosen = ()
            self._follow_ups.clear()
        elif isinstance(fact, Revised):
            self._level = _NO_LEVEL  # so that the same face, pressed again, is recorded again
        if self.step is not Step.OVER:
            self.refused = fact
            self._enter(Step.NOT_RECORDED, at)

    # What time does.

    def tick(self, at: Instant) -> None:
        """End the step if its time is over; what was given is kept."""
        if self.time_left(at) > 0:
            return
        if self.step is Step.REASONS:
            self.finish_reasons(at)
        elif self.step is Step.QUESTION and self._level is not None:
            self._enter(Step.SAVING, at)
        elif self.step in (Step.QUESTION, Step.THANKS, Step.NOT_RECORDED):
            self._enter(Step.OVER, at)

    def time_left(self, at: Instant) -> float:
        """The share of the step's time that is left, from 1 to 0; always 1 while the disk is at work."""
        seconds = {
            Step.QUESTION: self._rules.question_s,
            Step.REASONS: self._rules.reasons_s,
            Step.THANKS: self._rules.thanks_s,
            Step.NOT_RECORDED: self._rules.not_recorded_s,
        }.get(self.step)
        if seconds is None:
            return 1.0
        spent = (at.mono_us - self._touched_us) / 1_000_000
        return max(0.0, 1.0 - spent / seconds) if seconds > 0 else 0.0

    def _enter(self, step: Step, at: Instant) -> None:
        self.step = step
        self._touched_us = at.mono_us
        self._thank_when_kept(at)

    def _thank_when_kept(self, at: Instant) -> None:
        everything = not self._unsettled and not self._follow_ups and self._rating_due is None
        if self.step is Step.SAVING and self.kept and everything:
            self._enter(Step.THANKS, at)

    def _standing_of(self, at: Instant) -> Standing:
        if self._rules.test:
            return Standing.TEST
        if self._rules.openings and not any(opening.covers(at.wall) for opening in self._rules.openings):
            return Standing.OUT_OF_HOURS
        window_us = self._rules.repeat_window_s * 1_000_000
        if self._last_end is not None and at.mono_us - self._last_end.mono_us < window_us:
            return Standing.REPEAT
        return Standing.COUNTED
