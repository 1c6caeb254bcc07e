"""Address: the socket at which the collector, or a witness, listens; whoever binds it need not be who serves there."""

import socket

from sync.collector.errors import PlaceTaken


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
