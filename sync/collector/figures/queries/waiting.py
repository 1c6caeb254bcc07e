"""Waiting: the statements that find what waits, made once.

Making those of one page takes longer than it takes the database to answer them. Each is about a question's series in
the days from ``first`` to ``last``, and about half days before ``today`` and its ``part``; the counter is named first.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    union,
)

from sync.collector.figures.queries.asked import is_version
from sync.collector.replica.shown import BEYOND, IN_MONTH, IN_WEEK, LEVEL_NAMES
from sync.collector.replica.tally import COUNTED
from sync.collector.store.schema import block, block_piece, demonstration, pool, pool_piece, remainder, uncut_count
from sync.collector.store.schema.blocks import CROSSES

DEMONSTRATED = select(demonstration.c.row_id)
_SERIES, _QUESTION, _PART = (bindparam(name, type_=String) for name in ("series", "question", "part"))
FIRST, LAST, _TODAY, _FIRST_MONTH, _LAST_MONTH = (
    bindparam(name, type_=Date) for name in ("first", "last", "today", "first_month", "last_month")
)
_B, _P, _U, _R, _Q, _C = block.c, block_piece.c, uncut_count.c, remainder.c, pool.c, pool_piece.c


def _is_over(c: Any) -> ColumnElement[bool]:
    """Whether a half day is one before the present one."""
    return or_(c.day < _TODAY, and_(c.day == _TODAY, c.part < _PART))


_SAME = and_(_P.journal_id == _B.journal_id, _P.last_seq == _B.last_seq)
_OF_BLOCK = and_(_B.series == _SERIES, _B.question == _QUESTION)
_OF_POOL = and_(_Q.series == _SERIES, _Q.question == _QUESTION)
_OF_UNCUT = and_(is_version(_U.survey, _SERIES, _QUESTION), _U.question == _QUESTION)


def _sum(of_them: Any) -> Any:
    # PostgreSQL's sums are decimals otherwise, which cost as much again to read.
    return cast(func.sum(of_them), BigInteger)


_N = _sum(sum((_P[name] for name in LEVEL_NAMES[1:]), _P[LEVEL_NAMES[0]]))
PIECES: Any = (
    select(_P.counter_id, _P.standing, _N.label("n"))
    .join_from(block, block_piece, _SAME)
    .where(_OF_BLOCK, _P.day.between(FIRST, LAST), _is_over(_P))
)
"""How many ratings lie in these days, of the blocks of the series: by counter and standing, once grouped by both."""


_IS_SHOWN = and_(_B.shown_at.is_not(None), _B.pool_id.is_(None))


def _crossing() -> Any:
    """The shown blocks that lie on both sides of where these days begin, or end, each once.

    Every part is one range of an index: in one condition with all of them, SQLite passes over every block there is.
    """
    begun, ended = and_(_B.first_day < FIRST, _B.last_day >= FIRST), and_(_B.first_day <= LAST, _B.last_day > LAST)
    # Within a month it began in that month: so few rows are looked at.
    recent = _B.grain.in_((IN_WEEK, IN_MONTH))
    parts = (
        and_(begun, recent, _B.first_day >= _FIRST_MONTH),
        and_(ended, recent, _B.first_day >= _LAST_MONTH),
        and_(begun, _B.grain == BEYOND),
        and_(ended, _B.grain == BEYOND),
    )
    # SQLite takes a partial index for a statement that says its condition again, word for word.
    found = [select(_B.journal_id, _B.last_seq).where(text(CROSSES), _OF_BLOCK, _IS_SHOWN, part) for part in parts]
    return union(*found).subquery("crossing")


_INSIDE = _sum(case((and_(_is_over(_U), _U.day.between(FIRST, LAST)), _U.n), else_=0))
_EVERY = _sum(case((_is_over(_U), _U.n), else_=0))
_SOME = uncut_count.alias("some")
# Of days that are long over hardly ever is anything uncut: then no counter's is added up.
_IS_ANY = exists().where(_SOME.c.day.between(FIRST, LAST), _SOME.c.n > 0)
UNCUT = (
    select(_U.counter_id, _U.journal_id, _U.standing, _INSIDE, _EVERY)
    .where(_OF_UNCUT, _IS_ANY)
    .group_by(_U.counter_id, _U.journal_id, _U.standing)
)
_X = _crossing()
CROSSING = (
    select(_P.counter_id, _P.standing, _N)
    .join_from(_X, block_piece, and_(_P.journal_id == _X.c.journal_id, _P.last_seq == _X.c.last_seq))
    .where(_P.day.between(FIRST, LAST), _is_over(_P))
    .group_by(_P.counter_id, _P.standing)
)
BETWEEN = (
    PIECES.add_columns(_B.unit_id)
    .where(_IS_SHOWN, _B.counter_id.is_(None), _B.first_day >= FIRST, _B.last_day <= LAST)
    .group_by(_P.counter_id, _P.standing, _B.unit_id)
)
_IN_MONTHS = and_(_OF_POOL, _Q.first.between(FIRST, LAST))
_HERE = _C.counter_id.in_(bindparam("counters", expanding=True))


def _pooled(of_them: ColumnElement[bool]) -> Any:
    """How many ratings there are, by unit first, for so they are read: the other way takes a quarter longer."""
    wanted = select(_C.counter_id, _C.standing, _sum(_C.n), _Q.unit_id).where(of_them)
    wanted = wanted.join_from(pool, pool_piece, _C.pool_id == _Q.pool_id)
    return wanted.group_by(_Q.unit_id, _C.counter_id, _C.standing)


def _places_pooled(of_them: ColumnElement[bool]) -> Any:
    """One of each, for whoever needs to know no more than where some wait that count.

    A year of thousands of counters has fifty thousand rows: to add them up takes three times as long.
    """
    wanted = select(_C.counter_id, _C.standing, literal(1), _Q.unit_id).where(of_them, _C.standing == COUNTED)
    return wanted.join_from(pool, pool_piece, _C.pool_id == _Q.pool_id).distinct()


POOLED = {(brief, named): (_places_pooled if brief else _pooled)(and_(_IN_MONTHS, _HERE) if named else _IN_MONTHS)
          for brief in (False, True) for named in (False, True)}  # fmt: skip
"""By whether it is enough to know where they wait, and whether the counters are few enough to be named."""
IN_POOL = (
    PIECES.join(pool, _Q.pool_id == _B.pool_id)
    # A pool is of one month, and the first that ends in these days begins in the month where they begin.
    .where(_OF_POOL, _Q.first.between(_FIRST_MONTH, LAST), _Q.last >= FIRST)
    # Most lie wholly on other days of that month: their pieces need not be looked up.
    .where(_B.first_day <= LAST, _B.last_day >= FIRST)
    .group_by(_P.counter_id, _P.standing)
)
REMAINED = select(_R.counter_id, _R.standing, _R.n).where(
    _R.survey == _SERIES, _R.question == _QUESTION, _R.day.between(FIRST, LAST)
)
