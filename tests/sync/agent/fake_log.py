"""A collector's log in memory, that can be told to do everything that a log must not do."""

from dataclasses import dataclass, field, replace
from datetime import date

import msgspec

from kiosk.domain.merkle import EMPTY_ROOT
from kiosk.journal.chain import Cursor
from sync.protocol.messages import DeviceStatus
from sync.protocol.tlog.checkpoint import write_hash
from sync.protocol.tlog.leaf import Reached, journal_leaf, journal_secret, note_hash, restart_leaf
from sync.protocol.tlog.merkle import prove_consistency, prove_inclusion
from sync.protocol.tlog.messages import LogAnswer, LogLeaf, LogRoots
from sync.protocol.tlog.note import Cosigner, Signer
from sync.protocol.tlog.statement import KeyChange, Restarted
from tests.fakes import InMemoryJournal
from tests.sync.protocol.tlog.samples import LOG, WITNESS, read_of, signed_note


@dataclass
class FakeLog:
    """Leaves, and how a status is answered by them."""

    signer: Signer = LOG
    witnesses: tuple[Cosigner, ...] = (WITNESS,)
    leaves: list[bytes] = field(default_factory=list)
    journals: dict[str, LogLeaf] = field(default_factory=dict)
    """The newest leaf of each journal."""
    statements: list[str] = field(default_factory=list)

    @property
    def roots(self) -> LogRoots:
        """By which a kiosk knows this log."""
        return LogRoots(self.signer.vkey, [one.vkey for one in self.witnesses], len(self.witnesses))

    def add(self, *leaves: bytes) -> None:
        """Leaves of others."""
        self.leaves += leaves

    def add_journal(
        self,
        journal: InMemoryJournal,
        day: date,
        seq: int | None = None,
        head: bytes | None = None,
        cuts: tuple[int, bytes] = (0, EMPTY_ROOT),
    ) -> None:
        """The leaf of a journal that grew, as far as it goes."""
        seq = len(journal.lines) if seq is None else seq
        head = head or Cursor.start(journal.id).after(journal.lines[:seq]).head
        secret = journal_secret(Cursor.start(journal.id).after(journal.lines[:1]).head)
        self.journals[journal.id] = LogLeaf(
            "journal", day.isoformat(), len(self.leaves), seq, [], cuts[0], write_hash(cuts[1]) if cuts[0] else ""
        )
        self.leaves.append(journal_leaf(secret, Reached(day, seq, head, *cuts)).raw)

    def note(self) -> str:
        """The checkpoint as it is now."""
        return signed_note(self.leaves, self.signer, *self.witnesses).format()

    def answer(self, status: DeviceStatus) -> LogAnswer | None:
        """What a collector that keeps the rules answers."""
        kept, size = status.log, len(self.leaves)
        assert kept is not None
        leaf, read = self.journals.get(status.journal_id), read_of(self.leaves)
        is_ours = kept.origin == self.signer.name
        if is_ours and kept.size == size and (leaf is None or leaf.seq <= kept.seq):
            return None
        if leaf is not None:
            proof = [write_hash(one) for one in prove_inclusion(leaf.index, size, read)]
            leaf = msgspec.structs.replace(leaf, proof=proof)
        old = kept.size if is_ours else 0
        consistency = [write_hash(one) for one in prove_consistency(old, size, read)] if old <= size else []
        first = [] if is_ours else [write_hash(one) for one in prove_inclusion(0, size, read)]
        return LogAnswer(self.note(), consistency, leaf, list(self.statements), first)

    def with_new_key(self, signer: Signer, day: date) -> "FakeLog":
        """The same log under another key, which the old one vouches for."""
        change = KeyChange(self.signer.verifier, signer.verifier, day).sign(self.signer).format()
        return replace(self, signer=signer, statements=[*self.statements, change])

    def restarted(self, signer: Signer, day: date, lost: int = 0) -> "FakeLog":
        """A new log after the old one was lost, of which all but the last ``lost`` leaves were still known."""
        known = self.leaves[: len(self.leaves) - lost]
        last = signed_note(known, self.signer, *self.witnesses).format()
        said = Restarted(self.signer.verifier, signer.verifier, day, note_hash(last), len(known))
        first = restart_leaf(day, note_hash(last), len(known)).raw
        return FakeLog(signer, self.witnesses, [first], {}, [*self.statements, said.sign(self.signer).format()])
