"""Heartbeats: the words of kiosks that arrive together are kept together, in one transaction.

While one transaction is under way the next words gather, and for a moment before it. So the statements, the commit and
the thread that waits for them are shared by many. A kiosk is answered only when its word is durable.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice

from sqlalchemy import Connection

from sync.collector.errors import CollectorBusy
from sync.collector.fleet.kiosks.status import Heard, NotKept, Outcome, Word, keep_words
from sync.collector.fleet.rollouts.calendars import Calendars
from sync.collector.fleet.rollouts.effective import InForce, InForceCache, etag_of
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.blame import lies_in_the_data
from sync.collector.store.writer import Writer
from sync.protocol.messages import DeviceSettings, StatusAnswer

GATHERED_S, GATHERED_MANY_S = 0.01, 0.05
"""So long a word waits for others, and where others came the last time: no kiosk notices, and each transaction, which
costs three times what a word in it does, is shared by more of them."""
TOGETHER_MIN, TOGETHER_MAX = 64, 512
"""Words of one transaction: so few that a kiosk waits for others' some 70 ms at the longest. Where the disk is slow it
takes more of them at a time, up to as many as come within a second or two: else a commit of a second would let 64
kiosks a second be heard, and the others be put off."""
SLOW_S, WORD_S = 0.25, 0.002
"""A transaction is slow that took longer than this, and than this besides for each word in it."""
WAITING_MAX = 4096
"""Words that wait at most, some 3 kB each: all that a fleet of 20,000 says while a disk stands still for ten seconds. A
kiosk that is put off calls again soon, and that costs more than its waiting."""
EACH_MAX = 2
"""Words of one kiosk that wait at most: one that it has given up on, and the one it sent after that.

A further one is refused rather than put in the place of one that waits: what a word says came of orders, and what is
answered to it, is of that word alone, and of a word sent again by a stranger nobody could tell which is the kiosk's.
"""
TOLD_S, TOLD_MAX = 5.0, 2_000
"""How long, and for how many kiosks at most, the settings are at hand that a kiosk was just told of: it comes for them
at once."""
_Waiting = tuple[Word, "asyncio.Future[StatusAnswer | NotKept]"]


class Heartbeats:
    """Takes the words that come to one process; all calls are from its event loop."""

    def __init__(
        self,
        writer: Writer,
        rollouts: InForceCache,
        config: CollectorConfig,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._writer, self._rollouts, self._config, self._monotonic = writer, rollouts, config, monotonic
        self._waiting: dict[str, list[_Waiting]] = {}
        """By kiosk, each with at least one; who has waited longest comes first."""
        self._under_way: asyncio.Task[None] | None = None
        self._come_together = False
        """Whether the last transaction held more than one word."""
        self._together = TOGETHER_MIN
        """So many words the next one takes at most."""
        self._calendars: tuple[InForce, Calendars] | None = None
        self._told: dict[str, tuple[float, DeviceSettings]] = {}
        """By kiosk, and since when; the oldest first."""

    def told(self, device_id: str) -> DeviceSettings | None:
        """The settings that a kiosk has not and was told of just now, by a transaction that knew its key; else None."""
        since, settings = self._told.get(device_id, (0.0, None))
        return settings if self._monotonic() - since < TOLD_S else None

    async def keep(self, word: Word) -> StatusAnswer | NotKept:
        """What the kiosk is told, once its word is durable.

        Raises JournalForeign, and CollectorBusy when too many kiosks wait already, or too many words of this one.
        """
        own = self._waiting.get(word.device_id, [])
        if len(own) >= EACH_MAX or (not own and len(self._waiting) >= WAITING_MAX):
            raise CollectorBusy("too many requests wait for the database")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[StatusAnswer | NotKept] = loop.create_future()
        self._waiting.setdefault(word.device_id, []).append((word, future))
        if self._under_way is None:
            self._under_way = loop.create_task(self._run())
        return await future

    async def _run(self) -> None:
        try:
            while self._waiting:
                if len(self._waiting) < TOGETHER_MIN:
                    await asyncio.sleep(GATHERED_MANY_S if self._come_together else GATHERED_S)
                taken = self._take()
                self._come_together = len(taken) > 1
                began = self._monotonic()
                await self._keep(taken)
                self._learn(len(taken), self._monotonic() - began)
        finally:
            self._under_way = None

    def _take(self) -> list[_Waiting]:
        """The oldest words, of each kiosk one: a second one of the same waits for the next transaction."""
        taken = []
        for device_id in list(islice(self._waiting, self._together)):
            first, *others = self._waiting.pop(device_id)
            taken.append(first)
            if others:
                self._waiting[device_id] = others
        return taken

    def _learn(self, n: int, took_s: float) -> None:
        """How many the next transaction takes, after one of ``n`` words that took so long."""
        if took_s <= SLOW_S + n * WORD_S:
            self._together = max(TOGETHER_MIN, self._together // 2)
        elif n == self._together:
            self._together = min(TOGETHER_MAX, self._together * 2)

    async def _keep(self, taken: Sequence[_Waiting]) -> None:
        work = partial(self._keep_words, words=[word for word, _ in taken])
        try:
            outcomes = await asyncio.wrap_future(self._writer.submit(work))
        except Exception as error:  # noqa: BLE001 - an edge: whoever waits must hear of it, and others go on
            if len(taken) > 1 and lies_in_the_data(error):
                # In halves until it stands alone: of hundreds, one by one would be hundreds of commits.
                await self._keep(taken[: len(taken) // 2])
                await self._keep(taken[len(taken) // 2 :])
                return
            outcomes = [error] * len(taken)
        for (_, future), outcome in zip(taken, outcomes, strict=True):
            if future.done():
                continue  # the kiosk has left
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

    def _keep_words(self, connection: Connection, words: Sequence[Word]) -> list[StatusAnswer | NotKept | Exception]:
        in_force = self._rollouts.in_force(connection)
        if self._calendars is None or self._calendars[0] is not in_force:
            self._calendars = in_force, Calendars(self._config, in_force)
        outcomes = keep_words(connection, words, self._calendars[1], self._config.zone)
        return [self._answer(word, outcome, in_force) for word, outcome in zip(words, outcomes, strict=True)]

    def _answer(self, word: Word, outcome: Outcome, in_force: InForce) -> StatusAnswer | NotKept | Exception:
        if not isinstance(outcome, Heard):
            return outcome
        cursor, settings = outcome.cursor, in_force.settings(outcome.base)
        etag = etag_of(settings)
        if etag != word.status.settings:
            self._remember(word.device_id, settings)
        return StatusAnswer(cursor.next_seq, cursor.head.hex(), etag, outcome.commands)

    def _remember(self, device_id: str, settings: DeviceSettings) -> None:
        self._told.pop(device_id, None)
        while len(self._told) >= TOLD_MAX:
            self._told.pop(next(iter(self._told)))
        self._told[device_id] = self._monotonic(), settings
