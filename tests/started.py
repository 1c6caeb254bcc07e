"""Programs as processes of their own that begin with everything loaded, which takes longer than most of them run.

For each program and language a server loads it once and forks for every order. What is forked has standard streams,
environment, folder and arguments of its own and ends as every program does. That the installed programs start, and
what each loads, is tried elsewhere by starting them.
"""

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from socket import AF_UNIX, SOCK_SEQPACKET, recv_fds, send_fds, socket, socketpair

ROOT = Path(__file__).parents[1]
TIMEOUT_S = 60
ORDER_BYTES_MAX = 64 * 1024
_COMMANDS = {"kiosk": "kiosk.commands.main", "collector": "sync.collector.commands.main"}
_LOADED = {
    "kiosk": (
        "kiosk.commands.main", "kiosk.journal.journal", "kiosk.journal.upkeep.verify", "kiosk.numbers.files",
        "kiosk.numbers.lines", "kiosk.numbers.tables", "kiosk.office.pin", "sync.agent.asked.compare",
        "sync.agent.asked.doctor", "sync.agent.asked.offline", "sync.agent.asked.status", "sync.agent.run", "sync.log",
    ),
    "collector": ("sync.collector.commands.main", "sync.collector.run.server"),
}  # fmt: skip
"""What a server loads: all that the commands load themselves, and what they load when they run."""


class StillRunning(Exception):
    """The program had not ended in time."""


@dataclass
class Started:
    """A program that was started."""

    pid: int
    _status: int = field(repr=False)
    """Where its server says how it ended."""
    returncode: int | None = None
    """Exit code; minus the signal's number when it was killed."""

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        return self._look(0)

    def wait(self, timeout: float = TIMEOUT_S) -> int:
        """How it ends. Raises StillRunning after ``timeout`` seconds."""
        if (code := self._look(timeout)) is None:
            raise StillRunning(f"the program {self.pid} still runs after {timeout} s")
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal if it runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it if it runs."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end if it runs."""
        self.send_signal(signal.SIGTERM)

    def _look(self, timeout: float) -> int | None:
        if self.returncode is None and select.select([self._status], [], [], timeout)[0]:
            self.returncode = int(os.read(self._status, 16))
            os.close(self._status)
        return self.returncode


def start(
    program: str,
    arguments: Sequence[str | Path],
    environment: Mapping[str, str],
    streams: tuple[int, int, int],
    *,
    umask: int = 0o022,
) -> Started:
    """Start ``kiosk`` or ``collector``, or Python text that may use what the kiosk has loaded.

    It is in this environment alone and has these three open files. Nothing that opens a window: Kivy is not loaded.
    """
    mine, its = os.pipe()
    order = {
        "program": program,
        "arguments": list(map(str, arguments)),
        "environment": dict(environment),
        "folder": str(Path.cwd()),
        "umask": umask,
    }
    said = json.dumps(order).encode()
    assert len(said) < ORDER_BYTES_MAX
    # The commands of the kiosk say what they are in the language in which they were loaded.
    is_collector = program == "collector"
    server = _server("collector", "") if is_collector else _server("kiosk", environment.get("HAILONG_LANGUAGE", ""))
    send_fds(server, [said], [*streams, its])
    os.close(its)
    return Started(int(server.recv(16)), mine)


def start_quiet(program: str, arguments: Sequence[str | Path], environment: Mapping[str, str]) -> Started:
    """As :func:`start`, with nothing to read, and nobody who reads what it prints; its errors go where ours go."""
    with Path(os.devnull).open("r+b") as nothing:
        return start(program, arguments, environment, (nothing.fileno(), nothing.fileno(), 2))


def run(
    program: str,
    arguments: Sequence[str | Path],
    environment: Mapping[str, str],
    *,
    typed: str = "",
    umask: int = 0o022,
    timeout: float = TIMEOUT_S,
) -> subprocess.CompletedProcess[str]:
    """As :func:`start`, and wait for the end. Raises StillRunning, and kills it, after ``timeout`` seconds."""
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        stdin.write(typed.encode())
        for file in (stdin, out, err):
            file.seek(0)
        started = start(program, arguments, environment, (stdin.fileno(), out.fileno(), err.fileno()), umask=umask)
        try:
            code = started.wait(timeout)
        finally:
            started.kill()
        said = [_all_of(file.fileno()) for file in (out, err)]
    return subprocess.CompletedProcess([program, *map(str, arguments)], code, *said)


def _all_of(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    with os.fdopen(os.dup(descriptor), encoding="utf-8", newline=None) as file:
        return file.read()


@cache
def _server(program: str, language: str) -> socket:
    """Ends with this process, however that ends: then nothing more comes in."""
    here, there = socketpair(AF_UNIX, SOCK_SEQPACKET)
    with there:
        # Nothing of a tester's own settings.
        environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "HAILONG_LANGUAGE": language}
        command = [sys.executable, __file__, program, str(there.fileno())]
        running = subprocess.Popen(
            command, cwd=ROOT, env=environment, pass_fds=[there.fileno()], stdin=subprocess.DEVNULL
        )
    atexit.register(_end, here, running)
    return here


def _end(orders: socket, server: "subprocess.Popen[bytes]") -> None:
    orders.close()
    server.wait()


class _Server:
    """Forks for each order, and says of each program how it ended."""

    def __init__(self, orders: socket) -> None:
        self._orders = orders
        self._running: dict[int, tuple[int, int]] = {}
        """By an open file that says when it ends: the program's number, and where its end is told."""

    def serve(self) -> str:
        """Return, in what was forked, the text to run; in the server itself, never."""
        while True:
            for descriptor in select.select([self._orders, *self._running], [], [])[0]:
                if descriptor is self._orders:
                    if text := self._take():
                        return text
                else:
                    self._tell(descriptor)

    def _take(self) -> str:
        said, files, _, _ = recv_fds(self._orders, ORDER_BYTES_MAX, 4)
        if not said:
            sys.exit()
        if (pid := os.fork()) == 0:
            self._orders.detach()
            return _become(json.loads(said), files[:3])
        for file in files[:3]:
            os.close(file)
        self._running[os.pidfd_open(pid)] = (pid, files[3])
        self._orders.send(str(pid).encode())
        return ""

    def _tell(self, descriptor: int) -> None:
        pid, end = self._running.pop(descriptor)
        os.close(descriptor)
        _, status = os.waitpid(pid, 0)
        os.write(end, str(os.waitstatus_to_exitcode(status)).encode())
        os.close(end)


def _become(order: dict[str, object], streams: list[int]) -> str:
    program, arguments, environment, umask = (order[key] for key in ("program", "arguments", "environment", "umask"))
    assert isinstance(arguments, list)
    assert isinstance(environment, dict)
    assert isinstance(umask, int)
    os.chdir(str(order["folder"]))
    os.umask(umask)
    os.environ.clear()
    os.environ |= environment
    for number, file in enumerate(streams):
        os.dup2(file, number)
    # Nothing else that the server has open is the program's.
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))
    sys.argv = [str(program) if program in _COMMANDS else "-c", *arguments]
    return f"from {_COMMANDS[program]} import main; main()" if program in _COMMANDS else str(program)  # type: ignore[index]


def _load(program: str) -> None:
    import gc
    from importlib import import_module

    for name in _LOADED[program]:
        import_module(name)
    # Else each would look through, and so copy, all of it.
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    _load(sys.argv[1])
    exec(_Server(socket(fileno=int(sys.argv[2]))).serve(), {"__name__": "__main__"})
