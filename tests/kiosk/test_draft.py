"""What the keys of the on-screen keyboard make of a text."""

import unicodedata

import pytest

from kiosk.domain.words import WORDS_MAX
from kiosk.draft import TONES, VOWELS, Draft


def typed(keys: str) -> Draft:
    draft = Draft()
    for key in keys:
        draft.strike(key)
    return draft


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("Cams own", "Cám ơn"),
        ("cans booj huwowngs daanx", "cán bộ hướng dẫn"),
        ("DDuwowcj", "Được"),
        ("nghieeng", "nghiêng"),
        ("hello windows", "hello windows"),
    ],
)
def test_telex_composes(keys: str, text: str):
    assert typed(keys).text == text
    assert unicodedata.is_normalized("NFC", typed(keys).text)


def test_without_telex_letters_stand_as_they_were_struck_and_accents_have_their_keys():
    draft = Draft(telex=False)
    for key in "there was đ":
        draft.strike(key)
    draft.strike("a")
    draft.set_tone("huyền")

    assert draft.text == "there was đà"


def test_letters_and_tones_have_keys_of_their_own():
    draft = typed("đư")
    draft.strike("ơ")
    draft.strike("c")
    draft.set_tone("nặng")

    assert draft.text == "được"


@pytest.mark.parametrize("tone", TONES)
def test_tone_without_a_vowel_does_nothing(tone: str):
    draft = typed("ng")
    draft.set_tone(tone)

    assert draft.text == "ng"


@pytest.mark.parametrize("vowel", VOWELS)
def test_letter_of_its_own_key_is_one_character(vowel: str):
    assert typed(vowel).text == vowel
    assert typed(vowel.upper()).text == vowel.upper()


def test_erasing_takes_one_character_and_the_syllable_goes_on():
    draft = typed("ghees ")
    draft.erase()
    draft.erase()
    assert draft.text == "gh"

    draft.strike("e")
    draft.set_tone("hỏi")

    assert draft.text == "ghẻ"


def test_erasing_nothing_is_nothing():
    draft = Draft()
    draft.erase()

    assert draft.text == ""


def test_text_ends_at_the_limit():
    draft = typed("a " * WORDS_MAX)

    assert len(draft.text) == WORDS_MAX


def test_digits_are_masked_as_they_are_seen():
    assert typed("0912 345 678").shown == "•••• ••• •••"
