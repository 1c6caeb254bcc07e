"""Projection rows: what lines say once they are read: ratings, reasons, counts, and what could not be read. Pure.

A projection is a value: whoever reads more of it (where a late entry belongs, what a person found suspect) returns
what there is to add, and whoever keeps it puts the parts together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from kiosk.journal.lines import CommentLine, OpenedLine, ReasonsLine, RevisedLine


class UnreadReason(StrEnum):
    """Why an entry was not projected; after an upgrade it may be."""

    NOT_A_LINE = "not_a_line"
    WRONG_SEQ = "wrong_seq"
    """The number in the line is not its place in the journal."""
    UNKNOWN_KIND = "unknown_kind"
    BAD_VALUE = "bad_value"
    """A level, a standing or a name that no survey can have."""
    BAD_TIME = "bad_time"
    UNKNOWN_COUNTER = "unknown_counter"
    """Not there, or not one that this kiosk was granted."""
    NO_RATING = "no_rating"
    """It speaks of a rating that is not there, or that already has what it brings."""
    FAILED = "failed"
    """To read or to keep what it says failed, in a way that nobody foresaw."""
    NOT_IN_VISIT = "not_in_visit"
    """It changes or adds to a rating of another visit than its own."""
    BAD_COUNT = "bad_count"
    """Transactions of a day, or in a number, that cannot be."""
    AFTER_CUT = "after_cut"
    """It changes or adds to a rating that was cut before: what was cut stays as it is."""
    BAD_CUT = "bad_cut"
    """A cut that its own lines do not bear out, or that the collector cannot follow: its ratings are shown nowhere."""
    BAD_TREE = "bad_tree"
    """The last cut in a tree of which the kiosk signed another root than its lines give; its ratings count."""


BEYOND = (
    UnreadReason.UNKNOWN_COUNTER,
    UnreadReason.NOT_IN_VISIT,
    UnreadReason.BAD_COUNT,
    UnreadReason.BAD_CUT,
    UnreadReason.BAD_TREE,
)
"""Where a kiosk says what it may not say: IT staff are told."""


class Unread(NamedTuple):
    """One entry that was kept but not projected."""

    seq: int
    reason: UnreadReason
    detail: str


class RatingRow(NamedTuple):
    """One rating as it is stored."""

    seq: int
    counter_id: int
    survey: str
    question: str
    level: int
    first_level: int | None
    standing: str
    pressed_us: int
    time_quality: str
    day: str
    part: str

    def revised(self, level: int) -> "RatingRow":
        """The rating after the citizen chose again; the first level is kept."""
        return self._replace(level=level, first_level=self.level if self.first_level is None else self.first_level)


class ReasonRow(NamedTuple):
    """One reason that was chosen for a rating."""

    rating_seq: int
    reason: str
    seq: int


class CountRow(NamedTuple):
    """Transactions served at a counter on a day."""

    counter_id: int
    day: str
    n: int
    seq: int


LateLine = ReasonsLine | RevisedLine
"""What changes or adds to a rating that came before."""


@dataclass(frozen=True, slots=True)
class Projection:
    """What a run of lines says."""

    ratings: Mapping[int, RatingRow] = field(default_factory=dict)
    """By seq, revisions of the same run applied."""
    reasons: Sequence[ReasonRow] = ()
    unread: Sequence[Unread] = ()
    comments: Sequence[CommentLine] = ()
    """Whose texts come as enclosures."""
    counts: Mapping[tuple[int, str], CountRow] = field(default_factory=dict)
    """By counter and day, the last of the run."""
    late: Sequence[LateLine] = ()
    """What speaks of ratings before this run, in order."""
    opened: OpenedLine | None = None
    """The journal's first entry, where it is in this run."""
