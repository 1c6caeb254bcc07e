"""Facts of a visit: what a citizen said, written once and never edited."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.domain.instant import Instant
from kiosk.domain.maintenance import Maintenance

SERVED_MAX = 9_999
"""Transactions of one counter on one day; no counter serves one every five seconds."""


class Standing(StrEnum):
    """How a rating enters the report; decided by rule, kept with the rating, never a reason to delete it."""

    COUNTED = "counted"
    REPEAT = "repeat"
    """Again within the repeat window, with no sign of a new visitor."""
    OUT_OF_HOURS = "out_of_hours"
    TEST = "test"
    SUSPECT = "suspect"
    """Set by the collector's signals and a person's decision, never by the kiosk."""


@dataclass(frozen=True, slots=True)
class Rating:
    """One press on one face."""

    pressed: Instant
    survey: str
    """``id@version`` of the survey that was on the screen."""
    question: str
    level: int
    """What is stored: 1 is the least satisfied; how many levels there are, the survey says."""
    standing: Standing
    counter: str | None = None
    """The counter's code, only where one kiosk serves several counters."""
    receipt: str | None = None
    """The hash of the code that the citizen takes along (``receipt.py``), where the office gives receipts."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """What influenced a rating: the tiles the citizen chose, in the order of the survey."""

    chosen_at: Instant
    rating_seq: int
    """The rating's place in the same journal."""
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Revised:
    """The citizen chose another face; the first rating stays in the journal and this one counts."""

    pressed: Instant
    rating_seq: int
    level: int


@dataclass(frozen=True, slots=True)
class Comment:
    """A sentence of the citizen's; its text may have to be deleted one day, so it never enters the chain."""

    written_at: Instant
    rating_seq: int
    text: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many transactions were served on a day, as a supervisor typed it in; a later one of the day corrects it."""

    counted_at: Instant
    day: str
    """ISO."""
    n: int
    counter: str | None = None
    """The counter's code, only where one kiosk serves several counters."""


Fact = Rating | Reasons | Revised | Comment | Count | Maintenance
