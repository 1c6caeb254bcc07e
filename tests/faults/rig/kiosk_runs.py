"""Kiosk runs: starts workers, lets tracers strike them, and hears what they told.

Every run has a deadline; whatever it started is gone when it returns, also after a failure.
"""

import itertools
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Self

from tests.faults.rig.told import Told
from tests.faults.rig.worker import Order

RUN_S_MAX = 90
ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Run:
    """How a run ended."""

    words: tuple[str, ...]
    """The lines it said, in order."""
    status: int
    """Exit status; minus the signal's number when it was killed."""

    @property
    def told(self) -> Told:
        """What the citizens were told."""
        return Told.heard(self.words)


class Tracer:
    """strace on one run, attached at a stop, with these options."""

    def __init__(self, *options: str) -> None:
        self._command = ("strace", "-f", *options, "-p")

    def attach(self, pid: int) -> "subprocess.Popen[bytes]":
        """Start tracing; returns once the tracer holds the process with all its threads."""
        tracer = subprocess.Popen([*self._command, str(pid)], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        assert tracer.stderr is not None
        attached = _line(tracer.stderr.fileno(), monotonic() + 10)
        if "attached" not in attached:
            tracer.kill()
            tracer.wait()
            raise RuntimeError(f"strace cannot attach ({attached.strip()}); it needs root or CAP_SYS_PTRACE")
        return tracer


class KioskRuns:
    """The workers of one mode; close it to end them."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self._numbers = itertools.count(1)
        self._worker = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.rig.worker", mode],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def close(self) -> None:
        """End the worker."""
        assert self._worker.stdin is not None
        assert self._worker.stdout is not None
        self._worker.stdin.close()
        self._worker.wait(10)
        self._worker.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def run(
        self,
        journal: Path,
        plan: Sequence[str],
        tracers: Sequence[Tracer | None] = (),
        at_stop: Callable[[int], None] | None = None,
        **order: object,
    ) -> Run:
        """Carry out ``plan`` on ``journal``; at the n-th ``stop`` the n-th tracer takes over from the one before.

        ``at_stop`` is called with the stop's number (1, 2 …) while the kiosk stands still.
        """
        number = next(self._numbers)
        words = journal.parent.parent / f"words-{os.getpid()}-{self.mode}-{number}"
        words.parent.mkdir(parents=True, exist_ok=True)
        self._give(Order(str(journal), list(plan), str(words), **order))  # type: ignore[arg-type]
        try:
            status = self._conduct(words, tracers, at_stop)
            return Run(tuple(words.read_text().splitlines()), status)
        finally:
            words.unlink(missing_ok=True)

    def _give(self, order: Order) -> None:
        assert self._worker.stdin is not None
        self._worker.stdin.write(order.line().encode())
        self._worker.stdin.flush()

    def _conduct(self, words: Path, tracers: Sequence[Tracer | None], at_stop: Callable[[int], None] | None) -> int:
        deadline = monotonic() + RUN_S_MAX
        pid = self._hear("started", deadline)
        tracing: subprocess.Popen[bytes] | None = None
        try:
            for stop in itertools.count(1):
                event, value = self._event(deadline)
                if event == "ended":
                    return value
                _detach(tracing)
                if at_stop is not None:
                    at_stop(stop)
                tracer = tracers[stop - 1] if stop <= len(tracers) else None
                tracing = tracer.attach(pid) if tracer else None
                os.kill(pid, signal.SIGCONT)
        except TimeoutError as error:
            os.kill(pid, signal.SIGKILL)
            self._hear("ended", monotonic() + 10)
            raise TimeoutError(f"the kiosk hangs; it had said: {words.read_text()}") from error
        finally:
            _detach(tracing)
        raise AssertionError

    def _hear(self, event: str, deadline: float) -> int:
        while True:
            heard, value = self._event(deadline)
            if heard == event:
                return value

    def _event(self, deadline: float) -> tuple[str, int]:
        assert self._worker.stdout is not None
        event, value = _line(self._worker.stdout.fileno(), deadline).split()
        return event, int(value)


def _detach(tracing: "subprocess.Popen[bytes] | None") -> None:
    if tracing is None:
        return
    # On SIGTERM strace lets go of the kiosk and leaves it as it is.
    tracing.terminate()
    tracing.communicate(timeout=60)


def _line(descriptor: int, deadline: float) -> str:
    line = b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([descriptor], [], [], max(0, deadline - monotonic()))
        if not ready:
            raise TimeoutError
        byte = os.read(descriptor, 1)
        if not byte:
            raise RuntimeError("a process of the rig ended before its time")
        line += byte
    return line.decode()
