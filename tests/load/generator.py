"""Generator: a process in which thousands of kiosks live, and what it has seen of their calls."""

import asyncio
import multiprocessing
import random
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe

import uvloop

from tests.load.fleet import Member
from tests.load.journals import Template, prepare
from tests.load.kiosk import APPEND, Kiosk
from tests.load.plan import Plan
from tests.load.wire import Signer

TOLD_EVERY_S = 2.0
STOP = "stop"


@dataclass(frozen=True)
class Slice:
    """The kiosks of one generator."""

    members: Sequence[int]
    port: int
    authority: str
    templates: list[Template]
    settings: dict[int, str]
    """The version that each kiosk has, by its number."""
    outage_after_s: float
    """So long after the beginning those come that were away."""


@dataclass
class Calls:
    """Calls of one kind by the kiosks at rest, or by those that were away."""

    at: "array[float]" = field(default_factory=lambda: array("d"))
    seconds: "array[float]" = field(default_factory=lambda: array("d"))
    statuses: "array[int]" = field(default_factory=lambda: array("h"))


@dataclass
class Seen:
    """What a generator has seen."""

    calls: dict[tuple[str, bool], Calls] = field(default_factory=dict)
    """By kind, and whether the kiosk had been away."""
    changed_at: list[float] = field(default_factory=list)
    """When each kiosk had other settings than before."""
    done_at: list[float] = field(default_factory=list)
    wrong: int = 0
    cpu_s: float = 0.0


@dataclass(frozen=True)
class Progress:
    """How far it is."""

    n_calls: int
    n_failed: int
    n_appended: int
    n_done: int
    n_changed: int
    cpu_s: float


class Generators:
    """Processes that play kiosks; ``close`` ends them and brings what they saw."""

    def __init__(self, plan: Plan, slices: Sequence[Slice]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipes: list[Pipe] = []
        self._processes = []
        for one in slices:
            mine, theirs = context.Pipe()
            process = context.Process(target=_run, args=(plan, one, theirs), daemon=True)
            process.start()
            self._pipes.append(mine)
            self._processes.append(process)
        self._last = [Progress(0, 0, 0, 0, 0, 0.0)] * len(slices)

    def begin(self) -> float:
        """Let the kiosks live once all are made; when that was, on the monotonic clock, which all processes share."""
        for pipe in self._pipes:
            pipe.recv()
        began = time.monotonic()
        for pipe in self._pipes:
            pipe.send(began)
        return began

    def progress(self) -> Progress:
        """All of them together, as they told last."""
        for place, pipe in enumerate(self._pipes):
            while pipe.poll():
                self._last[place] = pipe.recv()
        sums = [sum(getattr(one, name) for one in self._last) for name in Progress.__dataclass_fields__]
        return Progress(*sums)

    def close(self) -> list[Seen]:
        """End them."""
        for pipe in self._pipes:
            pipe.send(STOP)
        found = []
        for pipe in self._pipes:
            while not isinstance(said := pipe.recv(), Seen):
                pass
            found.append(said)
        for process in self._processes:
            process.join(30)
        return found


class Sheet:
    """Where the calls of a generator's kiosks are noted."""

    def __init__(self) -> None:
        self.seen = Seen()
        self.n_calls = self.n_failed = self.n_appended = 0

    def note_for(self, *, was_away: bool) -> "_Note":
        """What a kiosk tells its calls to."""
        return _Note(self, was_away)


@dataclass(frozen=True, slots=True)
class _Note:
    sheet: Sheet
    was_away: bool

    def __call__(self, kind: str, began: float, seconds: float, status: int) -> None:
        key = (kind, self.was_away)
        calls = self.sheet.seen.calls.get(key)
        if calls is None:
            calls = self.sheet.seen.calls[key] = Calls()
        calls.at.append(began)
        calls.seconds.append(seconds)
        calls.statuses.append(status)
        self.sheet.n_calls += 1
        self.sheet.n_failed += status not in (200, 409)
        self.sheet.n_appended += kind == APPEND and status == 200


def make_kiosks(plan: Plan, one: Slice, sheet: Sheet) -> list[tuple[Kiosk, float]]:
    """The kiosks of a slice, each with the seconds until its first call."""
    made = []
    for number in one.members:
        member, was_away = Member(number), number < plan.outage
        key, template = member.key, member.template(one.templates)
        prepared = prepare(member.journal_id, key, template)
        first = next(prepared)
        signer = Signer(one.authority, member.device_id, key)
        kiosk = Kiosk(
            signer, one.port, member.journal_id, template.boot, template.booted_at,
            sheet.note_for(was_away=was_away), one.settings.get(number), first.end, period_s=plan.period_s,
        )  # fmt: skip
        if was_away:
            kiosk.batches = [first, *prepared]
            starts_s = one.outage_after_s + random.random() * plan.spread_s
        else:
            starts_s = random.random() * plan.period_s
        made.append((kiosk, starts_s))
    return made


async def run_kiosks(plan: Plan, one: Slice, pipe: Pipe) -> Seen:
    """Let them live until the other end of the pipe says that it is enough."""
    sheet, until = Sheet(), asyncio.Event()
    kiosks = make_kiosks(plan, one, sheet)
    pipe.send("ready")
    began, spent_before = pipe.recv(), time.process_time()
    late_s = time.monotonic() - began
    tasks = [asyncio.create_task(kiosk.live(max(0.0, starts_s - late_s), until)) for kiosk, starts_s in kiosks]
    while not pipe.poll():
        await asyncio.sleep(min(TOLD_EVERY_S, plan.period_s / 30))
        done = sum(kiosk.done_at is not None for kiosk, _ in kiosks)
        changed = sum(kiosk.changed_at is not None for kiosk, _ in kiosks)
        spent = time.process_time() - spent_before
        pipe.send(Progress(sheet.n_calls, sheet.n_failed, sheet.n_appended, done, changed, spent))
    until.set()
    for task in tasks:
        task.cancel()
    seen = sheet.seen
    seen.changed_at = [kiosk.changed_at for kiosk, _ in kiosks if kiosk.changed_at is not None]
    seen.done_at = [kiosk.done_at for kiosk, _ in kiosks if kiosk.done_at is not None]
    seen.wrong, seen.cpu_s = sum(kiosk.wrong for kiosk, _ in kiosks), time.process_time() - spent_before
    return seen


def _run(plan: Plan, one: Slice, pipe: Pipe) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        pipe.send(runner.run(run_kiosks(plan, one, pipe)))
