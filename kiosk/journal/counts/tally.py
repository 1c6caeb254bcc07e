"""Local tallies: the day's counts, kept in the same transaction as the entry, so that they never disagree with it.

The day and its part come from the wall clock written on the entry, which is in the
office's zone: never from the zone of whatever machine reads it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from kiosk.domain.instant import part_of_day
from kiosk.journal.disk.kept import Statements
from kiosk.journal.lines import BlockLine, RatingLine, RevisedLine, decode_line, is_carried

Key = tuple[str, str, str, str, str, str, int]
"""What a tally is of: day, part, survey, question, counter, standing, level."""

Stream = tuple[str, str, str]
"""Counter, the survey's id, question: what is cut together."""

_ADD = """INSERT INTO tally VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET n = n + excluded.n"""


@dataclass(frozen=True, slots=True)
class TallyRow:
    """How many ratings share all of these."""

    day: str
    """Local day, ISO 8601."""
    part: str
    """``am`` or ``pm``."""
    survey: str
    question: str
    counter: str
    """The counter's code; empty where the kiosk serves one counter only."""
    standing: str
    level: int
    n: int


def count_rating(connection: Statements, rating: RatingLine) -> None:
    """Add one rating."""
    _add(connection, rating, rating.level, 1)


def move_rating(connection: Statements, revised: RevisedLine) -> None:
    """Move a rating from the level it had to the one the citizen chose instead, unless a cut holds it by then."""
    query = "SELECT line FROM entry WHERE seq >= ? ORDER BY seq"
    rating: RatingLine | None = None
    level = 0
    for (encoded,) in connection.exec_driver_sql(query, (revised.rating,)):
        line = decode_line(encoded)
        if isinstance(line, RatingLine) and line.seq == revised.rating:
            rating, level = line, line.level
        elif isinstance(line, RevisedLine) and line.rating == revised.rating:
            level = line.level
        elif isinstance(line, BlockLine) and rating is not None and _holds(line, encoded, rating):
            return
    if rating is not None:
        _add(connection, rating, level, -1)
        _add(connection, rating, revised.level, 1)


def tally_of(lines: Iterable[bytes]) -> Counter[Key]:
    """The tallies of a whole journal, counted again from its lines."""
    ratings: dict[int, tuple[RatingLine, int]] = {}
    spent: dict[Stream, int] = {}
    for encoded in lines:
        line = decode_line(encoded)
        if isinstance(line, RatingLine):
            ratings[line.seq] = (line, line.level)
        elif isinstance(line, RevisedLine) and line.rating in ratings:
            rating = ratings[line.rating][0]
            if rating.seq > spent.get(_stream(rating), 0):
                ratings[line.rating] = (rating, line.level)
        elif isinstance(line, BlockLine) and not is_carried(encoded):
            spent[_stream(line)] = line.last
    return Counter((*_key(rating), level) for rating, level in ratings.values())


def keep_tally(connection: Connection, counts: Mapping[Key, int]) -> None:
    """Write counts into a journal that has none yet."""
    for key, n in counts.items():
        connection.exec_driver_sql(_ADD, (*key, n))


def kept_tally(connection: Connection) -> dict[Key, int]:
    """All of them, to be kept in another journal."""
    return {tuple(key): n for *key, n in connection.exec_driver_sql("SELECT * FROM tally WHERE n <> 0")}


def tally_between(connection: Connection, first_day: str, last_day: str) -> Iterator[TallyRow]:
    """The tallies of these local days, both included, within the caller's transaction."""
    query = "SELECT * FROM tally WHERE day BETWEEN ? AND ? AND n <> 0"
    for row in connection.exec_driver_sql(query, (first_day, last_day)).all():
        yield TallyRow(*row)


def _add(connection: Statements, rating: RatingLine, level: int, n: int) -> None:
    connection.exec_driver_sql(_ADD, (*_key(rating), level, n))


def _holds(cut: BlockLine, encoded: bytes, rating: RatingLine) -> bool:
    """Whether the rating is in this cut, or in an earlier one of its counter and series."""
    return _stream(cut) == _stream(rating) and rating.seq <= cut.last and not is_carried(encoded)


def _stream(line: RatingLine | BlockLine) -> Stream:
    return line.counter or "", line.survey.partition("@")[0], line.question


def _key(rating: RatingLine) -> tuple[str, str, str, str, str, str]:
    at = rating.at
    part = part_of_day(int(at[11:13]))
    return at[:10], part, rating.survey, rating.question, rating.counter or "", rating.standing
