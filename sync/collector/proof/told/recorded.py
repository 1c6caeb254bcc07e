"""Recorded: everything that was recorded is in a block, waits for one, or was told, or left, before there were blocks.

Month by month and by question, over all counters: what was told before blocks stays at the counter where it was told.
Before blocks, ratings that count were gathered at their counter until they were enough, and told in the half day of
the newest: so the last ones of a month may have been told in a later one, never in an earlier one. What counts of that
time is therefore held together: up to the end of each of its months no more is told than was recorded, and up to the
end of the last one neither more nor less. What does not count was told at once, and is held month by month.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection, text

from kiosk.domain.visit.rating import Standing
from sync.collector.proof.wrong import What, Wrong
from sync.collector.replica.shown import LEVEL_NAMES, MONTH
from sync.collector.replica.tally import ASIDE, COUNTED, REASON

Carried = Counter[tuple[str, str]]
"""By question and standing: so many more were recorded than are told or wait."""

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
_CARRIED = (COUNTED, str(Standing.SUSPECT))
"""A decision of that time that is withdrawn moves ratings from one to the other, and not what was told of them."""


def check_recorded(connection: Connection, days: dict[str, Any], said: str | None) -> Iterator[Wrong]:
    """The first question of the month of which more or less was recorded than is told or waits.

    ``said`` is what blocks hold, as SQL, for a month in which anything was told before there were blocks: what counts
    in such a month is held by ``Before``.
    """
    wrong = (key[1] for key in sorted(_more(connection, days, said)) if said is None or key[1] not in _CARRIED)
    for standing in islice(wrong, 1):
        yield Wrong(What.RECORDED_WRONG, day=str(days["first"])[:7], standing=standing)


class Before:
    """The months in which anything was told before there were blocks, one after another from the first."""

    def __init__(self) -> None:
        self._more: Counter[str] = Counter()
        self._first = ""

    def check(self, connection: Connection, days: dict[str, Any], said: str, *, is_last: bool) -> Iterator[Wrong]:
        """The first question of which more is told up to this month than was recorded, or less up to the last one.

        ``said`` is what blocks hold, as SQL.
        """
        month = str(days["first"])[:7]
        self._first = self._first or month
        for (question, standing), n in _more(connection, days, said).items():
            if standing in _CARRIED:
                self._more[question] += n
        for _, n in sorted(self._more.items()):
            if n < 0 or (is_last and n):
                day = month if month == self._first else f"{self._first} – {month}"
                yield Wrong(What.RECORDED_WRONG, day=day, standing=COUNTED)
                break


def _more(connection: Connection, days: dict[str, Any], said: str | None) -> Carried:
    every = _RECORDED if said is None else _RECORDED + _BEFORE
    statement = (
        f"{said or ''} SELECT question, standing, sum(n) AS n FROM ({every}) AS every "  # noqa: S608
        "GROUP BY question, standing HAVING sum(n) <> 0"
    )
    rows = connection.execute(text(statement), days)
    return Counter({(row.question, row.standing): int(row.n) for row in rows})
