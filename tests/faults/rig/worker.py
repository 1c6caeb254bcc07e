"""Worker: a kiosk without a screen, that presses by plan and says on standard error what the citizen would see.

``python -m tests.faults.rig.worker MODE`` loads the kiosk once and then carries out
orders, one JSON line of standard input each, every one in a forked child: so that a
fault costs a tenth of a second, and the system calls of the child are the kiosk's own,
not those of Python's start. Steps of a plan: ``open``, ``press:N``, ``acknowledge`` (the
collector has all so far), ``prune`` (all so far is past retention), ``state`` (settings
are in force, so it cuts), ``cut`` (the half day is over, and the agent signs what was cut),
``log``, ``rewrite`` and ``see`` (a night of the public log, one with another past, a person
who sees to that), ``close``, ``outrun`` (the head file knows one more entry, as after a
tail was cut), and ``stop``, which halts
the child (SIGSTOP) until whoever drives it has attached a tracer.
"""

import json
import logging
import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path

import sqlalchemy
import structlog

from kiosk.base.errors import SpokenError
from kiosk.journal.chain import Cursor
from kiosk.journal.disk import engine
from kiosk.journal.disk.head_file import HeadFile
from kiosk.journal.journal import Journal
from kiosk.journal.reader import JournalReader
from kiosk.journal.recorder import Recorder
from kiosk.journal.stated import InForce
from tests.builders import FrozenClock, make_rating
from tests.faults.rig.libraries import library, set_existing, use_mode
from tests.faults.rig.mutants import MUTANTS
from tests.faults.rig.opening import open_journal
from tests.faults.rig.oracle import presses_in
from tests.faults.rig.told import Press
from tests.faults.rig.watched_log import WatchedLog

CRASHED = 70
"""Exit status after an error that nobody had thought of."""
IN_FORCE = InForce("sipas-5@1", None, {"overall": (1, 2, 3, 4, 5)}, "03")
HALF_DAY_S = 12 * 3600
ANSWER_S_MAX = 60
"""Longer than three tries at a locked database; a press without an answer by then is a hang."""


@dataclass(frozen=True, slots=True)
class Order:
    """One run of a kiosk."""

    journal: str
    plan: list[str]
    words: str
    """The file that standard error goes to."""
    boot: str = "boot-1"
    """Presses of different runs on one journal need different boots: their clocks start alike."""
    mutant: str = ""
    settings: dict[str, int] = field(default_factory=dict)
    """Pragmas that differ from the kiosk's, such as an earlier checkpoint."""
    file_bytes_max: int = 0
    """RLIMIT_FSIZE from the first ``stop`` to the second; writes that cross it are short ones. 0 for no limit."""
    migrating: bool = False
    """The schema has one more step than the released ones."""

    def line(self) -> str:
        """The order as it is given."""
        return json.dumps(asdict(self)) + "\n"


class Kiosk:
    """Carries out the steps of one plan."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._clock = FrozenClock(boot=order.boot)
        self._presses = 0
        self._stops = 0
        self._log = WatchedLog(Path(order.journal), self._clock, say)

    def do(self, step: str) -> None:
        """Carry out one step."""
        name, _, times = step.partition(":")
        steps: dict[str, Callable[[], None]] = {
            "open": self._open,
            "press": self._press,
            "acknowledge": self._acknowledge,
            "prune": self._prune,
            "state": self._state,
            "cut": self._cut,
            "log": self._log.grow,
            "rewrite": self._log.rewrite,
            "see": self._log.see,
            "close": self._close,
            "outrun": self._outrun,
            "stop": self._stop,
        }
        for _ in range(int(times or 1)):
            steps[name]()

    def _open(self) -> None:
        tried = threading.Event()

        def opening() -> Journal:
            try:
                self._journal = open_journal(Path(self._order.journal), self._clock)
            except SpokenError as error:
                say(f"UNOPENED {type(error).__name__}: {error}")
                raise
            finally:
                tried.set()
            return self._journal

        self._recorder = Recorder(opening)
        tried.wait(ANSWER_S_MAX)

    def _press(self) -> None:
        self._presses += 1
        self._clock.advance(1)
        rating = make_rating(self._clock, level=1 + self._presses % 5)
        press = Press(rating.pressed.boot, rating.pressed.mono_us, rating.level)
        say(f"PRESS {press}")
        try:
            self._recorder.record(rating).result(ANSWER_S_MAX)
        except SpokenError as error:
            say(f"REFUSED {press} {type(error).__name__}: {error}")
        else:
            say(f"KEPT {press}")

    def _acknowledge(self) -> None:
        with JournalReader(self._journal.path) as reader:
            self._acknowledged = reader.head()
            for press in presses_in(entry.line for entry in reader.entries()):
                say(f"ACKNOWLEDGED {press}")

    def _prune(self) -> None:
        self._clock.advance(3600)
        try:
            self._journal.maintain(self._acknowledged, timedelta(0), self._clock.now())
        except SpokenError as error:
            say(f"UNPRUNED {type(error).__name__}: {error}")

    def _state(self) -> None:
        self._journal.state_settings(IN_FORCE, self._clock.now())

    def _cut(self) -> None:
        self._clock.advance(HALF_DAY_S)
        while self._journal.cut(self._clock.now()):
            pass
        with JournalReader(self._journal.path) as reader:
            seq = reader.head().next_seq - 1
            size, root = reader.cuts_at(seq)
            say(f"SIGNED {reader.id} {seq} {size} {root.hex()}")

    def _outrun(self) -> None:
        path = Path(self._order.journal)
        journal_id, head = HeadFile(path).read() or ("", Cursor(0, b""))
        HeadFile(path).write(journal_id, Cursor(head.next_seq + 1, bytes(32)))

    def _close(self) -> None:
        self._recorder.close()

    def _stop(self) -> None:
        os.kill(os.getpid(), signal.SIGSTOP)
        self._stops += 1
        limit = self._order.file_bytes_max if self._stops == 1 else 0
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit or resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def say(words: str) -> None:
    """Say it at once; by writev, which the journal never uses, so that no injected fault strikes it."""
    os.writev(2, [words.replace("\n", " ").encode() + b"\n"])


def carry_out(order: Order) -> int:
    """Carry out the order in this process; the exit status: 0, or CRASHED."""
    os.dup2(os.open(order.words, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
    engine._SETTINGS.update(order.settings)
    for name in filter(None, (order.mutant, "migrating" if order.migrating else "")):
        MUTANTS[name](set_existing)
    threading.excepthook = lambda raised: crash(raised.exc_value)
    kiosk = Kiosk(order)
    try:
        for step in order.plan:
            kiosk.do(step)
    except BaseException as error:
        crash(error)
    return 0


def crash(error: BaseException | None) -> None:
    """Say what no citizen, officer or installer may ever read, and end."""
    said = traceback.format_exception(error, limit=-3) if error else []
    say("CRASHED " + "".join(said))
    os._exit(CRASHED)


def serve(mode: str) -> None:
    """Carry out the orders of standard input; say each change of a child's state on standard output."""
    use_mode(mode)
    # Standard output is for the states of children alone.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    # Everything that is imported late is imported now; no connection is opened: children must not share its state.
    sqlalchemy.create_engine("sqlite://", module=library(mode)).dispose()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            # Not sys.exit: the child must not run what the parent registered.
            os._exit(carry_out(Order(**json.loads(line))))
        print("started", pid, flush=True)
        _follow(pid)


def _follow(pid: int) -> None:
    while True:
        _, status = os.waitpid(pid, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            print("stopped", pid, flush=True)
        else:
            print("ended", os.waitstatus_to_exitcode(status), flush=True)
            return


if __name__ == "__main__":
    serve(sys.argv[1])
