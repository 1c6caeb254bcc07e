"""Heartbeat: how the kiosk is, told with the very question for the cursor, about once a minute.

The answer to a status is the cursor, so a heartbeat costs no call of its own. It is told
before anything is delivered: a trouble that has just passed is still in it.
"""

import platform
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from kiosk.__about__ import SOFTWARE
from kiosk.domain.instant import Clock, Instant
from kiosk.journal.chain import Cursor
from kiosk.journal.disk.engine import durability_for, sqlite_version
from kiosk.journal.lines import LineUnreadable, decode_line
from kiosk.journal.reader import Batch
from kiosk.office.upgrade import Refusal
from sync.agent.commands import Commands
from sync.agent.errors import CollectorUnavailable, RequestRefused
from sync.agent.office import kept_version
from sync.agent.state import AgentState
from sync.agent.transparency.watch import LogWatch
from sync.agent.troubles import Trouble
from sync.agent.upload import Journal, ReportedCollector
from sync.protocol.excerpt import without_persons
from sync.protocol.messages import BATCH_BYTES_MAX, SHORT_TEXT_MAX, CommandDone, DeviceStatus, UpgradeRefused

HEARTBEAT_S_MIN = 40.0
"""Less than the shortest wait between two cycles at rest (``backoff.wait_between``): each of them tells the status.

With as much as the usual wait, half of them came too early, asked for the cursor alone, and told the status the next
time, up to 132 s after the last one.
"""


class Heart:
    """Beats with every cycle at rest, and hardly oftener, whatever number of cycles there are."""

    def __init__(
        self,
        directory: Path,
        clock: Clock,
        commands: Commands,
        read_refusal: Callable[[], Refusal | None],
        address: Callable[[], str | None],
        log: LogWatch,
    ) -> None:
        self._directory = directory
        self._commands = commands
        self._clock = clock
        self._read_refusal = read_refusal
        self._address = address
        self._log = log
        self._next_beat_us = 0
        self.told_of_trouble = False
        """Whether the last status told of a trouble."""

    def beating(
        self, journal: Journal, collector: ReportedCollector, state: AgentState, *, may_tell: bool = True
    ) -> "BeatingCollector":
        """The collector for one cycle, whose question for the cursor carries the status when a beat is due.

        Without ``may_tell`` it is told with a later cycle.
        """
        now = self._clock.now()
        if not may_tell or now.mono_us < self._next_beat_us:
            return BeatingCollector(
                self, collector, None, self._commands, journal, self._log, state.acknowledged(journal.id)
            )
        self._next_beat_us = now.mono_us + round(HEARTBEAT_S_MIN * 1_000_000)
        free = shutil.disk_usage(self._directory).free
        settings, done = kept_version(self._directory), self._commands.untold()
        status = status_of(journal, state, now, free, settings, done, self._read_refusal())
        log, fault = self._log.told(journal.id), self._log.fault()
        status = msgspec.structs.replace(status, address=self._address(), log=log, log_fault=fault)
        self.told_of_trouble = status.last_error is not None
        return BeatingCollector(
            self, collector, status, self._commands, journal, self._log, state.acknowledged(journal.id)
        )

    def beat_soon(self) -> None:
        """Beat with the next cycle: there is something to tell that somebody waits for."""
        self._next_beat_us = 0


class BeatingCollector:
    """A collector that is told the status, once, when it is asked for the cursor."""

    def __init__(
        self,
        heart: Heart,
        collector: ReportedCollector,
        status: DeviceStatus | None,
        commands: Commands,
        journal: Journal,
        log: LogWatch,
        known: Cursor,
    ) -> None:
        """``known`` is how far the collector is known to reach."""
        self._heart = heart
        self._known = known
        self._journal = journal
        self._log = log
        self._collector = collector
        self._status = status
        self._commands = commands
        self.has_news = False
        """Whether a command was done, so that what came of it is to be told soon."""
        self.settings: str | None = None
        """The version of the office's settings; None until the collector told it."""

    def cursor(self, journal_id: str) -> Cursor:
        """How far the collector's copy reaches; a status that it does not take never keeps ratings waiting.

        Nor does an answer that cannot be used, where the plain question gets one that can.
        """
        status, self._status = self._status, None
        if status is None:
            return self._collector.cursor(journal_id)
        try:
            answer = self._collector.report(status)
        except RequestRefused:
            cursor = self._collector.cursor(journal_id)
            self._log.take(None, self._journal, cursor, self._known)
            return cursor
        except CollectorUnavailable as error:
            if error.trouble is not Trouble.WRONG_ANSWER:
                # Put off or lost: with the next cycle, or the kiosk would be unheard for one more of them.
                self._heart.beat_soon()
                raise
            cursor = self._collector.cursor(journal_id)
            self._log.refuse(f"the answer to the status cannot be used: {error.detail}")
            return cursor
        self.settings = answer.settings
        self.has_news = self._commands.take(answer.commands, status.done)
        self._log.take(answer.log, self._journal, answer.cursor(), self._known)
        return answer.cursor()

    def hash_at(self, journal_id: str, seq: int, ours: bytes) -> bytes:
        """As the collector itself."""
        return self._collector.hash_at(journal_id, seq, ours)

    def append(self, journal_id: str, batch: Batch) -> Cursor:
        """As the collector itself."""
        return self._collector.append(journal_id, batch)


def status_of(
    journal: Journal,
    state: AgentState,
    now: Instant,
    disk_free_bytes: int,
    settings: str | None,
    done: list[CommandDone],
    refusal: Refusal | None,
) -> DeviceStatus:
    """How the kiosk is, as far as its agent can see."""
    head, acknowledged = journal.head(), state.acknowledged(journal.id)
    note = state.trouble
    return DeviceStatus(
        software=SOFTWARE,
        journal_id=journal.id,
        next_seq=head.next_seq,
        head=head.head.hex(),
        pending=max(0, head.next_seq - acknowledged.next_seq),
        oldest_pending_s=_age_of_next(journal, acknowledged, now),
        disk_free_bytes=disk_free_bytes,
        versions={
            "system": platform.platform(terse=True)[:SHORT_TEXT_MAX],
            "python": platform.python_version(),
            "sqlite": ".".join(map(str, sqlite_version())),
            "journal": str(durability_for(sqlite_version())),
        },
        last_error=None if note is None else f"{note.trouble}: {note.detail}"[:SHORT_TEXT_MAX],
        touch_test=journal.touch_test(),
        settings=settings,
        settings_fault=state.settings_fault,
        upgrade_refused=None if refusal is None else _upgrade_refused(refusal),
        done=done,
        move=state.move,
    )


def _upgrade_refused(refusal: Refusal) -> UpgradeRefused:
    why = without_persons(refusal.why)
    return UpgradeRefused(refusal.version[:SHORT_TEXT_MAX], refusal.at, why[:SHORT_TEXT_MAX])


def _age_of_next(journal: Journal, acknowledged: Cursor, now: Instant) -> int | None:
    batch = journal.batch_after(acknowledged, lines_max=1, bytes_max=BATCH_BYTES_MAX)
    if not batch:
        return None
    try:
        line = decode_line(batch.lines[0])
        # The boot clock where it can be used; across a boot only the wall clock knows, right or wrong.
        same_boot = line.boot == now.boot
        seconds = (now.mono_us - line.mono) / 1e6 if same_boot else _wall_age(line.at, now)
    except (LineUnreadable, ValueError):
        return None
    return max(0, int(seconds))


def _wall_age(at: str, now: Instant) -> float:
    return (now.wall - datetime.fromisoformat(at)).total_seconds()
