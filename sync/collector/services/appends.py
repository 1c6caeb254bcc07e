"""Appends: small batches that arrive together are kept together, in one transaction.

A kiosk that is online brings each press by itself, and what such a batch costs is the transaction, not the press. While
one is under way the next batches gather; so those of many kiosks share its statements, its commit and the thread that
waits for it. A kiosk is answered only when its lines are durable.
"""

import asyncio
from collections import deque
from contextvars import Context, copy_context
from functools import partial
from typing import NamedTuple, Self

from sync.collector.calendar.presstime import LocalDays
from sync.collector.errors import CollectorBusy, HeadDiffers, JournalForeign, SenderGone
from sync.collector.replica.ingest import append_batch, append_together
from sync.collector.replica.sent import Appended, Conflict, Sent
from sync.collector.store.blame import lies_in_the_data
from sync.collector.store.writer import WAITING_MAX, Writer

SMALL_LINES_MAX = 50
"""A batch of more lines has a transaction of its own: sharing one would save it nothing."""
TOGETHER_LINES_MAX = 200
TOGETHER_MAX = 64
PATIENCE_S = 0.05
"""A batch that has waited so long waits for a lock of others' and not for the disk: those behind it go on beside it."""
BESIDE_MAX = 4
_OF_ONE = (JournalForeign, SenderGone, HeadDiffers)
"""What one batch is refused for, and no other."""
_Outcome = Appended | Conflict


class _Waiting(NamedTuple):
    sent: Sent
    future: "asyncio.Future[_Outcome]"
    since: float
    """When it came, by the loop's clock."""
    context: Context
    """Of its request; a transaction belongs to the trace of the oldest batch in it."""


class Appends:
    """Keeps the batches that come to one process; all calls are from its event loop.

    Each in a transaction of its own where journals lie on several machines (``is_spread``): to commit on more than one
    costs more than sharing saves.
    """

    def __init__(self, writer: Writer, days: LocalDays, *, is_spread: bool) -> None:
        self._writer, self._days, self._is_spread = writer, days, is_spread
        self._waiting: deque[_Waiting] = deque()
        self._under_way: set[asyncio.Task[None]] = set()

    def over(self, writer: Writer) -> Self:
        """As these, by another writer."""
        return type(self)(writer, self._days, is_spread=self._is_spread)

    async def keep(self, sent: Sent) -> _Outcome:
        """What became of the batch, once that is durable.

        Raises what ``append_batch`` raises, and CollectorBusy when too many batches wait already.
        """
        if self._is_spread or len(sent.batch.lines) > SMALL_LINES_MAX:
            return await self._keep_alone(sent)
        if len(self._waiting) >= WAITING_MAX:
            raise CollectorBusy("too many requests wait for the database")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_Outcome] = loop.create_future()
        self._waiting.append(_Waiting(sent, future, loop.time(), copy_context()))
        if self._under_way:
            loop.call_later(PATIENCE_S, self._go_beside)
        else:
            self._go()
        return await future

    def _go(self) -> None:
        task = asyncio.get_running_loop().create_task(self._run())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _go_beside(self) -> None:
        patience_is_over = asyncio.get_running_loop().time() - PATIENCE_S
        if self._waiting and self._waiting[0].since <= patience_is_over and len(self._under_way) < BESIDE_MAX:
            self._go()

    async def _run(self) -> None:
        while self._waiting:
            taken = self._take()
            try:
                await asyncio.get_running_loop().create_task(self._keep(taken), context=taken[0].context)
            except Exception as error:  # noqa: BLE001 - an edge: whoever waits must hear of it, and others go on
                for one in taken:
                    _tell(one, error)

    def _take(self) -> list[_Waiting]:
        """The oldest batches, of each kiosk and each journal one: what concerns another is read in its place."""
        taken: list[_Waiting] = []
        names: set[str] = set()
        lines, left = 0, list[_Waiting]()
        while self._waiting and len(taken) < TOGETHER_MAX and lines < TOGETHER_LINES_MAX:
            one = self._waiting.popleft()
            own = {one.sent.device.device_id, one.sent.batch.journal_id}
            if own & names:
                left.append(one)
                continue
            taken.append(one)
            names |= own
            lines += len(one.sent.batch.lines)
        self._waiting.extendleft(reversed(left))
        return taken

    async def _keep(self, taken: list[_Waiting]) -> None:
        if len(taken) > 1:
            work = partial(append_together, sent=[one.sent for one in taken], days=self._days)
            try:
                outcomes = await asyncio.wrap_future(self._writer.submit(work))
            except Exception as error:
                if not isinstance(error, _OF_ONE) and not lies_in_the_data(error):
                    raise
            else:
                for one, outcome in zip(taken, outcomes, strict=True):
                    _tell(one, outcome)
                return
        await asyncio.gather(*[self._keep_one(one) for one in taken])

    async def _keep_one(self, one: _Waiting) -> None:
        try:
            _tell(one, await self._keep_alone(one.sent))
        except Exception as error:  # noqa: BLE001 - an edge: it is this batch's own fault
            _tell(one, error)

    async def _keep_alone(self, sent: Sent) -> _Outcome:
        work = partial(append_batch, device=sent.device, batch=sent.batch, arrival=sent.arrival, days=self._days)
        try:
            return await asyncio.wrap_future(self._writer.submit(work))
        except Exception as error:
            if not lies_in_the_data(error):
                raise
            # Rare, and the usual batch pays nothing for it: each entry is tried alone, and the faulty one set aside.
            return await asyncio.wrap_future(self._writer.submit(partial(work, apart=True)))


def _tell(one: _Waiting, outcome: _Outcome | Exception) -> None:
    if one.future.done():
        return  # the kiosk has left
    if isinstance(outcome, Exception):
        one.future.set_exception(outcome)
    else:
        one.future.set_result(outcome)
