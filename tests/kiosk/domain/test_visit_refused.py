"""A disk that refuses: told at once, nothing kept is lost, and the citizen may try again."""

from kiosk.domain.visit.rating import Comment, Rating, Reasons, Revised
from kiosk.domain.visit.visit import Step
from tests.builders import FrozenClock
from tests.visits import TWO, Citizen


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


def test_refused_words_may_be_tried_again(clock: FrozenClock):
    citizen = Citizen(clock, words=True).does("press_face", 4).keep_all().does("skip_reasons")
    citizen.does("write_words", "Tốt").does("finish_words")
    (refused,) = citizen.due()
    citizen.visit.fact_refused(refused, clock.now())

    citizen.does("retry")
    assert citizen.visit.step is Step.WORDS
    citizen.does("finish_words").keep_all()

    assert isinstance(citizen.facts[-1], Comment)
