"""Visits: whether an entry about a rating was made in the rating's own visit, for kiosk and collector alike. Pure.

A citizen chooses again, gives reasons or writes within one visit: in the same boot, soon after the rating, and before
anybody else was asked the same question. What comes later was said by nobody who stood there. A cut ends it as well:
its numbers are told, and what is said of its ratings from then on is kept and changes none of them.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from kiosk.journal.lines import CommentLine, ReasonsLine, RevisedLine

VISIT_S_MAX = 3600
"""Steps of a visit close by themselves after minutes, however often somebody touches the screen."""
ENTRIES_MAX = 100
"""So many entries of one visit follow its rating at most."""
_MARKS = (b'"rating"', b'"block"')

About = ReasonsLine | RevisedLine | CommentLine


class Late(StrEnum):
    """Why an entry may not speak of a rating any more."""

    VISIT = "visit"
    """It was made in another visit."""
    CUT = "cut"
    """The rating was cut before."""


class Asked(msgspec.Struct, frozen=True, array_like=True):
    """The rating that last answered a question."""

    seq: int
    mono: int
    boot: str
    survey: str
    question: str
    counter: str
    is_cut: bool = False


class Visits:
    """A journal while it is read: the last rating of each question, to which its visit may still add."""

    def __init__(self, asked: list[Asked] | None = None) -> None:
        self._asked = {(each.survey, each.question): each for each in asked or ()}

    def see(self, seq: int, line: bytes) -> None:
        """Take the next line in."""
        if not any(mark in line for mark in _MARKS) or (said := _read(line)) is None:
            return
        if said.kind == "rating":
            self._asked.pop((said.survey, said.question), None)
            found = Asked(seq, said.mono, said.boot, said.survey, said.question, said.counter or "")
            self._asked[said.survey, said.question] = found
        elif said.kind == "block":
            self._cut(said)

    def near(self, next_seq: int) -> list[Asked]:
        """The ratings of which a line at ``next_seq`` or later can speak."""
        return [each for each in self._asked.values() if next_seq - each.seq <= ENTRIES_MAX]

    def late(self, rating_seq: int, entry: About) -> Late | None:
        """Why the entry, the next line, may not speak of a rating; None where it may."""
        asked = next((each for each in reversed(self._asked.values()) if each.seq == rating_seq), None)
        if asked is None or not is_near(rating_seq, entry) or not _is_soon(asked.boot, asked.mono, entry):
            return Late.VISIT
        return Late.CUT if asked.is_cut else None

    def _cut(self, said: "_Said") -> None:
        for key, each in self._asked.items():
            same = (each.survey.partition("@")[0], each.question, each.counter)
            if same == (said.survey, said.question, said.counter or "") and each.seq <= said.last:
                self._asked[key] = msgspec.structs.replace(each, is_cut=True)


class _Said(msgspec.Struct):
    mono: int
    boot: str
    kind: str
    survey: str = ""
    question: str = ""
    counter: str | None = None
    last: int = 0


def is_near(rating_seq: int, entry: About) -> bool:
    """Whether the rating stands close before the entry in the journal that holds both."""
    return 0 < entry.seq - rating_seq <= ENTRIES_MAX


def in_visit(rating: bytes, entry: About) -> bool:
    """Whether the boot and its clock allow that the entry was made in the visit of the rating whose line this is."""
    said = _read(rating)
    return said is not None and _is_soon(said.boot, said.mono, entry)


def late_for(lines: Mapping[int, bytes], rating_seq: int, entry: About) -> Late | None:
    """Why an entry may not speak of a rating of its own journal; ``lines`` holds all from the rating on.

    That there is a rating is not looked for here.
    """
    said = _read(lines[rating_seq])
    if said is None or not is_near(rating_seq, entry) or not _is_soon(said.boot, said.mono, entry):
        return Late.VISIT
    if said.kind != "rating":
        return None
    visits = Visits()
    for seq in range(rating_seq, entry.seq):
        visits.see(seq, lines.get(seq, b""))
    return visits.late(rating_seq, entry)


def _is_soon(boot: str, mono: int, entry: About) -> bool:
    return boot == entry.boot and 0 <= entry.mono - mono <= VISIT_S_MAX * 1_000_000


def _read(line: bytes) -> _Said | None:
    try:
        return msgspec.json.decode(line, type=_Said)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
