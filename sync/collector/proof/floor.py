"""Floor: a journal of which the first lines were dropped: what they added to its sums is what it was when they went.

It was recomputed before, and written down as a hash: so what can be recomputed no more cannot be altered unnoticed.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from sync.collector.calendar.presstime import TimeQuality
from sync.collector.proof.lines import Kept
from sync.collector.proof.rows import kind_of, read, read_counts
from sync.collector.proof.wrong import What, Wrong
from sync.collector.replica.dropped import DECIDED, DONE, Floor
from sync.collector.replica.tally import ReasonKey, TallyKey
from sync.collector.store.schema import audit, dropped_month

DROPPED = "lines drop"
"""The action under which the audit log has who decided it."""
Sums = Mapping[tuple[Any, ...], int]
_BLOCKS = (
    "SELECT last_seq, counter_id, {day}, part, standing, n1, n2, n3, n4, n5 FROM block_piece "
    "WHERE journal_id = {{one}} AND last_seq <= {{one}}"
)
_REASONS = "SELECT last_seq, reason, n FROM block_reason WHERE journal_id = {one} AND last_seq <= {one}"


def check_decided(connection: Connection, parts: Collection[tuple[date, int]]) -> None:
    """That lines went with these parts of months is what two people decided, as the audit log has it; raises Wrong."""
    c = dropped_month.c
    for month, part in sorted(parts):
        row = connection.execute(select(dropped_month).where(c.month == month, c.part == part)).one_or_none()
        wanted = select(audit).where(audit.c.action == DROPPED, audit.c.subject == f"{month:%Y-%m}")
        said = connection.execute(wanted).all()
        is_said = row is not None and row.state in (DECIDED, DONE) and any(_is_of(row, each) for each in said)
        if not is_said:
            raise Wrong(What.DROP_UNDECIDED, day=f"{month:%Y-%m}")


def _is_of(row: Any, said: Any) -> bool:
    told = {"archive": bytes(row.archive).hex(), "part": row.part, "second": row.second, "purpose": row.purpose}
    return said.actor == row.decided_by and told == {name: said.details.get(name) for name in told}


def check_floor(connection: Connection, journal_id: str, kept: Kept, floor: Floor) -> int:
    """Hold the sums of a journal to its ratings that are here and to what was dropped; how many ratings in all.

    Raises Wrong.
    """
    tally, undated = Counter[tuple[Any, ...]](), Counter[tuple[Any, ...]]()
    for (level, text), n in (kept.tally + Counter(kept.free.values())).items():
        kind = kind_of(text)
        tally[kind.counter_id, kind.day, kind.part, kind.survey, kind.question, level, kind.standing] += n
        if kind.quality == TimeQuality.RECEIVED:
            undated[kind.counter_id, kind.day] += n
    gone = Gone(connection, journal_id, floor.last, tally, kept.reasons, undated)
    if gone.hash != floor.sums or gone.ratings != floor.ratings:
        raise Wrong(What.DROPPED_CHANGED, last=floor.last)
    return tally.total() + floor.ratings


class Gone:
    """What the dropped lines of a journal added: all that is kept of its sums less what is here of its ratings."""

    def __init__(
        self, connection: Connection, journal_id: str, last: int, tally: Sums, reasons: Sums, undated: Sums
    ) -> None:
        """``last`` is the last dropped entry; the sums are those of the ratings after it."""
        tables = (
            ("tally", TallyKey._fields, tally),
            ("reason_tally", ReasonKey._fields, reasons),
            ("undated_count", ("counter_id", "day"), undated),
        )
        left = [_less(read_counts(connection, name, names, journal_id), here) for name, names, here in tables]
        self.ratings = sum(n for *_, n in left[0])
        days = "CAST(day AS TEXT)"
        parts = (_BLOCKS.format(day=days), _REASONS.format(one="{one}"))
        # In Python's order: a server's may change with its language.
        blocks = [sorted(list(row) for row in read(connection, part, journal_id, last)) for part in parts]
        told = [*left, *blocks]
        self.hash = sha256(msgspec.json.encode(told)).digest()
        self.days = [str(row[1]) for row in left[0]]


def _less(every: Sums, here: Sums) -> list[list[Any]]:
    """The rows of ``every`` that ``here`` does not make up, in order."""
    keys = sorted(every.keys() | here.keys(), key=str)
    rest = [[*key, every.get(key, 0) - here.get(key, 0)] for key in keys]
    return [row for row in rest if row[-1]]
