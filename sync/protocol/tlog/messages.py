"""Messages about the log that travel between collector and kiosk, inside those of ``sync/protocol/messages.py``."""

from typing import Annotated, Literal

import msgspec

from sync.protocol.tlog.errors import NoteWrong
from sync.protocol.tlog.merkle import PROOF_HASHES_MAX

WITNESSES_MAX = 16
CHECKPOINT_MAX = 32_000
"""Characters of a checkpoint with its cosignatures."""
STATEMENTS_MAX = 32
"""Changed keys and new starts of a log that are told at once."""

LogHash = Annotated[str, msgspec.Meta(pattern="^([0-9A-Za-z+/]{43}=)?$")]
"""32 bytes as standard base64, as the log's formats have it; empty where that is said."""
LogProof = Annotated[list[LogHash], msgspec.Meta(max_length=PROOF_HASHES_MAX)]
LogText = Annotated[str, msgspec.Meta(max_length=1_000)]
_Number = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class LogRoots(msgspec.Struct, frozen=True, omit_defaults=True):
    """By which a kiosk knows its collector's transparency log and those who watch it; told once."""

    vkey: LogText
    """The log's verifier key; its name is the log's origin."""
    witnesses: Annotated[list[LogText], msgspec.Meta(max_length=WITNESSES_MAX)] = []
    """The witnesses' verifier keys."""
    quorum: Annotated[int, msgspec.Meta(ge=0, le=WITNESSES_MAX)] = 0
    """How many of them must have cosigned a checkpoint."""


class SignedLogRoots(msgspec.Struct, frozen=True):
    """The same for a kiosk that was enrolled before there was a log, signed with the collector's own key."""

    log: LogRoots
    address: str
    """The collector's, as kiosks call it."""
    proof: LogText
    """The collector's signature, base64."""


class LogKept(msgspec.Struct, frozen=True, omit_defaults=True):
    """The newest checkpoint that a kiosk keeps."""

    origin: LogText
    """Empty where the kiosk knows no log yet and asks for ``SignedLogRoots``."""
    size: _Number
    witnesses: Annotated[int, msgspec.Meta(ge=0, le=WITNESSES_MAX)] = 0
    """How many of the witnesses that it knows cosigned it."""
    seq: _Number = 0
    """Through which entry of the journal in the status it found its own chain in the log; 0 where it did not yet."""
    checkpoint: Annotated[str, msgspec.Meta(max_length=CHECKPOINT_MAX)] = ""
    """The whole note of it, where the collector asked to be shown it."""


class LogLeaf(msgspec.Struct, frozen=True, omit_defaults=True):
    """The newest leaf of the kiosk's journal below the checkpoint."""

    kind: Literal["journal", "ended"]
    date: Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    index: _Number
    seq: _Number
    """The journal's last entry on that day."""
    proof: LogProof = []
    """Of inclusion in the checkpoint's tree."""
    cuts_size: _Number = 0
    """Of the tree of the journal's cuts that the leaf commits to."""
    cuts_root: LogHash = ""
    """Its root; empty for the empty tree."""


class LogAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is new in the transparency log for a kiosk; all of it is checked against what the kiosk keeps."""

    checkpoint: Annotated[str, msgspec.Meta(max_length=CHECKPOINT_MAX)] = ""
    """The signed note with its cosignatures."""
    consistency: LogProof = []
    """From the checkpoint that the kiosk keeps, of the same origin; none from the empty tree."""
    leaf: LogLeaf | None = None
    statements: Annotated[list[LogText], msgspec.Meta(max_length=STATEMENTS_MAX)] = []
    """All changed keys and new starts that lead to the log as it is, oldest first; the kiosk may know some already."""
    first: LogProof = []
    """Where the last new start is new to the kiosk: that its statement is the new log's first leaf."""
    roots: SignedLogRoots | None = None
    """For a kiosk that knows no log yet."""
    show: bool = False
    """Whether the kiosk is to show its checkpoint with its next status: it is newer than the collector's."""


class CarriedLog(msgspec.Struct, frozen=True, omit_defaults=True):
    """The same for kiosks without a network, in a file for all of them: from whichever checkpoint one of them keeps."""

    checkpoint: Annotated[str, msgspec.Meta(max_length=CHECKPOINT_MAX)]
    consistency: dict[str, LogProof] = {}
    """By the size of an earlier checkpoint of the same origin, as a decimal number."""
    statements: Annotated[list[LogText], msgspec.Meta(max_length=STATEMENTS_MAX)] = []
    first: LogProof = []


def read_carried(log: object, leaf: object) -> tuple[CarriedLog, LogLeaf | None]:
    """What an acknowledgement says of the log, and of a journal in it, as it was decoded. Raises NoteWrong."""
    try:
        return msgspec.convert(log, CarriedLog), msgspec.convert(leaf, LogLeaf | None)
    except (msgspec.ValidationError, RecursionError) as error:
        raise NoteWrong(f"what the file says of the log cannot be read: {error}") from error


def read_log_answer(member: object) -> LogAnswer | None:
    """What a ``StatusAnswer`` says of the log, as it was decoded; None where it says nothing. Raises NoteWrong."""
    try:
        return msgspec.convert(member, LogAnswer | None)
    except (msgspec.ValidationError, RecursionError) as error:
        raise NoteWrong(f"the answer about the log cannot be read: {error}") from error
