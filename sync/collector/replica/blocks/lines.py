"""Lines: a journal as its kiosk wrote it: what came in it, and what came of it in a journal that continues it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated

import msgspec
from sqlalchemy import Connection, select

from kiosk.journal.lines import OpenedLine
from sync.collector.replica.continued import Position, counted_positions
from sync.collector.replica.stored import is_same, stored_entries
from sync.collector.store.schema import journal
from sync.protocol.messages import Hash, JournalId

_Origin = tuple[JournalId, Annotated[int, msgspec.Meta(ge=1)], Hash]


@dataclass(frozen=True, slots=True)
class Carried:
    """What of a journal came in those that continue it."""

    lines: list[tuple[int, bytes]] = field(default_factory=list)
    """Each in its old place and as it was there, in order."""
    places: dict[int, Position] = field(default_factory=dict)
    """Where each of them stands now."""

    def place(self, journal_id: str, seq: int) -> Position:
        """Where an entry of the journal stands."""
        return self.places.get(seq, Position(journal_id, seq))


class _Carried(msgspec.Struct):
    latest: _Origin = msgspec.field(name="from")
    earlier: list[_Origin] = msgspec.field(name="from_earlier", default_factory=list)


def own_entries(connection: Connection, journal_id: str, first: int, lines_max: int) -> list[tuple[int, bytes, bytes]]:
    """The stored lines from ``first`` on, so many at most, each with its seq and the hash after it."""
    entries = stored_entries(connection, journal_id, first, first + lines_max - 1)
    return [entry for entry in entries if first <= entry[0] < first + lines_max]


def heirs_of(connection: Connection, journal_id: str) -> list[str] | None:
    """The journals that continue this one and hold, together, all that it had to say and did not bring itself.

    None while anything of that is still to come, or where it was never continued. What a cloned card carries of its own
    is no part of it, and waits.
    """
    return _heirs(connection, journal_id, {journal_id})


def carried_lines(connection: Connection, journal_id: str, heirs: list[str], first: int) -> Carried:
    """What the heirs carry over from entry ``first`` of the journal on."""
    found = Carried()
    for heir in heirs:
        seqs: dict[int, int] = {}
        for seq, line in _carried_by(connection, heir):
            old = _root(line)
            if old is not None and old[0] == journal_id:
                seqs[seq] = old[1]
                if old[1] >= first and old[1] not in found.places:
                    found.places[old[1]] = Position(heir, seq)
                    found.lines.append((old[1], _as_it_was(line, journal_id, old[1], seqs)))
    found.lines.sort()
    counted = counted_positions(connection, found.places.values())
    places = {seq: counted.get(at, at) for seq, at in found.places.items()}
    return Carried(found.lines, places)


def _heirs(connection: Connection, journal_id: str, seen: set[str]) -> list[str] | None:
    older = select(journal.c.device_id, journal.c.next_seq).where(journal.c.journal_id == journal_id)
    own = connection.execute(older).one_or_none()
    if own is None:
        return None
    wanted = select(journal.c.journal_id, journal.c.next_seq).where(
        journal.c.continues == journal_id, journal.c.device_id == own.device_id
    )
    for heir in connection.execute(wanted.order_by(journal.c.first_received_at, journal.c.journal_id)).all():
        opened = _opened(connection, heir.journal_id)
        if heir.journal_id in seen or opened is None or own.next_seq - 1 < (opened.carried_after or 0):
            continue
        if _is_fork(connection, journal_id, own.next_seq, heir.journal_id):
            continue
        if heir.next_seq - 1 >= 1 + (opened.carried or 0):
            return [heir.journal_id]
        rest = _heirs(connection, heir.journal_id, {*seen, heir.journal_id})
        if rest is not None:
            return [heir.journal_id, *rest]
    return None


def _is_fork(connection: Connection, journal_id: str, next_seq: int, heir: str) -> bool:
    """Whether the heir comes of a card that was cloned, and carries other entries than those which are here."""
    said = {
        seq: digest
        for _, line in _carried_by(connection, heir)
        for older, seq, digest in _origins(line)
        if older == journal_id and seq < next_seq
    }
    # Equal hashes mean equal pasts: the last one tells for all.
    last = max(said, default=0)
    return last > 0 and not is_same(connection, journal_id, last, bytes.fromhex(said[last]))


def _opened(connection: Connection, journal_id: str) -> OpenedLine | None:
    for seq, _, line in stored_entries(connection, journal_id, 1, 1):
        try:
            return msgspec.json.decode(line, type=OpenedLine) if seq == 1 else None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
    return None


def _carried_by(connection: Connection, heir: str) -> Iterator[tuple[int, bytes]]:
    """All lines that it carries: they stand behind its first entry."""
    opened = _opened(connection, heir)
    last = 1 + ((opened.carried if opened else None) or 0)
    for seq, _, line in stored_entries(connection, heir, 2, last):
        if 1 < seq <= last:
            yield seq, line


def _root(line: bytes) -> _Origin | None:
    """Where a carried line was written."""
    origins = _origins(line)
    return origins[-1] if origins else None


def _origins(line: bytes) -> list[_Origin]:
    """Where a carried line stood, the latest place first."""
    try:
        entry = msgspec.json.decode(line, type=_Carried)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    return [entry.latest, *entry.earlier]


def _as_it_was(line: bytes, journal_id: str, old_seq: int, seqs: dict[int, int]) -> bytes:
    """The line before it was carried; ``seqs`` are the old places of the carried lines before it."""
    entry = msgspec.json.decode(line)
    for key in ("from", "from_earlier"):
        entry.pop(key, None)
    entry["seq"] = old_seq
    if "rating" in entry:
        if entry.get("rating_journal") == journal_id:
            del entry["rating_journal"]
        elif "rating_journal" not in entry:
            entry["rating"] = seqs.get(entry["rating"], 0)
    return msgspec.json.encode(entry)
