"""Step 3, judge: a visit decides what one citizen's presses mean, and when each of its screens ends.

Pure rules: no clock, no disk, no screen. Time comes in as an argument; what is to be
recorded goes out as facts, and the visit thanks only when it was told that they are kept.
"""

from collections.abc import Callable
from enum import StrEnum

from kiosk.domain.instant import Instant
from kiosk.domain.visit.answers import Answers
from kiosk.domain.visit.rating import Comment, Fact, Rating, Reasons, Revised
from kiosk.domain.visit.receipt import digest_of, draw_code
from kiosk.domain.visit.rules import VisitRules
from kiosk.domain.visit.survey import Question, Survey
from kiosk.domain.visit.words import record_words


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
        draw: Callable[[], str] = draw_code,
    ) -> None:
        self._survey = survey
        self._rules = rules
        self._last_end = last_end
        self._touched_us = began.mono_us
        self.step = Step.RESTING if resting else self._first_step
        self.standing = rules.standing_of(began, last_end)
        self.counter = counter
        self.asked = 0
        """The place of the question that is on the screen."""
        self.chosen: tuple[str, ...] = ()
        self.revising = False
        self.refused: Fact | None = None
        """The fact that the disk would not take, while the step is NOT_RECORDED."""
        self.code: str | None = None
        """The receipt's code; worth something once the rating is kept."""
        self._draw = draw
        self._typed = ""
        self._answers = Answers()

    @property
    def kept(self) -> bool:
        """Whether the rating is on disk: that of the first question, which counts if the citizen walks away."""
        return self._answers.is_kept(self._first.id)

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
        question = self._survey.questions[self.asked].id
        if not self._answers.has(question):
            self.standing = self._rules.standing_of(at, self._last_end)
            receipt = self._receipt_for(question)
            self._answers.rate(Rating(at, self._survey.ref, question, level, self.standing, self.counter, receipt))
        elif level != self._answers.level_of(question):
            self._answers.revise(question, level, lambda seq: Revised(at, seq, level))
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
            self._answers.follow(self._first.id, lambda seq: Reasons(at, seq, chosen))
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
            self._answers.follow(self._first.id, lambda seq: Comment(at, seq, words))
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
        """The citizen is gone: what was given is kept, chosen reasons as well, words only if they were sent."""
        if self.step is Step.REASONS:
            self.finish_reasons(at)
        if self.step is Step.WORDS:
            (self.finish_words if self._rules.keep_unsent_words else self.skip_words)(at)
        elif self.step is Step.QUESTION and self._answers:
            self.revising = False
            self._enter(Step.SAVING, at)
        elif self.step in (Step.COUNTER, Step.QUESTION, Step.THANKS, Step.NOT_RECORDED):
            self._enter(Step.OVER, at)

    # What the disk says.

    def facts_due(self) -> tuple[Fact, ...]:
        """The facts to record now, each given out once; what follows a rating waits until that one is kept."""
        return self._answers.due()

    def fact_kept(self, fact: Fact, seq: int, at: Instant) -> None:
        """The disk has the fact, as entry ``seq``."""
        self._answers.keep(fact, seq)
        self._thank_when_kept(at)

    def fact_refused(self, fact: Fact, at: Instant) -> None:
        """The disk has it not and never will: say so at once, whatever the screen shows."""
        self._answers.refuse(fact)
        if isinstance(fact, Rating) and fact.question == self._first.id:
            self.chosen = ()
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
            Step.THANKS: self._rules.receipt_s if self.code else self._rules.thanks_s,
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

    def _receipt_for(self, question: str) -> str | None:
        """The hash of a new code: of a visit the first question's rating has one, whatever was pressed."""
        if not self._rules.receipt or question != self._first.id:
            return None
        self.code = self._draw()
        return digest_of(self.code)

    def _go_on(self, at: Instant) -> None:
        """To the next question that has no answer yet (or, while revising, to the next one), else to what follows."""
        places = range(self.asked + 1, len(self._survey.questions))
        for place in places:
            if self.revising or not self._answers.has(self._survey.questions[place].id):
                self.asked = place
                self._enter(Step.QUESTION, at)
                return
        self.revising = False
        self._enter(Step.REASONS if self._survey.reasons else self._after_reasons, at)

    def _place_of(self, fact: Fact | None) -> int:
        """The place of the question that a rating or its revision answers."""
        if not isinstance(fact, Rating | Revised):
            return 0
        answered = self._answers.question_of(fact)
        return next(place for place, question in enumerate(self._survey.questions) if question.id == answered)

    def _enter(self, step: Step, at: Instant) -> None:
        self.step = step
        self._touched_us = at.mono_us
        self._thank_when_kept(at)

    def _thank_when_kept(self, at: Instant) -> None:
        if self.step is Step.SAVING and self.kept and self._answers.settled:
            self._enter(Step.THANKS, at)
