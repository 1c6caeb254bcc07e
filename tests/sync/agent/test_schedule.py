import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
import time_machine

from sync.agent.schedule import EXIT_HUNG, Schedule

DEADLINE_S = 60.0


class Counting:
    """A cycle that counts itself; a test waits for a number of runs instead of sleeping."""

    def __init__(self) -> None:
        self.runs = 0
        self._ran = threading.Condition()

    def __call__(self) -> None:
        with self._ran:
            self.runs += 1
            self._ran.notify_all()

    def wait_for(self, runs: int) -> None:
        with self._ran:
            assert self._ran.wait_for(lambda: self.runs >= runs, DEADLINE_S)


@contextmanager
def running(schedule: Schedule) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=schedule.run)
    thread.start()
    try:
        yield thread
    finally:
        schedule.stop()
        thread.join(DEADLINE_S)
        assert not thread.is_alive()


def always() -> bool:
    return True


def unheard(fault: Exception) -> None:
    raise AssertionError(fault)


def test_cycle_runs_again_and_again_while_due():
    cycle = Counting()

    with running(Schedule(always, cycle, unheard, tick_s=0.01)):
        cycle.wait_for(3)


def test_cycle_runs_only_when_due():
    cycle, asked = Counting(), Counting()

    def due() -> bool:
        asked()
        return asked.runs == 5

    with running(Schedule(due, cycle, unheard, tick_s=0.005)):
        asked.wait_for(20)

    assert cycle.runs == 1


@pytest.mark.parametrize("year", [1970, 2038, 2082], ids=["back to 1970", "to 2038", "56 years on"])
def test_step_of_the_wall_clock_neither_stops_nor_floods_the_cycles(year):
    cycle = Counting()

    with running(Schedule(always, cycle, unheard, tick_s=0.01)):
        cycle.wait_for(2)
        with time_machine.travel(datetime(year, 6, 1, 12), tick=True):  # noqa: DTZ001
            before, started = cycle.runs, time.perf_counter()
            cycle.wait_for(before + 3)
            took = time.perf_counter() - started
        cycle.wait_for(cycle.runs + 3)

    assert took < 2


def test_small_steps_back_and_forth_do_no_harm():
    cycle = Counting()

    with running(Schedule(always, cycle, unheard, tick_s=0.01)):
        for hour in (9, 10, 8, 23, 0):
            with time_machine.travel(datetime(2026, 11, 21, hour), tick=True):  # noqa: DTZ001
                cycle.wait_for(cycle.runs + 2)


def test_fault_in_a_cycle_is_told_and_is_not_the_last_cycle():
    faults = Counting()

    def broken() -> None:
        raise ZeroDivisionError

    def on_fault(fault: Exception) -> None:
        assert isinstance(fault, ZeroDivisionError)
        faults()

    with running(Schedule(always, broken, on_fault, tick_s=0.01)):
        faults.wait_for(3)


def test_fault_in_the_question_does_not_end_the_asking():
    cycle, asked = Counting(), Counting()

    def due() -> bool:
        asked()
        if asked.runs < 3:
            raise ZeroDivisionError
        return True

    with running(Schedule(due, cycle, unheard, tick_s=0.01)):
        cycle.wait_for(1)


def test_only_one_cycle_is_under_way_at_a_time():
    release = threading.Event()
    under_way, most = [], []

    def cycle() -> None:
        under_way.append(1)
        most.append(len(under_way))
        release.wait(0.05)
        under_way.pop()

    ended = Counting()

    def counted() -> None:
        cycle()
        ended()

    with running(Schedule(always, counted, unheard, tick_s=0.005)):
        ended.wait_for(4)

    assert max(most) == 1


def test_cycle_that_hangs_ends_the_process():
    release, left = threading.Event(), threading.Event()
    codes: list[int] = []

    def leave(code: int) -> None:
        codes.append(code)
        left.set()
        release.set()

    with running(
        Schedule(always, lambda: release.wait(DEADLINE_S), unheard, tick_s=0.01, silence_s_max=0.05, leave=leave)
    ):
        assert left.wait(DEADLINE_S)

    assert codes[0] == EXIT_HUNG


def test_long_cycle_that_gets_on_is_left_alone():
    ended = Counting()
    codes: list[int] = []

    def long_cycle() -> None:
        for _ in range(20):
            threading.Event().wait(0.01)
            schedule.alive()
        ended()

    schedule = Schedule(always, long_cycle, unheard, tick_s=0.01, silence_s_max=0.15, leave=codes.append)
    with running(schedule):
        ended.wait_for(1)

    assert codes == []


def test_stop_does_not_wait_for_the_cycle_under_way():
    started, release = threading.Event(), threading.Event()

    def slow() -> None:
        started.set()
        release.wait(DEADLINE_S)

    schedule = Schedule(always, slow, unheard, tick_s=0.01)
    with running(schedule) as thread:
        assert started.wait(DEADLINE_S)
        schedule.stop()
        thread.join(DEADLINE_S)
        assert (thread.is_alive(), schedule.busy) == (False, True)
        release.set()
