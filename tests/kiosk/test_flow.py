"""The flow between a citizen, a recorder and a screen, without any of the three being real."""

from concurrent.futures import Future
from dataclasses import dataclass, replace

import pytest

from kiosk.base.resources import resource
from kiosk.base.survey_file import load_survey
from kiosk.domain.visit.rating import Fact, Rating, Reasons, Standing
from kiosk.domain.visit.rules import VisitRules
from kiosk.domain.visit.visit import Step
from kiosk.flow import Flow, View
from tests.builders import FrozenClock


@dataclass
class Entry:
    seq: int


class SlowRecorder:
    """A recorder whose disk answers when the test says so."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.waiting: list[Future[Entry]] = []
        self.seq = 40

    def record(self, fact: Fact) -> "Future[Entry]":
        self.facts.append(fact)
        self.waiting.append(Future())
        return self.waiting[-1]

    def keep(self) -> None:
        self.seq += 1
        self.waiting.pop(0).set_result(Entry(self.seq))

    def refuse(self) -> None:
        self.waiting.pop(0).set_exception(OSError("no space left on device"))


class SeenScreen:
    """A screen that remembers what it showed."""

    def __init__(self) -> None:
        self.views: list[View] = []
        self.share = 1.0
        self.citizens = 0
        self.rated = 0

    def show(self, view: View) -> None:
        self.views.append(view)

    def show_time(self, share: float) -> None:
        self.share = share

    def next_citizen(self, rated: bool) -> None:
        self.citizens += 1
        self.rated += rated

    @property
    def step(self) -> Step:
        return self.views[-1].step


@pytest.fixture
def recorder() -> SlowRecorder:
    return SlowRecorder()


@pytest.fixture
def screen() -> SeenScreen:
    return SeenScreen()


@pytest.fixture
def flow(recorder: SlowRecorder, screen: SeenScreen, clock: FrozenClock) -> Flow:
    survey = load_survey(resource("config", "surveys", "sipas-5.toml"))
    return Flow(survey, VisitRules(), recorder, clock, screen, lambda act: act())


def test_press_is_handed_over_and_the_reasons_come_without_waiting(flow, recorder, screen):
    flow.press_face(4)

    assert [fact.level for fact in recorder.facts] == [4]
    assert screen.step is Step.REASONS
    assert not screen.views[-1].kept


def test_kept_is_said_only_when_the_disk_has_it(flow, recorder, screen):
    flow.press_face(4)
    recorder.keep()

    assert screen.views[-1].kept


def test_thanks_wait_for_a_slow_disk(flow, recorder, screen):
    flow.press_face(4)
    flow.skip_reasons()
    assert screen.step is Step.REASONS
    assert screen.views[-1].saving

    recorder.keep()

    assert screen.step is Step.THANKS


def test_reasons_follow_their_rating_and_thanks_follow_both(flow, recorder, screen):
    flow.press_face(2)
    flow.toggle_reason("wait")
    flow.finish_reasons()
    assert len(recorder.facts) == 1

    recorder.keep()
    assert isinstance(recorder.facts[-1], Reasons)
    assert recorder.facts[-1].rating_seq == 41
    assert screen.step is Step.REASONS

    recorder.keep()
    assert screen.step is Step.THANKS


def test_refusal_is_told_at_once_also_while_the_reasons_are_open(flow, recorder, screen):
    flow.press_face(4)
    flow.toggle_reason("wait")

    recorder.refuse()

    assert screen.step is Step.NOT_RECORDED
    assert screen.views[-1].rating_refused


def test_refused_rating_is_never_thanked_for(flow, recorder, screen, clock):
    flow.press_face(4)
    flow.skip_reasons()
    recorder.refuse()
    clock.advance(16)
    flow.tick()

    assert Step.THANKS not in [view.step for view in screen.views]
    assert screen.step is Step.QUESTION


def test_refused_reasons_do_not_take_the_rating_back(flow, recorder, screen):
    flow.press_face(4)
    recorder.keep()
    flow.toggle_reason("fee")
    flow.finish_reasons()

    recorder.refuse()

    assert screen.step is Step.NOT_RECORDED
    assert not screen.views[-1].rating_refused


def test_retry_after_a_refusal_is_a_rating_of_its_own(flow, recorder, screen):
    flow.press_face(4)
    recorder.refuse()
    flow.retry()
    assert screen.step is Step.QUESTION

    flow.press_face(5)
    flow.skip_reasons()
    recorder.keep()

    assert [fact.level for fact in recorder.facts if isinstance(fact, Rating)] == [4, 5]
    assert recorder.facts[-1].standing is Standing.COUNTED
    assert screen.step is Step.THANKS


def test_every_level_shows_the_same(flow, recorder, screen, clock):
    seen = []
    for level in range(1, 6):
        begin = len(screen.views)
        clock.advance(10)
        flow.press_face(level)
        recorder.keep()
        flow.skip_reasons()
        clock.advance(5)
        flow.tick()
        seen.append([(view.step, view.kept, view.saving, view.standing) for view in screen.views[begin:]])

    assert all(views == seen[0] for views in seen[1:])


def test_next_press_right_after_a_visit_is_a_repeat(flow, recorder, screen, clock):
    flow.press_face(4)
    flow.skip_reasons()
    recorder.keep()
    clock.advance(4.1)
    flow.tick()
    assert screen.step is Step.QUESTION

    flow.press_face(5)

    assert recorder.facts[-1].standing is Standing.REPEAT


def test_refused_visit_makes_no_repeat_of_the_next(flow, recorder, clock):
    flow.press_face(4)
    recorder.refuse()
    flow.give_up()

    flow.press_face(5)

    assert recorder.facts[-1].standing is Standing.COUNTED


def test_screen_forgets_the_citizen_after_each_visit_and_after_an_idle_question(flow, recorder, screen, clock):
    clock.advance(31)
    flow.tick()
    assert screen.citizens == 1
    assert screen.rated == 0

    flow.wake()
    flow.press_face(4)
    flow.skip_reasons()
    recorder.keep()
    clock.advance(5)
    flow.tick()

    assert screen.citizens == 2
    assert screen.rated == 1


def test_showing_changes_with_every_screen_and_not_within_one(flow, recorder, screen, clock):
    flow.press_face(4)
    reasons = screen.views[-1].showing
    flow.toggle_reason("fee")
    recorder.keep()
    assert screen.views[-1].showing == reasons

    flow.choose_again()
    assert screen.views[-1].showing > reasons


def test_time_is_shown(flow, screen, clock):
    flow.press_face(4)
    clock.advance(10)
    flow.tick()

    assert screen.share == pytest.approx(0.5, abs=0.01)


def test_answer_comes_on_the_screens_thread(recorder, screen, clock):
    carried = []
    survey = load_survey(resource("config", "surveys", "sipas-5.toml"))
    flow = Flow(survey, VisitRules(), recorder, clock, screen, carried.append)
    flow.press_face(4)
    recorder.keep()
    assert not screen.views[-1].kept

    carried.pop()()

    assert screen.views[-1].kept


def test_question_that_nobody_answers_gives_way_to_the_resting_screen(flow, screen, clock):
    clock.advance(31)
    flow.tick()
    assert screen.step is Step.RESTING

    flow.press_face(4)
    assert screen.step is Step.RESTING

    flow.wake()
    assert screen.step is Step.QUESTION


def test_next_citizen_finds_the_question_right_after_the_thanks(flow, recorder, screen, clock):
    flow.press_face(4)
    flow.skip_reasons()
    recorder.keep()
    clock.advance(4.1)
    flow.tick()

    assert screen.step is Step.QUESTION


def test_each_question_is_another_showing(recorder, screen, clock):
    survey = load_survey(resource("config", "surveys", "sipas-5.toml"))
    survey = replace(survey, questions=(survey.questions[0], replace(survey.questions[0], id="access")))
    flow = Flow(survey, VisitRules(), recorder, clock, screen, lambda act: act())
    before = flow.view

    flow.press_face(4)

    assert (screen.step, screen.views[-1].asked) == (Step.QUESTION, 1)
    assert screen.views[-1].showing > before.showing


def test_words_are_recorded_after_their_rating(recorder, screen, clock):
    survey = load_survey(resource("config", "surveys", "sipas-5.toml"))
    flow = Flow(survey, VisitRules(words=True), recorder, clock, screen, lambda act: act())
    flow.press_face(2)
    recorder.keep()
    flow.skip_reasons()
    assert screen.step is Step.WORDS

    flow.write_words("Ghế chờ còn ít")
    flow.finish_words()
    recorder.keep()

    assert recorder.facts[-1].text == "Ghế chờ còn ít"
    assert screen.step is Step.THANKS


def test_counter_of_a_hall_is_asked_and_recorded(recorder, screen, clock):
    survey = load_survey(resource("config", "surveys", "sipas-5.toml"))
    flow = Flow(survey, VisitRules(counters=("Q1", "Q2")), recorder, clock, screen, lambda act: act())
    assert flow.view.step is Step.COUNTER

    flow.choose_counter("Q2")
    flow.press_face(5)

    assert recorder.facts[-1].counter == "Q2"


def test_test_mode_is_switched_on_and_ends_by_itself(flow, recorder, screen, clock):
    flow.set_test(True)
    assert screen.views[-1].test
    flow.press_face(4)
    assert recorder.facts[-1].standing is Standing.TEST

    clock.advance(901)
    flow.tick()

    assert not flow.testing
    assert not screen.views[-1].test


def test_citizen_sent_away_by_the_staff_loses_nothing(flow, recorder, screen):
    flow.press_face(4)
    flow.toggle_reason("fee")

    flow.leave()
    recorder.keep()

    assert isinstance(recorder.facts[-1], Reasons)
