"""Report shapes: what the answers with a report and with what was kept of a month are, member by member."""

from typing import Annotated

from msgspec import Meta, Struct

from sync.collector.api.data.shapes import Day, Moment


class Without(Struct, frozen=True):
    """A cell that has no number, and why."""

    without: Annotated[str, Meta(description="few, open, no percent, unknown or none")]


Cell = int | str | Without


class Sums(Struct, frozen=True):
    """The figures of one question before or after a correction."""

    n: Annotated[int, Meta(description="Ratings that count and are shown")]
    satisfied: int
    set_aside: int
    waiting: int
    recorded: int
    transactions: int | None
    transactions_rated: int | None


class Change(Struct, frozen=True):
    """What a correction changed of one question."""

    question: str
    before: Sums
    after: Sums


class Correction(Struct, frozen=True):
    """What was published of a month after it was closed."""

    number: Annotated[int, Meta(description="From 1")]
    at: Moment
    causes: Annotated[list[str], Meta(description="late, away, shown, decided, served")]
    changes: list[Change]


class Closed(Struct, frozen=True):
    """That the month was closed, and what was corrected since."""

    at: Moment
    number: Annotated[int, Meta(description="0 for the first report, then the newest correction's")]
    kept: Annotated[bool, Meta(description="Whether these are the numbers that were kept, and not those of now")]
    changes_wait: Annotated[bool, Meta(description="Whether something changed that is too little to be published")]
    corrections: list[Correction]


class Question(Struct, frozen=True):
    """One question that was answered at the place."""

    question: str
    versions: list[str]
    changes: Annotated[list[str], Meta(description="What a version did otherwise than the one before, in sentences")]
    n: Annotated[int | None, Meta(description="Ratings that count and are shown; null where all of them wait")]
    recorded: int
    waiting: Annotated[dict[str, int], Meta(description="Ratings that count and are not shown here, by why")]
    set_aside: int
    places_without: Annotated[int, Meta(description="At so many places right below nobody answered it")]
    table: Annotated[str, Meta(description="Under which name its numbers stand in `tables`")]


class Report(Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """Every table of a place's report, as its page shows them."""

    place: Annotated[str, Meta(description="The unit's or counter's code; empty for all units")]
    period: str
    first: Day
    last: Day
    time_zone: str
    compared_with: Annotated[list[Day], Meta(description="The first and last day of the other period")]
    question: str
    measure: Annotated[str, Meta(description="How `share` is computed: top2box or mean5")]
    made_at: Annotated[
        Moment, Meta(description="When a kept report was made; else the end of the last half day that is over")
    ]
    notice: str
    recorded: Annotated[int, Meta(description="Ratings of every question")]
    waits: Annotated[str, Meta(description="What is not shown yet and why, in a sentence")]
    closed: Closed | None
    questions: list[Question]
    units: Annotated[
        dict[str, dict[str, str]],
        Meta(description="Of each table and column what its cells are: text, count, percent, points or score"),
    ]
    tables: Annotated[
        dict[str, list[dict[str, Cell]]],
        Meta(
            description="Rows by the keys of their columns: `share` of `n` (numerator `satisfied`), `low` and `high` "
            "the ends of its 95 % interval, `both` of `both_n` with what was set aside, `answered` of `served` "
            "transactions; of reasons `share` is `n` of `base`"
        ),
    ]


class KeptFile(Struct, frozen=True):
    """A file of a kept report."""

    form: str
    language: str
    bytes: int
    sha256: str


class KeptReport(Struct, frozen=True):
    """One report that was kept."""

    number: Annotated[int, Meta(description="0 for the first one, then the corrections")]
    made_at: Moment
    sha256: Annotated[str, Meta(description="Of its numbers (form json)")]
    files: list[KeptFile]


class Kept(Struct, frozen=True):
    """What was kept of a unit's closed month."""

    place: str
    period: str
    closed: Closed
    reports: list[KeptReport]


ANSWERS = (Report, Kept)
"""What the API description has a schema of."""
