"""Schedule: runs the agent's cycles, whatever the wall clock does. APScheduler lives here alone.

APScheduler reckons in wall time: set back an hour, it sleeps an hour; set forward from
1970, it lists every missed run before it folds them into one. So its own trigger is a
year away, always. A watcher thread asks every second, on the monotonic clock, whether a cycle is
due, and then tells APScheduler to run one now; if the clock steps in that very moment,
the cycle is still due a second later. The same thread ends the process when a cycle
hangs, for a thread cannot be stopped from outside; whoever started the agent starts it again.
"""

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from apscheduler.events import EVENT_SCHEDULER_STARTED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.interval import IntervalTrigger

TICK_S = 1.0
SILENCE_S_MAX = 300.0
"""A cycle that neither ends nor acknowledges a batch for so long hangs: a request takes 60 s at most."""
EXIT_HUNG = 75
"""EX_TEMPFAIL: start me again."""

_CYCLE = "cycle"
_log = structlog.get_logger("agent.schedule")


class Schedule:
    """One cycle at a time, as often as ``due`` says."""

    def __init__(
        self,
        due: Callable[[], bool],
        cycle: Callable[[], None],
        on_fault: Callable[[Exception], None],
        *,
        tick_s: float = TICK_S,
        silence_s_max: float = SILENCE_S_MAX,
        leave: Callable[[int], None] = os._exit,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        """``on_fault`` hears what a cycle raised; ``leave`` ends the process when one hangs.

        ``beat`` is called at every look at the clock: who hears it no longer knows that no cycle will ever start.
        """
        self._due = due
        self._cycle = cycle
        self._on_fault = on_fault
        self._tick_s = tick_s
        self._silence_s_max = silence_s_max
        self._leave = leave
        self._beat = beat
        self._stopping = threading.Event()
        self._running = threading.Event()
        self._heard_at = time.monotonic()
        self._scheduler = BlockingScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def run(self) -> None:
        """Run cycles until ``stop``."""
        watcher = threading.Thread(target=self._watch, name="watcher", daemon=True)
        self._scheduler.add_listener(lambda _: watcher.start(), EVENT_SCHEDULER_STARTED)
        self._scheduler.add_job(self._run_cycle, IntervalTrigger(days=365, timezone=UTC), id=_CYCLE)
        self._scheduler.start()

    def stop(self) -> None:
        """Start no more cycles and let ``run`` return; safe in a signal handler. A cycle under way is left running."""
        self._stopping.set()

    def alive(self) -> None:
        """The cycle under way got something done."""
        self._heard_at = time.monotonic()

    @property
    def busy(self) -> bool:
        """Whether a cycle is under way."""
        return self._running.is_set()

    def _run_cycle(self) -> None:
        self.alive()
        self._running.set()
        try:
            self._cycle()
        except Exception as fault:  # noqa: BLE001 - the edge: one faulty cycle must not be the last one
            _log.exception("cycle_failed")
            self._on_fault(fault)
        finally:
            self._running.clear()

    def _watch(self) -> None:
        while not self._stopping.wait(self._tick_s):
            try:
                self._tick()
                self._beat()
            except Exception:  # noqa: BLE001 - the edge: nothing else would ever start a cycle again
                _log.exception("watcher_failed")
        self._scheduler.shutdown(wait=False)

    def _tick(self) -> None:
        if self.busy:
            silence = time.monotonic() - self._heard_at
            if silence > self._silence_s_max:
                _log.critical("cycle_hangs", silence_s=round(silence))
                self._leave(EXIT_HUNG)
        elif self._due():
            self._scheduler.modify_job(_CYCLE, next_run_time=datetime.now(UTC))
