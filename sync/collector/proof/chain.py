"""Chain: a journal's segments without gap or overlap, their hashes, and what its kiosk signed.

A signature vouches for the lines of its batch, if the body is kept as it came or the head was signed with it; and in
any case for all lines before it, because the hash there is signed. So one that is missing is made good by the next.
"""

import base64
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Connection

from kiosk.journal.chain import Cursor, chain_start
from sync.collector.proof.keys import Key, Keys
from sync.collector.proof.marks import Mark
from sync.collector.proof.rows import read
from sync.collector.proof.wrong import What, Whose, Wrong
from sync.protocol.vouched import Usual, read_base, restored

_GZIP_WBITS = 16 + zlib.MAX_WBITS
LINES_A_PAGE = 4_000
_SEGMENTS_FIRST, _SEGMENTS_LEAST, _SEGMENTS_MOST = 8, 4, 2_000
_COLUMNS = "first_seq, last_seq, prev, head, lines, signature, kiosk_clock, key_id, request, by_file, {received}"
_RECEIVED = {"sqlite": "received_at", "postgresql": "(extract(epoch FROM received_at) * 1000000)::bigint"}
_PAGE = (
    "SELECT {columns} FROM segment WHERE journal_id = {{one}} AND first_seq > {{one}} ORDER BY first_seq, received_at "
    "LIMIT {{one}}"
)


class Piece(NamedTuple):
    """One segment whose hashes hold."""

    first: int
    lines: list[bytes]
    received_us: int
    kiosk_clock: str
    by_file: bool | None
    """None where nobody noted it."""
    prev: bytes
    """The hash before its first line."""
    request: str | None
    """What is kept of what its kiosk signed with it."""
    key_id: int | None

    @property
    def last(self) -> int:
        """Its last entry."""
        return self.first + len(self.lines) - 1


@dataclass(slots=True)
class Reach:
    """How far a journal was found to hold."""

    cursor: Cursor
    signed_seq: int = 0
    """The last entry for which a signature vouches."""
    signs: bool = False
    """Whether what kiosks sign is kept by now: from then on it is never missing."""


class Walk:
    """A journal's segments in their order."""

    def __init__(
        self, connection: Connection, journal_id: str, device_id: str, keys: Keys, reach: Reach,
        mark: Mark | None = None,
    ) -> None:  # fmt: skip
        """``mark`` is where it held before: its entries up to there must be what they were."""
        self._connection, self._journal_id, self._device_id = connection, journal_id, device_id
        self._keys, self.reach, self._mark = keys, reach, mark

    def pieces(self) -> Iterator[list[Piece]]:
        """Some segments at a time, each checked; raises Wrong at the first that does not hold."""
        limit, after = _SEGMENTS_FIRST, self.reach.cursor.next_seq - 1
        while rows := self._page(after, limit):
            pieces = [self.take(row) for row in rows]
            yield pieces
            after = rows[-1][0]
            lines = sum(len(piece.lines) for piece in pieces) or 1
            limit = min(_SEGMENTS_MOST, max(_SEGMENTS_LEAST, LINES_A_PAGE * len(rows) // lines))

    def take(self, row: tuple[Any, ...]) -> Piece:
        """Check the next segment, in the order of its columns; raises Wrong where it does not hold."""
        first, last, prev, head, body, signature, clock, key_id, request, by_file, received_us = row
        at = self.reach.cursor
        if first != at.next_seq:
            raise _gap(at.next_seq, first, last)
        lines = _unpacked(body, first, last)
        # As ``kiosk.journal.chain`` says it, without a call for every line.
        found = at.head
        for line in lines:
            found = sha256(found + line).digest()
        if prev != at.head or found != head or len(lines) != last - first + 1:
            raise Wrong(
                What.LINES_CHANGED, Whose.UNKNOWN if request is None else Whose.COLLECTOR, first=first, last=last
            )
        self.reach.cursor = Cursor(last + 1, head)
        if self._mark is not None and at.next_seq < self._mark.next_seq <= last + 1:
            self._require_mark(self._mark)
        if request is not None:
            key = self._keys.of(key_id, received_us, first, last)
            self._vouch(key, Signed(at, self.reach.cursor, body, signature, clock, request))
        elif self.reach.signs:
            raise Wrong(What.SIGNATURE_LOST, first=first, last=last)
        filed = None if by_file is None else bool(by_file)
        return Piece(first, lines, received_us, clock, filed, bytes(prev), request, key_id)

    def end(self, next_seq: int, head: bytes) -> None:
        """The journal's own row says where it ends; raises Wrong where its segments do not end there."""
        found, mark = self.reach.cursor, self._mark
        if mark is not None and found.next_seq < mark.next_seq:
            raise Wrong(What.MARK_LOST, last=mark.next_seq - 1)
        if next_seq > found.next_seq:
            raise Wrong(What.SEGMENT_MISSING, first=found.next_seq, last=next_seq - 1)
        if (next_seq, head) != (found.next_seq, found.head):
            raise Wrong(What.END_CHANGED, said=next_seq - 1, last=found.next_seq - 1)

    def _page(self, after: int, limit: int) -> list[Any]:
        statement = _PAGE.format(columns=_COLUMNS.format(received=_RECEIVED[self._connection.dialect.name]))
        return read(self._connection, statement, self._journal_id, after, limit)

    def _require_mark(self, mark: Mark) -> None:
        # A mark stands between two segments, and what was stored once is never cut otherwise.
        if self.reach.cursor != mark.cursor:
            raise Wrong(What.MARK_LOST, last=mark.next_seq - 1)

    def _vouch(self, key: Key, sent: "Signed") -> None:
        first, last = sent.start.next_seq, sent.end.next_seq - 1
        batch = Usual(self._journal_id, sent.start, sent.end.head, self._device_id, sent.kiosk_clock)
        digest = base64.b64encode(sha256(sent.body).digest()).decode()
        base = restored(sent.request, batch, digest)
        if not key.signed(base, sent.signature):
            raise Wrong(What.SIGNATURE_WRONG, first=first, last=last)
        self.reach.signs = True
        # What is rebuilt from the batch is about the batch; only a text of its own may be about anything.
        whole = base is not sent.request or self._covers(base, sent, digest)
        self.reach.signed_seq = last if whole else max(self.reach.signed_seq, first - 1)

    def _covers(self, base: str, sent: "Signed", digest: str) -> bool:
        """Whether a signed text vouches for all of these lines, and not only for those before its batch."""
        first, last = sent.start.next_seq, sent.end.next_seq - 1
        try:
            said = read_base(base)
        except ValueError as error:
            raise Wrong(What.SIGNED_ELSE, first=first, last=last) from error
        # One that begins before the lines that were new is about them all the same: they follow what was there.
        is_about = said.journal_id == self._journal_id and said.start.next_seq <= first
        starts = said.start.next_seq < first or said.start.head == sent.start.head
        if not is_about or not starts or said.head not in (None, sent.end.head):
            raise Wrong(What.SIGNED_ELSE, first=first, last=last)
        same_body = f"sha-256=:{digest}:" == said.digest and said.start.next_seq == first
        return said.head is not None or same_body


class Signed(NamedTuple):
    """A segment with what its kiosk signed."""

    start: Cursor
    end: Cursor
    body: bytes
    signature: str
    kiosk_clock: str
    request: str


def begin(journal_id: str) -> Reach:
    """Nothing was checked yet."""
    return Reach(Cursor(1, chain_start(journal_id)))


def _gap(wanted: int, first: int, last: int) -> Wrong:
    if first > wanted:
        return Wrong(What.SEGMENT_MISSING, first=wanted, last=first - 1)
    return Wrong(What.SEGMENT_TWICE, first=first, last=last)


def _unpacked(body: bytes, first: int, last: int) -> list[bytes]:
    unpacker = zlib.decompressobj(_GZIP_WBITS)
    try:
        lines = unpacker.decompress(body).split(b"\n")[:-1]
    except zlib.error as error:
        raise Wrong(What.LINES_CHANGED, first=first, last=last) from error
    if not unpacker.eof or unpacker.unused_data:
        raise Wrong(What.LINES_CHANGED, first=first, last=last)
    return lines
