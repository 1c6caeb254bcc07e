"""A receipt's code cannot be guessed, is read as people type it, and the journal holds its hash alone."""

import pytest

from kiosk.domain.visit.rating import Rating, Standing
from kiosk.domain.visit.receipt import RANDOM_SIGNS, SIGNS, digest_of, draw_code, read_code
from kiosk.domain.visit.visit import Step
from tests.builders import FrozenClock
from tests.visits import TWO, Citizen

CODE = "7K3M-9QRT-2HXC-W8AB"


def with_check(first_sixteen: str) -> str:
    """The whole code that begins so."""
    (code,) = [found for sign in SIGNS if (found := read_code(first_sixteen + sign))]
    return code


def test_a_code_has_80_random_bits_and_no_sign_that_looks_like_another():
    codes = {draw_code() for _ in range(200)}

    assert len(SIGNS) ** RANDOM_SIGNS == 2**80
    assert len(set(SIGNS)) == 32
    assert not set("01IO") & set(SIGNS)
    assert len(codes) == 200
    assert all(read_code(code) == code for code in codes)


@pytest.mark.parametrize(
    "typed", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code.replace('-', ' ')}\n"]
)
def test_capitals_blanks_and_dashes_do_not_matter(typed):
    code = with_check(CODE)

    assert read_code(typed(code)) == code


def test_a_missing_wrong_or_exchanged_sign_is_noticed():
    code = with_check(CODE).replace("-", "")
    one_wrong = [code[:at] + sign + code[at + 1 :] for at in range(len(code)) for sign in SIGNS if sign != code[at]]
    exchanged = [code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(15)]

    assert sum(read_code(typed) is not None for typed in one_wrong) < len(one_wrong) / 16
    assert sum(read_code(typed) is not None for typed in exchanged) <= 2
    assert [read_code(typed) for typed in ("", code[:-1], code + "A", code.replace("7", "0"), "é" * 17)] == [None] * 5


def test_what_the_journal_holds_of_a_code_stays_the_same_for_ever():
    assert digest_of(CODE + "D") == digest_of("7K3M9QRT2HXCW8AB")
    assert digest_of(CODE) == "de28da37bb7d03db5e1e13e8ad84bf329e7912bdd895ff585e7b5cc2ab758ce5"


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_every_face_gets_a_code_that_is_worth_something_once_the_rating_is_kept(clock: FrozenClock, level: int):
    citizen = Citizen(clock, receipt=True).does("press_face", level).does("skip_reasons")

    (rating,) = citizen.due()

    assert isinstance(rating, Rating)
    assert citizen.visit.code is not None
    assert rating.receipt == digest_of(citizen.visit.code)
    assert citizen.visit.step is Step.SAVING


def test_one_visit_has_one_code_and_choosing_again_keeps_it(clock: FrozenClock):
    citizen = Citizen(clock, receipt=True).does("press_face", 2).keep_all()
    code = citizen.visit.code
    citizen.does("choose_again").does("press_face", 5).keep_all()

    assert citizen.visit.code == code
    assert [fact.receipt for fact in citizen.facts if isinstance(fact, Rating)] == [digest_of(code)]


def test_of_several_questions_the_first_rating_has_the_code(clock: FrozenClock):
    citizen = Citizen(clock, TWO, receipt=True).does("press_face", 4).does("press_face", 5)

    first, second = citizen.due()

    assert (first.receipt, second.receipt) == (digest_of(citizen.visit.code), None)


def test_a_press_that_is_set_aside_has_a_code_too(clock: FrozenClock):
    citizen = Citizen(clock, receipt=True, test=True).does("press_face", 4)

    (rating,) = citizen.due()

    assert rating.standing is Standing.TEST
    assert rating.receipt is not None


def test_thanks_with_a_code_stay_longer_and_end_when_the_citizen_says_so(clock: FrozenClock):
    citizen = (
        Citizen(clock, receipt=True, thanks_s=4, receipt_s=25).does("press_face", 4).does("skip_reasons").keep_all()
    )
    clock.advance(24)
    citizen.does("tick")
    assert citizen.visit.step is Step.THANKS

    citizen.does("leave")

    assert citizen.visit.step is Step.OVER


def test_without_the_setting_nothing_is_drawn(citizen: Citizen):
    citizen.does("press_face", 4)

    assert (citizen.visit.code, citizen.due()[0].receipt) == (None, None)
