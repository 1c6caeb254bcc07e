"""What a citizen's presses mean, and when each step ends."""

from datetime import time
from typing import Any

import pytest

from kiosk.domain.rating import Comment, Fact, Rating, Reasons, Revised, Standing
from kiosk.domain.survey import Level, Question, Reason, Survey
from kiosk.domain.visit import Step, Visit
from kiosk.domain.visit_rules import Opening, VisitRules
from tests.builders import FrozenClock

WORDS = {"vi": "…"}
LEVELS = tuple(Level(value, value, value >= 4, WORDS) for value in range(1, 6))
REASONS = tuple(Reason(name, name, None, WORDS) for name in ("wait", "deadline", "trips", "fee"))
SURVEY = Survey("sipas-5", 1, WORDS, (Question("overall", WORDS, LEVELS),), REASONS, 3)
WITHOUT_REASONS = Survey("short", 2, WORDS, SURVEY.questions, (), 3)


class Citizen:
    """A visit, its clock, and a disk that keeps what it is told to."""

    def __init__(self, clock: FrozenClock, survey: Survey = SURVEY, **rules: Any) -> None:
        self.clock = clock
        last_end = rules.pop("last_end", None)
        self.visit = Visit(survey, VisitRules(**rules), clock.now(), last_end)
        self.facts: list[Fact] = []

    def does(self, act: str, *values: object) -> "Citizen":
        getattr(self.visit, act)(*values, self.clock.now())
        return self

    def due(self) -> tuple[Fact, ...]:
        return self.visit.facts_due()

    def keep_all(self) -> "Citizen":
        while due := self.due():
            for fact in due:
                self.facts.append(fact)
                self.visit.fact_kept(fact, len(self.facts), self.clock.now())
        return self

    def wait(self, seconds: float) -> "Citizen":
        self.clock.advance(seconds)
        return self.does("tick")


@pytest.fixture
def citizen(clock: FrozenClock) -> Citizen:
    return Citizen(clock)


def test_pressed_face_is_a_rating_of_that_level(citizen: Citizen):
    citizen.does("press_face", 4)

    (rating,) = citizen.due()
    assert isinstance(rating, Rating)
    assert (rating.survey, rating.question, rating.level) == ("sipas-5@1", "overall", 4)
    assert rating.standing is Standing.COUNTED
    assert citizen.visit.step is Step.REASONS


def test_fact_is_given_out_once(citizen: Citizen):
    citizen.does("press_face", 4)
    citizen.due()

    assert citizen.due() == ()


def test_second_face_of_a_visit_is_not_a_second_rating(citizen: Citizen):
    citizen.does("press_face", 4).does("press_face", 1).keep_all()

    assert [fact.level for fact in citizen.facts if isinstance(fact, Rating)] == [4]


def test_thanks_come_only_when_the_rating_is_kept(citizen: Citizen):
    citizen.does("press_face", 5).does("skip_reasons")
    rating, *_ = citizen.due()
    assert citizen.visit.step is Step.SAVING

    citizen.visit.fact_kept(rating, 1, citizen.clock.now())

    assert citizen.visit.step is Step.THANKS


def test_thanks_come_only_when_the_reasons_are_kept_too(citizen: Citizen):
    citizen.does("press_face", 5).does("toggle_reason", "fee").does("finish_reasons")
    (rating,) = citizen.due()
    citizen.visit.fact_kept(rating, 17, citizen.clock.now())
    assert citizen.visit.step is Step.SAVING

    (reasons,) = citizen.due()
    assert isinstance(reasons, Reasons)
    assert (reasons.rating_seq, reasons.reasons) == (17, ("fee",))
    citizen.visit.fact_kept(reasons, 18, citizen.clock.now())

    assert citizen.visit.step is Step.THANKS


def test_survey_without_reasons_goes_on_to_thanks(clock: FrozenClock):
    citizen = Citizen(clock, WITHOUT_REASONS).does("press_face", 2)
    assert citizen.visit.step is Step.SAVING

    assert citizen.keep_all().visit.step is Step.THANKS


def test_reasons_stand_in_the_order_of_the_survey(citizen: Citizen):
    for reason in ("fee", "wait", "trips"):
        citizen.does("toggle_reason", reason)  # before a face was pressed: nothing
    citizen.does("press_face", 3)
    for reason in ("fee", "wait"):
        citizen.does("toggle_reason", reason)

    assert citizen.visit.chosen == ("wait", "fee")


def test_reason_pressed_again_is_taken_back(citizen: Citizen):
    citizen.does("press_face", 3).does("toggle_reason", "fee").does("toggle_reason", "fee")

    assert citizen.visit.chosen == ()


def test_fourth_reason_is_not_chosen(citizen: Citizen):
    citizen.does("press_face", 3)
    for reason in ("wait", "deadline", "trips", "fee"):
        citizen.does("toggle_reason", reason)

    assert citizen.visit.chosen == ("wait", "deadline", "trips")


def test_skipped_reasons_are_not_recorded(citizen: Citizen):
    citizen.does("press_face", 3).does("toggle_reason", "fee").does("skip_reasons").keep_all()

    assert [type(fact) for fact in citizen.facts] == [Rating]


def test_done_without_a_reason_is_a_skip(citizen: Citizen):
    citizen.does("press_face", 3).does("finish_reasons").keep_all()

    assert [type(fact) for fact in citizen.facts] == [Rating]


def test_another_face_revises_and_the_first_stays(citizen: Citizen):
    citizen.does("press_face", 1).keep_all().does("choose_again")
    assert citizen.visit.revising

    citizen.does("press_face", 5).does("skip_reasons").keep_all()

    rating, revised = citizen.facts
    assert isinstance(rating, Rating)
    assert isinstance(revised, Revised)
    assert (rating.level, revised.rating_seq, revised.level) == (1, 1, 5)
    assert citizen.visit.step is Step.THANKS


def test_revision_waits_for_its_rating(citizen: Citizen):
    citizen.does("press_face", 1).does("choose_again").does("press_face", 5)

    assert [type(fact) for fact in citizen.due()] == [Rating]


def test_the_same_face_again_revises_nothing(citizen: Citizen):
    citizen.does("press_face", 4).does("choose_again").does("press_face", 4).does("skip_reasons").keep_all()

    assert [type(fact) for fact in citizen.facts] == [Rating]


def test_visit_left_while_revising_keeps_the_first_rating(citizen: Citizen):
    citizen.does("press_face", 2).keep_all().does("choose_again").wait(30.1)

    assert citizen.visit.step is Step.THANKS


def test_refused_rating_is_told_at_once_while_the_reasons_are_open(citizen: Citizen):
    citizen.does("press_face", 4).does("toggle_reason", "fee")
    (rating,) = citizen.due()

    citizen.visit.fact_refused(rating, citizen.clock.now())

    assert citizen.visit.step is Step.NOT_RECORDED
    assert citizen.visit.refused is rating
    assert not citizen.visit.kept


def test_after_a_refusal_the_citizen_may_press_again(citizen: Citizen):
    citizen.does("press_face", 4)
    (refused,) = citizen.due()
    citizen.visit.fact_refused(refused, citizen.clock.now())

    citizen.does("retry")
    assert (citizen.visit.step, citizen.visit.chosen, citizen.visit.revising) == (Step.QUESTION, (), False)
    citizen.does("press_face", 4).does("skip_reasons").keep_all()

    assert [type(fact) for fact in citizen.facts] == [Rating]
    assert citizen.visit.step is Step.THANKS


def test_refused_reasons_leave_the_rating_kept_and_may_be_tried_again(citizen: Citizen):
    citizen.does("press_face", 4).keep_all().does("toggle_reason", "fee").does("finish_reasons")
    (refused,) = citizen.due()
    citizen.visit.fact_refused(refused, citizen.clock.now())
    assert (citizen.visit.step, citizen.visit.kept) == (Step.NOT_RECORDED, True)

    citizen.does("retry")
    assert (citizen.visit.step, citizen.visit.chosen) == (Step.REASONS, ("fee",))
    citizen.does("finish_reasons").keep_all()

    assert [type(fact) for fact in citizen.facts] == [Rating, Reasons]
    assert citizen.visit.step is Step.THANKS


def test_refused_revision_may_be_tried_again_with_the_same_face(citizen: Citizen):
    citizen.does("press_face", 1).keep_all().does("choose_again").does("press_face", 5)
    (refused,) = citizen.due()
    citizen.visit.fact_refused(refused, citizen.clock.now())

    citizen.does("retry")
    assert citizen.visit.revising
    citizen.does("press_face", 5).does("skip_reasons").keep_all()

    assert [type(fact) for fact in citizen.facts] == [Rating, Revised]


def test_citizen_may_leave_a_refusal(citizen: Citizen):
    citizen.does("press_face", 4)
    (rating,) = citizen.due()
    citizen.visit.fact_refused(rating, citizen.clock.now())

    assert citizen.does("give_up").visit.step is Step.OVER


def test_reasons_end_by_themselves_and_what_was_chosen_is_kept(citizen: Citizen):
    citizen.does("press_face", 4).does("toggle_reason", "fee").wait(19.9)
    assert citizen.visit.step is Step.REASONS

    citizen.wait(0.2).keep_all()

    assert [type(fact) for fact in citizen.facts] == [Rating, Reasons]


def test_any_touch_gives_the_reasons_their_time_again(citizen: Citizen):
    citizen.does("press_face", 4).wait(19).does("stay").wait(19)

    assert citizen.visit.step is Step.REASONS


def test_touch_does_not_lengthen_the_thanks(citizen: Citizen):
    citizen.does("press_face", 4).does("skip_reasons").keep_all().wait(3).does("stay").wait(1.1)

    assert citizen.visit.step is Step.OVER


def test_thanks_question_and_refusal_end_by_themselves(clock: FrozenClock):
    assert Citizen(clock).wait(30.1).visit.step is Step.OVER

    refused = Citizen(clock).does("press_face", 1)
    refused.visit.fact_refused(refused.due()[0], clock.now())
    assert refused.wait(14.9).visit.step is Step.NOT_RECORDED
    assert refused.wait(0.2).visit.step is Step.OVER


def test_saving_never_ends_by_itself(citizen: Citizen):
    citizen.does("press_face", 4).does("skip_reasons").due()

    assert citizen.wait(3600).visit.step is Step.SAVING
    assert citizen.visit.time_left(citizen.clock.now()) == 1.0


def test_time_left_runs_from_one_to_zero(citizen: Citizen):
    citizen.does("press_face", 4)
    citizen.clock.advance(5)

    assert citizen.visit.time_left(citizen.clock.now()) == pytest.approx(0.75, abs=1e-3)


@pytest.mark.parametrize(
    ("after_s", "standing"), [(0.0, Standing.REPEAT), (4.9, Standing.REPEAT), (5.0, Standing.COUNTED)]
)
def test_press_within_the_window_after_a_finished_visit_is_a_repeat(
    clock: FrozenClock, after_s: float, standing: Standing
):
    ended = clock.now()
    citizen = Citizen(clock, last_end=ended)
    clock.advance(after_s)

    citizen.does("press_face", 5)

    assert citizen.visit.standing is standing
    assert citizen.due()[0].standing is standing  # type: ignore[union-attr]


def test_repeat_window_of_zero_turns_the_rule_off(clock: FrozenClock):
    citizen = Citizen(clock, last_end=clock.now(), repeat_window_s=0).does("press_face", 5)

    assert citizen.visit.standing is Standing.COUNTED


def test_test_mode_marks_every_rating(clock: FrozenClock):
    citizen = Citizen(clock, test=True, last_end=clock.now()).does("press_face", 5)

    assert citizen.visit.standing is Standing.TEST


def test_press_outside_office_hours_is_set_aside(clock: FrozenClock):
    monday_morning = (Opening(frozenset({0}), time(7, 30), time(11, 30)),)  # the clock stands at Monday 08:00

    assert Citizen(clock, openings=monday_morning).does("press_face", 5).visit.standing is Standing.COUNTED
    clock.advance(3.5 * 3600)
    assert Citizen(clock, openings=monday_morning).does("press_face", 5).visit.standing is Standing.OUT_OF_HOURS


def test_counter_is_named_where_one_kiosk_serves_a_hall(clock: FrozenClock):
    visit = Visit(SURVEY, VisitRules(), clock.now(), counter="q3")
    visit.press_face(4, clock.now())

    assert visit.facts_due()[0].counter == "q3"  # type: ignore[union-attr]


TWO = Survey("two", 1, WORDS, (Question("first", WORDS, LEVELS), Question("second", WORDS, LEVELS)), REASONS, 3)


def resting(clock: FrozenClock, **rules: Any) -> Citizen:
    citizen = Citizen(clock, **rules)
    citizen.visit = Visit(SURVEY, VisitRules(**rules), clock.now(), resting=True)
    return citizen


def test_first_touch_wakes_and_nothing_else(clock: FrozenClock):
    citizen = resting(clock)
    citizen.does("press_face", 4).does("stay")
    assert citizen.visit.step is Step.RESTING

    citizen.does("wake")

    assert citizen.visit.step is Step.QUESTION
    assert citizen.due() == ()


def test_resting_never_ends_by_itself(clock: FrozenClock):
    assert resting(clock).wait(100_000).visit.step is Step.RESTING


def test_hall_asks_for_the_counter_first_and_the_rating_carries_it(clock: FrozenClock):
    citizen = Citizen(clock, counters=("Q1", "Q2"))
    assert citizen.visit.step is Step.COUNTER
    citizen.does("press_face", 4)
    assert citizen.due() == ()

    citizen.does("choose_counter", "Q2").does("press_face", 4)

    assert [rating.counter for rating in citizen.due()] == ["Q2"]  # type: ignore[union-attr]


def test_citizen_who_does_not_remember_the_counter_rates_without_one(clock: FrozenClock):
    citizen = Citizen(clock, counters=("Q1", "Q2")).does("choose_counter", None).does("press_face", 4)

    assert [rating.counter for rating in citizen.due()] == [None]  # type: ignore[union-attr]


def test_counter_that_nobody_chooses_ends_the_visit(clock: FrozenClock):
    assert Citizen(clock, counters=("Q1",), counter_s=30).wait(31).visit.step is Step.OVER


def test_each_question_is_a_rating_of_its_own(clock: FrozenClock):
    citizen = Citizen(clock, TWO).does("press_face", 4)
    assert (citizen.visit.step, citizen.visit.asked) == (Step.QUESTION, 1)

    citizen.does("press_face", 2).keep_all()

    assert citizen.visit.step is Step.REASONS
    assert [(fact.question, fact.level) for fact in citizen.facts] == [("first", 4), ("second", 2)]  # type: ignore[union-attr]


def test_first_question_counts_if_the_citizen_walks_away(clock: FrozenClock):
    citizen = Citizen(clock, TWO).does("press_face", 4).keep_all().wait(31)

    assert citizen.visit.step is Step.THANKS
    assert [fact.question for fact in citizen.facts] == ["first"]  # type: ignore[union-attr]


def test_reasons_belong_to_the_first_question(clock: FrozenClock):
    citizen = Citizen(clock, TWO).does("press_face", 4).does("press_face", 2).keep_all()
    citizen.does("toggle_reason", "fee").does("finish_reasons").keep_all()

    assert isinstance(citizen.facts[-1], Reasons)
    assert citizen.facts[-1].rating_seq == 1


def test_choosing_again_goes_through_all_questions_and_revises_what_changed(clock: FrozenClock):
    citizen = Citizen(clock, TWO).does("press_face", 4).does("press_face", 2).keep_all().does("choose_again")
    assert (citizen.visit.step, citizen.visit.asked) == (Step.QUESTION, 0)

    citizen.does("press_face", 4).does("press_face", 5).keep_all()

    assert citizen.visit.step is Step.REASONS
    assert citizen.facts[2:] == [Revised(citizen.facts[2].pressed, 2, 5)]  # type: ignore[union-attr]


def test_refused_second_rating_leads_back_to_its_question_and_the_first_stays(clock: FrozenClock):
    citizen = Citizen(clock, TWO).does("press_face", 4).keep_all().does("press_face", 2)
    (refused,) = citizen.due()
    citizen.visit.fact_refused(refused, clock.now())
    assert citizen.visit.step is Step.NOT_RECORDED

    citizen.does("retry")
    assert (citizen.visit.step, citizen.visit.asked) == (Step.QUESTION, 1)
    citizen.does("press_face", 2).keep_all().does("skip_reasons")

    assert citizen.visit.step is Step.THANKS
    assert [fact.question for fact in citizen.facts] == ["first", "second"]  # type: ignore[union-attr]


def test_words_are_asked_only_where_the_office_wants_them(clock: FrozenClock):
    citizen = Citizen(clock, words=True).does("press_face", 4).does("skip_reasons")

    assert citizen.visit.step is Step.WORDS


def test_words_are_recorded_masked_and_thanked_for_when_kept(clock: FrozenClock):
    citizen = Citizen(clock, words=True).does("press_face", 4).does("skip_reasons")
    citizen.does("write_words", "Xin gọi 0912 345 678").does("finish_words").keep_all()

    assert isinstance(citizen.facts[-1], Comment)
    assert (citizen.facts[-1].rating_seq, citizen.facts[-1].text) == (1, "Xin gọi •••• ••• •••")
    assert citizen.visit.step is Step.THANKS


def test_skipped_or_blank_words_are_not_recorded(clock: FrozenClock):
    for act, typed in (("skip_words", "Tốt"), ("finish_words", "  ")):
        citizen = Citizen(clock, words=True).does("press_face", 4).does("skip_reasons")
        citizen.does("write_words", typed).does(act).keep_all()

        assert [type(fact) for fact in citizen.facts] == [Rating]


def test_words_left_half_way_are_kept(clock: FrozenClock):
    citizen = Citizen(clock, words=True).does("press_face", 4).does("skip_reasons").does("write_words", "Ghế ít")

    citizen.wait(61).keep_all()

    assert [type(fact) for fact in citizen.facts] == [Rating, Comment]


def test_typing_gives_the_words_their_time_again(clock: FrozenClock):
    citizen = Citizen(clock, words=True).does("press_face", 4).does("skip_reasons").wait(50)

    assert citizen.does("write_words", "a").wait(50).visit.step is Step.WORDS


def test_refused_words_may_be_tried_again(clock: FrozenClock):
    citizen = Citizen(clock, words=True).does("press_face", 4).keep_all().does("skip_reasons")
    citizen.does("write_words", "Tốt").does("finish_words")
    (refused,) = citizen.due()
    citizen.visit.fact_refused(refused, clock.now())

    citizen.does("retry")
    assert citizen.visit.step is Step.WORDS
    citizen.does("finish_words").keep_all()

    assert isinstance(citizen.facts[-1], Comment)


def test_citizen_called_away_leaves_what_was_given(clock: FrozenClock):
    citizen = Citizen(clock, words=True).does("press_face", 4).does("toggle_reason", "fee")
    citizen.does("leave").keep_all()

    assert [type(fact) for fact in citizen.facts] == [Rating, Reasons]
