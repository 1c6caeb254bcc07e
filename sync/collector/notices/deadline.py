"""Deadline: ends a conversation that lasts too long, however busily the other side drips.

A socket's own timeout is per read: a server that sends a byte now and then would hold us for ever.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

CONNECT_S = 10.0
TOTAL_S = 30.0


@contextmanager
def ending_after(seconds: float, socket_of: Callable[[], socket.socket | None]) -> Iterator[None]:
    """Close the conversation's socket when it is not over after ``seconds``; whoever reads then gets an OSError."""

    def end() -> None:
        open_socket = socket_of()
        if open_socket is not None:
            with suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
