"""Large batches stand in one line, and who finds it full is told when to come again."""

import asyncio

import pytest

from sync.collector.errors import CollectorBusy
from sync.collector.services.admission import (
    AT_ONCE,
    FURTHER,
    LATE_S,
    PAUSE_S_MAX,
    PAUSE_S_MIN,
    SMALL_BYTES_MAX,
    WAITING_MAX,
    Admission,
    next_pause_s,
)

LARGE = SMALL_BYTES_MAX + 1
TOOK_S = 0.06


class Line:
    """A line at which kiosks stand, and a clock that moves when told to."""

    def __init__(self) -> None:
        self.now = 100.0
        self.admission = Admission(lambda: self.now)
        self.within = 0
        self.most_within = 0
        self.taken = 0
        self.over = asyncio.Event()

    async def bring(self, n_bytes: int = LARGE) -> None:
        """A batch, which is under way until ``over``."""
        async with self.admission.admit(n_bytes):
            self.within += 1
            self.most_within = max(self.most_within, self.within)
            await self.over.wait()
            self.within, self.taken = self.within - 1, self.taken + 1

    async def refused_s(self) -> int:
        """The moment that somebody is given who finds the line full."""
        with pytest.raises(CollectorBusy) as refusal:
            await self.bring()
        assert refusal.value.retry_after_s is not None
        return refusal.value.retry_after_s


async def full() -> tuple[Line, list[asyncio.Task[None]]]:
    """A line in which nobody has room any more."""
    line = Line()
    tasks = [asyncio.create_task(line.bring()) for _ in range(AT_ONCE + WAITING_MAX)]
    await asyncio.sleep(0)
    return line, tasks


async def gone(line: Line, tasks: list[asyncio.Task[None]]) -> None:
    """All of them had their turn, one after the other."""
    line.now += TOOK_S
    line.over.set()
    await asyncio.gather(*tasks)


def test_a_few_large_batches_are_under_way_and_every_one_that_waits_is_taken():
    async def story() -> None:
        line, tasks = await full()
        await gone(line, tasks)
        assert (line.most_within, line.taken) == (AT_ONCE, AT_ONCE + WAITING_MAX)

    asyncio.run(story())


def test_a_small_batch_passes_a_full_line():
    async def story() -> None:
        line, tasks = await full()
        passing = asyncio.create_task(line.bring(SMALL_BYTES_MAX))
        await asyncio.sleep(0)
        assert line.within == AT_ONCE + 1
        await gone(line, [*tasks, passing])

    asyncio.run(story())


def test_moments_to_come_again_follow_each_other_as_fast_as_batches_are_taken():
    async def story() -> None:
        line, tasks = await full()
        given = [await line.refused_s() for _ in range(1000)]
        assert given == sorted(given)
        # None of these seconds has more kiosks than are taken in it with all that they bring.
        batch_s = line.admission._batch_s
        assert max(map(given.count, given)) <= 1 / (batch_s * FURTHER) + 1
        line.now += 500
        assert await line.refused_s() < given[-1]
        await gone(line, tasks)

    asyncio.run(story())


def test_a_place_in_line_is_given_on_when_somebody_leaves():
    async def story() -> None:
        line, tasks = await full()
        for task in tasks[AT_ONCE : AT_ONCE + 10]:
            task.cancel()
        await asyncio.sleep(0)
        line.over.set()
        left = await asyncio.gather(*tasks, return_exceptions=True)
        assert (line.taken, len(left)) == (AT_ONCE + WAITING_MAX - 10, AT_ONCE + WAITING_MAX)
        line.over.clear()
        await asyncio.sleep(2 * PAUSE_S_MIN)
        again = [asyncio.create_task(line.bring()) for _ in range(AT_ONCE)]
        await asyncio.sleep(0)
        assert line.within == AT_ONCE
        line.over.set()
        await asyncio.gather(*again)

    asyncio.run(story())


def test_a_place_stays_empty_for_a_moment_before_it_is_given_on():
    async def story() -> None:
        line, tasks = await full()
        line.over.set()
        await asyncio.wait(tasks[:AT_ONCE])
        assert line.taken == AT_ONCE
        await asyncio.gather(*tasks)

    asyncio.run(story())


def test_pauses_grow_while_the_loop_is_late_and_end_with_that():
    pause_s = PAUSE_S_MIN
    grown = [pause_s := next_pause_s(pause_s, 2 * LATE_S) for _ in range(20)]
    shrunk = [pause_s := next_pause_s(pause_s, LATE_S / 2) for _ in range(60)]

    assert grown == sorted(grown)
    assert grown[-1] == PAUSE_S_MAX
    assert shrunk == sorted(shrunk, reverse=True)
    assert shrunk[-1] == PAUSE_S_MIN
