"""Comment words: a comment's text as it is kept and as it is searched. Pure."""

import unicodedata

from kiosk.domain.visit.words import mask_digits
from sync.collector.store.search import fold_sign, words_of

TEXT_CHARS_MAX = 2000
"""More than any kiosk takes; what a later one may send beyond it is cut."""


def clean(text: str) -> str:
    """The text as it is kept: composed, one paragraph, nothing in it that is not seen, long runs of digits masked."""
    composed = unicodedata.normalize("NFC", text)
    seen = "".join(sign if sign.isprintable() else " " if sign.isspace() else "" for sign in composed)
    return mask_digits(" ".join(seen.split()))[:TEXT_CHARS_MAX]


def found_in(text: str, wanted: str) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether one of the words ``wanted`` was found there."""
    composed = unicodedata.normalize("NFC", text)
    folded, origin = "", []
    for place, sign in enumerate(composed):
        for part in fold_sign(sign):
            folded += part
            origin.append(place)
    marked = [False] * len(composed)
    for word in set(words_of(wanted)):
        at = folded.find(word)
        while at >= 0:
            for place in origin[at : at + len(word)]:
                marked[place] = True
            at = folded.find(word, at + len(word))
    return _runs(composed, marked)


def _runs(text: str, marked: list[bool]) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = []
    for sign, mark in zip(text, marked, strict=True):
        if pieces and pieces[-1][1] == mark:
            pieces[-1] = (pieces[-1][0] + sign, mark)
        else:
            pieces.append((sign, mark))
    return pieces
