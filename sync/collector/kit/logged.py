"""Logged: what the public log says of a month's reports, of kiosks' keys and of journals, each with its proof."""

import base64
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from sync.collector.closed.kept import UnitMonth, Version
from sync.collector.replica.stored import stored_hashes
from sync.collector.transparency.leaves.due import first_hash
from sync.collector.transparency.leaves.reports import KeptReport, of_row
from sync.collector.transparency.logged import Logged, logged_key, logged_report, logged_through
from sync.collector.transparency.public import PublicLog, Published
from sync.protocol.tlog.checkpoint import Checkpoint
from sync.protocol.tlog.leaf import Reached, chain_state, journal_secret
from sync.protocol.tlog.merkle import leaf_hash


@dataclass(frozen=True, slots=True)
class LogProofs:
    """Proofs against the checkpoint that everybody is shown."""

    log: PublicLog
    published: Published

    def told(
        self, connection: Connection, key: UnitMonth, versions: list[Version], since: Checkpoint | None
    ) -> dict[str, Any]:
        """The checkpoint and the leaf of each report; ``since`` is an earlier checkpoint that it must follow from."""
        return {
            "checkpoint": self.published.text,
            "consistency": self._consistency(since),
            "reports": [
                told_version(one, self._leaf(logged_report(connection, *key, one.number, self.published)))
                for one in versions
            ],
        }

    def holds_report(self, connection: Connection, key: UnitMonth, version: Version, found: Logged) -> bool:
        """Whether the leaf that the index names is that of this report: its unit, month, number and hash."""
        of = of_row(connection, *key, version.number)
        known = KeptReport(key.unit_id, key.month, of, version.hash)
        leaves = {leaf_hash(leaf.raw) for leaf in (known.leaf(found.day), known.unnamed_leaf(found.day))}
        return self.log.leaf_hash(found.index, self.published.checkpoint.size) in leaves

    def key(self, connection: Connection, device_id: str, key_id: int) -> dict[str, Any] | None:
        """The leaf of a kiosk's key; None where none is published."""
        return self._leaf(logged_key(connection, device_id, key_id, self.published))

    def through(self, connection: Connection, journal_id: str) -> Logged | None:
        """The newest leaf of a journal; None where none is published."""
        return logged_through(connection, journal_id, self.published)

    def journal(self, connection: Connection, journal_id: str, found: Logged) -> dict[str, Any] | None:
        """The same leaf opened as far as its cuts; a hash of the chain is a key to lines, so its half stays closed."""
        first = first_hash(connection, journal_id)
        head = stored_hashes(connection, journal_id, {found.seq}).get(found.seq)
        if first is None or head is None:
            return None
        secret = journal_secret(first)
        reached = Reached(found.day, found.seq, head, found.cuts_size, found.cuts_root)
        leaf = self._leaf(found)
        assert leaf is not None  # noqa: S101 - it was found
        opened = {"secret": secret, "chain": chain_state(secret, reached)}
        said = {name: base64.b64encode(raw).decode() for name, raw in opened.items()}
        return {**leaf, "kind": found.kind, "cuts_size": found.cuts_size, **said}

    def _leaf(self, found: Logged | None) -> dict[str, Any] | None:
        if found is None:
            return None
        proof = self.log.proof_of(found.index, self.published.checkpoint.size)
        return {"date": found.day.isoformat(), "index": found.index, "proof": told_hashes(proof)}

    def _consistency(self, since: Checkpoint | None) -> dict[str, Any] | None:
        now = self.published.checkpoint
        if since is None or since.origin != now.origin or since.size > now.size:
            return None
        return {"size": since.size, "proof": told_hashes(self.log.consistency(since.size, now.size))}


def told_version(one: Version, leaf: dict[str, Any] | None) -> dict[str, Any]:
    """A report with its hash, and its leaf where there is one."""
    return {"number": one.number, "sha256": one.hash.hex(), "leaf": leaf}


def told_hashes(hashes: Any) -> list[str]:
    """Hashes in JSON."""
    return [base64.b64encode(one).decode() for one in hashes]
