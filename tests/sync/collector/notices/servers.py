"""Servers of any protocol that are no use: one that says a letter at a time for ever, and one that is not there."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager


@contextmanager
def dripping(letter: bytes) -> Iterator[int]:
    """The port of a server that answers a letter at a time and never ends."""
    listener, stop = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def drip() -> None:
        caller, _ = listener.accept()
        with closing(caller):
            while not stop.wait(0.05):
                try:
                    caller.sendall(letter)
                except OSError:
                    return

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stop.set()
        thread.join()
        listener.close()


@contextmanager
def nobody() -> Iterator[int]:
    """A port at which nobody listens, and nobody else can begin to."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]
