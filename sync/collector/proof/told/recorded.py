"""Recorded: everything that was recorded is in a block, waits for one, or was told, or left, before there were blocks.

Month by month and by question, over all counters: what was told before blocks stays at the counter where it was told.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, text

from sync.collector.proof.wrong import What, Wrong
from sync.collector.replica.shown import LEVEL_NAMES, MONTH
from sync.collector.replica.tally import ASIDE, REASON

_ALL = " + ".join(LEVEL_NAMES)
_IN = "BETWEEN :first AND :last"
_RECORDED = f"""
    SELECT question, standing, n FROM tally WHERE day {_IN}
    UNION ALL SELECT question, standing, -n FROM uncut_count WHERE day {_IN}
    UNION ALL SELECT question, standing, -n FROM remainder WHERE day {_IN}
    UNION ALL SELECT b.question, p.standing, -({_ALL}) FROM block b JOIN block_piece p
    ON p.journal_id = b.journal_id AND p.last_seq = b.last_seq WHERE p.day {_IN}
"""  # noqa: S608
_BEFORE = (
    f"UNION ALL SELECT question, stream, -({_ALL}) FROM shown_count WHERE grain = '{MONTH}' AND first {_IN} AND {{0}} "  # noqa: S608
    f"UNION ALL SELECT question, stream, {_ALL} FROM said WHERE grain = '{MONTH}' AND first {_IN} AND {{0}}"
).format(f"stream <> '{ASIDE}' AND stream NOT LIKE '{REASON}%'")


def check_recorded(connection: Connection, days: dict[str, Any], said: str | None) -> Iterator[Wrong]:
    """The first question of the month of which more or less was recorded than is told or waits.

    ``said`` is what blocks hold, as SQL, for a month in which anything was told before there were blocks.
    """
    every = _RECORDED if said is None else _RECORDED + _BEFORE
    statement = (
        f"{said or ''} SELECT question, standing FROM ({every}) AS every GROUP BY question, standing "  # noqa: S608
        "HAVING sum(n) <> 0 ORDER BY question, standing LIMIT 1"
    )
    for row in connection.execute(text(statement), days):
        yield Wrong(What.RECORDED_WRONG, day=str(days["first"])[:7], standing=row.standing)
