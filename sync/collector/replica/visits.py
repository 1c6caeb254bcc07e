"""Visits: whether an entry about a rating was made in the rating's own visit. Pure.

A citizen chooses again, gives reasons or writes within one visit: in the same boot, soon after the rating, and before
anybody else was asked the same question. What comes later was said by nobody who stood there.
"""

from collections.abc import Mapping

import msgspec

from kiosk.journal.lines import CommentLine, ReasonsLine, RevisedLine

VISIT_S_MAX = 3600
"""Steps of a visit close by themselves after minutes, however often somebody touches the screen."""
ENTRIES_MAX = 100
"""So many entries of one visit follow its rating at most."""
_RATING_MARK = b'"rating"'

About = ReasonsLine | RevisedLine | CommentLine


class _Said(msgspec.Struct):
    mono: int
    boot: str
    kind: str
    survey: str = ""
    question: str = ""


def is_near(rating_seq: int, entry: About) -> bool:
    """Whether the rating stands close before the entry in the journal that holds both."""
    return 0 < entry.seq - rating_seq <= ENTRIES_MAX


def in_visit(rating: bytes, entry: About) -> bool:
    """Whether the boot and its clock allow that the entry was made in the visit of the rating whose line this is."""
    said = _read(rating)
    if said is None or said.boot != entry.boot:
        return False
    return 0 <= entry.mono - said.mono <= VISIT_S_MAX * 1_000_000


def in_same_visit(lines: Mapping[int, bytes], rating_seq: int, entry: About) -> bool:
    """Whether the entry was made in the visit of a rating of its own journal; ``lines`` holds all from the rating on.

    Another rating of that question between the two was the next citizen's.
    """
    if not is_near(rating_seq, entry) or not in_visit(lines[rating_seq], entry):
        return False
    asked = _read(lines[rating_seq])
    between = (lines.get(seq, b"") for seq in range(rating_seq + 1, entry.seq))
    others = (_read(line) for line in between if _RATING_MARK in line)
    return not any(other and asked and _question(other) == _question(asked) for other in others)


def _question(said: _Said) -> tuple[str, str, str]:
    return said.kind, said.survey, said.question


def _read(line: bytes) -> _Said | None:
    try:
        return msgspec.json.decode(line, type=_Said)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
