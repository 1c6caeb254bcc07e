"""Receipts: what a citizen looks a rating up by is what the rating's line says."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from sync.collector.proof.wrong import What, Wrong
from sync.collector.replica.aside import HASH
from sync.collector.store.schema import receipt


def check_receipts(connection: Connection, journal_id: str, first: int, last: int, said: Mapping[int, str]) -> None:
    """Hold the hashes that are kept of these entries to what ratings that count here ``said``; raises Wrong."""
    here = (receipt.c.journal_id == journal_id) & receipt.c.seq.between(first, last)
    rows = connection.execute(select(receipt).where(here)).all()
    kept = {row.seq: bytes(row.digest).hex() for row in rows}
    # How it counts is said by its rating, as long as that is here.
    kept |= {row.seq: "" for row in rows if row.standing is not None or row.received_at is not None}
    sound = {seq: digest for seq, digest in said.items() if HASH.fullmatch(digest)}
    if kept != sound:
        seqs = kept.keys() | sound
        raise Wrong(What.RECEIPT_CHANGED, first=min(seq for seq in seqs if kept.get(seq) != sound.get(seq)))
