"""When each step ends by itself, and what a citizen who goes away leaves."""

import pytest

from kiosk.domain.visit.rating import Comment, Rating, Reasons
from kiosk.domain.visit.visit import Step
from tests.builders import FrozenClock
from tests.visits import Citizen, resting


def test_visit_left_while_revising_keeps_the_first_rating(citizen: Citizen):
    citizen.does("press_face", 2).keep_all().does("choose_again").wait(30.1)

    assert citizen.visit.step is Step.THANKS


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


def test_first_touch_wakes_and_nothing_else(clock: FrozenClock):
    citizen = resting(clock)
    citizen.does("press_face", 4).does("stay")
    assert citizen.visit.step is Step.RESTING

    citizen.does("wake")

    assert citizen.visit.step is Step.QUESTION
    assert citizen.due() == ()


def test_resting_never_ends_by_itself(clock: FrozenClock):
    assert resting(clock).wait(100_000).visit.step is Step.RESTING


def test_counter_that_nobody_chooses_ends_the_visit(clock: FrozenClock):
    assert Citizen(clock, counters=("Q1",), counter_s=30).wait(31).visit.step is Step.OVER


@pytest.mark.parametrize("goes", ["wait", "leave"])
@pytest.mark.parametrize(("rules", "facts"), [({}, [Rating]), ({"keep_unsent_words": True}, [Rating, Comment])])
def test_words_that_were_never_sent_are_kept_only_where_the_office_says_so(
    clock: FrozenClock, goes: str, rules: dict[str, bool], facts: list[type]
):
    citizen = Citizen(clock, words=True, **rules).does("press_face", 4).does("skip_reasons")
    citizen.does("write_words", "Ghế ít")

    if goes == "wait":
        citizen.wait(61)
    else:
        citizen.does("leave")
    citizen.keep_all()

    assert [type(fact) for fact in citizen.facts] == facts
    assert citizen.visit.step is Step.THANKS


def test_typing_gives_the_words_their_time_again(clock: FrozenClock):
    citizen = Citizen(clock, words=True).does("press_face", 4).does("skip_reasons").wait(50)

    assert citizen.does("write_words", "a").wait(50).visit.step is Step.WORDS


def test_citizen_called_away_leaves_what_was_given(clock: FrozenClock):
    citizen = Citizen(clock, words=True).does("press_face", 4).does("toggle_reason", "fee")
    citizen.does("leave").keep_all()

    assert [type(fact) for fact in citizen.facts] == [Rating, Reasons]
