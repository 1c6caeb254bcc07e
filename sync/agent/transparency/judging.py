"""Judging: what a collector says of its log is held to what the kiosk keeps and to the journal on its disk.

Statements first: the log may have another key, or be another log that goes on where the old one was lost. Then the
checkpoint: the log's signature, the witnesses', and that it holds all that the kept one held. Then the kiosk's own
leaf: that it is in the log, and that it is this very journal. Last what no proof shows: leaves that are not sent, or
are of entries that nobody made, and leaves of a lost log that its follower does not name.
"""

from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from kiosk.journal.chain import Cursor
from sync.agent.transparency.awaited import GROWN_DAYS_MAX, awaited_next, is_beyond
from sync.agent.transparency.chain import Chain
from sync.agent.transparency.kept import HISTORY_MAX, Change, Doubt, KeptLog, Proven
from sync.protocol.tlog.checkpoint import Checkpoint, open_checkpoint, read_hash
from sync.protocol.tlog.errors import LogWrong, NoteWrong, ProofWrong
from sync.protocol.tlog.leaf import Reached, journal_leaf, journal_secret, restart_leaf
from sync.protocol.tlog.merkle import EMPTY_ROOT, check_consistency, check_inclusion, leaf_hash
from sync.protocol.tlog.messages import LogAnswer, LogLeaf
from sync.protocol.tlog.note import Note
from sync.protocol.tlog.statement import KeyChange, Restarted


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
    cursor: Cursor
    """How far the collector says that its copy of the journal reaches."""
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
        proven = taken if answer.leaf is None else self._with_leaf(taken, checkpoint, answer.leaf)
        has_grown = known is None or known.size < checkpoint.size
        held = self._with_awaited(proven, answer.leaf) if has_grown else proven
        _require_all_named(kept, held)
        return held

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
            restarted, proven, awaited = None, kept.proven, kept.awaited
        except NoteWrong:
            restarted = Restarted.open(note, kept.log, self.collector_key)
            known = 0 if kept.checkpoint is None else kept.checkpoint.size
            lost = max(0, known - restarted.last_size)
            new, change = restarted.new, Change("restarted", at, text, kept.note, lost)
            # What is awaited stays so: else a log that begins anew every other day would never have to hold it.
            note_now, proven, awaited = "", None, kept.awaited
        changes = (*kept.changes, change)[-HISTORY_MAX:]
        fresh = msgspec.structs.replace(
            kept, vkey=new.vkey, note=note_now, proven=proven, awaited=awaited, changes=changes
        )
        return fresh, restarted

    def _with_awaited(self, kept: KeptLog, leaf: LogLeaf | None) -> KeptLog:
        """What is kept once the log grew: what is awaited of it next. Raises NotBelieved where that is not in order."""
        if leaf is not None and is_beyond(self.chain, self.cursor, leaf):
            last = self.chain.head().next_seq - 1
            why = f"the log's leaf of {leaf.date} is of entry {leaf.seq}; this kiosk's last one is {last}"
            raise NotBelieved(Doubt.BEYOND, why, kept)
        awaited = awaited_next(kept.awaited, self.chain, self.cursor, leaf, self.now.date())
        held = msgspec.structs.replace(kept, awaited=awaited)
        if awaited is not None and awaited.journal_id == self.chain.id and awaited.days >= GROWN_DAYS_MAX:
            through = "it has no leaf of it" if leaf is None else f"its leaf of {leaf.date} is of entry {leaf.seq}"
            why = f"the log grew on {awaited.days} days without this journal through entry {awaited.seq}: {through}"
            raise NotBelieved(Doubt.LEFT_OUT, why, held)
        return held

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


def _require_all_named(kept: KeptLog, held: KeptLog) -> None:
    """Raise NotBelieved where a log was begun anew and its statement leaves out leaves that the kiosk had seen."""
    lost = sum(change.lost for change in held.changes if change not in kept.changes)
    if lost:
        why = f"the new log's statement names {lost} leaves fewer of the old one than this kiosk had seen"
        raise NotBelieved(Doubt.LOST, why, held)
