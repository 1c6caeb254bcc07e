"""Keep: writes what a projection says, tallies included, in the caller's transaction.

What is *put* is written when the caller's ``Writes`` are flushed, together with what others put there.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Table, bindparam, select, update

from kiosk.journal.lines import RevisedLine
from sync.collector.calendar.presstime import MEASURED, TimeQuality
from sync.collector.replica.held import blocks_of
from sync.collector.replica.projection import reasons_of
from sync.collector.replica.projection_rows import (
    CountRow,
    LateLine,
    Projection,
    RatingRow,
    ReasonRow,
    ReceiptRow,
    Unread,
    UnreadReason,
)
from sync.collector.replica.tally import (
    ReasonKey,
    TallyKey,
    count_move,
    count_ratings,
    count_reasons,
    count_uncut,
)
from sync.collector.replica.writes import Writes
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import (
    enclosure,
    micros,
    rating,
    reason_choice,
    reason_tally,
    receipt,
    tally,
    transaction_count,
    uncut_count,
    undated_count,
    unread,
)

RATING_NAMES = tuple("pressed_at" if name == "pressed_us" else name for name in RatingRow._fields)
"""The columns of a rating's row."""
UNCUT_NAMES = ("counter_id", "day", "part", "survey", "question", "standing")
_UNDATED = ("counter_id", "day")
_COUNT_CORRECTS = (
    "ON CONFLICT (journal_id, counter_id, day) DO UPDATE "
    "SET n = excluded.n, seq = excluded.seq, received_at = excluded.received_at, "
    "served_due = excluded.served_due "
    # An entry that is read late, after an upgrade, may be older than the one that corrected it.
    "WHERE excluded.seq > transaction_count.seq"
)
_ONCE = "ON CONFLICT (journal_id, seq) DO NOTHING"
_TALLY_ADDS = "ON CONFLICT (journal_id, {key}) DO UPDATE SET n = {table}.n + excluded.n"
_DUE = "served_due"
_NO_TIME = str(TimeQuality.RECEIVED)
"""The mark of what participation has still to follow."""


def put_projection(writes: Writes, journal_id: str, received_us: int, projection: Projection) -> list[Unread]:
    """Have ratings, reasons and counts typed in written, and added up; which entries cannot be kept after all."""
    unread_too = put_ratings(writes, journal_id, received_us, projection)
    rows = [(*row, True) for row in projection.counts.values()]
    received = {"journal_id": journal_id, "received_at": received_us}
    writes.insert(transaction_count, received, (*CountRow._fields, _DUE), rows, _COUNT_CORRECTS)
    return unread_too


def put_unread(writes: Writes, journal_id: str, received_us: int, entries: Sequence[Unread]) -> None:
    """Have written which entries were set aside, and why."""
    writes.insert(unread, {"journal_id": journal_id, "received_at": received_us}, Unread._fields, entries)


def keep_unread(connection: Connection, journal_id: str, received_us: int, entries: Sequence[Unread]) -> None:
    """Write which entries were set aside, and why."""
    received = {"journal_id": journal_id, "received_at": received_us}
    insert_rows(connection, unread, received, Unread._fields, entries)


def put_ratings(writes: Writes, journal_id: str, received_us: int, projection: Projection) -> list[Unread]:
    """Have ratings and reasons written and counted; those late entries whose rating is not there, to be unread.

    Reasons and revisions of ratings stored earlier join in.
    """
    late, ratings = _Applied({}, Counter(), [], []), projection.ratings
    if projection.late:
        stored = _stored_ratings(writes.connection, journal_id, {entry.rating for entry in projection.late})
        late = _apply_late(writes.connection, journal_id, projection.late, stored)
    reasons = [*projection.reasons, *late.reasons]
    own = {"journal_id": journal_id}
    writes.insert(rating, {**own, "received_at": received_us}, RATING_NAMES, list(ratings.values()))
    writes.insert(reason_choice, own, ReasonRow._fields, reasons)
    writes.insert(receipt, own, ReceiptRow._fields, projection.receipts, _ONCE)
    counts = count_ratings(ratings.values())
    counts.update(late.moved)
    reasons_of_it = count_reasons(reasons, late.ratings | dict(ratings)) if reasons else {}
    _put_tallies(writes, journal_id, counts)
    _put_counts(writes, uncut_count, UNCUT_NAMES, journal_id, count_uncut(counts))
    _put_counts(writes, reason_tally, ReasonKey._fields, journal_id, reasons_of_it)
    _put_counts(writes, undated_count, _UNDATED, journal_id, _undated(ratings.values()))
    return late.unread


def count_in(
    connection: Connection,
    journal_id: str,
    counts: Mapping[TallyKey, int],
    reasons: Mapping[ReasonKey, int],
    uncut: Mapping[TallyKey, int] | None = None,
) -> None:
    """Add to the tallies, and to what no block holds yet: there all of ``counts``, or ``uncut`` where that is less."""
    writes = Writes(connection)
    _put_tallies(writes, journal_id, counts)
    _put_counts(writes, uncut_count, UNCUT_NAMES, journal_id, count_uncut(counts if uncut is None else uncut))
    _put_counts(writes, reason_tally, ReasonKey._fields, journal_id, reasons)
    writes.flush()


def count_undated(
    connection: Connection, journal_id: str, rows: Iterable[RatingRow], gone: Iterable[RatingRow] = ()
) -> None:
    """Count, by counter and day, ratings whose press time is unknown and which stand on the day of arrival.

    Take off those that are ``gone``.
    """
    undated = _undated(rows)
    undated.subtract(_undated(gone))
    writes = Writes(connection)
    _put_counts(writes, undated_count, _UNDATED, journal_id, undated)
    writes.flush()


def _undated(rows: Iterable[RatingRow]) -> "Counter[tuple[int, str]]":
    return Counter([(row.counter_id, row.day) for row in rows if row.time_quality == _NO_TIME])


def _put_tallies(writes: Writes, journal_id: str, counts: Mapping[TallyKey, int]) -> None:
    """Have ratings counted, and marked for participation to follow."""
    rows = [(*place, n, True) for place, n in counts.items() if n]
    then = f"{_TALLY_ADDS.format(key=', '.join(TallyKey._fields), table=tally.name)}, {_DUE} = excluded.{_DUE}"
    writes.insert(tally, {"journal_id": journal_id}, (*TallyKey._fields, "n", _DUE), rows, then)


def _put_counts(writes: Writes, table: Table, key: tuple[str, ...], journal_id: str, counts: Mapping[Any, int]) -> None:
    """Have ``counts`` added to a table of tallies."""
    rows = [(*place, n) for place, n in counts.items() if n]
    then = _TALLY_ADDS.format(key=", ".join(key), table=table.name)
    writes.insert(table, {"journal_id": journal_id}, (*key, "n"), rows, then)


def last_measured(projection: Projection) -> int | None:
    """When the last of these ratings was pressed whose time was measured."""
    rows = reversed(list(projection.ratings.values()))
    return next((row.pressed_us for row in rows if row.time_quality in MEASURED), None)


def measured_before(connection: Connection, journal_id: str, seq: int) -> int | None:
    """When the last rating before an entry was pressed whose time was measured."""
    wanted = select(rating.c.pressed_at).where(
        rating.c.journal_id == journal_id, rating.c.seq < seq, rating.c.time_quality.in_(sorted(MEASURED))
    )
    found = connection.execute(wanted.order_by(rating.c.seq.desc()).limit(1)).scalar_one_or_none()
    return None if found is None else micros(found)


def keep_enclosures(
    connection: Connection, journal_id: str, received_us: int, last_seq: int, enclosures: Iterable[bytes]
) -> None:
    """Keep the enclosures as they came, each once; one that names no seq of the copy is put to seq 0."""
    rows = {}
    for line in enclosures:
        seq, digest = enclosed_seq(line), sha256(line).digest()
        rows[digest] = (seq if 0 < seq <= last_seq else 0, digest, line)
    insert_rows(
        connection,
        enclosure,
        {"journal_id": journal_id, "received_at": received_us},
        ("seq", "digest", "line"),
        list(rows.values()),
        then="ON CONFLICT (journal_id, seq, digest) DO NOTHING",
    )


class _Applied(NamedTuple):
    """What late entries add to the ratings stored before them."""

    ratings: dict[int, RatingRow]
    """The stored ones, by seq, as they are now."""
    moved: "Counter[TallyKey]"
    reasons: list[ReasonRow]
    unread: list[Unread]


def _apply_late(
    connection: Connection, journal_id: str, late: Sequence[LateLine], stored: Mapping[int, RatingRow]
) -> _Applied:
    having = _with_reasons(connection, journal_id, set(stored))
    cut = blocks_of(connection, journal_id, set(stored))
    found = _Applied(dict(stored), Counter(), [], [])
    for entry in late:
        row = found.ratings.get(entry.rating)
        if row is None:
            found.unread.append(Unread(entry.seq, UnreadReason.NO_RATING, f"no rating at {entry.rating}"))
        elif entry.rating in cut:
            found.unread.append(Unread(entry.seq, UnreadReason.AFTER_CUT, f"rating {entry.rating} was cut before"))
        elif isinstance(entry, RevisedLine):
            found.moved.update(count_move(row, entry.level))
            found.ratings[entry.rating] = _revise(connection, journal_id, row, entry.level)
        elif entry.rating in having:
            detail = f"rating {entry.rating} has its reasons already"
            found.unread.append(Unread(entry.seq, UnreadReason.NO_RATING, detail))
        else:
            having.add(entry.rating)
            found.reasons.extend(reasons_of(entry))
    return found


def _revise(connection: Connection, journal_id: str, row: RatingRow, level: int) -> RatingRow:
    new = row.revised(level)
    values = {"in_journal": journal_id, "at_seq": row.seq, "level": level, "first_level": new.first_level}
    connection.execute(_REVISE, values)
    return new


_REVISE = update(rating).where(rating.c.journal_id == bindparam("in_journal"), rating.c.seq == bindparam("at_seq"))


def _stored_ratings(connection: Connection, journal_id: str, seqs: set[int]) -> dict[int, RatingRow]:
    if not seqs:
        return {}
    rows = connection.execute(
        select(*[rating.c[name] for name in RATING_NAMES])
        .where(rating.c.journal_id == journal_id, rating.c.seq.in_(sorted(seqs)))
        .order_by(rating.c.seq)
    )
    return {
        row.seq: RatingRow(*row)._replace(pressed_us=micros(row.pressed_at), day=row.day.isoformat()) for row in rows
    }


def _with_reasons(connection: Connection, journal_id: str, seqs: set[int]) -> set[int]:
    if not seqs:
        return set()
    found = select(reason_choice.c.rating_seq).where(
        reason_choice.c.journal_id == journal_id, reason_choice.c.rating_seq.in_(sorted(seqs))
    )
    return set(connection.execute(found).scalars())


class _EnclosureSeq(msgspec.Struct):
    enclosure: int


def enclosed_seq(line: bytes) -> int:
    """Which entry an enclosure says that it belongs to; 0 where it says nothing that can be read."""
    try:
        return msgspec.json.decode(line, type=_EnclosureSeq).enclosure
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return 0
