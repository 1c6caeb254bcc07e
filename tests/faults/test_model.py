"""A kiosk's whole life, step by step in any order, against a plain list: what was thanked for is what is there.

The steps: a press, a commit that fails (after it was done, before it was done, or for
good), a clock that steps, a program that dies, a start, pruning of what the collector
has, an older file put back, a card cloned, a journal's file lost.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.exc import OperationalError

from kiosk.journal.chain import Cursor
from kiosk.journal.disk.head_file import HeadFile
from kiosk.journal.errors import JournalUnwritable
from kiosk.journal.journal import Journal
from kiosk.journal.reader import JournalReader
from kiosk.journal.upkeep import verify
from tests.builders import FrozenClock, make_rating
from tests.faults.conftest import LONG
from tests.faults.rig.libraries import use_mode
from tests.faults.rig.mutants import MUTANTS
from tests.faults.rig.opening import open_journal
from tests.faults.rig.oracle import Oracle, PromiseBroken, presses_in, require
from tests.faults.rig.told import Press
from tests.sync.collector.postgres import memory

pytestmark = pytest.mark.timeout(3600 if LONG else 120)

DATABASE_FILES = ("journal.db", "journal.db-wal", "journal.db-journal")


@dataclass(frozen=True, slots=True)
class Older:
    """A copy of the disk as it once was, and what had been promised by then."""

    folder: Path
    kept: frozenset[Press]
    journal_id: str
    end: Cursor


class Life(RuleBasedStateMachine):
    """One kiosk, its disk and its citizens."""

    mode = ""

    def __init__(self) -> None:
        super().__init__()
        self._patched = pytest.MonkeyPatch()
        use_mode(self.mode, self._patched.setattr)
        self._oracle = Oracle(self.mode)
        self._root = Path(tempfile.mkdtemp(prefix="life-", dir=memory()))
        self._copies = 0
        self._folder = self._root / "0"
        self._clock = FrozenClock()
        self._journal: Journal | None = None
        self._journal_id = ""
        self._why: str | None = None
        self._kept: set[Press] = set()
        self._perhaps: set[Press] = set()
        self._at_collector = (Cursor(1, b""), frozenset[Press]())
        self._end = Cursor(1, b"")
        self._older: Older | None = None

    @property
    def _path(self) -> Path:
        return self._folder / "journal.db"

    @property
    def _up(self) -> Journal:
        assert self._journal is not None
        return self._journal

    @initialize()
    def first_start(self) -> None:
        self._journal = open_journal(self._path, self._clock)
        self._journal_id = self._journal.id

    @rule()
    @precondition(lambda self: self._journal is None)
    def start(self) -> None:
        self._journal = open_journal(self._path, self._clock)
        continued = self._journal.id != self._journal_id
        why = self._first_line().get("why") if continued else None
        require(why == self._why, f"the journal is continued for {why}, not for {self._why}")
        self._journal_id, self._why = self._journal.id, None

    @rule()
    @precondition(lambda self: self._journal is not None)
    def close(self) -> None:
        self._let_go()

    @rule()
    @precondition(lambda self: self._journal is not None)
    def die(self) -> None:
        """Nothing is closed: what the files hold at this moment is all that is left."""
        after = self._copy()
        self._let_go()
        self._folder = after

    @rule(level=st.integers(1, 5))
    @precondition(lambda self: self._journal is not None)
    def press(self, level: int) -> None:
        self._kept.add(self._press(level))

    @rule(level=st.integers(1, 5), done=st.booleans())
    @precondition(lambda self: self._journal is not None)
    def press_while_one_commit_raises(self, level: int, done: bool) -> None:
        with self._commits_raise(times=1, done=done):
            self._kept.add(self._press(level))

    @rule(level=st.integers(1, 5), done=st.booleans())
    @precondition(lambda self: self._journal is not None)
    def press_while_every_commit_raises(self, level: int, done: bool) -> None:
        with self._commits_raise(times=9, done=done):
            try:
                self._press(level)
            except JournalUnwritable:
                # Committed by a disk that denies it to the end: nobody was thanked, and it may be there.
                self._perhaps |= {self._last} if done else set()
            else:
                raise AssertionError("thanked for what the disk refused")

    @rule(seconds=st.sampled_from([5, -3600, 86_400, 56 * 365 * 86_400]))
    def step_the_wall_clock(self, seconds: int) -> None:
        self._clock.wall += timedelta(seconds=seconds)

    @rule()
    @precondition(lambda self: self._journal is not None)
    def acknowledge(self) -> None:
        with JournalReader(self._path) as reader:
            self._at_collector = (reader.head(), frozenset(self._held()))

    @rule()
    @precondition(lambda self: self._journal is not None)
    def prune(self) -> None:
        """By a cursor that may be of another journal, or of a past that was rolled back: then nothing may go."""
        cursor, sent = self._at_collector
        held = self._held()
        self._clock.wall += timedelta(hours=1)
        self._up.maintain(cursor, timedelta(0), self._clock.now())
        gone = held - self._held()
        require(gone <= sent, "what the collector does not have was pruned")
        self._kept -= gone

    @rule()
    @precondition(lambda self: self._journal is None and self._why is None)
    def keep_an_older_file(self) -> None:
        self._older = Older(self._copy(), frozenset(self._kept), self._journal_id, self._end)

    @rule()
    @precondition(lambda self: self._journal is None and self._older is not None)
    def put_the_older_file_back(self) -> None:
        """The disk's image of then, but the head file of now: whatever came later is gone, and must be named."""
        assert self._older is not None
        self._remove_database()
        for name in DATABASE_FILES:
            if (self._older.folder / name).exists():
                shutil.copyfile(self._older.folder / name, self._folder / name)
        self._perhaps |= self._kept
        self._kept = set(self._older.kept)
        self._why = self._why_of(self._older)

    @rule()
    @precondition(lambda self: self._journal is None)
    def lose_the_file(self) -> None:
        self._remove_database()
        self._perhaps |= self._kept
        self._kept, self._why = set(), "missing"

    @rule(level=st.integers(1, 5))
    @precondition(lambda self: self._journal is None)
    def clone_the_card(self, level: int) -> None:
        """The clone goes on by itself; neither shows in the other."""
        with open_journal(self._copy() / "journal.db", FrozenClock(boot="the clone's")) as clone:
            clone.append(make_rating(FrozenClock(boot="the clone's"), level))

    @invariant()
    def what_was_thanked_for_is_there(self) -> None:
        if self._journal is None:
            return
        presses = presses_in(self._oracle.lines(self._path))
        require(len(presses) == len(set(presses)), "kept more than once")
        require(self._kept <= set(presses), "thanked for, but not kept")
        require(set(presses) <= self._kept | self._perhaps, "neither thanked for nor in doubt, yet there")
        with JournalReader(self._path) as reader:
            fault = verify.verify_journal(reader, verify.known_heads(self._path, reader.id))
        require(fault is None, f"the kiosk's own check finds a fault: {fault}")

    def teardown(self) -> None:
        if self._journal is not None:
            self._journal.close()
        shutil.rmtree(self._root)
        self._patched.undo()

    def _press(self, level: int) -> Press:
        rating = make_rating(self._clock, level)
        self._last = Press(rating.pressed.boot, rating.pressed.mono_us, level)
        self._up.append(rating)
        return self._last

    def _let_go(self) -> None:
        with JournalReader(self._path) as reader:
            self._end = reader.head()
        self._up.close()
        self._journal = None

    def _remove_database(self) -> None:
        for name in DATABASE_FILES:
            (self._folder / name).unlink(missing_ok=True)

    def _why_of(self, older: "Older") -> str | None:
        """What is wrong with the older file, by the head file of now; nothing, if that knows of nothing later."""
        known_id, known = HeadFile(self._path).read() or ("", Cursor(0, b""))
        if known_id != older.journal_id:
            return "replaced"
        return "rolled back" if known.next_seq > older.end.next_seq else None

    def _held(self) -> set[Press]:
        return set(presses_in(self._oracle.lines(self._path)))

    def _first_line(self) -> dict[str, Any]:
        line: dict[str, Any] = json.loads(self._oracle.lines(self._path)[0])
        return line

    def _copy(self) -> Path:
        """A copy of the disk as it is, without SQLite's shared memory, which is no part of it."""
        self._copies += 1
        target = self._root / str(self._copies)
        shutil.copytree(self._folder, target, ignore=shutil.ignore_patterns("*-shm", "*.lock", "*.reserve"))
        return target

    @contextmanager
    def _commits_raise(self, times: int, done: bool) -> Iterator[None]:
        """The next commits raise, after they were carried out or after they were undone."""
        kept, left = self._up._kept, iter(range(times))
        commit = kept.commit

        def fail() -> None:
            if next(left, None) is None:
                return commit()
            kept.exec_driver_sql("COMMIT" if done else "ROLLBACK")
            raise OperationalError("COMMIT", {}, Exception("disk I/O error"))

        kept.commit = fail  # type: ignore[method-assign]
        try:
            yield
        finally:
            del kept.commit  # type: ignore[attr-defined]


def lives(phases: tuple[Phase, ...] = tuple(Phase)) -> settings:
    """How many lives of how many steps."""
    return settings(
        max_examples=600 if LONG else 25,
        stateful_step_count=40 if LONG else 25,
        phases=phases,
        report_multiple_bugs=False,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def test_kiosk_keeps_its_promise_whatever_befalls_it_in_any_order(mode):
    run_state_machine_as_test(life_in(mode), settings=lives())


@pytest.mark.parametrize(
    ("mutant", "broken"),
    [("written again unseen", "kept more than once"), ("pruned unacknowledged", "does not have was pruned")],
)
def test_kiosk_that_breaks_its_promise_is_found_out(mode, monkeypatch, mutant, broken):
    MUTANTS[mutant](monkeypatch.setattr)

    with pytest.raises(PromiseBroken, match=broken):
        run_state_machine_as_test(life_in(mode), settings=lives(phases=(Phase.generate,)))


def life_in(mode: str) -> type[Life]:
    """Lives in this mode."""
    return type(f"Life_{mode}", (Life,), {"mode": mode})
