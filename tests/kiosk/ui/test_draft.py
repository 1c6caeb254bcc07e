"""What the keys of the on-screen keyboard make of a text."""

import csv
import re
import unicodedata

import pytest

from kiosk.base.resources import resource
from kiosk.domain.visit.words import WORDS_MAX
from kiosk.ui.parts.draft import TONES, VOWELS, Draft


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
        ("password officer website wifi", "password officer website wifi"),
        ("DDawks Lawks", "Đắk Lắk"),
        ("DDawsk Kroong Busk", "Đắk Krông Búk"),
        ("Ea Kly, Ploong, Ngokj Reeo", "Ea Kly, Plông, Ngọk Rêo"),
        ("qusi qufa quyjt quyf quoosc", "quí quà quỵt quỳ quốc"),
        ("gisa gifo gif gieesng giuwxa QUSI", "giá giò gì giếng giữa QUÍ"),
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


def by_own_keys(keys: str) -> str:
    draft = Draft()
    for key in keys.split():
        if key in TONES:
            draft.set_tone(key)
        else:
            draft.strike({"_": " "}.get(key, key))
    return draft.text


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("Đ ă sắc k", "Đắk"),
        ("K r ô n g", "Krông"),
        ("ô k ê", "ôkê"),
        ("q u sắc a _ Q U huyền y", "quá QUỳ"),
        ("q u hỏi sắc ô c _ q u sắc y ê n", "quốc quyến"),
        ("g i sắc ơ _ g i huyền a", "giớ già"),
        ("Đ a k r ô n g", "Đakrông"),
        ("D ê ê", "Dêê"),
        ("ô o _ đ d _ ê e", "ôo đd êe"),
        ("M đ r ă k", "Mđrăk"),
        ("t r ư ơ n g huyền", "trường"),
        ("q u y ê n huyền", "quyền"),
        ("t u y sắc ê t", "tuyết"),
    ],
)
def test_letters_of_their_own_keys_are_never_taken_apart_again(keys: str, text: str):
    assert by_own_keys(keys) == text
    assert unicodedata.is_normalized("NFC", by_own_keys(keys))


MARKS = VOWELS | {c.upper(): k.capitalize() for c, k in VOWELS.items()}
TONE_KEYS = {"\u0301": "s", "\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0323": "j"}


def keys_of(syllable: str, tone_last: bool) -> str:
    """How Telex writes it. A letter that would change another one is struck once more: Kar is "Karr"."""
    keys, tone = "", ""
    for letter in unicodedata.normalize("NFC", syllable):
        parts = unicodedata.normalize("NFD", letter)
        toned = "".join(TONE_KEYS[part] for part in parts if part in TONE_KEYS)
        plain = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONE_KEYS))
        keys += MARKS.get(plain, plain) + ("" if tone_last else toned)
        tone += toned
    return keys + (tone if tone_last else "")


def alike(syllable: str) -> str:
    """Thuỷ and Thủy are two spellings of one syllable."""
    parts = unicodedata.normalize("NFD", syllable)
    tones = "".join(part for part in parts if part in TONE_KEYS)
    return unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONE_KEYS)) + tones


def syllables_of_units() -> set[str]:
    with resource("config", "units", "vietnam.csv").open(encoding="utf-8", newline="") as file:
        names = {unit["name"] for unit in csv.DictReader(file)}
    return {syllable for name in names for syllable in re.findall(r"[^\W\d_]+", unicodedata.normalize("NFC", name))}


STRUCK_ONCE_MORE = {
    "Ana": "Anaa", "Boòng": "Booongf", "Cuôr": "Cuoorr", "Dur": "Durr", "Kar": "Karr", "Khoong": "Khooong",
    "Ktur": "Kturr", "Loong": "Looong", "Loỏng": "Looongr", "Mar": "Marr", "Ngoong": "Ngooong", "Toong": "Tooong",
    "Tôr": "Toorr", "Uar": "Uarr", "gar": "garr",
}  # fmt: skip
"""Where Telex itself means something else by the plain letters (Khoong is Không), as on every other keyboard."""
OTHERWISE = {"Wa", "Wer", "Wil", "Wy", "Dêê", "Êê", "Đakrông"}
"""Where no sequence of plain keys of Telex can say it: these have the letters of their own keys."""


@pytest.mark.parametrize("tone_last", [True, False])
def test_telex_composes_every_syllable_in_the_names_of_units(tone_last: bool):
    syllables = syllables_of_units()
    written = {
        syllable: typed(STRUCK_ONCE_MORE.get(syllable, keys_of(syllable, tone_last))).text
        for syllable in syllables - OTHERWISE
    }

    assert len(syllables) > 1000
    assert {s: w for s, w in written.items() if alike(w) != alike(s)} == {}


@pytest.mark.parametrize("syllable", sorted({"Đắk", "Krông", "Búk", "Dêê", "Đakrông", "Ngọk", "Mđrăk", "Hòa"}))
def test_names_of_units_are_written_with_the_letters_of_their_own_keys(syllable: str):
    keys = []
    for letter in syllable:
        parts = unicodedata.normalize("NFD", letter)
        tone = next((name for name, key in TONES.items() if any(TONE_KEYS.get(part) == key for part in parts)), "")
        plain = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONE_KEYS))
        keys += [plain, tone] if tone else [plain]

    assert by_own_keys(" ".join(keys)) == syllable


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
