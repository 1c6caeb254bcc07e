"""Continued: one press may come in two journals; it is counted where it came first, and never in silence left out.

A kiosk whose journal was restored, cloned or damaged goes on in a new one and carries over what it does
not know to be here. Each carried entry names the places it had before, with the hash there; who knows
that hash has the entry. So an entry is the same as another when they share a place and its hash, in
whatever order they come: by the network, from a USB stick, before or after this database was restored.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, select, tuple_, update

from kiosk.journal.chain import Cursor, chain_next
from kiosk.journal.lines import OpenedLine
from sync.collector.people.audit import note
from sync.collector.replica.aside import JOURNAL_ID
from sync.collector.replica.dropped import gone_of, is_same_in
from sync.collector.replica.held import mark_due
from sync.collector.replica.projection_rows import LateLine, Unread, UnreadReason
from sync.collector.replica.stored import as_had, stored_hashes
from sync.collector.replica.visit_check import Claim, strangers
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import carried, duplicate, journal, micros
from sync.protocol.messages import Hash, JournalId

_CARRIED_MARK = b'"from":'
_SEQ_MAX = 2**53
_WHY_CHARS_MAX = 20
_POSITIONS_AT_ONCE = 2000


class Position(NamedTuple):
    """Where an entry stands."""

    journal_id: str
    seq: int


@dataclass(frozen=True, slots=True)
class JournalWriter:
    """Who appends to which journal."""

    device_id: str
    journal_id: str
    continued: bool
    """Whether entries of this journal came in a continuation."""


class Origin(NamedTuple):
    """Where an entry stood before, and the older journal's hash there."""

    position: Position
    hash: bytes


class PlacedLate(NamedTuple):
    """Entries about ratings that came before them, each with its rating's seq in the journal where that is counted."""

    own: list[LateLine]
    elsewhere: dict[str, list[LateLine]]
    """By journal."""
    unread: list[Unread]


def find_duplicates(
    connection: Connection,
    writer: JournalWriter,
    start: Cursor,
    lines: Sequence[bytes],
    received_at: datetime,
    *,
    is_plain: bool = False,
) -> dict[int, Position]:
    """Which of the fresh ``lines`` after ``start`` were counted before, and where.

    With ``is_plain`` it is known that none of them was carried over.
    Notes where the others were carried over from, so that they are known again when they come there.
    """
    journal_id, origins = writer.journal_id, {} if is_plain else _origins(start.next_seq, lines)
    same = _carried_from_here(connection, journal_id, start, lines) if writer.continued else {}
    if origins:
        wanted = {origin.position for places in origins.values() for origin in places}
        _mark_continued(connection, writer.device_id, {at.journal_id for at in wanted}, received_at)
        same = _known_origins(connection, origins, wanted, received_at) | same
    if not origins and not same:
        return {}
    rows = [
        (origin.position.journal_id, origin.position.seq, origin.hash, journal_id, seq)
        for seq, places in origins.items()
        for origin in places
    ]
    insert_rows(connection, carried, {}, tuple(carried.c.keys()), rows, then="ON CONFLICT DO NOTHING")
    counted = counted_positions(connection, same.values())
    duplicates = {seq: counted.get(at, at) for seq, at in same.items()}
    received = {"journal_id": journal_id, "received_at": micros(received_at)}
    names = ("seq", "of_journal", "of_seq")
    insert_rows(connection, duplicate, received, names, [(seq, *at) for seq, at in duplicates.items()])
    return duplicates


_COUNTED = select(duplicate).where(
    tuple_(duplicate.c.journal_id, duplicate.c.seq).in_(bindparam("places", expanding=True))
)


def counted_positions(connection: Connection, positions: Iterable[Position]) -> dict[Position, Position]:
    """Where those of ``positions`` were counted that are duplicates."""
    found: dict[Position, Position] = {}
    for some in _few(positions):
        for row in connection.execute(_COUNTED, {"places": some}):
            found[Position(row.journal_id, row.seq)] = Position(row.of_journal, row.of_seq)
    return found


def note_continuation(
    connection: Connection, device_id: str, journal_id: str, opened: OpenedLine, now: datetime
) -> None:
    """Remember which journal this one continues and why, and put it into the audit log."""
    if opened.continues is None or not JOURNAL_ID.fullmatch(opened.continues):
        return
    why, seq = (opened.why or "")[:_WHY_CHARS_MAX], opened.continues_seq
    connection.execute(
        update(journal)
        .where(journal.c.journal_id == journal_id)
        .values(continues=opened.continues, continues_why=why, continues_seq=seq)
    )
    mark_due(connection, [opened.continues])
    details = {"continues": opened.continues, "why": why, "after": opened.carried_after, "lost": opened.lost}
    note(connection, now, f"device {device_id}", "journal.continued", journal_id, details)


def place_late(connection: Connection, journal_id: str, late: Sequence[LateLine]) -> PlacedLate:
    """Put each late entry under the journal in which the rating that it speaks of was counted.

    Of another journal only what the same kiosk wrote: with any other it becomes unread.
    """
    named = {entry.seq: Position(entry.rating_journal or journal_id, entry.rating) for entry in late}
    own = of_same_device(connection, journal_id, {position.journal_id for position in named.values()})
    counted = counted_positions(connection, named.values())
    positions = {seq: counted.get(said, said) for seq, said in named.items() if said.journal_id in own}
    claims = [Claim(entry, *positions[entry.seq]) for entry in late if entry.seq in positions]
    strange = strangers(connection, journal_id, claims)
    placed = PlacedLate([], {}, list(strange.values()))
    for entry in late:
        if entry.seq in strange:
            continue
        if entry.seq not in positions:
            detail = f"no rating at {named[entry.seq].seq} of a journal of this kiosk"
            placed.unread.append(Unread(entry.seq, UnreadReason.NO_RATING, detail))
            continue
        at = positions[entry.seq]
        there = placed.own if at.journal_id == journal_id else placed.elsewhere.setdefault(at.journal_id, [])
        there.append(msgspec.structs.replace(entry, rating=at.seq, rating_journal=None))
    return placed


def of_same_device(connection: Connection, journal_id: str, others: set[str]) -> set[str]:
    """Which of ``others`` the kiosk wrote that writes this journal; of another's, nothing is taken."""
    if others <= {journal_id}:
        return others
    device_id = select(journal.c.device_id).where(journal.c.journal_id == journal_id).scalar_subquery()
    found = select(journal.c.journal_id).where(
        journal.c.journal_id.in_(sorted(others)), journal.c.device_id == device_id
    )
    return set(connection.execute(found).scalars())


class _Carried(msgspec.Struct):
    latest: tuple[JournalId, Annotated[int, msgspec.Meta(ge=1, le=_SEQ_MAX)], Hash] = msgspec.field(name="from")
    earlier: list[tuple[JournalId, Annotated[int, msgspec.Meta(ge=1, le=_SEQ_MAX)], Hash]] = msgspec.field(
        name="from_earlier", default_factory=list
    )


def _origins(first_seq: int, lines: Sequence[bytes]) -> dict[int, list[Origin]]:
    # Nearly no line is one that was carried, and this is asked of every batch.
    if _CARRIED_MARK not in b"\n".join(lines):
        return {}
    said = ((seq, origins_of(line)) for seq, line in enumerate(lines, first_seq))
    return {seq: places for seq, places in said if places}


def origins_of(line: bytes) -> list[Origin]:
    """Where an entry stood before that was carried over, the latest place first; none of any other."""
    if _CARRIED_MARK not in line:
        return []
    try:
        entry = msgspec.json.decode(line, type=_Carried)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    return [Origin(Position(older, at), bytes.fromhex(said)) for older, at, said in (entry.latest, *entry.earlier)]


def _known_origins(
    connection: Connection, origins: Mapping[int, list[Origin]], wanted: set[Position], received_at: datetime
) -> dict[int, Position]:
    stored = _stored(connection, wanted)
    elsewhere = _carried_elsewhere(connection, wanted)
    # A line may name many places: of each journal is read once what is kept of dropped ones.
    gone = {each: gone_of(connection, each) for each in {at.journal_id for at in wanted - stored.keys()}}
    found: dict[int, Position] = {}
    for seq, places in origins.items():
        for origin in places:
            at = origin.position
            kept = stored.get(at) or as_had(is_same_in(gone.get(at.journal_id, ()), at.seq, origin.hash), origin.hash)
            if kept not in (None, origin.hash):
                _note_fork(connection, at.journal_id, received_at)
            elif kept is not None:
                found.setdefault(seq, at)
            elif origin in elsewhere:
                found.setdefault(seq, elsewhere[origin])
    return found


def _mark_continued(connection: Connection, device_id: str, journal_ids: set[str], now: datetime) -> None:
    """Whoever appends to these journals from now on looks for what was carried over; until the commit nobody appends.

    One that has not come here yet gets an empty copy, for its first batch may be on its way.
    """
    names = ("journal_id", "device_id", "next_seq", "head", "first_received_at", "last_received_at")
    for journal_id in sorted(journal_ids):
        row = (journal_id, device_id, 1, Cursor.start(journal_id).head, micros(now), micros(now))
        insert_rows(connection, journal, {}, names, [row], then="ON CONFLICT (journal_id) DO NOTHING")
        connection.execute(update(journal).where(journal.c.journal_id == journal_id).values(continued=True))
    mark_due(connection, journal_ids)


def _stored(connection: Connection, positions: Iterable[Position]) -> dict[Position, bytes]:
    by_journal: dict[str, set[int]] = {}
    for at in positions:
        by_journal.setdefault(at.journal_id, set()).add(at.seq)
    return {
        Position(journal_id, seq): digest
        for journal_id, seqs in by_journal.items()
        for seq, digest in stored_hashes(connection, journal_id, seqs).items()
    }


def _carried_elsewhere(connection: Connection, positions: Iterable[Position]) -> dict[Origin, Position]:
    """Where entries of these places were carried to by journals that came before."""
    found: dict[Origin, Position] = {}
    for some in _few(positions):
        wanted = select(carried).where(tuple_(carried.c.journal_id, carried.c.seq).in_(some))
        for row in connection.execute(wanted):
            found[Origin(Position(row.journal_id, row.seq), row.hash)] = Position(row.in_journal, row.in_seq)
    return found


def _few(positions: Iterable[Position]) -> Iterator[list[Position]]:
    """The positions, each once, so many at a time as any engine takes in one statement."""
    wanted = sorted(set(positions))
    for first in range(0, len(wanted), _POSITIONS_AT_ONCE):
        yield wanted[first : first + _POSITIONS_AT_ONCE]


def _carried_from_here(
    connection: Connection, journal_id: str, start: Cursor, lines: Sequence[bytes]
) -> dict[int, Position]:
    """Which of the lines came before, in a journal that continues this one."""
    last = start.next_seq + len(lines) - 1
    rows = connection.execute(
        select(carried).where(carried.c.journal_id == journal_id, carried.c.seq.between(start.next_seq, last))
    ).all()
    if not rows:
        return {}
    head, hashes = start.head, {}
    for seq, line in enumerate(lines, start.next_seq):
        head = hashes[seq] = chain_next(head, line)
    return {row.seq: Position(row.in_journal, row.in_seq) for row in rows if hashes[row.seq] == row.hash}


def _note_fork(connection: Connection, journal_id: str, now: datetime) -> None:
    first = update(journal).where(journal.c.journal_id == journal_id, journal.c.forked_at.is_(None))
    connection.execute(first.values(forked_at=now))
