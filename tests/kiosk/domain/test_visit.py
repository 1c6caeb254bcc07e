"""What a citizen's presses mean."""

from kiosk.domain.visit.rating import Rating, Reasons, Revised, Standing
from kiosk.domain.visit.visit import Step
from tests.builders import FrozenClock
from tests.visits import WITHOUT_REASONS, Citizen


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
