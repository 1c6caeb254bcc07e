"""Lines: of the journals on which a report rests every stored line of the month, with what their kiosks signed.

Each line is one person's rating with its time. So they leave only where a second person grants it
(``sync.collector.people.second``), and only as far as the month's blocks reach.
"""

import base64
import zlib
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, tuple_

from kiosk.journal.chain import Cursor
from sync.collector.closed.basis import Basis
from sync.collector.kit.numbered import Numbers
from sync.collector.replica.held import held_seqs
from sync.collector.store.schema import block, device_key, journal, segment
from sync.protocol.vouched import Usual, restored

_AT_ONCE = 400
_GZIP_WBITS = 16 + zlib.MAX_WBITS
_SEGMENTS = (
    select(segment)
    .where(segment.c.journal_id == bindparam("of_journal"))
    .where(segment.c.first_seq <= bindparam("last"), segment.c.last_seq >= bindparam("first"))
    .order_by(segment.c.first_seq)
)


def told_lines(connection: Connection, basis: Basis, numbers: Numbers) -> dict[str, Any]:
    """The segments of each journal, and which ratings each block holds; ``numbers`` are how blocks are named."""
    held = list(_held(connection, basis))
    reach: dict[str, list[int]] = {}
    for journal_id, _, cut_seq, by_journal in held:
        reach.setdefault(journal_id, []).append(cut_seq)
        for at, seqs in by_journal.items():
            reach.setdefault(at, []).extend((min(seqs), max(seqs)))
    return {
        "held": [(journal_id, numbers[journal_id, last], by_journal) for journal_id, last, _, by_journal in held],
        "journals": [
            {"journal": at, "segments": list(_segments(connection, at, min(seqs), max(seqs)))}
            for at, seqs in sorted(reach.items())
        ],
    }


def _held(connection: Connection, basis: Basis) -> Iterator[tuple[str, int, int, dict[str, list[int]]]]:
    """By block its place, the entry that states it, and its ratings."""
    keys = [(one.journal, one.last) for one in basis.blocks if one.place is not None]
    b = block.c
    for place in range(0, len(keys), _AT_ONCE):
        some = tuple_(b.journal_id, b.last_seq).in_(keys[place : place + _AT_ONCE])
        for row in connection.execute(select(b.journal_id, b.last_seq, b.cut_seq, b.held).where(some)):
            by_journal = {at: sorted(seqs) for at, seqs in held_seqs(row.held).items()}
            yield str(row.journal_id), row.last_seq, row.cut_seq, by_journal


def _segments(connection: Connection, journal_id: str, first: int, last: int) -> Iterator[dict[str, Any]]:
    device = select(journal.c.device_id).where(journal.c.journal_id == journal_id)
    device_id = str(connection.execute(device).scalar_one())
    keys = select(device_key.c.key_id, device_key.c.public_key).where(device_key.c.device_id == device_id)
    public = dict(connection.execute(keys).all())
    for row in connection.execute(_SEGMENTS, {"of_journal": journal_id, "first": first, "last": last}):
        yield {
            "first": row.first_seq,
            "prev": row.prev.hex(),
            "lines": zlib.decompress(row.lines, _GZIP_WBITS).decode("utf-8", "surrogateescape"),
            "base": _base(journal_id, device_id, row),
            "signature": row.signature,
            "key": public.get(row.key_id),
        }


def _base(journal_id: str, device_id: str, row: Row[Any]) -> str | None:
    """What was signed; None where nobody kept it."""
    if row.request is None:
        return None
    start, digest = Cursor(row.first_seq, row.prev), base64.b64encode(sha256(row.lines).digest()).decode()
    return restored(row.request, Usual(journal_id, start, row.head, device_id, row.kiosk_clock), digest)
