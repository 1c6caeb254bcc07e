"""Search: names and words are found however they are typed – with or without accents, capitals, stray blanks. Pure."""

import re
import unicodedata
from collections.abc import Iterable

_STROKE = str.maketrans("đĐðÐɖƉ", "dddddd")
"""Three letters look like Đ: the Vietnamese one, the Icelandic one of old code pages (U+00D0), the African one."""
_ACCENTS = re.compile("[\u0300-\u036f]+")
"""Those that stand above and below Latin letters."""
OLDER_FOLDS = ("ð", "ɖ")
"""What the other two became when only the first was known: texts that were folded then still have them."""


def fold(text: str) -> str:
    """The text without accents and capitals, Đ as d: "Trễ hẹn" and "tre hen" become the same."""
    # All signs at once: of thousands of counters' names, sign by sign takes ten times as long.
    plain = _ACCENTS.sub("", unicodedata.normalize("NFD", unicodedata.normalize("NFC", text).translate(_STROKE)))
    return plain.casefold() if plain.isascii() else "".join(map(fold_sign, unicodedata.normalize("NFC", text)))


def fold_sign(sign: str) -> str:
    """One composed sign without accent and capital; nothing for an accent that stands alone or what is never seen."""
    plain = unicodedata.normalize("NFD", sign.translate(_STROKE))
    return "".join(part for part in plain if unicodedata.category(part) not in ("Mn", "Cf")).casefold()


def words_of(sought: str) -> list[str]:
    """The words that are looked for; whatever blanks stand between them."""
    return fold(sought).split()


def is_found(sought: str, texts: Iterable[str]) -> bool:
    """Whether what is sought stands in one of the texts, its words in their order; nothing is found everywhere."""
    phrase = " ".join(words_of(sought))
    return not phrase or any(phrase in " ".join(words_of(text)) for text in texts)
