"""Kiosk: one simulated kiosk, which calls as the real agent does.

As ``sync.agent``: each cycle has a connection of its own and begins with the status, whose answer is the cursor; one
that has nothing of the journal is asked who it is; then come batches, each believed only by its hash; then the
settings, where the office has others. How long it waits is worked out by the agent's own functions.
"""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from kiosk.__about__ import SOFTWARE
from kiosk.domain.instant import Instant
from kiosk.journal.chain import Cursor
from sync.agent import backoff
from sync.agent.heartbeat import HEARTBEAT_S_MIN
from sync.protocol.messages import DeviceStatus
from sync.protocol.tlog.messages import LogKept
from tests.builders import ZONE
from tests.load.journals import Prepared
from tests.load.wire import NO_ANSWER, Answer, Connection, Signer, connect

HEARTBEAT, CURSOR, PROVE, APPEND, SETTINGS = "heartbeat", "cursor", "prove", "append", "settings"
_VERSIONS = {
    "system": "Linux-6.1.0-41-amd64-x86_64-with-glibc2.36",
    "python": "3.11.2",
    "sqlite": "3.51.3",
    "journal": "WAL+FULL",
}
_LOG = LogKept("gop-y.example.gov.vn/log", 4096, 3, 4000)
Note = Callable[[str, float, float, int], None]
"""Hears of each call: what it was, when it began, how long it took, its status."""


class CycleFailed(Exception):
    """The cycle brought nothing, or not all: wait."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.retry_after_s = answer.retry_after_s


@dataclass(slots=True)
class Kiosk:
    """What it knows, and what it has still to bring."""

    signer: Signer
    port: int
    journal_id: str
    boot: str
    booted_at: datetime
    note: Note
    settings: str | None
    """The version that it has."""
    known: Cursor
    """How far the collector is known to reach."""
    batches: list[Prepared] = field(default_factory=list)
    """Those that it has, in order; what came before the outage is among them."""
    chance: Callable[[], float] = random.random
    period_s: float = 60.0
    changed_at: float | None = None
    """When it saw other settings."""
    done_at: float | None = None
    """When all it has was at the collector."""
    wrong: int = 0
    """Answers that no kiosk believes."""
    _failures: int = 0
    _beats_at: float = 0.0

    async def live(self, first_s: float, until: asyncio.Event) -> None:
        """Call again and again; ``first_s`` is how long from now it waits before the first call."""
        wait_s = first_s
        while True:
            await asyncio.sleep(wait_s)
            if until.is_set():
                return
            wait_s = await self._cycle()

    async def _cycle(self) -> float:
        """One cycle; how many seconds to wait for the next."""
        connection = await connect(self.port)
        try:
            await self._talk(connection)
        except CycleFailed as failed:
            self._failures += 1
            if failed.retry_after_s is not None:
                return backoff.wait_as_asked(failed.retry_after_s, self.chance())
            return backoff.wait_after_failures(self._failures, self.chance())
        finally:
            connection.close()
        self._failures = 0
        return backoff.wait_between(self.period_s, self.chance())

    async def _talk(self, connection: Connection) -> None:
        cursor, settings = await self._ask_cursor(connection)
        if cursor == Cursor.start(self.journal_id):
            target = f"/v1/device/collector?nonce={random.randbytes(16).hex()}"
            self._require(await self._call(connection, PROVE, self.signer.get(target, self.clock()).wire))
        while (batch := self._after(cursor)) is not None:
            request = self.signer.batch(batch.target, batch.body, self.clock())
            answer = await self._call(connection, APPEND, request.wire)
            if answer.status != 409:
                self._require(answer)
            cursor = _cursor_in(answer)
        self.known = cursor
        if self.batches and self.done_at is None:
            self.done_at = time.monotonic()
        if settings is not None and settings != self.settings:
            await self._bring_settings(connection)

    async def _ask_cursor(self, connection: Connection) -> tuple[Cursor, str | None]:
        now = time.monotonic()
        if now < self._beats_at:
            asked = self.signer.get(f"/v1/journals/{self.journal_id}", self.clock())
            answer = await self._call(connection, CURSOR, asked.wire)
        else:
            request = self.signer.message("/v1/device/status", self._status(), self.clock())
            answer = await self._call(connection, HEARTBEAT, request.wire)
            if answer.status == 200:
                self._beats_at = now + HEARTBEAT_S_MIN * self.period_s / 60
        self._require(answer)
        return _cursor_in(answer), msgspec.json.decode(answer.body).get("settings")

    async def _bring_settings(self, connection: Connection) -> None:
        request = self.signer.get("/v1/device", self.clock(), self.settings)
        answer = await self._call(connection, SETTINGS, request.wire)
        self._require(answer)
        self.settings = answer.headers[b"etag"].decode()
        self.changed_at = time.monotonic()

    async def _call(self, connection: Connection, kind: str, request: bytes) -> Answer:
        began = time.monotonic()
        answer = await connection.ask(request)
        self.note(kind, began, time.monotonic() - began, answer.status)
        return answer

    def _require(self, answer: Answer) -> None:
        if answer.status != 200:
            raise CycleFailed(answer)

    def _after(self, cursor: Cursor) -> Prepared | None:
        """The batch that follows a cursor; none at the end of the journal."""
        if cursor == self._end:
            return None
        for batch in self.batches:
            if batch.start == cursor:
                return batch
        # Our own collector stands at an end of ours: whoever stands elsewhere is another, or has lost a batch.
        self.wrong += 1
        raise CycleFailed(Answer(NO_ANSWER))

    @property
    def _end(self) -> Cursor:
        return self.batches[-1].end if self.batches else self.known

    def _status(self) -> bytes:
        end = self._end
        said = DeviceStatus(
            SOFTWARE, self.journal_id, end.next_seq, end.head.hex(), end.next_seq - self.known.next_seq,
            disk_free_bytes=21_474_836_480, versions=_VERSIONS,
            touch_test="1,1,1,1,1 2026-11-21T09:12:33+07:00", settings=self.settings,
            address=f"http://{self.signer.authority}", log=_LOG,
        )  # fmt: skip
        return msgspec.json.encode(said)

    def clock(self) -> Instant:
        """What its clocks say now."""
        now = datetime.now(ZONE)
        return Instant(now, (now - self.booted_at) // timedelta(microseconds=1), self.boot)


def _cursor_in(answer: Answer) -> Cursor:
    said = msgspec.json.decode(answer.body)
    return Cursor(said["next"], bytes.fromhex(said["head"]))
