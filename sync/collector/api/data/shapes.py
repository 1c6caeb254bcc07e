"""Shapes: what the answers with numbers are, member by member, as the API description tells it.

Members are added, never taken away or given another meaning: whoever reads these answers passes over those that they
do not know. Days are local ones of ``time_zone``. A percentage is a decimal as text, so that nobody rounds it twice.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

Percent = Annotated[str, Meta(pattern=r"^-?\d+\.\d+$", description="Percent, a decimal as text")]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$", description="A local day")]
Moment = Annotated[str, Meta(description="RFC 3339 with the offset from UTC")]
Count = Annotated[int, Meta(ge=0)]
Words = Annotated[dict[str, str], Meta(description="By language: vi, and others where the survey has them")]
Next = Annotated[
    str | None,
    Meta(description="Give it as `after` for the next page; null on the last one. The same stands in `Link`"),
]


class Share(Struct, frozen=True):
    """A number with all that it was made of."""

    method: Annotated[
        str, Meta(description="top2box: satisfied of all; mean5: mean of five levels; participation: rated of served")
    ]
    numerator: Annotated[int, Meta(description="Ratings; of participation visits that were rated")]
    denominator: Annotated[int, Meta(description="Ratings; of participation transactions served")]
    percent: Annotated[Percent | None, Meta(description="Null where the base carries none; see `disclosure`")]
    wilson_95: Annotated[
        list[Percent] | None, Meta(description="The ends of the 95 % interval, after Wilson; null as `percent` is")
    ]


class Participation(Share, frozen=True):
    """Visits rated of transactions served, on days that are over and whose transactions somebody typed in."""

    counter_days_known: Annotated[int, Meta(description="Days of counters whose transactions are known …")]
    counter_days: Annotated[int, Meta(description="… of so many with ratings")]


class Numbers(Struct, frozen=True):
    """What a place got of one question: both results, and what waits."""

    counted: Annotated[int | None, Meta(description="Ratings that count and are shown; null where all of them wait")]
    by_level: Annotated[dict[str, int], Meta(description="Of these, ratings by level; 1 is the least satisfied")]
    hidden: Annotated[Literal["few"] | None, Meta(description="few: all there is waits for more")]
    waiting: Annotated[
        bool,
        Meta(
            description="Whether ratings are not shown yet, or a half day runs: "
            "whether anybody pressed in it is told when it is over"
        ),
    ]
    recorded: Annotated[int, Meta(description="All ratings of half days that are over: shown, waiting and set aside")]
    waits: Annotated[dict[str, int], Meta(description="Ratings that count and are not shown here, by why")]
    measure: Annotated[Share | None, Meta(description="The result")]
    set_aside: Annotated[dict[str, int], Meta(description="Ratings that do not count, by why")]
    measure_with_set_aside: Annotated[
        Share | None, Meta(description="The result with what was set aside, as far as its levels may be told")
    ]
    participation: Annotated[
        Participation | None, Meta(description="Whatever was asked; null where no transactions are known")
    ]


class CounterNumbers(Numbers, frozen=True, kw_only=True):
    """What one counter got of one question."""

    counter: str
    name: str
    unit: Annotated[str, Meta(description="The unit's name")]
    unit_code: str
    last_contact: Annotated[
        list[Moment | None], Meta(description="Of each kiosk that stands there now; empty for days before today")
    ]
    silent: Annotated[
        list[bool], Meta(description="Of each of these: not heard for too long while its counter is open")
    ]


class LevelWords(Struct, frozen=True):
    """One level of a question."""

    level: int
    text: Words


class Table(Struct, frozen=True):
    """One question of one series."""

    survey: Annotated[str, Meta(description="The newest version, `id@version`")]
    question: str
    series: Annotated[str, Meta(description="All versions with the same question and levels are one series")]
    versions: list[str]
    levels: list[LevelWords]
    counters: list[CounterNumbers]
    total: Annotated[Numbers, Meta(description="All counters that were asked for, whatever page this is")]


class Disclosure(Struct, frozen=True):
    """From how many ratings on something is shown."""

    cell_min: int
    percent_min: int
    step: int
    delay: Annotated[bool, Meta(description="Whether a half day is shown when it is over; false in a demonstration")]


class Tallies(Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """Counts and measures by question and counter."""

    first: Day
    last: Day
    time_zone: str
    made_at: Annotated[Moment, Meta(description="Up to when ratings are in: the end of the last half day that is over")]
    notice: str
    disclosure: Disclosure
    recorded: Annotated[int, Meta(description="Ratings of every question")]
    waits: Annotated[str, Meta(description="What is not shown yet and why, in a sentence")]
    undated: Annotated[list[str], Meta(description="Counters some of whose ratings stand on the day they arrived")]
    tables: list[Table]
    next: Next = None


class Place(Struct, frozen=True):
    """A counter as it stands in a unit, or stood there for a time."""

    unit: Annotated[str, Meta(description="Its unit's code")]
    unit_name: str
    units: Annotated[list[str], Meta(description="Codes of the units above it that you may see, the highest first")]
    counter: Annotated[str, Meta(description="Its code")]
    name: str
    since: Annotated[Day | None, Meta(description="First day there; null where it was always there")]
    until: Annotated[Day | None, Meta(description="First day on which it is there no more; null where it stands there")]


class Places(Struct, frozen=True):
    """The counters that you may read of, by unit and code."""

    time_zone: str
    counters: list[Place]
    next: Next = None


class SeriesLevel(Struct, frozen=True):
    """One level of a question, with what it counts as."""

    level: int
    satisfied: Annotated[bool | None, Meta(description="Whether top2box counts it; null where the survey is not known")]
    text: Words


class OneSeries(Struct, frozen=True):
    """A question that was answered: what tallies and reports tell of under its name."""

    code: Annotated[str, Meta(description="Names it in `question` of a report")]
    series: str
    survey: Annotated[str, Meta(description="The newest version, `id@version`")]
    question: str
    text: Words
    versions: list[str]
    levels: list[SeriesLevel]
    recorded: Annotated[int, Meta(description="Ratings in these days and places, of half days that are over")]
    counted: Annotated[int | None, Meta(description="Of these, ratings that count and are shown")]


class EverySeries(Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """The questions that were answered, by their code."""

    first: Day
    last: Day
    time_zone: str
    series: list[OneSeries]
    next: Next = None


class CounterParticipation(Struct, frozen=True):
    """Who took part at one counter."""

    unit: Annotated[str, Meta(description="Its unit's code")]
    counter: str
    name: str
    participation: Annotated[Participation | None, Meta(description="Null where no transactions are known")]


class Participations(Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """Visits rated of transactions served, on days that are over and whose transactions are known."""

    first: Day
    last: Day
    time_zone: str
    total: Annotated[Participation | None, Meta(description="All counters that were asked for, whatever page this is")]
    counters: list[CounterParticipation]
    next: Next = None


class CommentCounts(Struct, frozen=True):
    """How many comments there are in which state; spam is set aside."""

    new: Count
    doing: Count
    done: Count
    spam: Count


class UnitComments(CommentCounts, frozen=True, kw_only=True):
    """Of one unit itself, without those below it."""

    unit: Annotated[str, Meta(description="Its code")]
    name: str


class Comments(Struct, frozen=True, rename={"first": "from", "last": "to"}, kw_only=True):
    """How many comments were published, by unit; no word of any."""

    first: Annotated[Day | None, Meta(description="Only those of which it is told that they were written since then")]
    last: Day | None
    time_zone: str
    total: CommentCounts
    units: list[UnitComments]
    next: Next = None


ANSWERS: tuple[type[msgspec.Struct], ...] = (Tallies, Places, EverySeries, Participations, Comments)
"""What the API description has a schema of."""
