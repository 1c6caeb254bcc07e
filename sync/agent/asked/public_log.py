"""Public log: how far this kiosk's journal is in it, what does not hold, and what a person does about it."""

import errno
import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import msgspec

from kiosk.base.private_file import write_private
from kiosk.base.texts import Texts
from sync.agent.device.enroll import KioskFiles
from sync.agent.errors import FileUnusable
from sync.agent.transparency.kept import CONCERNS, PROOFS_FAILED, Doubt, KeptLog, Source, keep_log, load_kept
from sync.agent.transparency.overdue import OVERDUE
from sync.protocol.tlog.note import Note
from sync.protocol.tlog.statement import WHOLE

EVIDENCE = "hailong-log-evidence"
COSIGNATURE_BYTES = 8 + 64
"""A cosignature is a time and an Ed25519 signature (c2sp.org/tlog-cosignature)."""


@dataclass(frozen=True, slots=True)
class LogSeen:
    """What the kiosk knows of the log."""

    origin: str
    size: int
    """Leaves of the newest checkpoint that was believed; 0 before the first."""
    witnesses: int
    """How many of the known witnesses cosigned it."""
    quorum: int
    known: int
    """How many witnesses this kiosk knows."""
    strangers: int
    """How many others cosigned it, by keys that this kiosk does not know: nothing is proven by them."""
    day: str | None
    """Through the end of which day the journal is in the log, ISO; None while it was not found there."""
    seq: int
    """Through which entry."""
    source: Source
    since: str
    """The day on which the log's keys were learned, ISO."""
    restarted_at: str | None
    was_whole: bool
    """With the newest new start: nothing of the log before was lost."""
    key_changed_at: str | None
    doubt: Doubt | None
    doubt_at: str | None
    doubt_detail: str | None

    @property
    def failed(self) -> bool:
        """Whether a proof failed: what is told to everybody."""
        return self.doubt in PROOFS_FAILED

    @property
    def concerns(self) -> bool:
        """Whether something is out of order or overdue that no proof shows: what staff and the office are told."""
        return self.doubt in CONCERNS or self.doubt in OVERDUE


def log_seen(path: Path) -> LogSeen | None:
    """What is kept at ``path``; None where no log is known."""
    kept = load_kept(path)
    if kept is None:
        return None
    checkpoint, proven, doubt = kept.checkpoint, kept.proven, kept.doubt
    changed = {change.kind: change.at for change in kept.changes}
    return LogSeen(
        origin=kept.log.name,
        size=checkpoint.size if checkpoint else 0,
        witnesses=kept.witnessed,
        quorum=kept.roots.quorum,
        known=len(kept.witnesses),
        strangers=_strangers(kept),
        day=proven.day if proven else None,
        seq=proven.seq if proven else 0,
        source=kept.source,
        since=kept.since,
        restarted_at=changed.get("restarted"),
        was_whole=kept.restarted is not None and f"\n{WHOLE}\n\n" in kept.restarted.statement,
        key_changed_at=changed.get("key"),
        doubt=doubt.code if doubt else None,
        doubt_at=doubt.at if doubt else None,
        doubt_detail=doubt.detail if doubt else None,
    )


def _strangers(kept: KeptLog) -> int:
    signatures = Note.parse(kept.note).signatures if kept.note else ()
    known = {(one.name, one.key_id) for one in kept.witnesses}
    cosigned = [one for one in signatures if one.name != kept.log.name and len(one.signature) == COSIGNATURE_BYTES]
    return sum((one.name, one.key_id) not in known for one in cosigned)


def log_lines(seen: LogSeen | None, t: Texts) -> list[str]:
    """The same as a person reads it, one matter a line."""
    if seen is None:
        return [t("No public log is known to this kiosk.")]
    lines = [reach_line(seen, t)]
    if seen.size:
        lines.append(witness_line(seen, t))
    if seen.source is Source.COLLECTOR:
        lines.append(t("The log's keys were first told by the collector itself, on {day}.", day=_day(seen.since, t)))
    if seen.key_changed_at:
        lines.append(
            t("The log changed its key on {day}; the old key signed the new one.", day=_day(seen.key_changed_at, t))
        )
    if seen.restarted_at:
        lines.append(restart_line(seen.restarted_at, t, was_whole=seen.was_whole))
    if seen.doubt is not None:
        said, remedy = doubt_words(seen.doubt, t)
        lines += [f"{said}.", t("What to do: {remedy}", remedy=remedy)]
        lines.append(t("In detail: {detail}", detail=f"{seen.doubt} ({seen.doubt_at}): {seen.doubt_detail}"))
    return lines


def restart_line(at: str, t: Texts, *, was_whole: bool) -> str:
    """That the log was begun anew, and whether there was need to."""
    day = _day(at, t)
    if was_whole:
        return t(
            "The log was restarted on {day}, although nothing of the old one was lost. What this kiosk saw of it "
            "is kept.",
            day=day,
        )
    return t("The log was restarted on {day}: the old one was lost, and what this kiosk saw of it is kept.", day=day)


def reach_line(seen: LogSeen, t: Texts) -> str:
    """How far the journal is in the log."""
    if seen.day is None:
        return t("Public log {origin}: this kiosk's entries are not in it yet.", origin=seen.origin)
    day = _day(seen.day, t)
    return t("Public log {origin}: this kiosk's entries to the end of {day} are in it.", origin=seen.origin, day=day)


def witness_line(seen: LogSeen, t: Texts) -> str:
    """Whether others vouch that everybody is shown one log; for a kiosk that has seen a checkpoint."""
    if seen.known == 0 and seen.strangers:
        return t(
            "One story is not proven: other offices have signed the log, but this kiosk does not know them; it "
            "was enrolled before they were named."
        )
    if seen.known == 0:
        return t("One story is not proven: no other office witnesses this log.")
    if seen.witnesses < max(1, seen.quorum):
        return t(
            "One story is not proven: too few other offices have signed the log ({n} of {of}).",
            n=t.number(seen.witnesses),
            of=t.number(max(1, seen.quorum)),
        )
    return t("Other offices that signed the log: {n}.", n=t.number(seen.witnesses))


def doubt_words(doubt: Doubt, t: Texts) -> tuple[str, str]:
    """What does not hold, and what to do about it."""
    said, remedy = DOUBTS[doubt]
    return t(said), t(remedy)


_LOOK = "keep the evidence with: kiosk log --evidence DIR; have an auditor look at it, then run: kiosk log --seen"
DOUBTS = {
    Doubt.UNREADABLE: (
        "What the collector says of the public log cannot be read",
        "have the collector and the proxies before it looked at",
    ),
    Doubt.SIGNATURE: (
        "The collector shows a public log that the log's key did not sign",
        (
            "ask at the collector whether the key was changed without: collector log new-key, or whether a backup "
            "from before the key's change was restored there"
        ),
    ),
    Doubt.WITNESS: (
        "A signature of another office on the public log is false",
        "have the collector's staff ask that office",
    ),
    Doubt.ROOTS: (
        "The keys of the public log are not signed by this kiosk's collector",
        "have public_url looked at in the collector's settings, or enrol this kiosk again",
    ),
    Doubt.OLDER: (
        "The collector shows an older state of the public log than before",
        "at the collector, run: collector log rebuild",
    ),
    Doubt.ROOT: ("The public log exists in two versions", _LOOK),
    Doubt.CONSISTENCY: ("The public log was rewritten: it does not hold what it held before", _LOOK),
    Doubt.LEAF: ("The public log does not hold this kiosk's entries as they are on its disk", _LOOK),
    Doubt.RESTART: ("The new public log does not begin with the end of the old one", _LOOK),
    Doubt.BEYOND: ("The public log names more entries than this kiosk has made", _LOOK),
    Doubt.LEFT_OUT: ("The public log goes on without entries that this kiosk has delivered", _LOOK),
    Doubt.LOST: ("The public log was begun anew without a part of the old one that this kiosk had seen", _LOOK),
    Doubt.STALLED: (
        "The public log has not held what this kiosk delivered for days",
        "ask at the collector why: collector log status",
    ),
    Doubt.QUIET: (
        "The public log has not grown for weeks",
        "ask at the collector why: collector log status",
    ),
    Doubt.UNWITNESSED: (
        "Too few other offices have signed the public log that this kiosk is shown, for days",
        (
            "ask those offices whether they watch this log; where the office has other witnesses by now, enrol this "
            "kiosk again"
        ),
    ),
}
"""What is said of each, and what is done about it."""


def write_evidence(directory: Path, to: Path, now: datetime) -> Path:
    """Write all that the kiosk keeps of the log into a new file in the folder ``to``; no rating is in it.

    Raises FileUnusable.
    """
    kept = _known(directory)
    file = to / f"{EVIDENCE}-{now:%Y%m%d-%H%M%S}.json"
    if not to.is_dir():  # it is mistyped, or a stick that is not in: nothing is made
        why = os.strerror(errno.ENOTDIR if to.exists() else errno.ENOENT)
        raise FileUnusable("{file} cannot be written ({why})", file=file, why=why)
    try:
        write_private(file, msgspec.json.format(msgspec.json.encode(kept)) + b"\n", durable=True)
    except OSError as error:
        raise FileUnusable("{file} cannot be written ({why})", file=file, why=error.strerror) from error
    return file


def see_to(directory: Path, now: datetime) -> bool:
    """A person has seen to the failed proof or the concern: it is told no more; its evidence stays beside the journal.

    Whether there was one. Raises FileUnusable.
    """
    kept = _known(directory)
    if kept.fault is None and kept.concern is None:
        return False
    aside = directory / f"{EVIDENCE}-{now:%Y%m%d-%H%M%S}.json"
    try:
        write_private(aside, msgspec.json.format(msgspec.json.encode(kept)), durable=True)
        keep_log(KioskFiles(directory).log, msgspec.structs.replace(kept, fault=None, concern=None))
    except OSError as error:
        raise FileUnusable("{file} cannot be written ({why})", file=aside, why=error.strerror) from error
    return True


def _known(directory: Path) -> KeptLog:
    path = KioskFiles(directory).log
    kept = load_kept(path)
    if kept is None:
        raise FileUnusable("no public log is known to this kiosk", file=path)
    return kept


def _day(value: str, t: Texts) -> str:
    return t.day(date.fromisoformat(value[:10]))
