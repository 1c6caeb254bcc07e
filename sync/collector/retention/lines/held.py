"""Held: what the ratings of a journal after an entry add to its sums, counted by the database."""

from typing import Any

from sqlalchemy import Connection

from sync.collector.calendar.presstime import TimeQuality
from sync.collector.proof.rows import DAYS, read
from sync.collector.replica.tally import ReasonKey, TallyKey

Sums = dict[tuple[Any, ...], int]


def counts_after(connection: Connection, journal_id: str, last: int) -> tuple[Sums, Sums, Sums]:
    """The tallies, those of reasons and the undated counts of the ratings after ``last``, as the proof has them."""
    day = DAYS[connection.dialect.name].format("r.day")

    def counted(names: tuple[str, ...], rest: str, *values: Any) -> Sums:
        columns = ", ".join(day if name == "day" else "c.reason" if name == "reason" else f"r.{name}" for name in names)
        where = "WHERE r.journal_id = {one} AND r.seq > {one}"
        rows = read(
            connection,
            f"SELECT {columns}, count(*) FROM rating r {rest.format(where=where)} GROUP BY {columns}",  # noqa: S608
            journal_id,
            last,
            *values,
        )
        return {tuple(row[:-1]): int(row[-1]) for row in rows}

    same = "JOIN reason_choice c ON c.journal_id = r.journal_id AND c.rating_seq = r.seq {where}"
    return (
        counted(TallyKey._fields, "{where}"),
        counted(ReasonKey._fields, same),
        counted(("counter_id", "day"), "{where} AND r.time_quality = {{one}}", str(TimeQuality.RECEIVED)),
    )
