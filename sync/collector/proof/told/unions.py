"""Unions: each stands where its blocks do, reaches as far as they, and no block that sets anything aside is without."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, text

from kiosk.domain.numbers.blocks import COUNTED_MIN
from kiosk.domain.visit.rating import Standing
from sync.collector.proof.rows import DAYS
from sync.collector.proof.wrong import What, Wrong
from sync.collector.replica.outgoing.unions import common_unit
from sync.collector.replica.shown import LEVEL_NAMES, place_of
from sync.collector.replica.tally import COUNTED

_HELD = (
    "b.shown_at IS NOT NULL AND b.pool_id IS NULL AND EXISTS (SELECT 1 FROM block_piece p "  # noqa: S608
    "WHERE p.journal_id = b.journal_id AND p.last_seq = b.last_seq "
    f"AND p.standing NOT IN ('{COUNTED}', '{Standing.SUSPECT}'))"
)
"""Whether a block ``b`` is told by itself and holds anything that its kiosk set aside."""
_MEMBER = "b.journal_id = u.journal_id AND b.union_seq = u.first_seq"
"""Whether a block ``b`` is in a union ``u``."""
_OF = "u.journal_id, u.series, u.question, u.first_seq"
_KEPT = f"{_OF}, u.last_seq, u.is_told, u.counter_id, u.unit_id, u.first_day, u.first_part, u.last_day, u.last_part"
_LEVELS = ", ".join(f"u.{name}" for name in LEVEL_NAMES)
_UNIONS = (
    f"SELECT {_OF}, u.is_told, u.counter_id, u.unit_id, u.last_seq, {_LEVELS.replace(', ', ' + ')} AS n, "  # noqa: S608
    "{first_day} || u.first_part AS first, {last_day} || u.last_part AS last, max(b.last_seq) AS last_held, "
    "min({block_first} || b.first_part) AS first_held, max({block_last} || b.last_part) AS end_held, "
    "count(*) AS blocks, count(b.counter_id) AS placed, min(b.counter_id) AS least_at, max(b.counter_id) AS most_at, "
    "min(b.unit_id) AS least_unit, max(b.unit_id) AS most_unit "
    f"FROM aside_union u LEFT JOIN block b ON {_MEMBER} AND {_HELD} WHERE u.first_day BETWEEN :first AND :last "
    f"GROUP BY {_KEPT}, {_LEVELS} ORDER BY {_OF}"
)
_UNITS = text(
    f"SELECT DISTINCT b.unit_id FROM aside_union u JOIN block b ON {_MEMBER} AND {_HELD} "  # noqa: S608
    "WHERE u.journal_id = :journal_id AND u.series = :series AND u.question = :question AND u.first_seq = :first_seq"
)
_ALONE = text(
    f"SELECT b.last_seq FROM block b WHERE b.first_day BETWEEN :first AND :last AND {_HELD} "  # noqa: S608
    f"AND NOT EXISTS (SELECT 1 FROM aside_union u WHERE {_MEMBER}) ORDER BY b.journal_id, b.last_seq LIMIT 1"
)


def check_unions(connection: Connection, days: dict[str, Any], least: int) -> Iterator[Wrong]:
    """The first union of these days that is not where its blocks are, and the first block that should be in one.

    ``least`` is how many ratings are told together by the settings.
    """
    names = {
        "first_day": "u.first_day",
        "last_day": "u.last_day",
        "block_first": "b.first_day",
        "block_last": "b.last_day",
    }
    day = DAYS[connection.dialect.name]
    statement = _UNIONS.format(**{name: day.format(column) for name, column in names.items()})
    for one in connection.execute(text(statement), days).all():
        if column := _wrong_of(connection, one, max(least, COUNTED_MIN)):
            yield Wrong(What.UNION_CHANGED, first=one.last_seq, column=column)
            break
    for row in connection.execute(_ALONE, days):
        yield Wrong(What.UNION_CHANGED, first=row.last_seq, column="blocks")


def _wrong_of(connection: Connection, one: Row[Any], least: int) -> str | None:
    if (one.first, one.last) != (one.first_held, one.end_held) or one.last_seq != one.last_held:
        return "days"
    if one.n < COUNTED_MIN if one.is_told else one.n >= least:
        return "told"
    return None if (one.counter_id, one.unit_id) == _place(connection, one) else "place"


def _place(connection: Connection, one: Row[Any]) -> tuple[int, int]:
    """Where its blocks stand together: counter, or unit below nought, and unit."""
    is_one = one.placed in (0, one.blocks) and (one.least_at, one.least_unit) == (one.most_at, one.most_unit)
    if is_one:
        return place_of(one.least_at, one.least_unit), one.least_unit
    of_it = {name: getattr(one, name) for name in ("journal_id", "series", "question", "first_seq")}
    unit_id = common_unit(connection, set(connection.execute(_UNITS, of_it).scalars()))
    return place_of(None, unit_id), unit_id
