"""Whatever befalls kiosks, network and collector, in any order: each thanked press ends in the reports once.

A state machine over the pure cores: journals and collector in memory, the agent's own code for one
cycle between them. At any moment presses come, answers are lost, either side is restored or copied, a
stick carries what was exported. At the end everything heals, and the reports must hold each press that
some disk or the collector still had, once, and nothing else. The same machine must fail where the
agent or the collector is broken on purpose.
"""

import copy
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from kiosk.domain.visit.rating import Rating, Standing
from kiosk.journal.chain import Cursor
from kiosk.journal.errors import Diverged
from kiosk.journal.lines import OpenedLine, carried_line, decode_line, encode_line, head
from kiosk.journal.reader import Batch
from sync.agent.earlier_journals import EarlierJournal, offer_earlier
from sync.agent.errors import CollectorUnavailable
from sync.agent.upload import last_common, upload_all
from tests.builders import FrozenClock
from tests.fakes import FakeCollector, InMemoryJournal

_ids = itertools.count(1)


class Disk:
    """What lies on a kiosk's disk: the journal in use, those put aside, and the agent's notes."""

    def __init__(self, clock: FrozenClock) -> None:
        self.aside: dict[str, InMemoryJournal] = {}
        self.acknowledged: Cursor | None = None
        self.journal = _open(clock, {})

    def image(self) -> "Disk":
        return copy.deepcopy(self)

    @contextmanager
    def earlier_of(self, journal: InMemoryJournal) -> Iterator[EarlierJournal | None]:
        opened = decode_line(journal.lines[0])
        assert isinstance(opened, OpenedLine)
        earlier = self.aside.get(opened.continues or "")
        yield None if earlier is None else EarlierJournal(earlier, opened.carried_after or 0)

    def go_on_anew(self, clock: FrozenClock, after: int) -> None:
        """As kiosk.journal.recovery.recovery continues a journal: what follows ``after`` is carried over."""
        old = self.journal
        self.aside[old.id] = old
        new = _open(clock, {"why": "diverged", "continues": old.id, "carried_after": after})
        seqs: dict[int, int] = {}
        for seq, line in enumerate(old.lines, 1):
            if seq > after and decode_line(line).kind != "opened":
                seqs[seq] = len(new.lines) + 1
                digest = old.hash_at(seq)
                assert digest is not None
                new.append_line(carried_line(line, seqs[seq], (old.id, seq, digest.hex()), seqs))
        self.journal, self.acknowledged = new, None


class WitnessedJournal(InMemoryJournal):
    """A journal whose every state is remembered, so that a chain that nobody ever wrote is known."""

    written: set[tuple[str, Cursor]] = set()  # noqa: RUF012 - of all journals of this run

    def append_line(self, line: bytes) -> None:
        super().append_line(line)
        self.written.add((self.id, self.head()))


def _open(clock: FrozenClock, continuation: dict[str, object]) -> InMemoryJournal:
    journal = WitnessedJournal(f"00000000-0000-4000-8000-{next(_ids):012x}")
    journal.append_line(encode_line(OpenedLine(*head(1, clock.now(), "opened"), software="test", **continuation)))
    return journal


class CountingCollector(FakeCollector):
    """The collector's two promises in memory: append by compare-and-swap, and count each entry once."""

    def reported(self) -> Counter[str]:
        """The presses in the reports; entries that share a place and its hash are one."""
        seen: set[tuple[str, int, str]] = set()
        presses: Counter[str] = Counter()
        for journal_id, lines in self.copies.items():
            for seq in range(1, len(lines) + 1):
                entry = json.loads(lines[seq - 1])
                own = (journal_id, seq, Cursor.start(journal_id).after(lines[:seq]).head.hex())
                places = [
                    own,
                    *map(tuple, ([entry["from"]] if "from" in entry else []) + entry.get("from_earlier", [])),
                ]
                if entry["kind"] == "rating" and not self.known(seen, places):
                    presses[entry["question"]] += 1
                seen.update(places)
        return presses

    def known(self, seen: set[tuple[str, int, str]], places: list[tuple[str, int, str]]) -> bool:
        return not seen.isdisjoint(places)


class History(RuleBasedStateMachine):
    """Kiosks with one key, one collector, one stick."""

    collector_class: type[CountingCollector] = CountingCollector

    def __init__(self) -> None:
        super().__init__()
        self.clock = FrozenClock()
        self.collector = self.collector_class()
        self.backup = self.collector.snapshot()
        self.kiosks: list[Disk] = []
        self.images: list[Disk] = []
        self.stick: list[tuple[str, Batch]] = []
        self.presses = 0

    @initialize()
    def first_kiosk(self) -> None:
        self.kiosks.append(Disk(self.clock))

    kiosk = st.integers(0, 2)

    @rule(at=kiosk, times=st.integers(1, 3))
    def press(self, at: int, times: int) -> None:
        for _ in range(times):
            self.presses += 1
            rating = Rating(self.clock.now(), "sipas-5@1", f"q{self.presses}", 4, Standing.COUNTED)
            self._kiosk(at).journal.append(rating)

    @rule(at=kiosk)
    def sync(self, at: int) -> None:
        self._cycle(self._kiosk(at))

    @rule(at=kiosk, lost=st.integers(1, 2))
    def sync_with_lost_answers(self, at: int, lost: int) -> None:
        self.collector.answers_lost = lost
        self._cycle(self._kiosk(at))
        self.collector.answers_lost = 0

    @rule(at=kiosk)
    def lose_the_agents_notes(self, at: int) -> None:
        self._kiosk(at).acknowledged = None

    @rule(at=kiosk)
    def damage(self, at: int) -> None:
        """The journal is found damaged but readable: it goes on in a new one after what is known to be sent."""
        disk = self._kiosk(at)
        disk.go_on_anew(self.clock, disk.acknowledged.next_seq - 1 if disk.acknowledged else 0)

    @rule()
    def back_up_collector(self) -> None:
        self.backup = self.collector.snapshot()

    @rule()
    def restore_collector(self) -> None:
        self.collector.restore(self.backup)

    @rule(at=kiosk)
    def take_image(self, at: int) -> None:
        self.images = [*self.images[-2:], self._kiosk(at).image()]

    @rule(at=kiosk)
    def roll_back(self, at: int) -> None:
        if self.images:
            self.kiosks[at % len(self.kiosks)] = self.images[-1].image()

    @rule()
    def clone(self) -> None:
        if self.images and len(self.kiosks) < 3:
            self.kiosks.append(self.images[-1].image())

    @rule(at=kiosk)
    def clone_that_exports(self, at: int) -> None:
        """A card is cloned, both go on, and what the clone wrote travels on the stick."""
        if len(self.kiosks) < 3:
            self.kiosks.append(self._kiosk(at).image())
            self.press(at, 1)
            self.press(len(self.kiosks) - 1, 3)
            self.export(len(self.kiosks) - 1)

    @rule(seconds=st.sampled_from([-(10**9), -3600, 3600, 10**9]))
    def step_clock(self, seconds: int) -> None:
        self.clock.mono_us += 1
        with patch.object(self.clock, "mono_us", self.clock.mono_us):
            self.clock.advance(seconds)

    @rule(at=kiosk)
    def export(self, at: int) -> None:
        journal = self._kiosk(at).journal
        start = self._kiosk(at).acknowledged or Cursor.start(journal.id)
        self.stick.append((journal.id, journal.batch_after(start, 500, 10**6)))

    @rule(newest=st.booleans())
    def import_stick(self, newest: bool) -> None:
        for journal_id, batch in self.stick if newest else reversed(self.stick):
            if batch:
                self.collector.append(journal_id, batch)

    def teardown(self) -> None:
        """Everything heals; then the reports are what was pressed and still is anywhere."""
        self.collector.answers_lost = 0
        for _ in range(4):
            for disk in self.kiosks:
                self._cycle(disk)
        expected = self._presses_of(line for lines in self.collector.copies.values() for line in lines)
        for disk in self.kiosks:
            expected |= self._presses_of(disk.journal.lines)
            expected |= self._presses_of(self._sendable(disk))
        assert self.collector.reported() == Counter(dict.fromkeys(expected, 1))
        for journal_id, lines in self.collector.copies.items():
            end = Cursor.start(journal_id).after(lines)
            assert not lines or (journal_id, end) in WitnessedJournal.written

    def _sendable(self, disk: Disk) -> Iterator[bytes]:
        """What journals put aside hold that was not carried over: the collector had it once, and must again."""
        journal = disk.journal
        while True:
            opened = decode_line(journal.lines[0])
            assert isinstance(opened, OpenedLine)
            earlier = disk.aside.get(opened.continues or "")
            if earlier is None:
                return
            copy_ = self.collector.copies.get(earlier.id, [])
            if copy_ == earlier.lines[: len(copy_)]:
                yield from earlier.lines[: opened.carried_after or 0]
            journal = earlier

    @staticmethod
    def _presses_of(lines: Iterator[bytes] | list[bytes]) -> set[str]:
        entries = map(json.loads, lines)
        return {entry["question"] for entry in entries if entry["kind"] == "rating"}

    def _kiosk(self, at: int) -> Disk:
        return self.kiosks[at % len(self.kiosks)]

    def _cycle(self, disk: Disk) -> None:
        """One cycle as sync.agent.agent runs it."""
        journal = disk.journal

        def noted(cursor: Cursor) -> None:
            disk.acknowledged = cursor

        try:
            upload_all(
                journal, self.collector, noted,
                lambda: offer_earlier(journal, self.collector, disk.earlier_of, lambda: None),
            )  # fmt: skip
        except CollectorUnavailable:
            return
        except Diverged:
            disk.go_on_anew(self.clock, last_common(journal, self.collector))


def run(machine: type[History], examples: int, phases: tuple[Phase, ...] = tuple(Phase)) -> None:
    quiet = settings(
        max_examples=examples, stateful_step_count=30, deadline=None, database=None, phases=phases,
        suppress_health_check=list(HealthCheck), derandomize=True,
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=quiet)


def test_every_history_ends_with_each_press_in_the_reports_once():
    run(History, 150)


class NoPrevCheck(CountingCollector):
    """Takes a batch for its number alone."""

    def append(self, journal_id: str, batch: Batch) -> Cursor:
        copy_ = self.copies.setdefault(journal_id, [])
        if batch.start.next_seq <= len(copy_) + 1:
            copy_ += batch.lines[len(copy_) + 1 - batch.start.next_seq :]
        if self.answers_lost:
            self.answers_lost -= 1
            raise CollectorUnavailable(None, "the connection broke")  # type: ignore[arg-type]
        return Cursor.start(journal_id).after(copy_)


class CountsCarriedAgain(CountingCollector):
    """Does not look where an entry was carried over from."""

    def known(self, seen: object, places: object) -> bool:
        return False


@pytest.mark.parametrize("broken", [NoPrevCheck, CountsCarriedAgain])
def test_broken_collector_is_found_out(broken):
    with pytest.raises(AssertionError):
        run(type("Broken", (History,), {"collector_class": broken}), 500, (Phase.generate,))


class RetiresOnAnyAnswer(History):
    """Takes the cursor from what it sent, whatever came back, and never asks the collector for its own."""

    def _cycle(self, disk: Disk) -> None:
        start = disk.acknowledged or Cursor.start(disk.journal.id)
        batch = disk.journal.batch_after(start, 500, 10**6)
        try:
            self.collector.append(disk.journal.id, batch)
        except CollectorUnavailable:
            return
        disk.acknowledged = batch.end


class RemembersTheCursorOnlyItself(History):
    """Believes its own notes instead of asking where the collector stands."""

    def _cycle(self, disk: Disk) -> None:
        start = disk.acknowledged or Cursor.start(disk.journal.id)
        batch = disk.journal.batch_after(start, 500, 10**6)
        try:
            cursor = self.collector.append(disk.journal.id, batch)
        except CollectorUnavailable:
            return
        if cursor == batch.end:
            disk.acknowledged = cursor


class OffersNoOlderJournals(History):
    """Leaves what was put aside to itself when the collector was restored."""

    def _cycle(self, disk: Disk) -> None:
        with patch.object(Disk, "earlier_of", lambda *_: contextmanager(lambda: iter([None]))()):
            super()._cycle(disk)


@pytest.mark.parametrize("broken", [RetiresOnAnyAnswer, RemembersTheCursorOnlyItself, OffersNoOlderJournals])
def test_broken_agent_is_found_out(broken):
    with pytest.raises(AssertionError):
        run(broken, 500, (Phase.generate,))
