"""Admission: lets large batches through, a few at a time, and tells the others when it will be their turn.

After an outage thousands of kiosks come at once, each with weeks. The database takes no more by being asked more, and
whatever else comes would stand in one line with them: heartbeats, single ratings, pages. So a few large batches are
under way, a few more wait as they came, packed, and every other kiosk is given a moment to come again. These moments
follow each other as fast as batches are taken, so that those who come again find room. Small batches pass.

After each large batch its place stays empty for a moment, which grows while the event loop comes late to what it is
to do: then it is the batches' threads that keep it, and the heartbeats, waiting.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sync.collector.errors import CollectorBusy

SMALL_BYTES_MAX = 2048
"""A packed batch of up to some seventy ratings: what a kiosk brings on a usual day."""
AT_ONCE = 2
"""So many large ones are under way: while one waits for the database, another computes. Each further one would take an
equal share of the process from its event loop."""
WAITING_MAX = 64
"""So many more wait, some seconds at most, each with at most a quarter of a megabyte."""
FURTHER = 1.0
"""Moments are given as if each kiosk brought so many batches. It may bring more and then finds the line full once more,
which costs an answer; with more room between them the line would run empty, which costs time."""
RETRY_AFTER_S_MIN, RETRY_AFTER_S_MAX = 2, 900
PAUSE_S_MIN, PAUSE_S_MAX = 0.001, 0.2
"""How long a place stays empty: with the longest pause a process still takes some 4,000 ratings a second."""
LATE_S = 0.015
"""So late the loop may be: a heartbeat needs it some ten times before it is answered."""
_LONGER, _SHORTER = 1.5, 0.9
_FIRST_GUESS_S = 0.02
_WEIGHT = 0.1
"""Of the last batch, in how long they take on the whole."""


class Admission:
    """The line of one process; all calls are from its event loop."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._under_way = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._batch_s = _FIRST_GUESS_S
        self._pause_s = PAUSE_S_MIN
        self._given_until = 0.0
        """The last moment that was given to anybody."""

    @asynccontextmanager
    async def admit(self, n_bytes: int) -> AsyncIterator[None]:
        """Within it a batch of so many packed bytes may be taken.

        Raises CollectorBusy with the moment to come again.
        """
        if n_bytes <= SMALL_BYTES_MAX:
            yield
            return
        await self._enter()
        began = self._monotonic()
        try:
            yield
        finally:
            took_s = (self._monotonic() - began + self._pause_s) / AT_ONCE
            self._batch_s += _WEIGHT * (took_s - self._batch_s)
            self._rest()

    async def _enter(self) -> None:
        if self._under_way < AT_ONCE:
            self._under_way += 1
            return
        if len(self._waiting) >= WAITING_MAX:
            raise CollectorBusy("too many large batches wait already", retry_after_s=self._moment_s())
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave()
            raise

    def _rest(self) -> None:
        """Leave the place empty for a moment, then give it on."""
        loop = asyncio.get_running_loop()
        due = loop.time() + self._pause_s

        def give_on() -> None:
            self._pause_s = next_pause_s(self._pause_s, loop.time() - due)
            self._leave()

        loop.call_later(self._pause_s, give_on)

    def _leave(self) -> None:
        """Give the place to whoever waits longest."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._under_way -= 1

    def _moment_s(self) -> int:
        """In how many seconds somebody is to come again: when those before have had their turn."""
        now = self._monotonic()
        next_s = self._given_until - now + self._batch_s * FURTHER
        soonest_s = max(RETRY_AFTER_S_MIN, len(self._waiting) * self._batch_s)
        wait_s = min(max(next_s, soonest_s), RETRY_AFTER_S_MAX)
        self._given_until = now + wait_s
        return math.ceil(wait_s)


def next_pause_s(pause_s: float, late_s: float) -> float:
    """How long the next pause is after one of ``pause_s`` from which the event loop came ``late_s`` too late."""
    wanted_s = pause_s * (_LONGER if late_s > LATE_S else _SHORTER)
    return min(max(wanted_s, PAUSE_S_MIN), PAUSE_S_MAX)
