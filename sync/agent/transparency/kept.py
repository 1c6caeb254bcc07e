"""Kept: what the kiosk knows of the public log, in one file that a power cut leaves old or new.

Unlike the agent's other notes it is written durably: a kiosk that forgot what it had seen could be told another story.
"""

from datetime import date
from enum import StrEnum
from pathlib import Path

import msgspec

from kiosk.base.private_file import sync_directory, write_private
from sync.protocol.tlog.checkpoint import Checkpoint
from sync.protocol.tlog.errors import NoteWrong
from sync.protocol.tlog.messages import LogKept, LogRoots
from sync.protocol.tlog.note import COSIGNATURE, ED25519, Note, Verifier

HISTORY_MAX = 32
EVIDENCE_MAX = 64 * 1024
"""Characters of an answer that are kept as evidence."""


class Doubt(StrEnum):
    """What does not hold, as it is told to the collector."""

    UNREADABLE = "unreadable"
    """What was said of the log cannot be read, or is too large."""
    SIGNATURE = "signature"
    """A checkpoint that the log did not sign."""
    WITNESS = "witness"
    """A cosignature in a known witness's name that does not hold."""
    ROOTS = "roots"
    """The log's keys, not signed by the kiosk's own collector."""
    OLDER = "older"
    """A checkpoint that is older than the one that is kept."""
    ROOT = "root"
    """Two signed checkpoints of one size that differ."""
    CONSISTENCY = "consistency"
    """A newer checkpoint that does not hold what the kept one held."""
    LEAF = "leaf"
    """The log does not hold this kiosk's journal as it is."""
    RESTART = "restart"
    """A new log that does not begin with the statement of the old one's end."""
    BEYOND = "beyond"
    """A leaf of more entries than this kiosk has made, and than the collector has from it."""
    LEFT_OUT = "left_out"
    """The log grew on several days without entries that the collector had before."""
    LOST = "lost"
    """A new log whose statement names fewer leaves than the kiosk had seen."""
    STALLED = "stalled"
    """The collector answers, and for days its log does not hold what it was delivered."""
    QUIET = "quiet"
    """The collector answers, and for weeks its log does not grow."""
    UNWITNESSED = "unwitnessed"
    """For days the checkpoint is one that too few of the known witnesses signed."""


PROOFS_FAILED = frozenset({Doubt.ROOT, Doubt.CONSISTENCY, Doubt.LEAF, Doubt.RESTART})
"""What a signed checkpoint proves to be wrong: it is told to everybody, until a person has seen to it."""
CONCERNS = frozenset({Doubt.BEYOND, Doubt.LEFT_OUT, Doubt.LOST})
"""What no proof shows and good order does not explain: staff and the office are told, until a person has seen to it."""


class Source(StrEnum):
    """From where the log's keys are known."""

    ENROLMENT = "enrolment"
    SETUP = "setup"
    """A setup file."""
    COLLECTOR = "collector"
    """The collector itself, later, signed with its own key."""


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """What does not hold, since when, and what it was seen by where it stays until a person has seen to it."""

    code: Doubt
    at: str
    """RFC 3339, by the kiosk's clock."""
    detail: str
    """In English, for IT staff."""
    kept: str = ""
    """The checkpoint that was kept then, as it was signed."""
    said: str = ""
    """What the collector said, JSON as it came."""


class Proven(msgspec.Struct, frozen=True):
    """Through which entry a journal is in the log as it is on the kiosk."""

    journal_id: str
    seq: int
    day: str
    """The office's day at whose end the journal had reached that entry."""


class Awaited(msgspec.Struct, frozen=True, omit_defaults=True):
    """Entries that the collector has, and that the log must hold before long."""

    journal_id: str
    seq: int
    """The last of them."""
    day: str
    """When the log was last seen to grow without them, by the kiosk's clock; at first when the collector had them."""
    days: int = 0
    """On how many days it was."""
    asked: int = 0
    """On how many days the collector answered without them being in the log, whether that grew or not."""
    asked_on: str = ""
    """The last of those days."""


class Counted(msgspec.Struct, frozen=True, omit_defaults=True):
    """On how many days the collector answered in the same way."""

    day: str
    """The last one, by the kiosk's clock."""
    days: int = 0
    """How many after the first."""


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """A changed key of the log, or a log that was started anew."""

    kind: str
    """``key`` or ``restarted``."""
    at: str
    """When the kiosk learned of it, RFC 3339 by its clock."""
    statement: str
    """The signed note that says so."""
    note: str = ""
    """With a new start: the last checkpoint of the old log that the kiosk kept."""
    lost: int = 0
    """With a new start: how many leaves of that checkpoint its statement leaves out."""


class KeptLog(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the kiosk knows of the log."""

    roots: LogRoots
    source: Source
    since: str
    """The day on which its keys were learned, by the kiosk's clock."""
    vkey: str
    """The log's key now."""
    note: str = ""
    """The newest checkpoint that was believed; empty before the first."""
    proven: Proven | None = None
    changes: tuple[Change, ...] = ()
    """The oldest first."""
    fault: Fault | None = None
    """A proof that failed, until a person has seen to it."""
    concern: Fault | None = None
    """What good order does not explain, until a person has seen to it."""
    trouble: Fault | None = None
    """What is wrong with the last answer."""
    awaited: Awaited | None = None
    quiet: Counted | None = None
    """Since the log was last seen to grow."""
    unsigned: Counted | None = None
    """Since too few witnesses signed the checkpoint that is kept."""

    @property
    def log(self) -> Verifier:
        """The log's key now, as a verifier."""
        return Verifier.from_text(self.vkey)

    @property
    def witnesses(self) -> tuple[Verifier, ...]:
        """The witnesses whose cosignatures count."""
        return tuple(map(Verifier.from_text, self.roots.witnesses))

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint that was believed."""
        return Checkpoint.parse(Note.parse(self.note).text) if self.note else None

    @property
    def witnessed(self) -> int:
        """How many witnesses cosigned it."""
        return len(Note.parse(self.note).verified_by(self.witnesses)) if self.note else 0

    @property
    def doubt(self) -> Fault | None:
        """What does not hold; a proof that failed before all else."""
        return self.fault or self.concern or self.trouble

    @property
    def restarted(self) -> Change | None:
        """The last new start of the log."""
        return next((change for change in reversed(self.changes) if change.kind == "restarted"), None)

    def told(self, journal_id: str) -> LogKept:
        """What the collector is told of it."""
        checkpoint, proven = self.checkpoint, self.proven
        seq = proven.seq if proven is not None and proven.journal_id == journal_id else 0
        return LogKept(self.log.name, checkpoint.size if checkpoint else 0, self.witnessed, seq)


UNKNOWN = LogKept("", 0)
"""What a kiosk tells that knows no log yet."""


def require_sound(roots: LogRoots) -> None:
    """Raise NoteWrong for keys of other kinds, a witness that is there twice, and a quorum that cannot be reached.

    A cosignature names no witness but by its key: one key under two names would be one witness that counts twice.
    """
    witnesses = [Verifier.from_text(vkey) for vkey in roots.witnesses]
    if Verifier.from_text(roots.vkey).kind != ED25519 or any(one.kind != COSIGNATURE for one in witnesses):
        raise NoteWrong("a log signs with an Ed25519 key, and its witnesses with one for cosignatures")
    if len({one.public_key for one in witnesses}) < len(witnesses) or roots.quorum > len(witnesses):
        raise NoteWrong("each witness counts once, and no more are needed than there are")


def begin_log(path: Path, roots: LogRoots, source: Source, day: date) -> None:
    """Know the log by these keys from now on; what is kept of the same log stays. Raises NoteWrong or OSError."""
    require_sound(roots)
    known = load_kept(path)
    if known is not None and roots.vkey in (known.vkey, known.roots.vkey):
        keep_log(path, msgspec.structs.replace(known, roots=roots))
        return
    if path.exists():
        _keep_aside(path)
    keep_log(path, KeptLog(roots, source, day.isoformat(), roots.vkey))


def load_kept(path: Path) -> KeptLog | None:
    """What is known of the log; None where there is nothing that can be read."""
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=KeptLog)
        require_sound(kept.roots)
        kept.told("")
    except (OSError, ValueError):
        return None
    return kept


def keep_log(path: Path, kept: KeptLog) -> None:
    """Put it in its place; on the disk before this returns."""
    write_private(path, msgspec.json.encode(kept), durable=True)


def _keep_aside(path: Path) -> None:
    numbered = (path.with_name(f"{path.name}.before-{number}") for number in range(1, 1000))
    path.replace(next(aside for aside in numbered if not aside.exists()))
    sync_directory(path.parent)
