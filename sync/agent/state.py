"""State: what the agent remembers between cycles, for people and for its own patience.

Nothing about delivery rests on it: the collector's cursor does that. A torn, missing or
foreign file is a fresh start.
"""

from pathlib import Path

import msgspec

from kiosk.base.private_file import write_private
from kiosk.domain.instant import Instant
from kiosk.journal.chain import Cursor
from sync.agent.troubles import Trouble


class Moment(msgspec.Struct, frozen=True):
    """An instant as it is kept: the wall clock for people, the boot clock for reckoning."""

    at: str
    mono: int
    boot: str

    @classmethod
    def of(cls, instant: Instant) -> "Moment":
        """The instant as it is kept."""
        return cls(instant.wall.isoformat(timespec="seconds"), instant.mono_us, instant.boot)


class TroubleNote(msgspec.Struct, frozen=True):
    """What has been wrong, and since when without a break."""

    trouble: Trouble
    detail: str
    since: Moment


class Parting(msgspec.Struct, frozen=True):
    """The collector's copy of a journal took another course; the app, or the agent itself, then continues it anew."""

    journal_id: str
    seq: int
    """The last entry that both have."""


class AgentState(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the agent last knew."""

    journal_id: str | None = None
    acknowledged_next: int = 1
    acknowledged_head: str = ""
    contact: Moment | None = None
    """When the collector last gave a good answer."""
    trouble: TroubleNote | None = None
    failures: int = 0
    """How many cycles failed in a row."""
    try_after: Moment | None = None
    """The moment of the boot clock before which the agent does not call."""
    parted: Parting | None = None
    settings_refused: str | None = None
    """The version of the office's settings that were refused."""
    settings_fault: str | None = None
    """Why they were refused."""
    move: str | None = None
    """How the announced move of the collector stands: ``ready``, or why the kiosk cannot follow."""

    def acknowledged(self, journal_id: str) -> Cursor:
        """How far the collector is known to reach in this journal."""
        if self.journal_id != journal_id or not self.acknowledged_head:
            return Cursor.start(journal_id)
        return Cursor(self.acknowledged_next, bytes.fromhex(self.acknowledged_head))

    def with_contact(self, journal_id: str, cursor: Cursor, now: Instant) -> "AgentState":
        """The state after the collector answered with ``cursor``: all is well."""
        return AgentState(
            journal_id,
            cursor.next_seq,
            cursor.head.hex(),
            contact=Moment.of(now),
            settings_refused=self.settings_refused,
            settings_fault=self.settings_fault,
            move=self.move,
        )

    def with_settings(self, refused: str | None = None, fault: str | None = None) -> "AgentState":
        """The state after the office's settings were taken, or were refused."""
        return msgspec.structs.replace(self, settings_refused=refused, settings_fault=fault)

    def with_acknowledged(self, journal_id: str, cursor: Cursor) -> "AgentState":
        """The state after a file proved how far the collector reaches: never less than is known already."""
        if cursor.next_seq < self.acknowledged(journal_id).next_seq:
            return self
        return msgspec.structs.replace(
            self, journal_id=journal_id, acknowledged_next=cursor.next_seq, acknowledged_head=cursor.head.hex()
        )

    def with_parting(self, journal_id: str, seq: int) -> "AgentState":
        """The state after the collector's copy was found to part from the journal after entry ``seq``."""
        return msgspec.structs.replace(self, parted=Parting(journal_id, seq))

    def with_trouble(self, trouble: Trouble, detail: str, now: Instant, wait_s: float) -> "AgentState":
        """The state after a cycle that did not succeed; a trouble that goes on keeps its beginning."""
        known = self.trouble
        since = known.since if known is not None and known.trouble is trouble else Moment.of(now)
        later = Instant(now.wall, now.mono_us + round(wait_s * 1_000_000), now.boot)
        return msgspec.structs.replace(
            self,
            trouble=TroubleNote(trouble, detail[:500], since),
            failures=self.failures + 1,
            try_after=Moment.of(later),
        )

    def wait_us(self, now: Instant) -> int:
        """Microseconds still to wait; none after a restart of the machine, whose start delay does that."""
        if self.try_after is None or self.try_after.boot != now.boot:
            return 0
        return max(0, self.try_after.mono - now.mono_us)


def load_state(path: Path) -> AgentState:
    """The state kept at ``path``, or a fresh one if there is none that can be read."""
    try:
        state = msgspec.json.decode(path.read_bytes(), type=AgentState)
        state.acknowledged(state.journal_id or "")
    except (OSError, msgspec.DecodeError, ValueError):
        return AgentState()
    return state


def keep_state(path: Path, state: AgentState) -> None:
    """Put the state at ``path`` in one step. Not synced: it changes every minute, and losing it costs nothing."""
    write_private(path, msgspec.json.encode(state), durable=False)
