"""Watch: the agent's eye on the public log: what it tells of it, and what it takes from an answer."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from kiosk.domain.instant import Clock
from kiosk.journal.chain import Cursor
from kiosk.journal.errors import JournalError
from sync.agent.transparency.chain import Chain
from sync.agent.transparency.judging import Judge, NotBelieved
from sync.agent.transparency.kept import (
    CONCERNS,
    EVIDENCE_MAX,
    PROOFS_FAILED,
    UNKNOWN,
    Doubt,
    Fault,
    KeptLog,
    Source,
    begin_log,
    keep_log,
    load_kept,
)
from sync.agent.transparency.overdue import OVERDUE, after_answer
from sync.protocol.errors import SignatureInvalid
from sync.protocol.messages import SHORT_TEXT_MAX
from sync.protocol.own_key import check_log_roots, raw_key
from sync.protocol.tlog.errors import LogWrong, NoteWrong
from sync.protocol.tlog.messages import LogAnswer, LogKept, SignedLogRoots, read_log_answer

_log = structlog.get_logger("agent.log")


class LogWatch:
    """Reads what is kept at each call: the file is small, and a person may have changed it meanwhile."""

    def __init__(self, path: Path, clock: Clock, collector: Callable[[], tuple[str, str]]) -> None:
        """``collector`` tells the collector's own public key, base64 and perhaps empty, and its address."""
        self._path = path
        self._clock = clock
        self._collector = collector
        self._doubt_of_roots = ""
        self._is_to_show = False

    def told(self, journal_id: str) -> LogKept:
        """What the status says of the log; once with the whole checkpoint, where the collector asked for it."""
        kept = load_kept(self._path)
        if kept is None:
            return UNKNOWN
        told, shows, self._is_to_show = kept.told(journal_id), self._is_to_show, False
        return msgspec.structs.replace(told, checkpoint=kept.note) if shows else told

    def fault(self) -> str | None:
        """What does not hold, as the status says it; None where all does."""
        kept = load_kept(self._path)
        if kept is None:
            return self._doubt_of_roots or None
        return None if kept.doubt is None else str(kept.doubt.code)[:SHORT_TEXT_MAX]

    def take(self, member: object, chain: Chain, cursor: Cursor, known: Cursor | None = None) -> None:
        """Take what a status was answered of the log, and its ``cursor``. What is wrong is noted; nothing is raised.

        ``known`` is how far the collector is known to reach from before: one that now says less, to be held to less,
        is held to that as long as it says no other past. A restored one has all of it again by the next night.
        """
        try:
            self._take(member, chain, _further(chain, cursor, known))
        except (JournalError, OSError) as error:
            # The ratings come first: a disk that is full, or a journal that cannot be read, is told of elsewhere.
            _log.warning("log_not_looked_at", detail=str(error))

    def refuse(self, why: str) -> None:
        """Note that an answer could not be read at all; nothing is raised."""
        kept = load_kept(self._path)
        if kept is None:
            return
        try:
            self._doubt(NotBelieved(Doubt.UNREADABLE, why, kept), kept, "")
        except OSError as error:
            _log.warning("log_not_looked_at", detail=str(error))

    def _take(self, member: object, chain: Chain, cursor: Cursor) -> None:
        kept = load_kept(self._path)
        said = msgspec.json.encode(member).decode()[:EVIDENCE_MAX]
        try:
            answer = read_log_answer(member)
        except NoteWrong as error:
            if kept is not None:
                self._doubt(NotBelieved(Doubt.UNREADABLE, str(error), kept), kept, said)
            return
        if kept is None:
            if answer is not None and answer.roots is not None:
                self._take_roots(answer.roots)
            return
        self._is_to_show = answer is not None and answer.show
        if answer is not None and answer.checkpoint:
            self._judge(kept, answer, said, chain, cursor)
        else:
            self._keep(kept, after_answer(kept, chain, cursor, self._clock.now().wall, has_grown=False))

    def _judge(self, kept: KeptLog, answer: LogAnswer, said: str, chain: Chain, cursor: Cursor) -> None:
        key = self._collector()[0]
        try:
            now = self._clock.now().wall
            judged = Judge(chain, now, cursor, raw_key(key) if key else None).judge(kept, answer)
        except NotBelieved as doubt:
            self._doubt(doubt, kept, said)
        except SignatureInvalid as error:
            _log.warning("log_not_looked_at", detail=str(error))
        else:
            has_grown = (kept.vkey, kept.told("").size) != (judged.vkey, judged.told("").size)
            fresh = msgspec.structs.replace(judged, trouble=_if_overdue(kept.trouble))
            self._keep(kept, after_answer(fresh, chain, cursor, now, has_grown=has_grown))
            _log.info("log_seen", size=fresh.told(chain.id).size, witnesses=fresh.witnessed)

    def _keep(self, kept: KeptLog, fresh: KeptLog) -> None:
        """Put it on the disk where it changed."""
        if fresh == kept:
            return
        keep_log(self._path, fresh)
        if fresh.trouble is not None and fresh.trouble.code in OVERDUE and fresh.trouble != kept.trouble:
            _log.warning("log_overdue", code=str(fresh.trouble.code), detail=fresh.trouble.detail)

    def _doubt(self, doubt: NotBelieved, kept: KeptLog, said: str) -> None:
        """Note what does not hold; the first proof that failed stays with what proves it, and so does a concern."""
        fault = Fault(doubt.code, self._clock.now().wall.isoformat(timespec="seconds"), str(doubt)[:500])
        evidence = msgspec.structs.replace(fault, kept=kept.note, said=said)
        if doubt.code in PROOFS_FAILED:
            fresh = msgspec.structs.replace(doubt.kept, fault=kept.fault or evidence, trouble=None)
        elif doubt.code in CONCERNS:
            fresh = msgspec.structs.replace(doubt.kept, concern=kept.concern or evidence, trouble=None)
        else:
            same = kept.trouble is not None and kept.trouble.code == doubt.code
            fresh = msgspec.structs.replace(doubt.kept, trouble=kept.trouble if same else fault)
        if fresh != kept:
            keep_log(self._path, fresh)
            _log.warning("log_not_believed", code=str(doubt.code), detail=str(doubt))

    def _take_roots(self, signed: SignedLogRoots) -> None:
        """Know the log by what the collector says, once, signed with the key by which the kiosk knows its collector."""
        key, address = self._collector()
        if not key:
            return  # it comes with the office's settings, and the roots with the status after that
        try:
            roots = check_log_roots(signed, key, address)
            begin_log(self._path, roots, Source.COLLECTOR, self._clock.now().wall.date())
        except (LogWrong, SignatureInvalid) as error:
            self._doubt_of_roots = str(Doubt.ROOTS)
            _log.warning("log_not_believed", code=str(Doubt.ROOTS), detail=str(error))
        else:
            self._doubt_of_roots = ""
            _log.info("log_known", vkey=roots.vkey, witnesses=len(roots.witnesses))


def _further(chain: Chain, cursor: Cursor, known: Cursor | None) -> Cursor:
    if known is None or known.next_seq <= cursor.next_seq or chain.hash_at(cursor.next_seq - 1) != cursor.head:
        return cursor
    return known


def _if_overdue(trouble: Fault | None) -> Fault | None:
    """What a good answer alone does not end."""
    return trouble if trouble is not None and trouble.code in OVERDUE else None
