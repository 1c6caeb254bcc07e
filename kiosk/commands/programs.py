"""Programs: other processes that a demonstration needs, kept running until it ends, as systemd would."""

import os
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO

import typer

from kiosk.base.lifeline import with_lifeline
from kiosk.base.texts import Texts


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class Programs:
    """The collector and the agent; one that ends is started again."""

    def __init__(self, t: Texts) -> None:
        self._t = t
        self._commands: dict[str, list[str]] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._logs: dict[str, IO[bytes]] = {}
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._restart_ended, name="demo programs", daemon=True)

    def start(self, command: list[str], log: Path) -> None:
        """Start a program that writes to ``log``."""
        name = log.stem
        self._logs[name] = open(log, "ab", opener=_private)  # noqa: SIM115 - kept open as long as the program; see stop()
        self._commands[name] = command
        self._running[name] = self._spawn(name)
        if not self._watch.is_alive():
            self._watch.start()

    def gave_up(self, name: str) -> bool:
        """Whether the program ended by itself with an error; one that was killed is started again and has not."""
        return (self._running[name].poll() or 0) > 0

    def wait(self) -> None:
        """Until Ctrl-C."""
        self._ended.wait()

    def stop(self) -> None:
        """End everything that was started; kill what does not end."""
        self._ended.set()
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            _let_go(process)
        for log in self._logs.values():
            log.close()

    def _spawn(self, name: str) -> subprocess.Popen[bytes]:
        # Its own session: Ctrl-C reaches this process alone, which then ends the others in order.
        # And a lifeline: if this process is killed, the others end by themselves.
        log, env = self._logs[name], with_lifeline(os.environ)
        return subprocess.Popen(
            self._commands[name], stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True, env=env
        )

    def _restart_ended(self) -> None:
        while not self._ended.wait(0.5):
            for name, process in list(self._running.items()):
                if process.poll() is not None:
                    typer.echo(self._t("{program} ended unexpectedly; started again.", program=name), err=True)
                    _let_go(process)
                    self._running[name] = self._spawn(name)


def _let_go(process: "subprocess.Popen[bytes]") -> None:
    with suppress(OSError):
        if process.stdin is not None:
            process.stdin.close()
