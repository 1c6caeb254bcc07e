"""Rows: what is kept of a journal's lines, as plain values, some lines at a time."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection

_MICROS = {"sqlite": "{0}", "postgresql": "(extract(epoch FROM {0}) * 1000000)::bigint"}
DAYS = {"sqlite": "{0}", "postgresql": "{0}::text"}
"""How a day, or an id, is read as it is written."""

_BETWEEN = "\x1f"
_CHAR = {"sqlite": "char(31)", "postgresql": "chr(31)"}
Row = tuple[int, int, int | None, int, str]
"""A rating as it is read: seq, microseconds of the press, first level, level, and its kind."""


class Kind(NamedTuple):
    """What many ratings of a half day have in common; it is read as one text, at a third less of the time."""

    survey: str
    question: str
    standing: str
    day: str
    part: str
    quality: str
    counter_id: int

    @property
    def text(self) -> str:
        """As the database puts it together."""
        return _BETWEEN.join((*self[:6], str(self.counter_id)))


@lru_cache(4096)
def kind_of(text: str) -> Kind:
    """The kind that the database put together."""
    survey, question, standing, day, part, quality, counter_id = text.split(_BETWEEN)
    return Kind(survey, question, standing, day, part, quality, int(counter_id))


def read_ratings(connection: Connection, journal_id: str, first: int, last: int) -> list[Row]:
    """The ratings counted at these entries, in order."""
    dialect = connection.dialect.name
    names = ("survey", "question", "standing", DAYS[dialect].format("day"), "part", "time_quality", "counter_id")
    kind = f" || {_CHAR[dialect]} || ".join(names)
    columns = f"seq, {_MICROS[dialect].format('pressed_at')}, first_level, level, {kind}"
    where = "FROM rating WHERE journal_id = {one} AND seq BETWEEN {one} AND {one} ORDER BY seq"
    return read(connection, f"SELECT {columns} {where}", journal_id, first, last)


def read_reasons(connection: Connection, journal_id: str, first: int, last: int) -> list[tuple[int, str, int]]:
    """The reasons kept of the ratings at these entries: rating, reason, and the entry that brought it."""
    wanted = "SELECT rating_seq, reason, seq FROM reason_choice WHERE journal_id = {one} "
    return read(connection, wanted + "AND rating_seq BETWEEN {one} AND {one}", journal_id, first, last)


def read_unread(connection: Connection, journal_id: str, first: int, last: int) -> dict[int, str]:
    """Which of these entries were set aside, and why."""
    wanted = "SELECT seq, reason FROM unread WHERE journal_id = {one} AND seq BETWEEN {one} AND {one}"
    return dict(read(connection, wanted, journal_id, first, last))


def read_duplicates(connection: Connection, journal_id: str) -> dict[int, tuple[str, int]]:
    """Which entries are not counted here, because they were counted there."""
    of_journal = DAYS[connection.dialect.name].format("of_journal")
    wanted = f"SELECT seq, {of_journal}, of_seq FROM duplicate WHERE journal_id = {{one}}"  # noqa: S608
    return {seq: (other, of_seq) for seq, other, of_seq in read(connection, wanted, journal_id)}


def read_counts(
    connection: Connection, table: str, names: Sequence[str], journal_id: str
) -> dict[tuple[Any, ...], int]:
    """The rows of a table of counts of one journal that are not nought: by the columns ``names``."""
    day = DAYS[connection.dialect.name].format("day")
    columns = ", ".join(day if name == "day" else name for name in names)
    wanted = f"SELECT {columns}, n FROM {table} WHERE journal_id = {{one}} AND n <> 0"  # noqa: S608
    found = read(connection, wanted, journal_id)
    return {row[:-1]: row[-1] for row in found}


def read(connection: Connection, statement: str, *values: Any) -> list[Any]:
    """The rows of a plain statement, in which ``{one}`` is the place of a value."""
    one = "?" if connection.dialect.name == "sqlite" else "%s"
    found = connection.exec_driver_sql(statement.format(one=one), values)
    assert found.cursor is not None  # noqa: S101 - a SELECT has one
    # The driver's own tuples: an object for each of a hundred million rows would cost as much as reading them.
    return list(found.cursor.fetchall())
