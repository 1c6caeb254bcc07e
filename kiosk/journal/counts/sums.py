"""Sums: what the kiosk's own desk adds up, kept beside the entries in the transaction of each cut.

The desk reads them and never the lines: a page of two years must not read two years. They stay when the lines
are pruned. In ``meta`` and in no table of their own: an upgrade that is gone back from leaves a file which the
older version opens.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import Connection

from kiosk.domain.numbers.blocks import Cut, Rated, half_day_of
from kiosk.domain.visit.rating import Standing
from kiosk.journal.lines import RatingLine

_CUT, _CENTRE, _LEVELS = "cut", "centre", "levels"

Row = tuple[str, str, str, str, str]
"""Day, part of it, survey (``id@version``), question, counter."""

Levels = Mapping[str, Mapping[str, tuple[int, ...]]]
"""By survey (``id@version``) and question."""


class CutSums(msgspec.Struct, frozen=True, omit_defaults=True):
    """The counted ratings of one cut."""

    survey: str
    """The survey's id, without its version."""
    question: str
    levels: tuple[int, ...]
    """Those of the scale."""
    counts: dict[int, int]
    """By level."""
    pieces: tuple[tuple[str, str, str, int], ...]
    """Day, part of it, ``id@version``, and how many of them came there."""
    counter: str = ""
    tail: bool = False


_sums = msgspec.json.Decoder(CutSums)
_left = msgspec.json.Decoder(tuple[tuple[str, str, str, str, str, int], ...])
_levels = msgspec.json.Decoder(dict[str, tuple[int, ...]])


def sums_kept(one: Cut, held: Iterable[Rated]) -> CutSums | None:
    """What is kept of a cut, whose ratings are ``held``; None where none of them counts."""
    pieces: Counter[tuple[str, str, str]] = Counter()
    for rated in held:
        if rated.standing == Standing.COUNTED:
            pieces[*rated.half_day, rated.version] += 1
    if not pieces:
        return None
    counter, series = one.stream
    counts = dict(sorted(one.sums[Standing.COUNTED].levels.items()))
    parts = tuple((*piece, n) for piece, n in sorted(pieces.items()))
    return CutSums(series.survey, series.question, series.levels, counts, parts, counter, one.is_tail)


def note_cut(connection: Connection, seq: int, one: Cut, held: Iterable[Rated]) -> None:
    """Keep the sums of the cut that entry ``seq`` states; ``held`` are its ratings."""
    sums = sums_kept(one, held)
    if sums is not None:
        # No cut crosses the end of a month, so the month finds it.
        _put(connection, f"{_CUT} {sums.pieces[0][0][:7]} {seq}", msgspec.json.encode(sums).decode())


def cuts_between(connection: Connection, first_day: str, last_day: str) -> list[CutSums]:
    """All cuts of the months of these days."""
    return [_sums.decode(value) for _, value in _noted(connection, _CUT, first_day[:7], last_day[:7])]


def leave_to_centre(connection: Connection) -> None:
    """What was recorded so far and is in no cut of this kiosk is the collector's to cut: note how many there are."""
    query = "SELECT day, part, survey, question, counter, sum(n) FROM tally WHERE standing = ? GROUP BY 1, 2, 3, 4, 5"
    left: Counter[Row] = Counter()
    for day, part, survey, question, counter, n in connection.exec_driver_sql(query, (str(Standing.COUNTED),)):
        left[day, part, survey, question, counter] = n
    for _, value in _noted(connection, _CUT):
        left.subtract(dict(rows_of(_sums.decode(value))))
    for key, _ in _noted(connection, _CENTRE):
        connection.exec_driver_sql("DELETE FROM meta WHERE key = ?", (key,))
    _leave(connection, left)


def add_to_centre(connection: Connection, passed: Iterable[RatingLine]) -> None:
    """Let the collector cut some more counted ratings, which lie within a month."""
    rows = Counter(_row_of(line) for line in passed if line.standing == Standing.COUNTED)
    if rows:
        _leave(connection, rows + Counter(left_between(connection, min(rows)[0], max(rows)[0])))


def left_between(connection: Connection, first_day: str, last_day: str) -> dict[Row, int]:
    """How many counted ratings of the months of these days the collector cuts."""
    found: dict[Row, int] = {}
    for _, value in _noted(connection, _CENTRE, first_day[:7], last_day[:7]):
        found |= {(day, part, survey, question, at): n for day, part, survey, question, at, n in _left.decode(value)}
    return found


def note_levels(connection: Connection, survey: str, levels: Mapping[str, Iterable[int]]) -> None:
    """Remember the levels of a version's questions, for the desk to know which versions are one series."""
    if levels:
        value = msgspec.json.encode({question: list(of_it) for question, of_it in levels.items()})
        _put(connection, f"{_LEVELS} {survey}", value.decode())


def levels_noted(connection: Connection) -> Levels:
    """The levels of each version as they were stated last."""
    return {key.removeprefix(f"{_LEVELS} "): _levels.decode(value) for key, value in _noted(connection, _LEVELS)}


def rows_of(sums: CutSums) -> Iterable[tuple[Row, int]]:
    """In which rows of the tally a cut's ratings are counted."""
    for day, part, survey, n in sums.pieces:
        yield (day, part, survey, sums.question, sums.counter), n


def noted_sums(connection: Connection) -> dict[str, str]:
    """What a continuation goes on with: the sums of every cut, and the levels."""
    return {key: value for kind in (_CUT, _LEVELS) for key, value in _noted(connection, kind)}


def keep_sums(connection: Connection, noted: Mapping[str, str], older: str) -> None:
    """Put what the journal ``older`` noted into one that goes on from it."""
    for key, value in noted.items():
        # The seq of a cut is that of its own journal.
        is_own = key.startswith(f"{_CUT} ") and "@" not in key
        _put(connection, f"{key}@{older}" if is_own else key, value)


def _row_of(rating: RatingLine) -> Row:
    return (*half_day_of(rating.at), rating.survey, rating.question, rating.counter or "")


def _leave(connection: Connection, left: "Counter[Row]") -> None:
    of_month: dict[str, list[tuple[str, str, str, str, str, int]]] = {}
    for row, n in sorted(left.items()):
        if n > 0:
            of_month.setdefault(row[0][:7], []).append((*row, n))
    for month, rows in of_month.items():
        _put(connection, f"{_CENTRE} {month} ", msgspec.json.encode(rows).decode())


def _noted(connection: Connection, kind: str, first: str = "", last: str = "~") -> list[tuple[str, str]]:
    """What was noted of a kind, under the names from ``first`` to ``last``, both included."""
    ends = (f"{kind} {first} " if first else f"{kind} ", f"{kind} {last}!")  # "!" follows the space
    query = "SELECT key, value FROM meta WHERE key >= ? AND key < ?"
    return [(str(key), str(value)) for key, value in connection.exec_driver_sql(query, ends).all()]


def _put(connection: Connection, key: str, value: str) -> None:
    connection.exec_driver_sql("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
