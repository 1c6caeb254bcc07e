"""Rows: what is kept of a journal's lines, as plain values, some lines at a time."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

MICROS = {"sqlite": "{0}", "postgresql": "(extract(epoch FROM {0}) * 1000000)::bigint"}
"""How a moment is read in microseconds since 1970."""
DAYS = {"sqlite": "{0}", "postgresql": "{0}::text"}
"""How a day, or an id, is read as it is written."""

_BETWEEN = "\x1f"
Row = tuple[int, str]
"""A rating as it is added up: level and kind."""


class Kind(NamedTuple):
    """What many ratings of a half day have in common; it is kept as one text."""

    survey: str
    question: str
    standing: str
    day: str
    part: str
    quality: str
    counter_id: int

    @property
    def text(self) -> str:
        """All of it as one text."""
        return _BETWEEN.join((*self[:6], str(self.counter_id)))


@lru_cache(4096)
def kind_of(text: str) -> Kind:
    """The kind that the text says."""
    survey, question, standing, day, part, quality, counter_id = text.split(_BETWEEN)
    return Kind(survey, question, standing, day, part, quality, int(counter_id))


class Usual(NamedTuple):
    """What most ratings of a journal have in common."""

    survey: str
    question: str
    standing: str
    quality: str
    counter_id: int


class Page(NamedTuple):
    """The ratings that are counted at some entries, by seq."""

    rows: dict[int, Row]
    pressed: dict[int, int]
    """When each was pressed, in microseconds since 1970."""
    firsts: dict[int, int]
    """The first levels, where citizens chose again."""
    is_once: bool
    """Whether each is there once."""


class Ratings:
    """Reads a journal's ratings, some entries at a time.

    The database hands over each column as one text: an object for every value of a hundred million rows would cost
    more than all else. Most rows differ from the usual in their half day only; of the others all is handed over.
    """

    def __init__(self, connection: Connection, journal_id: str) -> None:
        self._connection, self._journal_id = connection, journal_id
        self._dialect = connection.dialect.name
        self._usual: Usual | None = None
        self._kinds = _Kinds()

    def read(self, first: int, last: int) -> Page:
        """Those at these entries; raises ValueError where something is of no form that the collector writes."""
        where = (self._journal_id, first, last)
        if self._usual is None:
            self._usual = self._kinds.usual = self._first(where)
        if self._usual is None:
            return Page({}, {}, {}, is_once=True)
        (texts,) = read(self._connection, _RATINGS[self._dialect], *self._usual, *where)
        seqs, pressed, levels, halves, others, firsts = (
            decode(said or "[]") for decode, said in zip(_COLUMNS, texts, strict=True)
        )
        rows = dict(zip(seqs, zip(levels, map(self._kinds.__getitem__, halves), strict=True), strict=True))
        for seq, kind in others:
            rows[seq] = (rows[seq][0], kind.text)
        return Page(rows, dict(zip(seqs, pressed, strict=True)), dict(firsts), len(rows) == len(seqs))

    def _first(self, where: tuple[Any, ...]) -> Usual | None:
        names = ", ".join(_USUAL)
        rows = read(self._connection, f"SELECT {names} FROM rating WHERE {_HERE} ORDER BY seq LIMIT 1", *where)  # noqa: S608
        return Usual(*rows[0]) if rows else None


class _Kinds(dict[str, str]):
    """The texts of the usual kind, by half day."""

    usual: Usual | None = None

    def __missing__(self, half: str) -> str:
        assert self.usual is not None  # noqa: S101 - rows are read when it is known
        survey, question, standing, quality, counter_id = self.usual
        kind = Kind(survey, question, standing, half[:-2], half[-2:], quality, counter_id)
        self[half] = kind.text
        return self[half]


_HERE = "journal_id = {one} AND seq BETWEEN {one} AND {one}"
_USUAL = ("survey", "question", "standing", "time_quality", "counter_id")
_JSON = {"sqlite": ("json_group_array", "json_array"), "postgresql": ("json_agg", "json_build_array")}


def _ratings_in(dialect: str) -> str:
    """The statement that hands over every column as one text."""
    every, some = _JSON[dialect]
    day = DAYS[dialect].format("day")
    kind = f"{some}(survey, question, standing, {day}, part, time_quality, counter_id)"
    is_usual = " AND ".join(f"{name} = {{one}}" for name in _USUAL)
    columns = (
        f"{every}(seq)", f"{every}({MICROS[dialect].format('pressed_at')})", f"{every}(level)",
        f"{every}({day} || part)", f"{every}({some}(seq, {kind})) FILTER (WHERE NOT ({is_usual}))",
        f"{every}({some}(seq, first_level)) FILTER (WHERE first_level IS NOT NULL)",
    )  # fmt: skip
    texts = ", ".join(each if dialect == "sqlite" else f"({each})::text" for each in columns)
    return f"SELECT {texts} FROM rating WHERE {_HERE}"  # noqa: S608


_RATINGS = {dialect: _ratings_in(dialect) for dialect in ("sqlite", "postgresql")}
_numbers = msgspec.json.Decoder(list[int]).decode
_COLUMNS: tuple[Callable[[str], list[Any]], ...] = (
    _numbers, _numbers, _numbers, msgspec.json.Decoder(list[str]).decode,
    msgspec.json.Decoder(list[tuple[int, Kind]]).decode, msgspec.json.Decoder(list[tuple[int, int]]).decode,
)  # fmt: skip


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
    """The rows of a plain statement, in which ``{one}`` is the place of a value.

    Raises DBAPIError, also for what Python's own SQLite finds only when the rows are taken.
    """
    one = "?" if connection.dialect.name == "sqlite" else "%s"
    found = connection.exec_driver_sql(statement.format(one=one), values)
    driver = connection.dialect.loaded_dbapi
    assert found.cursor is not None  # noqa: S101 - a SELECT has one
    try:
        # The driver's own tuples: an object for each of a hundred million rows would cost as much as reading them.
        return list(found.cursor.fetchall())
    except driver.Error as error:
        raise DBAPIError.instance(statement, values, error, driver.Error, dialect=connection.dialect) from error
