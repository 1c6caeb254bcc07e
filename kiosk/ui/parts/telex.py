"""Telex: makes a syllable of the keys that were struck for it.

What is composed must be able to stand in a Vietnamese text: a Vietnamese syllable, or one of the names that other
languages of the country gave its places (Đắk Lắk, Krông Búk, Plông, Avương). What cannot is shown as it was struck.
A letter that was struck from a key of its own stays what it is.
"""

import re

from bogo import process_key
from bogo.accent import add_accent, get_accent_string, remove_accent_string
from bogo.utils import join, separate
from bogo.validation import is_valid_combination

_OWN = frozenset("ăâđêôơư")
_TONES = frozenset("sfrxj")
_KEYS_MAX = 24
"""More keys than this make no syllable and no name."""

# A place's name: what may begin a syllable, sound in it and end it. Vietnamese has fewer of all three.
_FIRST = (
    "(?:b[hlr]?|ch?r?|d[lr]?|đr?|gh?|g[lr]|h[lmnr]?|j|k[bdhlmnprt]?|l|m[lnr]?|ng?h?|p[hlnr]?|qu?|r[vo]?|s[rt]?|t[hlr]?"
    "|v|x)"
)
_MIDDLE = (
    "(?:iêu|yêu|uôi|ươi|ươu|oai|oay|uây|uya|uyê|uyu|oeo|ai|ao|au|ay|âu|ây|eo|ei|êu|êê|ia|iê|iu|oa|oă|oe|oi|oo|ôi|ơi"
    "|ua|uâ|uê|ui|uô|uơ|uy|ưa|ưi|ươ|ưu|yê|a|ă|â|e|ê|i|o|ô|ơ|u|ư|y)"
)
_LAST = "(?:ch?|h|k|l|m|ng?|nh|p|r|t)"
_SYLLABLE = f"{_FIRST}?{_MIDDLE}{_LAST}?"
_NAME = re.compile(f"{_SYLLABLE}|{_FIRST}")
_LONG_NAME = re.compile(f"{_SYLLABLE}{_FIRST}{_MIDDLE}{_LAST}?")
"""Two syllables in one word have no tone."""


def compose(struck: str) -> str:
    """The syllable that these keys make, or the keys themselves where they make none."""
    if len(struck) > _KEYS_MAX:
        return struck
    syllable, keys = "", ""
    for key in struck:
        syllable, keys = _strike(syllable, key, keys)
    return syllable if _may_stand(syllable) else struck


def give_tone(syllable: str, letter: str) -> str:
    """The syllable with the tone of this letter of Telex; as it is where it has no vowel, or has that tone."""
    if remove_accent_string(syllable).lower() == "qu":
        # The u is no vowel here; it carries the tone until the vowel comes.
        return syllable[0] + give_tone(syllable[1], letter)
    toned, _ = process_key(syllable, letter, syllable, skip_non_vietnamese=False)
    return _with_tone_in_place(toned) if len(toned) == len(syllable) else syllable


def _strike(syllable: str, key: str, keys: str) -> tuple[str, str]:
    """What is there after one more key, and the keys behind it; a key that takes back what one did is none of them."""
    as_it_is = syllable + key, keys + key
    if key.lower() in _OWN:
        return _with_tone_in_place(syllable + key), keys + key
    if remove_accent_string(key) != key:
        return as_it_is
    if syllable.lower() == "qu" and key.lower() in _TONES:
        return give_tone(syllable, key), keys + key
    composed, after = process_key(syllable, key, keys, skip_non_vietnamese=False)
    if _own_letters(keys) - _own_letters(composed):
        return as_it_is
    return _with_tone_in_place(composed), after


def _own_letters(text: str) -> set[str]:
    return set(remove_accent_string(text).lower()) & _OWN


def _with_tone_in_place(syllable: str) -> str:
    """After qu and gi the tone is the next vowel's, also where it was struck before that one."""
    plain = remove_accent_string(syllable)
    if plain == syllable or plain[:2].lower() not in ("qu", "gi"):
        return syllable
    return str(join(add_accent(separate(plain), get_accent_string(syllable))))


def _may_stand(syllable: str) -> bool:
    if is_valid_combination(separate(syllable), final_form=False):
        return True
    plain = remove_accent_string(syllable)
    if _NAME.fullmatch(plain.lower()):
        return True
    return plain == syllable and _LONG_NAME.fullmatch(plain.lower()) is not None
