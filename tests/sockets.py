"""Sockets: those that a test's own server leaves open."""

import gc
import warnings


def close_forgotten() -> None:
    """Have those closed that nobody holds any more, without a word.

    Of a handshake that the client broke off, werkzeug's server leaves the socket to the garbage collector, which may
    come to it in the middle of another test.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
