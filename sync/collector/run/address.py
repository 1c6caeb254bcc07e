"""Address: the socket at which the collector, or a witness, listens; whoever binds it need not be who serves there."""

import os
import socket
import sys
from typing import NoReturn

from sync.collector.errors import PlaceTaken

_FIRST_HANDED_OVER = 3
"""By systemd's protocol (sd_listen_fds(3)): sockets come from this descriptor on, and the environment says how many."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; raises PlaceTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise PlaceTaken(
            "cannot listen at {host}:{port}: {why}; stop the program that is there or choose another --port",
            host=host,
            port=port,
            why=error.strerror,
        ) from error
    return listener


def handed_over() -> socket.socket | None:
    """The socket that the program before this one, or the service manager, listened at already; None if none did."""
    pid, number = (os.environ.pop(name, "") for name in ("LISTEN_PID", "LISTEN_FDS"))
    return socket.socket(fileno=_FIRST_HANDED_OVER) if (pid, number) == (str(os.getpid()), "1") else None


def begin_again(listener: socket.socket) -> NoReturn:
    """Become the same program anew, which finds ``listener``: whoever connects meanwhile waits, and is not refused."""
    os.dup2(listener.fileno(), _FIRST_HANDED_OVER)
    os.set_inheritable(_FIRST_HANDED_OVER, True)
    environment = {**os.environ, "LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)  # noqa: S606 - no shell is wanted
