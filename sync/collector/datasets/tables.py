"""Tables: what stands in a file, worked out of what was read, in SQL for DuckDB.

What is shown stands added up by half day, day, week and month, each block in every span that holds it. A file has each
block once: of every span there is what the next shorter ones do not have.
"""

from collections.abc import Mapping

from sync.collector.datasets.columns import LINES, SUMS, Kind
from sync.collector.replica.shown import DAY, HALF, IN_MONTH, IN_WEEK, LEVEL_NAMES, MONTH, WEEK
from sync.collector.replica.tally import ASIDE, COUNTED, REASON

_LESS = ", ".join(f"-{name} AS {name}" for name in LEVEL_NAMES)
_SUMS = ", ".join(f"sum({name})::BIGINT AS {name}" for name in LEVEL_NAMES)
_ANY = " OR ".join(f"sum({name}) <> 0" for name in LEVEL_NAMES)
_WEEK = (
    "greatest(date_trunc('week', first), date_trunc('month', first))::DATE, "
    "least(date_trunc('week', first) + INTERVAL 6 DAY, last_day(first))::DATE"
)
_MONTH = "date_trunc('month', first)::DATE, last_day(first)"


def _taken_off(grain: str, ends: str, shorter: tuple[str, ...]) -> str:
    """What the shorter spans hold, to be taken off the longer one with these ends."""
    names = ", ".join(f"'{each}'" for each in shorter)
    return f"SELECT number, series, question, stream, '{grain}', {ends}, '', {_LESS} FROM read WHERE grain IN ({names})"  # noqa: S608


_ONCE = f"""
    SELECT number, series, question, stream, first, last, part, {_SUMS} FROM (
        SELECT number, series, question, stream, grain, first, last, part, {", ".join(LEVEL_NAMES)} FROM read
        UNION ALL {_taken_off(DAY, "first, first", (HALF,))}
        UNION ALL {_taken_off(WEEK, _WEEK, (DAY, IN_WEEK))}
        UNION ALL {_taken_off(MONTH, _MONTH, (WEEK, IN_MONTH))}
    ) GROUP BY number, series, question, stream, grain, first, last, part HAVING {_ANY}
"""  # noqa: S608
_PLACE = "p.unit, p.unit_name, p.unit_path, p.counter, p.counter_name"


def _said(what: str, level: str, standing: str, reason: str, n: str, stream: str) -> str:
    return (
        f"SELECT {_PLACE}, o.series, o.question, o.first AS first_day, o.last AS last_day, "  # noqa: S608
        f"nullif(o.part, '') AS part, '{what}' AS what, {level}::TINYINT AS level, {standing} AS standing, "
        f"{reason} AS reason, o.{n} AS n FROM once o JOIN place p USING (number) WHERE {stream} AND o.{n} <> 0"
    )


_OF_REASON = f"starts_with(o.stream, '{REASON}')"
_PARTS = [
    *(_said("level", f"{at}", "NULL", "NULL", f"n{at}", f"o.stream = '{COUNTED}'") for at in range(1, 6)),
    *(_said("aside", f"{at}", "NULL", "NULL", f"n{at}", f"o.stream = '{ASIDE}'") for at in range(1, 6)),
    _said("reason", "NULL", "NULL", f"substr(o.stream, {len(REASON) + 1})", "n1", _OF_REASON),
    _said("standing", "NULL", "o.stream", "NULL", "n1",
          f"o.stream NOT IN ('{COUNTED}', '{ASIDE}') AND NOT {_OF_REASON}"),
]  # fmt: skip

TABLES: Mapping[Kind, str] = {
    SUMS: f"WITH once AS MATERIALIZED ({_ONCE}) {' UNION ALL '.join(_PARTS)}",
    LINES: f"SELECT {_PLACE}, r.* EXCLUDE (number) FROM read r JOIN place p USING (number)",  # noqa: S608
}
"""What a file of a kind is made of: the tables ``read`` and ``place``, whose numbers are the same."""


def sorted_table(kind: Kind) -> str:
    """A file's rows in the order of what stands in them: how they came, and in which order, is told by none."""
    names = ", ".join(f'"{column.name}"' for column in kind.columns)
    return f"SELECT {names} FROM ({TABLES[kind]}) ORDER BY unit_path, {names}"  # noqa: S608
