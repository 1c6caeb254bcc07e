"""The steps that an office may add: counters of a hall, further questions, a few words."""

from kiosk.domain.visit.rating import Comment, Rating, Reasons, Revised
from kiosk.domain.visit.rules import VisitRules
from kiosk.domain.visit.visit import Step, Visit
from tests.builders import FrozenClock
from tests.visits import SURVEY, TWO, Citizen


def test_counter_is_named_where_one_kiosk_serves_a_hall(clock: FrozenClock):
    visit = Visit(SURVEY, VisitRules(), clock.now(), counter="q3")
    visit.press_face(4, clock.now())

    assert visit.facts_due()[0].counter == "q3"  # type: ignore[union-attr]


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
