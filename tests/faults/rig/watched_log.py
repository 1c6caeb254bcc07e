"""Watched log: the public log of a collector in memory, as a kiosk's agent watches it, and what the agent then says.

``SAW n`` once the agent keeps a checkpoint of ``n`` leaves, ``FAULT code`` once it keeps the evidence of a failed
proof, ``SEEING`` before a person sees to that and ``SEEN`` after it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import msgspec

from kiosk.domain.instant import Clock
from kiosk.journal.chain import Cursor
from kiosk.journal.reader import JournalReader
from sync.agent.asked.public_log import see_to
from sync.agent.device.enroll import KioskFiles
from sync.agent.transparency.kept import Source, begin_log, load_kept
from sync.agent.transparency.watch import LogWatch
from sync.protocol.tlog.messages import LogAnswer, LogKept
from tests.sync.agent.fake_log import FakeLog

DAY = date(2026, 11, 23)


@dataclass(frozen=True, slots=True)
class Known:
    """What the log knows of a journal."""

    id: str
    lines: list[bytes]
    """The first one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the log reads of a status."""

    log: LogKept
    journal_id: str


class WatchedLog:
    """One kiosk's view of one log, which goes on as long as the process lives."""

    def __init__(self, journal: Path, clock: Clock, say: Callable[[str], None]) -> None:
        self._journal, self._clock, self._say = journal, clock, say
        self._files = KioskFiles(journal.parent)
        self._log = FakeLog()
        self._watch = LogWatch(self._files.log, clock, lambda: ("", ""))
        self._first: dict[str, bytes] = {}

    def grow(self) -> None:
        """A night passed: the log holds the journal up to now, and the agent is told so."""
        if load_kept(self._files.log) is None:
            begin_log(self._files.log, self._log.roots, Source.ENROLMENT, DAY)
        with JournalReader(self._journal) as reader:
            head = reader.head()
            first = self._first.setdefault(reader.id, next(reader.entries()).line)
            day = DAY + timedelta(days=len(self._log.leaves))
            known = Known(reader.id, [first])
            self._log.add_journal(known, day, head.next_seq - 1, head.head, reader.cuts_at(head.next_seq - 1))
            self._take(self._log, reader, head)

    def rewrite(self) -> None:
        """The agent is shown a log of the same name and key with another past."""
        other = FakeLog(leaves=[b"another %d" % number for number in range(len(self._log.leaves) + 1)])
        with JournalReader(self._journal) as reader:
            self._take(other, reader, reader.head())

    def see(self) -> None:
        """A person sees to the failed proof."""
        self._say("SEEING")
        see_to(self._files.directory, self._clock.now().wall)
        self._say("SEEN")

    def _take(self, log: FakeLog, reader: JournalReader, cursor: Cursor) -> None:
        answer = log.answer(Asked(self._watch.told(reader.id), reader.id))  # type: ignore[arg-type]
        self._watch.take(msgspec.to_builtins(answer or LogAnswer()), reader, cursor)
        kept = load_kept(self._files.log)
        assert kept is not None
        if kept.fault is not None:
            self._say(f"FAULT {kept.fault.code}")
        elif kept.checkpoint is not None:
            self._say(f"SAW {kept.checkpoint.size}")
