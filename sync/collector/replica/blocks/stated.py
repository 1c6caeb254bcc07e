"""Stated: the statements of a journal's cuts, with all by which an auditor holds them to what the kiosk signed."""

from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Row, select

from kiosk.domain.merkle import leaf_hash
from kiosk.domain.numbers.statement import Order
from kiosk.journal.tree import statement_in
from sync.collector.replica.blocks.tree import public_key_of
from sync.collector.replica.continued import Position
from sync.collector.replica.stored import stored_entries
from sync.collector.store.schema import cut_leaf, cut_signed
from sync.protocol.cuts import SignedCuts, cuts_text

ALL = 2**62


class Stated(NamedTuple):
    """A cut in a journal's tree."""

    position: int
    """From 0 on."""
    statement: bytes
    """The leaf, as it is hashed."""
    seq: int
    """Of the line in this journal that states the cut; not for auditors."""
    cut: Position
    """Where the cut was written: another journal, if it was carried over; block.journal_id and block.cut_seq."""


class Signature(NamedTuple):
    """What a kiosk signed of its tree."""

    size: int
    root: bytes
    text: bytes
    """What is signed."""
    signature: bytes
    """Ed25519, 64 bytes."""
    key_id: int
    public_key: str
    """Base64, as it travels."""


class _Places(msgspec.Struct):
    latest: tuple[str, int, str] | None = msgspec.field(name="from", default=None)
    earlier: list[tuple[str, int, str]] = msgspec.field(name="from_earlier", default_factory=list)


_places = msgspec.json.Decoder(_Places)


def statements(connection: Connection, journal_id: str, first: int = 0, last: int = ALL) -> list[Stated]:
    """The statements at these positions, both included, in their order; of cuts that were judged.

    Those that the stored lines do not bear out are missing: ``collector verify`` names them.
    """
    c = cut_leaf.c
    wanted = select(cut_leaf).where(c.journal_id == journal_id, c.position.between(max(first - 1, 0), last))
    rows = connection.execute(wanted.order_by(c.position)).all()
    before = dict(zip([row.position + 1 for row in rows], [Order(row.latest, row.back) for row in rows], strict=True))
    of_seq = {row.seq: row for row in rows if row.position >= first}
    found = []
    entries = stored_entries(connection, journal_id, min(of_seq), max(of_seq)) if of_seq else ()
    for seq, chain_hash, line in entries:
        row = of_seq.get(seq)
        said = row and statement_in(seq, line, chain_hash, before.get(row.position, Order()))
        if row and said and leaf_hash(said[0]) == row.hash:
            found.append(Stated(row.position, said[0], seq, _origin(journal_id, seq, line)))
    return found


def signed_over(connection: Connection, journal_id: str, position: int = 0) -> Signature | None:
    """The newest that the kiosk signed of a tree in which ``position`` is; None where it signed none."""
    c = cut_signed.c
    wanted = select(cut_signed).where(c.journal_id == journal_id, c.size > position)
    return _signature(connection, connection.execute(wanted.order_by(c.size.desc()).limit(1)).one_or_none())


def signed_at(connection: Connection, journal_id: str, size: int) -> Signature | None:
    """What the kiosk signed of the tree of exactly this size; None where no batch ended there."""
    c = cut_signed.c
    wanted = select(cut_signed).where(c.journal_id == journal_id, c.size == size)
    return _signature(connection, connection.execute(wanted).one_or_none())


def leaf_hashes(connection: Connection, journal_id: str, size: int = ALL) -> list[bytes]:
    """The hashes of the first ``size`` leaves of the tree."""
    c = cut_leaf.c
    wanted = select(c.hash).where(c.journal_id == journal_id, c.position < size)
    return [bytes(each) for each in connection.execute(wanted.order_by(c.position)).scalars()]


def _signature(connection: Connection, row: Row[tuple[object, ...]] | None) -> Signature | None:
    key = None if row is None else public_key_of(connection, row.journal_id, row.key_id)
    if row is None or key is None:
        return None
    signed = SignedCuts(row.size, bytes(row.root), bytes(row.signature))
    text = cuts_text(row.journal_id, signed.tree)
    return Signature(*signed.tree, text, signed.signature, row.key_id, key)


def _origin(journal_id: str, seq: int, line: bytes) -> Position:
    places = _places.decode(line)
    oldest = places.earlier[-1] if places.earlier else places.latest
    return Position(journal_id, seq) if oldest is None else Position(oldest[0], oldest[1])
