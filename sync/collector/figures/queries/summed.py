"""Summed: the tables in which what is shown stands added up, and how the rows of some places are found there."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Date, Integer, String, Table, and_, bindparam, text

from sync.collector.figures.queries.asked import Asked
from sync.collector.replica.shown import HALF
from sync.collector.store.schema import shown_count, shown_unit_count
from sync.collector.store.schema.shown import LONGER

Keys = Mapping[int, str]
"""The place of each counter, or of each unit; of what stands at several of a unit's counters, the unit's number below
nought with the unit's place."""
NAMED_MAX = 150
"""Of more counters or units, all rows are read: they are most of the province then."""
FEW_MAX = 50
"""Each of so many counters is looked up by itself: of more, it takes as long to pass over those of others."""
FIRST, LAST = (bindparam(name, type_=Date) for name in ("first", "last"))


class Reach(StrEnum):
    """How the rows of a table's counters or units are found."""

    FEW = "few"
    """Each is looked up by itself."""
    NAMED = "named"
    """Those of others are passed over."""
    ALL = "all"
    """Those of others come too."""


class SumTable(NamedTuple):
    """Where counts are read, and of which counters or units."""

    table: Table
    keys: Keys

    @property
    def of(self) -> Column[int]:
        """The counter or unit that a row is about."""
        return column_of(self.table)

    @property
    def is_named(self) -> bool:
        """Whether they are few enough to ask for each by its id."""
        return len(self.keys) <= NAMED_MAX

    def reach(self, grain: str = "") -> Reach:
        """How their rows of one grain are found."""
        if self.table is shown_count and grain != HALF and len(self.keys) <= FEW_MAX:
            return Reach.FEW
        return Reach.NAMED if self.is_named else Reach.ALL

    def values(self, asked: Asked, streams: Sequence[str]) -> dict[str, Any]:
        """What ``rows_of`` leaves open."""
        named = {"numbers": list(self.keys)} if self.is_named else {}
        return {"survey": asked.survey, "question": asked.question, "streams": list(streams), **named}


def column_of(table: Table) -> Column[int]:
    """The counter or unit that a row of a table is about."""
    return table.c.counter_id if table is shown_count else table.c.unit_id


def rows_of(table: Table, reach: Reach) -> ColumnElement[bool]:
    """What is shown of some streams; of other counters or units as well where they are not named."""
    c, of = table.c, column_of(table)
    stream = c.stream.in_(bindparam("streams", expanding=True))
    numbers, survey = bindparam("numbers", type_=Integer, expanding=True), bindparam("survey", type_=String)
    question = c.question == bindparam("question")
    if reach is Reach.FEW:
        # With nothing behind it, so that neither engine takes the index of the key.
        return and_(text(LONGER), of.in_(numbers), stream, c.survey.concat("") == survey, question)
    wanted = and_(c.survey == survey, question, stream)
    # Plus nothing, so that PostgreSQL does not look up each id by itself in the index of the key, where the id stands
    # last: that took fifty times as long as passing over the other rows.
    return and_(wanted, (of + 0).in_(numbers)) if reach is Reach.NAMED else wanted


def sums_of_counters(keys: Keys) -> SumTable:
    """What is shown of counters, each by itself."""
    return SumTable(shown_count, keys)


def sums_of_units(keys: Keys) -> SumTable:
    """What is shown of units, the counters of each together."""
    return SumTable(shown_unit_count, keys)
