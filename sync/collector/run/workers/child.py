"""Child: one process that serves, as its parent sees it: whether it takes requests, and when it was heard last.

It tells both by the protocol by which a service tells systemd (``kiosk.base.notify``), at a socket of its own. Its
standard input is a lifeline: it ends with its parent, however that ended.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from kiosk.base.lifeline import with_lifeline

_TOLD_BYTES_MAX = 256


class Child:
    """One process, from its start until it was waited for."""

    def __init__(self, slot: int, command: Sequence[str], listener: socket.socket, folder: Path) -> None:
        self.slot = slot
        """Its number among those that live; the next one may have it when this one is gone."""
        self.began_at = self.heard_at = time.monotonic()
        self.is_ready = False
        self.leaves_by: float | None = None
        """When it is to be gone; None while it is to stay."""
        door = folder / f"{slot}.notify"
        door.unlink(missing_ok=True)
        self.ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.ear.bind(str(door))
        self.ear.setblocking(False)
        environment = with_lifeline({**os.environ, "NOTIFY_SOCKET": str(door)})
        environment.pop("WATCHDOG_PID", None)
        self._program = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.PIPE,
            pass_fds=(listener.fileno(),),
            # What somebody types at a terminal is for the parent: Ctrl-C ends requests by its order.
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The process."""
        return self._program.pid

    def listen(self) -> bool:
        """Take what it has told since; whether it takes requests since just now."""
        was_ready = self.is_ready
        with suppress(BlockingIOError):
            while told := self.ear.recv(_TOLD_BYTES_MAX):
                self.heard_at = time.monotonic()
                self.is_ready = self.is_ready or told == b"READY=1"
        return self.is_ready and not was_ready

    def ended(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs. Once it has ended, nothing of it is left."""
        code = self._program.poll()
        if code is not None:
            self.ear.close()
            if self._program.stdin is not None:
                self._program.stdin.close()
        return code

    def retire(self, within_s: float) -> None:
        """Have it take no connection any more, and end when those that it has are over."""
        self._leave(signal.SIGUSR1 if sys.platform != "win32" else signal.SIGTERM, within_s)

    def stop(self, within_s: float) -> None:
        """Have it answer what it has begun, and end."""
        self._leave(signal.SIGTERM, within_s)

    def kill(self) -> None:
        """End it where it stands."""
        self._program.kill()

    def _leave(self, how: signal.Signals, within_s: float) -> None:
        self.leaves_by = time.monotonic() + within_s
        self._program.send_signal(how)
