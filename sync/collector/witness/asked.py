"""Asked: a request to cosign, and each answer that the specification has for it."""

import re
from dataclasses import dataclass

from sync.protocol.tlog.checkpoint import Checkpoint, read_hash
from sync.protocol.tlog.errors import NoteWrong, ProofWrong
from sync.protocol.tlog.merkle import EMPTY_ROOT, PROOF_HASHES_MAX, check_consistency
from sync.protocol.tlog.note import NOTE_BYTES_MAX, Note

REQUEST_BYTES_MAX = NOTE_BYTES_MAX + PROOF_HASHES_MAX * 45 + 64
TEXT = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"
_OLD = re.compile("old (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP."""

    status: int
    body: str
    media_type: str = TEXT


class NotCosigned(Exception):
    """The checkpoint is not cosigned; ``answer`` says why."""

    def __init__(self, status: int, body: str, media_type: str = TEXT) -> None:
        super().__init__(body)
        self.answer = Answer(status, body if body.endswith("\n") else f"{body}\n", media_type)


@dataclass(frozen=True, slots=True)
class Asked:
    """A checkpoint to cosign, and the proof that it holds the one of before."""

    old_size: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint

    @classmethod
    def parse(cls, body: bytes) -> "Asked":
        """The request's parts; raises NotCosigned (400)."""
        try:
            head, gap, note = body.decode("utf-8").partition("\n\n")
            first, *proof = head.split("\n")
            old = _OLD.fullmatch(first)
            if not gap or old is None or len(proof) > PROOF_HASHES_MAX:
                raise NoteWrong("a request is an old size, at most 63 hashes, an empty line and a checkpoint")
            parsed = Note.parse(note)
            return cls(int(old[1]), tuple(map(read_hash, proof)), parsed, Checkpoint.parse(parsed.text))
        except ValueError as error:
            raise NotCosigned(400, str(error)) from error

    def require_follows(self, known: Checkpoint | None) -> None:
        """Raise NotCosigned unless this holds all that was cosigned before (400, 409, 422)."""
        size = 0 if known is None else known.size
        if self.old_size > self.checkpoint.size:
            raise NotCosigned(400, "the old size is larger than the checkpoint's")
        if self.old_size != size:
            raise NotCosigned(409, f"{size}\n", SIZE)
        if self.checkpoint.size == 0 and self.checkpoint.root != EMPTY_ROOT:
            raise NotCosigned(422, "the tree of no leaves has another root")
        root = EMPTY_ROOT if known is None else known.root
        try:
            check_consistency(size, root, self.checkpoint.size, self.checkpoint.root, self.proof)
        except ProofWrong as error:
            raise NotCosigned(422, str(error)) from error
