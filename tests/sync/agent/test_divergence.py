"""Where the collector's copy of a journal parts from it is found exactly, noted, and acted on once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.journal.chain import Cursor
from kiosk.journal.recovery.acknowledged import parted_from_collector
from sync.agent.agent import Agent
from sync.agent.device.enroll import KioskFiles
from sync.agent.errors import CollectorUnavailable, JournalTaken
from sync.agent.state import load_state
from sync.agent.troubles import Trouble
from sync.agent.upload import last_common, upload_all
from tests.builders import FrozenClock, make_rating
from tests.fakes import FakeCollector, InMemoryJournal


def journal_of(clock: FrozenClock, entries: int) -> InMemoryJournal:
    journal = InMemoryJournal()
    for _ in range(entries):
        journal.append(make_rating(clock))
    return journal


@given(common=st.integers(0, 40), ours=st.integers(0, 40), theirs=st.integers(1, 40))
def test_last_common_entry_is_found_wherever_it_is(common, ours, theirs):
    clock, collector = FrozenClock(), FakeCollector()
    journal = journal_of(clock, common)
    clone = journal.clone()
    for _ in range(ours):
        journal.append(make_rating(clock))
    for _ in range(theirs):
        clone.append(make_rating(clock))
    collector.copies[journal.id] = clone.lines

    assert last_common(journal, collector) == common

    assert collector.calls.count("hash") <= 7


def test_long_journals_part_after_few_questions(clock, collector):
    journal = journal_of(clock, 3000)
    clone = InMemoryJournal(journal.id, journal.lines[:1234])
    for _ in range(3000):
        clone.append(make_rating(clock))
    collector.copies[journal.id] = clone.lines

    assert last_common(journal, collector) == 1234
    assert collector.calls.count("hash") <= 12


def test_copy_that_differs_in_one_answer_only_is_not_believed(journal, collector):
    upload_all(journal, collector, lambda _: None)

    with pytest.raises(CollectorUnavailable) as caught:
        last_common(journal, collector)

    assert caught.value.trouble is Trouble.WRONG_ANSWER


def test_pruned_entries_count_as_common(clock):
    class Pruned(InMemoryJournal):
        def hash_at(self, seq: int) -> bytes | None:
            return None if seq < 10 else super().hash_at(seq)

    journal = Pruned(lines=journal_of(clock, 20).lines)
    collector = FakeCollector()
    collector.copies[journal.id] = journal.lines[:6]

    assert last_common(journal, collector) == 6


@pytest.fixture
def parted(tmp_path, journal, collector, clock) -> Agent:
    """An agent whose journal is a clone of the one that the collector has, two entries on."""
    clone = journal.clone()
    clone.append(make_rating(clock, 1))
    collector.copies[journal.id] = clone.lines
    journal.append(make_rating(clock, 5))
    (tmp_path / "journal.db").write_bytes(b"")
    return Agent(
        KioskFiles(tmp_path), tmp_path / "journal.db", lambda: journal, collector.open, clock, start_delay_s_max=0
    )


def test_parting_is_noted_where_the_app_reads_it(tmp_path, parted, journal):
    parted.run_cycle()

    assert parted_from_collector(tmp_path, journal.id) == 3
    assert load_state(tmp_path / "agent.json").trouble.trouble is Trouble.DIVERGED


def test_presses_do_not_wake_the_agent_until_the_journal_is_continued(tmp_path, parted, journal, clock):
    parted.run_cycle()
    journal.append(make_rating(clock))
    (tmp_path / "journal.db").write_bytes(b"x")
    assert not parted.due()

    journal.id = "0f0e1f6a-2d3b-4c5d-8e9f-0a1b2c3d4e5f"
    (tmp_path / "journal.db").write_bytes(b"xx")

    assert parted.due()


def test_next_contact_forgets_the_parting(tmp_path, parted, journal, collector, clock):
    parted.run_cycle()
    collector.copies.clear()

    parted.run_cycle()

    assert load_state(tmp_path / "agent.json").parted is None


def test_collector_that_breaks_off_the_search_is_asked_again_later(tmp_path, parted, collector, monkeypatch):
    def broken(*_: object) -> bytes:
        raise CollectorUnavailable(Trouble.NO_ANSWER, "the connection broke")

    monkeypatch.setattr(collector, "hash_at", broken)
    parted.run_cycle()

    assert load_state(tmp_path / "agent.json").parted is None
    monkeypatch.undo()
    parted.run_cycle()
    assert load_state(tmp_path / "agent.json").parted is not None


def test_journal_of_another_kiosk_parts_after_what_was_acknowledged(tmp_path, journal, collector, clock):
    agent = Agent(
        KioskFiles(tmp_path), tmp_path / "journal.db", lambda: journal, collector.open, clock, start_delay_s_max=0
    )
    agent.run_cycle()
    journal.append(make_rating(clock))
    collector.trouble = JournalTaken(Trouble.DIVERGED, "403 journal-foreign")

    agent.run_cycle()

    assert parted_from_collector(tmp_path, journal.id) == 3


def test_journal_that_the_app_still_holds_is_tried_again_soon(tmp_path, parted, clock):
    parted.run_cycle()
    assert not parted.due()

    clock.advance(10)

    assert parted.due()


def test_journal_of_another_kiosk_that_the_app_still_holds_is_tried_again_soon(tmp_path, parted, collector, clock):
    collector.trouble = JournalTaken(Trouble.DIVERGED, "403 journal-foreign")
    parted.run_cycle()
    assert not parted.due()

    clock.advance(10)

    assert parted.due()


def test_agent_continues_the_journal_when_nobody_else_does_and_calls_again_at_once(tmp_path, journal, collector, clock):
    clone = journal.clone()
    clone.append(make_rating(clock))
    collector.copies[journal.id] = clone.lines
    journal.append(make_rating(clock))
    asked: list[Cursor] = []
    agent = Agent(
        KioskFiles(tmp_path), tmp_path / "journal.db", lambda: journal, collector.open, clock, start_delay_s_max=0,
        mend=lambda _: not asked.append(journal.head()),
    )  # fmt: skip

    agent.run_cycle()

    assert len(asked) == 1
    assert agent.due()
