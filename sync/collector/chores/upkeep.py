"""Upkeep: what the collector does by itself beside its requests, each chore at its own pace, on one thread.

A chore that fails is told in the log and comes again; the others go on. Several processes may run
over one database: each chore is done by the one whose turn it is (``store.turns``).
"""

import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

ASKED_S = 5.0
"""So often a chore that is due is asked for whose turn it is."""
_log = structlog.get_logger("collector.upkeep")


@dataclass(frozen=True, slots=True)
class Chore:
    """Something that is done again and again."""

    name: str
    every_s: float
    run: Callable[[], object]
    first_s: float = 10.0
    """So long after the start it is done first."""
    is_of_machine: bool = False
    """Whether it needs files of its own machine, so that one process of each machine does it."""

    @property
    def turn(self) -> str:
        """By what it is known to whoever shares the turns."""
        return f"{self.name} at {socket.gethostname()}" if self.is_of_machine else self.name


class Upkeep:
    """Runs chores until it is stopped."""

    def __init__(
        self,
        chores: Sequence[Chore],
        clock: Callable[[], float] = time.monotonic,
        has_turn: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._chores, self._clock, self._has_turn = chores, clock, has_turn
        self._stopping = threading.Event()
        # A daemon: a mail server that hangs must not hold up the end of the program.
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, wait_s: float = 2.0) -> None:
        """Begin nothing more, and wait a little for what has begun."""
        self._stopping.set()
        self._thread.join(wait_s)

    def _run(self) -> None:
        began = self._clock()
        due = {chore.name: began + chore.first_s for chore in self._chores}
        while not self._stopping.is_set():
            for chore in self._chores:
                if self._clock() < due[chore.name] or self._stopping.is_set():
                    continue
                is_ours = self._has_turn(chore.turn)
                if is_ours:
                    self._do(chore)
                due[chore.name] = self._clock() + (chore.every_s if is_ours else min(chore.every_s, ASKED_S))
            self._stopping.wait(max(0.0, min([*due.values(), self._clock() + 60.0]) - self._clock()))

    def _do(self, chore: Chore) -> None:
        try:
            chore.run()
        except Exception as error:  # noqa: BLE001 - the edge of this thread: one chore's fault must not end the others
            if not self._stopping.is_set():
                _log.warning("chore not done", chore=chore.name, why=f"{type(error).__name__}: {error}")
