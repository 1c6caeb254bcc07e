"""Notify: tells the service manager that a program is up, and goes on telling it that it is alive.

The protocol is systemd's (sd_notify(3)): one datagram to the socket that the environment names. Where
nobody listens – on a desk, under Windows, in a test – every call does nothing.
"""

import contextlib
import os
import socket
from collections.abc import Mapping

BEATS_PER_TIMEOUT = 3
"""One beat may be late, and one be lost, before the manager takes the program for frozen."""


class ServiceManager:
    """Whoever started this program and watches over it."""

    def __init__(self, environment: Mapping[str, str] = os.environ, pid: int | None = None) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        self.beat_s = self._beat_s(environment, os.getpid() if pid is None else pid)
        """Seconds between two beats; None where nobody waits for them."""

    def ready(self) -> None:
        """The program does what it is for."""
        self._tell(b"READY=1")

    def beat(self) -> None:
        """The program is alive; call it from the loop whose standstill is to be noticed."""
        self._tell(b"WATCHDOG=1")

    def _beat_s(self, environment: Mapping[str, str], pid: int) -> float | None:
        # A program that this one starts inherits the variables, and must not beat in its stead.
        for_me = environment.get("WATCHDOG_PID", str(pid)) == str(pid)
        timeout_us = environment.get("WATCHDOG_USEC", "")
        if not (self._address and for_me and timeout_us.isdecimal()):
            return None
        return int(timeout_us) / 1_000_000 / BEATS_PER_TIMEOUT

    def _tell(self, what: bytes) -> None:
        if not self._address:
            return
        # An address that begins with @ lies in the abstract namespace, whose names begin with a zero byte.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        # A manager that does not take the message is no reason to stop: the screen calls this and never waits.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
            door.setblocking(False)
            door.sendto(what, address)
