"""Parent: keeps a number of processes serving at one address, and replaces them one by one.

The address is bound once, here, and every process accepts from that one socket: whoever connects while one of them
ends is accepted by another. One that dies is started again, at once and then after longer and longer pauses. For a
change of settings each gets a successor first, and goes when that one takes requests.
"""

import signal
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from selectors import EVENT_READ, DefaultSelector
from types import FrameType

import structlog

from kiosk.base.notify import ServiceManager
from sync.collector.run.workers.child import Child

_log = structlog.get_logger("collector.workers")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each step may take, in seconds."""

    start_s: float = 120.0
    silent_s: float = 60.0
    """One that is not heard for so long stands still and is killed, as the service manager would."""
    retire_s: float = 180.0
    """Longer than any connection at rest is kept, and than nearly any request lasts."""
    stop_s: float = 30.0
    """Far less than the service manager's 90."""
    steady_s: float = 60.0
    """Who lived for so long did not die of its start."""
    pause_s_max: float = 30.0
    tick_s: float = 0.5


class Parent:
    """Runs until it is told to stop, or until its first process cannot begin."""

    def __init__(
        self,
        start: Callable[[int], Child],
        number: int,
        manager: ServiceManager,
        may_reload: Callable[[], bool] = lambda: True,
        patience: Patience = Patience(),
    ) -> None:
        self._start, self._number, self._manager = start, number, manager
        self._may_reload, self._patience = may_reload, patience
        self._children: list[Child] = []
        self._old: deque[Child] = deque()
        """Those that are still to be replaced."""
        self._successor: Child | None = None
        self._has_begun = self._is_stopping = self._is_reload_due = False
        self._quick_deaths, self._not_before = 0, 0.0
        self._wake, self._woken = socket.socketpair()
        self._code = 0

    @property
    def children(self) -> tuple[Child, ...]:
        """Every process there is, also one that is about to go."""
        return tuple(self._children)

    def reload(self, *_: object) -> None:
        """Replace every process, one by one, by one that reads the settings anew."""
        self._is_reload_due = True

    def stop(self, *_: object) -> None:
        """Have every process answer what it has begun, and end."""
        self._is_stopping = True

    def run(self) -> int:
        """Serve; the exit code."""
        with self._wake, self._woken, self._signals():
            while not (self._is_stopping and not self._children):
                self._hear()
                self._bury()
                self._hurry()
                if self._is_stopping:
                    self._send_all_away()
                else:
                    self._replace()
                    self._fill_up()
                self._manager.beat()
        return self._code

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Signals are for this process, and wake it; only a program's main thread can ask for them."""
        self._woken.setblocking(False)
        self._wake.setblocking(False)
        if not _is_main_thread():
            yield
            return
        wanted: dict[int, Callable[[int, FrameType | None], object]] = {
            signal.SIGTERM: self.stop,
            signal.SIGINT: self.stop,
            signal.SIGHUP: self.reload,
            signal.SIGCHLD: lambda *_: None,
        }
        before = {number: signal.signal(number, act) for number, act in wanted.items()}
        told = signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(told)
            for number, act in before.items():
                signal.signal(number, act)

    def _hear(self) -> None:
        """Wait a little for what happens."""
        with DefaultSelector() as ears:
            ears.register(self._woken, EVENT_READ)
            for child in self._children:
                ears.register(child.ear, EVENT_READ)
            if any(key.fileobj is self._woken for key, _ in ears.select(self._patience.tick_s)):
                self._woken.recv(4096)
        for child in self._children:
            if child.listen():
                _log.info("worker takes requests", worker=child.slot, pid=child.pid)
                if not self._has_begun:
                    # The first one is the service that was asked for; the others make it more.
                    self._has_begun = True
                    self._manager.ready()

    def _bury(self) -> None:
        for child in list(self._children):
            code = child.ended()
            if code is None:
                continue
            self._children.remove(child)
            if child.leaves_by is not None:
                _log.info("worker has gone", worker=child.slot, pid=child.pid)
                continue
            _log.error("worker ended", worker=child.slot, pid=child.pid, code=code)
            self._note_death(child, code)

    def _note_death(self, child: Child, code: int) -> None:
        now = time.monotonic()
        if not self._has_begun:
            # It has said why. The service manager starts all of it again.
            self._code, self._is_stopping = (code if code > 0 else 1), True
        elif child is self._successor:
            _log.error("not reloaded: the new worker did not begin; those that are there go on", worker=child.slot)
            self._successor = None
            self._old.clear()
        else:
            lived_long = now - child.began_at >= self._patience.steady_s
            self._quick_deaths = 0 if lived_long else self._quick_deaths + 1
            pause = 2.0 ** (self._quick_deaths - 1) if self._quick_deaths else 0.0
            self._not_before = now + min(pause, self._patience.pause_s_max)

    def _hurry(self) -> None:
        """End those who are over their time."""
        now = time.monotonic()
        for child in self._children:
            if child.leaves_by is not None:
                is_late = now > child.leaves_by
            elif child.is_ready:
                is_late = now - child.heard_at > self._patience.silent_s
            else:
                is_late = now - child.began_at > self._patience.start_s
            if is_late:
                _log.error("worker killed: it took too long", worker=child.slot, pid=child.pid)
                child.kill()

    def _send_all_away(self) -> None:
        late = time.monotonic() + self._patience.stop_s
        for child in self._children:
            if child.leaves_by is None or child.leaves_by > late:
                child.stop(self._patience.stop_s)

    def _replace(self) -> None:
        """One step of a replacement: never more than one process beyond the number."""
        if self._is_reload_due and self._has_begun:
            self._is_reload_due = False
            if self._may_reload():
                self._old, self._successor = deque(self._staying), None
        while self._old and self._old[0] not in self._staying:
            self._old.popleft()  # it died meanwhile, and whoever follows it has the new settings
        if self._successor is not None and self._successor.is_ready:
            self._successor = None
            if self._old:
                self._old.popleft().retire(self._patience.retire_s)
        if self._old and self._successor is None and len(self._children) <= self._number:
            self._successor = self._begin()

    def _fill_up(self) -> None:
        """As many as there are to be, or one until it is known that one can begin."""
        own = [child for child in self._staying if child is not self._successor]
        missing = (self._number if self._has_begun else 1) - len(own)
        if missing > 0 and time.monotonic() >= self._not_before:
            for _ in range(missing):
                self._begin()
        for child in own[self._number :]:
            child.retire(self._patience.retire_s)

    @property
    def _staying(self) -> list[Child]:
        return [child for child in self._children if child.leaves_by is None]

    def _begin(self) -> Child:
        taken = {child.slot for child in self._children}
        child = self._start(next(slot for slot in range(1, len(taken) + 2) if slot not in taken))
        self._children.append(child)
        return child


def _is_main_thread() -> bool:
    return sys.platform != "win32" and threading.current_thread() is threading.main_thread()
