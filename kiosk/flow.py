"""Step 2, steer: the flow takes one visit after another through face, recorder, reasons and thanks.

It carries the citizen's presses to the visit, the visit's facts to the recorder and
the recorder's answers back, and tells the screen what to show. Thanks is shown only
when the recorder has kept everything; nothing here ever waits for it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from kiosk.domain.instant import Clock, Instant
from kiosk.domain.maintenance import Maintenance
from kiosk.domain.visit.rating import Fact, Rating, Standing
from kiosk.domain.visit.rules import VisitRules
from kiosk.domain.visit.survey import Survey
from kiosk.domain.visit.visit import Step, Visit

_log = logging.getLogger(__name__)

TEST_S_MAX = 900.0
"""A test that somebody forgot to end would set aside a whole day's ratings."""


class Kept(Protocol):
    """What became of a fact that was kept."""

    @property
    def seq(self) -> int:
        """The entry's place in the journal."""
        ...


class Future(Protocol):
    """The part of ``concurrent.futures.Future`` that is used here."""

    def add_done_callback(self, fn: Callable[[Any], object], /) -> None:
        """Call ``fn``, on whatever thread, once it is known."""
        ...

    def exception(self) -> BaseException | None:
        """Why nothing was kept."""
        ...

    def result(self) -> Kept:
        """Where it was kept."""
        ...


class Recorder(Protocol):
    """Whoever keeps facts: at a kiosk ``kiosk.journal.recorder.Recorder``, tied in ``kiosk.run.start``."""

    def record(self, fact: Fact) -> Future:
        """Take the fact without waiting; the future is fulfilled when it is on disk, or fails and nothing was kept."""
        ...


@dataclass(frozen=True, slots=True)
class View:
    """Everything a screen needs to draw one moment of a visit; the same for every level."""

    step: Step
    showing: int
    """Grows with every change of step: a finger that was down before it is not a press."""
    standing: Standing = Standing.COUNTED
    kept: bool = False
    saving: bool = False
    revising: bool = False
    asked: int = 0
    """The place of the question."""
    counter: str | None = None
    """In a hall, the counter that the citizen named."""
    test: bool = False
    chosen: tuple[str, ...] = ()
    receipt: str | None = None
    """On the thanks: the code that the citizen may take along, where the office gives receipts."""
    rating_refused: bool = True
    """On "not recorded": whether it was the rating; if not, the rating is kept and what followed is not."""


class Screen(Protocol):
    """The citizen's screen, as far as the flow knows it."""

    def show(self, view: View) -> None:
        """Draw this moment on the next frame."""
        ...

    def show_time(self, share: float) -> None:
        """Draw how much of the step's time is left, from 1 to 0."""
        ...

    def next_citizen(self, rated: bool) -> None:
        """Forget the language, text size and contrast that the last citizen chose; ``rated``: a rating was kept."""
        ...


class Flow:
    """One screen, one recorder, one visit at a time; used by the screen's thread alone."""

    def __init__(
        self,
        survey: Survey,
        rules: VisitRules,
        recorder: Recorder,
        clock: Clock,
        screen: Screen,
        on_screen_thread: Callable[[Callable[[], None]], None],
        counter: str | None = None,
    ) -> None:
        self._survey = survey
        self._rules = rules
        self._recorder = recorder
        self._clock = clock
        self._screen = screen
        self._on_screen_thread = on_screen_thread
        self._counter = counter
        self._showing = 0
        self._last_end: Instant | None = None
        self._test_until_us: int | None = None
        # The first face is up with the first frame; the screen rests when nobody presses.
        self._visit = self._new_visit(clock.now())
        self._shown = View(self._visit.step, self._showing, self._visit.standing, test=rules.test)

    @property
    def view(self) -> View:
        """What is on the screen."""
        return self._shown

    def wake(self) -> None:
        """Somebody touched the resting screen."""
        self._do(self._visit.wake)

    def choose_counter(self, counter: str | None) -> None:
        """The citizen named the counter, or does not remember."""
        self._do(lambda at: self._visit.choose_counter(counter, at))

    def press_face(self, level: int) -> None:
        """The citizen pressed a face."""
        self._do(lambda at: self._visit.press_face(level, at))

    def toggle_reason(self, reason: str) -> None:
        """The citizen pressed a reason."""
        self._do(lambda at: self._visit.toggle_reason(reason, at))

    def skip_reasons(self) -> None:
        """The citizen gives no reasons."""
        self._do(self._visit.skip_reasons)

    def finish_reasons(self) -> None:
        """The citizen is done with the reasons."""
        self._do(self._visit.finish_reasons)

    def write_words(self, text: str) -> None:
        """The citizen typed; this is the whole text now."""
        self._do(lambda at: self._visit.write_words(text, at))

    def finish_words(self) -> None:
        """The citizen is done with the words."""
        self._do(self._visit.finish_words)

    def skip_words(self) -> None:
        """The citizen writes nothing."""
        self._do(self._visit.skip_words)

    def choose_again(self) -> None:
        """The citizen wants another face."""
        self._do(self._visit.choose_again)

    def retry(self) -> None:
        """The citizen tries again what was not recorded."""
        self._do(self._visit.retry)

    def give_up(self) -> None:
        """The citizen leaves it."""
        self._do(self._visit.give_up)

    def stay(self) -> None:
        """Somebody touched the glass."""
        self._do(self._visit.stay)

    def leave(self) -> None:
        """The citizen is sent away, by the staff for instance; what was given is kept."""
        self._do(self._visit.leave)

    @property
    def testing(self) -> bool:
        """Whether presses are kept as tests."""
        return self._rules.test

    def set_test(self, on: bool) -> None:
        """From now on presses are tests, or count again; a test ends by itself, too."""
        at = self._clock.now()
        self._test_until_us = at.mono_us + round(TEST_S_MAX * 1_000_000) if on else None
        self._rules = replace(self._rules, test=on)
        self._visit.leave(at)
        self._record_due(self._visit)
        self._begin_next(at, resting=False)
        self._show()

    def note_work(self, work: Maintenance) -> None:
        """Record what the staff did; a disk that refuses keeps nobody waiting."""
        self._recorder.record(work).add_done_callback(_log_refusal)

    def tick(self) -> None:
        """Let time pass; call it a few times a second."""
        if self._test_until_us is not None and self._clock.now().mono_us > self._test_until_us:
            self.set_test(False)
        self._do(self._visit.tick)
        self._screen.show_time(self._visit.time_left(self._clock.now()))

    def _do(self, act: Callable[[Instant], None]) -> None:
        at, before = self._clock.now(), self._visit.step
        act(at)
        self._record_due(self._visit)
        if self._visit.step is Step.OVER:
            self._begin_next(at, resting=before in (Step.COUNTER, Step.QUESTION))
        self._show()

    def _record_due(self, visit: Visit) -> None:
        for fact in visit.facts_due():
            settle = partial(self._settle, visit, fact)
            self._recorder.record(fact).add_done_callback(partial(self._bring_over, settle))

    def _bring_over(self, settle: Callable[[Future], None], future: Future) -> None:
        self._on_screen_thread(lambda: settle(future))

    def _settle(self, visit: Visit, fact: Fact, future: Future) -> None:
        """The recorder answered; a visit that is over by then no longer steers the screen."""
        at = self._clock.now()
        refusal = future.exception()
        if refusal is None:
            visit.fact_kept(fact, future.result().seq, at)
        else:
            _log.error("%s not recorded: %s", type(fact).__name__.lower(), refusal)
            visit.fact_refused(fact, at)
        self._record_due(visit)
        if visit is self._visit:
            self._do(lambda _at: None)

    def _begin_next(self, at: Instant, resting: bool) -> None:
        """Make ready for the next citizen; ``resting`` when the last one left the screen alone."""
        rated = self._visit.kept
        if rated:
            self._last_end = at
        self._visit = self._new_visit(at, resting)
        self._screen.next_citizen(rated)

    def _new_visit(self, at: Instant, resting: bool = False) -> Visit:
        return Visit(self._survey, self._rules, at, self._last_end, self._counter, resting)

    def _show(self) -> None:
        view = self._view_now()
        if view != self._shown:
            self._shown = view
            self._screen.show(view)

    def _view_now(self) -> View:
        visit, before = self._visit, self._shown
        saving = visit.step is Step.SAVING
        step = before.step if saving else visit.step
        asked = before.asked if saving else visit.asked
        changed = (step, visit.revising, asked) != (before.step, before.revising, before.asked)
        self._showing += changed
        return View(
            step=step,
            showing=self._showing,
            standing=visit.standing,
            kept=visit.kept,
            saving=saving,
            revising=visit.revising,
            asked=asked,
            counter=visit.counter,
            test=self._rules.test,
            chosen=visit.chosen,
            receipt=visit.code if step is Step.THANKS else None,
            rating_refused=isinstance(visit.refused, Rating),
        )


def _log_refusal(future: Future) -> None:
    if (refusal := future.exception()) is not None:
        _log.error("maintenance not recorded: %s", refusal)
