"""Visit: decides what one citizen's presses mean, and when each step ends.

Pure rules: no clock, no disk, no screen. Time comes in as an argument; what is to be
recorded goes out as facts, and the visit thanks only when it was told that they are kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from kiosk.domain.instant import Instant
from kiosk.domain.rating import Comment, Fact, Rating, Reasons, Revised, Standing
from kiosk.domain.survey import Question, Survey
from kiosk.domain.words import record_words

_NO_LEVEL = 0


class Step(StrEnum):
    """Where a visit stands; each has one screen, and SAVING keeps the screen before it."""

    RESTING = "resting"
    """Nobody is there; a first touch wakes the screen and means nothing else."""
    COUNTER = "counter"
    """Which counter served the citizen, where one kiosk serves a hall."""
    QUESTION = "question"
    REASONS = "reasons"
    WORDS = "words"
    """A few words, where the office asks for them."""
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
    counter_s: float = 30.0
    words_s: float = 60.0
    thanks_s: float = 4.0
    not_recorded_s: float = 15.0
    test: bool = False
    openings: tuple[Opening, ...] = ()
    """Office hours; none means always open."""
    holidays: frozenset[date] = frozenset()
    """Days on which the office is closed, whatever its hours."""
    words: bool = False
    """Whether the citizen is asked for a few words."""
    counters: tuple[str, ...] = ()
    """The counters' codes, where one kiosk serves a hall and asks which of them it was."""

    def is_open(self, moment: datetime) -> bool:
        """Whether the office is open then, by the moment's own zone."""
        if moment.date() in self.holidays:
            return False
        return not self.openings or any(opening.covers(moment) for opening in self.openings)


class Visit:
    """One citizen, from the first touch to the end of the thanks."""

    def __init__(
        self,
        survey: Survey,
        rules: VisitRules,
        began: Instant,
        last_end: Instant | None = None,
        counter: str | None = None,
        resting: bool = False,
    ) -> None:
        self._survey = survey
        self._rules = rules
        self._last_end = last_end
        self._touched_us = began.mono_us
        self.step = Step.RESTING if resting else self._first_step
        self.standing = self._standing_of(began)
        self.counter = counter
        self.asked = 0
        """The place of the question that is on the screen."""
        self.chosen: tuple[str, ...] = ()
        self.revising = False
        self.refused: Fact | None = None
        """The fact that the disk would not take, while the step is NOT_RECORDED."""
        self._typed = ""
        self._levels: dict[str, int] = {}
        self._rating_seqs: dict[str, int] = {}
        self._ratings_due: list[Rating] = []
        self._follow_ups: list[tuple[str, Callable[[int], Fact]]] = []
        self._unsettled = 0

    @property
    def kept(self) -> bool:
        """Whether the rating is on disk: that of the first question, which counts if the citizen walks away."""
        return self._first.id in self._rating_seqs

    # What the citizen does. A press that has no meaning at this step changes nothing.

    def wake(self, at: Instant) -> None:
        """Somebody came."""
        if self.step is Step.RESTING:
            self._enter(self._first_step, at)

    def choose_counter(self, counter: str | None, at: Instant) -> None:
        """The counter that served the citizen; None when they do not remember."""
        if self.step is Step.COUNTER:
            self.counter = counter
            self._enter(Step.QUESTION, at)

    def press_face(self, level: int, at: Instant) -> None:
        """The citizen chose a face: a rating, or a revised one after "choose again"."""
        if self.step is not Step.QUESTION:
            return
        question = self._survey.questions[self.asked]
        if question.id not in self._levels:
            self.standing = self._standing_of(at)
            rating = Rating(at, self._survey.ref, question.id, level, self.standing, self.counter)
            self._ratings_due.append(rating)
        elif level != self._levels[question.id]:
            self._follow_ups.append((question.id, lambda seq: Revised(at, seq, level)))
        self._levels[question.id] = level
        self._go_on(at)

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
            self._enter(self._after_reasons, at)

    def finish_reasons(self, at: Instant) -> None:
        """These are the reasons; none is as good as skipping."""
        if self.step is not Step.REASONS:
            return
        if self.chosen:
            chosen = self.chosen
            self._follow_ups.append((self._first.id, lambda seq: Reasons(at, seq, chosen)))
        self._enter(self._after_reasons, at)

    def write_words(self, text: str, at: Instant) -> None:
        """What the citizen has typed so far."""
        if self.step is Step.WORDS:
            self._typed = text
            self._touched_us = at.mono_us

    def finish_words(self, at: Instant) -> None:
        """These are the citizen's words; long digits are masked before anything is recorded."""
        if self.step is not Step.WORDS:
            return
        if words := record_words(self._typed):
            self._follow_ups.append((self._first.id, lambda seq: Comment(at, seq, words)))
        self._enter(Step.SAVING, at)

    def skip_words(self, at: Instant) -> None:
        """No words, whatever was typed so far."""
        if self.step is Step.WORDS:
            self._typed = ""
            self._enter(Step.SAVING, at)

    def choose_again(self, at: Instant) -> None:
        """Back to unmarked faces; until another is pressed, the first rating stands."""
        if self.step is Step.REASONS:
            self.revising = True
            self.asked = 0
            self._enter(Step.QUESTION, at)

    def retry(self, at: Instant) -> None:
        """After a refusal: back to the step whose answer was not kept."""
        if self.step is Step.NOT_RECORDED:
            refused, self.refused = self.refused, None
            self.revising = isinstance(refused, Revised)
            if isinstance(refused, Comment):
                self._enter(Step.WORDS, at)
            elif isinstance(refused, Reasons):
                self._enter(Step.REASONS, at)
            else:
                self.asked = self._place_of(refused)
                self._enter(Step.QUESTION, at)

    def give_up(self, at: Instant) -> None:
        """The citizen leaves a refusal as it is; what was kept before it stays kept."""
        if self.step is Step.NOT_RECORDED:
            self._enter(Step.OVER, at)

    def stay(self, at: Instant) -> None:
        """Someone touched the screen: the time of a step that waits for an answer starts again."""
        if self.step in (Step.COUNTER, Step.QUESTION, Step.REASONS, Step.WORDS):
            self._touched_us = at.mono_us

    def leave(self, at: Instant) -> None:
        """The citizen is gone: what was given is kept, what was only begun as well."""
        if self.step is Step.REASONS:
            self.finish_reasons(at)
        if self.step is Step.WORDS:
            self.finish_words(at)
        elif self.step is Step.QUESTION and self._levels:
            self.revising = False
            self._enter(Step.SAVING, at)
        elif self.step in (Step.COUNTER, Step.QUESTION, Step.THANKS, Step.NOT_RECORDED):
            self._enter(Step.OVER, at)

    # What the disk says.

    def facts_due(self) -> tuple[Fact, ...]:
        """The facts to record now, each given out once; what follows a rating waits until that one is kept."""
        due: list[Fact] = list(self._ratings_due)
        self._ratings_due.clear()
        waiting = []
        for question, make in self._follow_ups:
            if question in self._rating_seqs:
                due.append(make(self._rating_seqs[question]))
            else:
                waiting.append((question, make))
        self._follow_ups = waiting
        self._unsettled += len(due)
        return tuple(due)

    def fact_kept(self, fact: Fact, seq: int, at: Instant) -> None:
        """The disk has the fact, as entry ``seq``."""
        self._unsettled -= 1
        if isinstance(fact, Rating):
            self._rating_seqs[fact.question] = seq
        self._thank_when_kept(at)

    def fact_refused(self, fact: Fact, at: Instant) -> None:
        """The disk has it not and never will: say so at once, whatever the screen shows."""
        self._unsettled -= 1
        if isinstance(fact, Rating):
            self._levels.pop(fact.question, None)
            self._follow_ups = [(question, make) for question, make in self._follow_ups if question != fact.question]
            if fact.question == self._first.id:
                self.chosen = ()
        elif isinstance(fact, Revised):
            # so that the same face, pressed again, is recorded again
            self._levels[self._survey.questions[self._place_of(fact)].id] = _NO_LEVEL
        if self.step is not Step.OVER:
            self.refused = fact
            self._enter(Step.NOT_RECORDED, at)

    # What time does.

    def tick(self, at: Instant) -> None:
        """End the step if its time is over, as if the citizen had left."""
        if self.time_left(at) <= 0:
            self.leave(at)

    def time_left(self, at: Instant) -> float:
        """The share of the step's time that is left, from 1 to 0; always 1 where nothing ends by itself."""
        seconds = {
            Step.COUNTER: self._rules.counter_s,
            Step.QUESTION: self._rules.question_s,
            Step.WORDS: self._rules.words_s,
            Step.REASONS: self._rules.reasons_s,
            Step.THANKS: self._rules.thanks_s,
            Step.NOT_RECORDED: self._rules.not_recorded_s,
        }.get(self.step)
        if seconds is None:
            return 1.0
        spent = (at.mono_us - self._touched_us) / 1_000_000
        return max(0.0, 1.0 - spent / seconds) if seconds > 0 else 0.0

    @property
    def _first(self) -> Question:
        return self._survey.questions[0]

    @property
    def _first_step(self) -> Step:
        return Step.COUNTER if self._rules.counters else Step.QUESTION

    @property
    def _after_reasons(self) -> Step:
        return Step.WORDS if self._rules.words else Step.SAVING

    def _go_on(self, at: Instant) -> None:
        """To the next question that has no answer yet (or, while revising, to the next one), else to what follows."""
        places = range(self.asked + 1, len(self._survey.questions))
        for place in places:
            if self.revising or self._survey.questions[place].id not in self._levels:
                self.asked = place
                self._enter(Step.QUESTION, at)
                return
        self.revising = False
        self._enter(Step.REASONS if self._survey.reasons else self._after_reasons, at)

    def _place_of(self, fact: Fact | None) -> int:
        """The place of the question that a rating or its revision answers."""
        if isinstance(fact, Rating):
            answered = fact.question
        elif isinstance(fact, Revised):
            answered = next(question for question, seq in self._rating_seqs.items() if seq == fact.rating_seq)
        else:
            return 0
        return next(place for place, question in enumerate(self._survey.questions) if question.id == answered)

    def _enter(self, step: Step, at: Instant) -> None:
        self.step = step
        self._touched_us = at.mono_us
        self._thank_when_kept(at)

    def _thank_when_kept(self, at: Instant) -> None:
        everything = not self._unsettled and not self._follow_ups and not self._ratings_due
        if self.step is Step.SAVING and self.kept and everything:
            self._enter(Step.THANKS, at)

    def _standing_of(self, at: Instant) -> Standing:
        if self._rules.test:
            return Standing.TEST
        if not self._rules.is_open(at.wall):
            return Standing.OUT_OF_HOURS
        window_us = self._rules.repeat_window_s * 1_000_000
        if self._last_end is not None and at.mono_us - self._last_end.mono_us < window_us:
            return Standing.REPEAT
        return Standing.COUNTED
