"""Sums: tallies, and what no block holds, held against the ratings that were read."""

from collections import Counter
from typing import Any

from sqlalchemy import Connection, select

from sync.collector.calendar.presstime import TimeQuality
from sync.collector.proof.lines import Kept
from sync.collector.proof.rows import kind_of, read_counts
from sync.collector.proof.wrong import What, Wrong
from sync.collector.replica.blocks.sums import UncutKey
from sync.collector.replica.tally import ReasonKey, TallyKey
from sync.collector.store.schema import cut_state


def check_tallies(connection: Connection, journal_id: str, kept: Kept) -> int:
    """Hold a journal's tallies to its ratings, all of which were read; how many these are. Raises Wrong."""
    tally, undated = Counter[tuple[Any, ...]](), Counter[tuple[Any, ...]]()
    for (level, text), n in (kept.tally + Counter(kept.free.values())).items():
        kind = kind_of(text)
        tally[kind.counter_id, kind.day, kind.part, kind.survey, kind.question, level, kind.standing] += n
        if kind.quality == TimeQuality.RECEIVED:
            undated[kind.counter_id, kind.day] += n
    _compare(What.TALLY_WRONG, tally, read_counts(connection, "tally", TallyKey._fields, journal_id))
    reasons = read_counts(connection, "reason_tally", ReasonKey._fields, journal_id)
    _compare(What.REASON_TALLY_WRONG, kept.reasons, reasons)
    _compare(What.UNDATED_WRONG, undated, read_counts(connection, "undated_count", ("counter_id", "day"), journal_id))
    return tally.total()


def check_uncut(connection: Connection, journal_id: str, kept: Kept) -> None:
    """Hold what waits for a block to the ratings that no block was seen to hold; raises Wrong.

    To be called when every block was seen. Of a journal from before blocks nothing is known of what came before.
    """
    begun = select(cut_state.c.begun_seq).where(cut_state.c.journal_id == journal_id)
    begun_seq = connection.execute(begun).scalar_one_or_none()
    if begun_seq is None:
        return
    free = Counter[tuple[Any, ...]]()
    for text, n in Counter(kind for seq, (_, kind) in kept.free.items() if seq >= begun_seq).items():
        kind = kind_of(text)
        free[kind.counter_id, kind.day, kind.part, kind.survey, kind.question, kind.standing] += n
    found = read_counts(connection, "uncut_count", UncutKey._fields, journal_id)
    if begun_seq > 1:
        found = {key: min(n, free[key]) for key, n in found.items() if free[key]}
    _compare(What.UNCUT_WRONG, free, found)


def _compare(what: What, wanted: Counter[tuple[Any, ...]], found: dict[tuple[Any, ...], int]) -> None:
    if wanted != found:
        days = sorted(key[1] for key in wanted.keys() | found.keys() if wanted.get(key, 0) != found.get(key, 0))
        if days:
            raise Wrong(what, day=days[0])
