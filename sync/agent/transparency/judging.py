"""Judging: what a collector says of its log is held to what the kiosk keeps and to the journal on its disk.

Statements first: the log may have another key, or be another log that goes on where the old one was lost. Then the
checkpoint: the log's signature, the witnesses', and that it holds all that the kept one held. Then the kiosk's own
leaf: that it is in the log, and that it is this very journal.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

import msgspec

from sync.agent.transparency.kept import HISTORY_MAX, Change, Doubt, KeptLog, Proven
from sync.protocol.tlog.checkpoint import Checkpoint, open_checkpoint, read_hash
from sync.protocol.tlog.errors import LogWrong, NoteWrong, ProofWrong
from sync.protocol.tlog.leaf import Reached, journal_leaf, journal_secret, restart_leaf
from sync.protocol.tlog.merkle import EMPTY_ROOT, check_consistency, check_inclusion, leaf_hash
from sync.protocol.tlog.messages import LogAnswer, LogLeaf
from sync.protocol.tlog.note import Note
from sync.protocol.tlog.statement import KeyChange, Restarted


class Chain(Protocol):
    """The journal on the disk."""

    id: str

    def hash_at(self, seq: int) -> bytes | None:
        """The hash after an entry; None where it is not known, or not any more."""
        ...

    def cuts_at(self, seq: int) -> tuple[int, bytes]:
        """How many cuts are in the journal's own tree up to an entry, and its root; 0 also where it is not known."""
        ...


class NotBelieved(Exception):
    """Something does not hold; ``str()`` says what, ``kept`` is what is kept all the same."""

    def __init__(self, code: Doubt, why: str, kept: KeptLog) -> None:
        super().__init__(why)
        self.code = code
        self.kept = kept


@dataclass(frozen=True)
class Judge:
    """Whom and what the kiosk holds an answer to."""

    chain: Chain
    now: datetime
    collector_key: bytes | None = None
    """The collector's own public key, which may vouch for a log that was started anew."""

    def judge(self, kept: KeptLog, answer: LogAnswer) -> KeptLog:
        """What is kept after a good answer; raises NotBelieved."""
        if not answer.checkpoint:
            return kept
        followed, restarted = self._follow(kept, answer)
        note, checkpoint = _opened(kept, followed, answer.checkpoint)
        if restarted is not None:
            _require_begun(kept, restarted, checkpoint, answer)
        _require_grown(kept, followed, checkpoint, answer)
        known = followed.checkpoint
        cosigned = len(note.verified_by(followed.witnesses))
        fewer = known is not None and known.size == checkpoint.size and followed.witnessed >= cosigned
        taken = followed if fewer else msgspec.structs.replace(followed, note=note.format())
        return taken if answer.leaf is None else self._with_leaf(taken, checkpoint, answer.leaf)

    def _follow(self, kept: KeptLog, answer: LogAnswer) -> tuple[KeptLog, Restarted | None]:
        """The log's key by its statements, and the last new start among them; what is not ours is passed over."""
        restarted = None
        for text in answer.statements:
            try:
                note = Note.parse(text)
                changed = self._changed(kept, note, text)
            except LogWrong:
                continue
            kept, restarted = changed[0], changed[1] or restarted
        return kept, restarted

    def _changed(self, kept: KeptLog, note: Note, text: str) -> tuple[KeptLog, Restarted | None]:
        at = self.now.isoformat(timespec="seconds")
        try:
            new, change, note_now = KeyChange.open(note, kept.log).new, Change("key", at, text), kept.note
            restarted, proven = None, kept.proven
        except NoteWrong:
            restarted = Restarted.open(note, kept.log, self.collector_key)
            new, change = restarted.new, Change("restarted", at, text, kept.note)
            note_now, proven = "", None
        changes = (*kept.changes, change)[-HISTORY_MAX:]
        fresh = msgspec.structs.replace(kept, vkey=new.vkey, note=note_now, proven=proven, changes=changes)
        return fresh, restarted

    def _with_leaf(self, kept: KeptLog, checkpoint: Checkpoint, leaf: LogLeaf) -> KeptLog:
        """What is kept once the leaf is proven to be of this journal; no more where the disk does not know."""
        first, head = self.chain.hash_at(1), self.chain.hash_at(leaf.seq)
        if first is None or head is None or leaf.seq < 1:
            return kept
        try:
            cuts_root = read_hash(leaf.cuts_root) if leaf.cuts_size else EMPTY_ROOT
            known = self.chain.cuts_at(leaf.seq)
            if known[0] and known != (leaf.cuts_size, cuts_root):
                raise ProofWrong("the leaf is of other cuts than this kiosk's")
            reached = Reached(date.fromisoformat(leaf.date), leaf.seq, head, leaf.cuts_size, cuts_root)
            own = journal_leaf(journal_secret(first), reached, ended=leaf.kind == "ended")
            proof = [read_hash(one) for one in leaf.proof]
            check_inclusion(leaf_hash(own.raw), leaf.index, checkpoint.size, proof, checkpoint.root)
        except ValueError as error:
            why = f"the log does not hold this journal as it is through entry {leaf.seq}: {error}"
            raise NotBelieved(Doubt.LEAF, why, kept) from error
        further = kept.told(self.chain.id).seq <= leaf.seq
        return msgspec.structs.replace(kept, proven=Proven(self.chain.id, leaf.seq, leaf.date)) if further else kept


def _opened(kept: KeptLog, followed: KeptLog, text: str) -> tuple[Note, Checkpoint]:
    """The checkpoint that the log signed, and whose cosignatures hold."""
    try:
        note = Note.parse(text)
    except NoteWrong as error:
        raise NotBelieved(Doubt.UNREADABLE, str(error), kept) from error
    try:
        checkpoint = open_checkpoint(note, followed.log)
    except NoteWrong as error:
        raise NotBelieved(Doubt.SIGNATURE, str(error), kept) from error
    try:
        note.verified_by(followed.witnesses)
    except NoteWrong as error:
        raise NotBelieved(Doubt.WITNESS, str(error), kept) from error
    return note, checkpoint


def _require_begun(kept: KeptLog, restarted: Restarted, checkpoint: Checkpoint, answer: LogAnswer) -> None:
    """Raise NotBelieved unless the new log begins with what its statement says of the old one."""
    first = restart_leaf(restarted.day, restarted.last_hash, restarted.last_size)
    try:
        proof = [read_hash(one) for one in answer.first]
        check_inclusion(leaf_hash(first.raw), 0, checkpoint.size, proof, checkpoint.root)
    except LogWrong as error:
        raise NotBelieved(Doubt.RESTART, f"the new log does not begin with its statement: {error}", kept) from error


def _require_grown(kept: KeptLog, followed: KeptLog, checkpoint: Checkpoint, answer: LogAnswer) -> None:
    """Raise NotBelieved unless the checkpoint holds all that the kept one held."""
    known = followed.checkpoint or Checkpoint(checkpoint.origin, 0, EMPTY_ROOT)
    if checkpoint.size < known.size:
        why = f"a checkpoint of {checkpoint.size} leaves came after one of {known.size}"
        raise NotBelieved(Doubt.OLDER, why, kept)
    if checkpoint.size == known.size and checkpoint.root != known.root:
        raise NotBelieved(Doubt.ROOT, f"the log signed two different trees of {known.size} leaves", kept)
    try:
        proof = [read_hash(one) for one in answer.consistency] if 0 < known.size < checkpoint.size else []
        check_consistency(known.size, known.root, checkpoint.size, checkpoint.root, proof)
    except LogWrong as error:
        raise NotBelieved(Doubt.CONSISTENCY, str(error), kept) from error
