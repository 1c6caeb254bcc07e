"""Deadline: a request as a whole ends in time.

requests' own timeouts begin anew with every byte read, so a server that drips one byte
every few seconds would hold the agent for ever.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socket import SHUT_RDWR, socket


class Deadline:
    """Cuts the connection of a request that takes longer than ``seconds`` from its start."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._socket: socket | None = None
        self.expired = False

    def watch(self, connected: socket) -> None:
        """Remember the connection that is to be cut."""
        self.close()
        # A duplicate, because TLS takes the original over; shutting either one down ends the connection.
        self._socket = connected.dup()
        if self.expired:
            self._cut()

    def close(self) -> None:
        """Let go of the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Cut the connection if the block takes too long."""
        self.expired = False
        timer = threading.Timer(self._seconds, self._expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _expire(self) -> None:
        self.expired = True
        self._cut()

    def _cut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(SHUT_RDWR)
