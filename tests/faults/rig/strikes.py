"""Strikes: one fault at one system call, by strace; and which calls there are to strike.

The moments of a kiosk's life that are struck are the start (an empty disk, or one with
a journal) and the press. A strike at the N-th call, for N from 1 until the run passes,
meets every call there is.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.faults.rig.kiosk_runs import KioskRuns, Run, Tracer
from tests.faults.rig.oracle import Whys

CHANGING = frozenset(
    [
        "openat",
        "write",
        "pwrite64",
        "pwritev",
        "ftruncate",
        "fallocate",
        "fsync",
        "fdatasync",
        "unlink",
        "unlinkat",
        "rename",
        "renameat",
        "renameat2",
        "link",
        "linkat",
        "mkdir",
        "mkdirat",
        "chmod",
        "fchmod",
        "flock",
        "fcntl",
    ]
)
"""The calls that change what is on the disk or who may touch it; between two of them nothing changes."""
_CALL = re.compile(r"^(\d+)\s+(\w+)\(", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Moment:
    """A stretch of a plan, between two stops or to the end."""

    name: str
    plan: tuple[str, ...]
    prepared: tuple[str, ...] = ()
    """The plan of an earlier run on the same disk."""
    continues: Whys = (None,)
    """Why the journal may be a continuation afterwards; None if it need not be one."""


FIRST_START = Moment("first start", ("stop", "open"))
START = Moment("start", ("stop", "open", "press:1"), prepared=("open", "press:3", "close"))
CONTINUATION = Moment(
    "continuation",
    ("stop", "open", "press:1"),
    prepared=("open", "press:3", "close", "outrun"),
    continues=("rolled back",),
)
PRUNING = Moment("pruning", ("open", "acknowledge", "press:1", "stop", "prune"), prepared=("open", "press:3", "close"))
PRESS = Moment("press", ("open", "press:1", "stop", "press:2", "stop", "press:2", "close"))


@dataclass(frozen=True, slots=True)
class Strike:
    """The fault at the ``nth`` call named ``call`` of any thread; at all from there on when it ``lasts``."""

    moment: Moment
    call: str
    nth: int
    fault: str
    """As strace writes it: ``error=EIO``, ``signal=SIGKILL``, ``retval=0``."""
    lasts: bool = False

    def __str__(self) -> str:
        return f"{self.moment.name}: {self.fault} at {self.call} number {self.nth}{' and all later ones' * self.lasts}"

    def tracer(self) -> Tracer:
        """The tracer that strikes."""
        when = f"{self.nth}+" if self.lasts else str(self.nth)
        inject = f"inject={self.call}:{self.fault}:when={when}"
        return Tracer("-o", "/dev/null", "-e", f"trace={self.call}", "-e", inject)


def census(runs: KioskRuns, moment: Moment, folder: Path) -> Counter[str]:
    """How often each system call is made in that moment when nothing strikes."""
    trace = folder.with_name("trace")
    run = strike_with(runs, moment, folder / "journal.db", Tracer("-o", str(trace)))
    assert run.status == 0, run.words
    by_thread = Counter(_CALL.findall(trace.read_text()))
    trace.unlink()
    # Calls are counted by thread, and one thread does the journal's work.
    return Counter({call: max(n for (_, name), n in by_thread.items() if name == call) for _, call in by_thread})


def strikes(
    moment: Moment, counted: Counter[str], calls: Iterable[str], fault: str, lasts: bool = False
) -> list[Strike]:
    """One strike for each of these calls, and one beyond the last, which must find nothing to strike."""
    return [
        Strike(moment, call, nth, fault, lasts)
        for call in sorted(calls)
        if call in counted
        for nth in range(1, counted[call] + 2)
    ]


def strike_with(runs: KioskRuns, moment: Moment, journal: Path, tracer: Tracer | None, **order: object) -> Run:
    """Run the moment's plan on a new disk with this tracer attached in the moment alone."""
    if moment.prepared:
        before = runs.run(journal, moment.prepared, boot="boot-before")
        assert before.status == 0, before.words
    run = runs.run(journal, moment.plan, [tracer], **order)
    return Run((*before.words, *run.words), run.status) if moment.prepared else run
