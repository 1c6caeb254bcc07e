"""Sound: whether an entry says what a kiosk can say of a rating; what is not sound counts nowhere. Pure."""

import re
from functools import lru_cache

from kiosk.domain.visit.rating import Standing
from kiosk.journal.lines import Line, RatingLine, ReasonsLine, RevisedLine

LEVELS = range(1, 6)
REASONS_MAX = 10
_STANDINGS = frozenset(str(standing) for standing in Standing if standing is not Standing.SUSPECT)
NUL_MARK = b"\\u0000"
"""Without this no text holds the sign."""
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def is_sound(line: Line) -> bool:
    """Whether its level, standing and names are such as there can be."""
    match line:
        case RatingLine():
            return is_sound_rating(line.level, line.standing, line.survey, line.question)
        case RevisedLine():
            return line.level in LEVELS
        case ReasonsLine():
            return len(line.reasons) <= REASONS_MAX and all(is_named("reason@1", each) for each in line.reasons)
    return True


def is_sound_rating(level: int, standing: str, survey: str, question: str) -> bool:
    """Whether a rating can say this."""
    return level in LEVELS and standing in _STANDINGS and is_named(survey, question)


def has_nul(encoded: bytes) -> bool:
    """Whether a text in it has the one sign that JSON can write and PostgreSQL cannot keep."""
    return NUL_MARK in encoded and _NUL.search(encoded) is not None


@lru_cache(4096)
def is_named(survey: str, name: str) -> bool:
    """Whether both are names that a survey file can have."""
    survey_id, _, version = survey.rpartition("@")
    is_version = version.isascii() and version.isdigit() and len(version) <= 4
    return is_version and _is_name(survey_id) and _is_name(name)


def _is_name(text: str) -> bool:
    return 0 < len(text) <= 40 and text.isascii() and text.replace("-", "").isalnum() and text == text.lower()
