import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.journal.chain import Cursor
from kiosk.journal.errors import Diverged
from kiosk.journal.reader import Batch
from sync.agent.errors import CollectorUnavailable
from sync.agent.troubles import Trouble
from sync.agent.upload import upload_all
from sync.protocol.messages import LINES_PER_BATCH_MAX
from tests.builders import FrozenClock, make_rating
from tests.fakes import FakeCollector, InMemoryJournal


def silence(_cursor: Cursor) -> None:
    """Nobody listens."""


def test_upload_brings_the_replica_up_to_date(journal, collector):
    assert upload_all(journal, collector, silence) == journal.head()

    assert collector.copies[journal.id] == journal.lines


def test_repeated_upload_changes_nothing(journal, collector):
    upload_all(journal, collector, silence)
    calls = len(collector.calls)

    upload_all(journal, collector, silence)

    assert collector.copies[journal.id] == journal.lines
    assert collector.calls[calls:] == ["cursor"]


def test_lost_answer_costs_one_more_call_and_nothing_else(journal, collector):
    collector.answers_lost = 1
    with pytest.raises(CollectorUnavailable):
        upload_all(journal, collector, silence)

    assert upload_all(journal, collector, silence) == journal.head()

    assert collector.copies[journal.id] == journal.lines


def test_restored_collector_is_brought_up_to_date_again(journal, collector, clock):
    upload_all(journal, collector, silence)
    backup = collector.snapshot()
    journal.append(make_rating(clock))
    upload_all(journal, collector, silence)

    collector.restore(backup)
    upload_all(journal, collector, silence)

    assert collector.copies[journal.id] == journal.lines


def test_409_in_between_rewinds_to_where_the_collector_stands(journal, collector):
    class RestoredInBetween(FakeCollector):
        def append(self, journal_id: str, batch: Batch) -> Cursor:
            if batch.start.next_seq > 1:
                self.copies.clear()
            return super().append(journal_id, batch)

    collector = RestoredInBetween()
    collector.copies[journal.id] = journal.lines[:2]

    assert upload_all(journal, collector, silence) == journal.head()

    assert collector.copies[journal.id] == journal.lines


def test_what_was_read_ahead_is_dropped_when_the_collector_goes_back(clock):
    """Three batches: while the second is on its way, the collector loses the first; the third was read already."""

    class RestoredOnce(FakeCollector):
        restored = False

        def append(self, journal_id: str, batch: Batch) -> Cursor:
            if batch.start.next_seq > 1 and not self.restored:
                self.restored = True
                self.copies.clear()
            return super().append(journal_id, batch)

    journal, collector = InMemoryJournal(), RestoredOnce()
    for _ in range(3 * LINES_PER_BATCH_MAX):
        journal.append(make_rating(clock))

    assert upload_all(journal, collector, silence) == journal.head()

    assert collector.copies[journal.id] == journal.lines


def test_batch_that_arrived_twice_is_kept_once(journal, collector):
    class Doubling(FakeCollector):
        def append(self, journal_id: str, batch: Batch) -> Cursor:
            super().append(journal_id, batch)
            return super().append(journal_id, batch)

    collector = Doubling()

    upload_all(journal, collector, silence)

    assert collector.copies[journal.id] == journal.lines


def test_backlog_goes_batch_after_batch_with_one_question(collector, clock):
    journal = InMemoryJournal()
    for _ in range(2 * LINES_PER_BATCH_MAX + 1):
        journal.append(make_rating(clock))
    heard: list[int] = []

    upload_all(journal, collector, lambda cursor: heard.append(cursor.next_seq))

    assert heard == [501, 1001, 1002]
    assert collector.calls == ["cursor", "append", "append", "append"]


def test_presses_during_a_catch_up_do_not_keep_it_from_ending(journal, clock):
    class Pressing(FakeCollector):
        def append(self, journal_id: str, batch: Batch) -> Cursor:
            cursor = super().append(journal_id, batch)
            journal.append(make_rating(clock))
            return cursor

    assert upload_all(journal, Pressing(), silence).next_seq == 4


def test_collector_that_stands_still_ends_the_cycle(journal, clock):
    class Standing(FakeCollector):
        def append(self, journal_id: str, batch: Batch) -> Cursor:
            return batch.start

    with pytest.raises(CollectorUnavailable) as caught:
        upload_all(journal, Standing(), silence)

    assert caught.value.trouble is Trouble.WRONG_ANSWER


def test_restored_disk_image_is_noticed_and_nothing_is_sent(journal, collector, clock):
    image = journal.clone()
    journal.append(make_rating(clock, 1))
    upload_all(journal, collector, silence)
    before = collector.snapshot()
    image.append(make_rating(clock, 5))

    with pytest.raises(Diverged):
        upload_all(image, collector, silence)

    assert collector.copies == before


def test_shortened_journal_is_noticed(journal, collector):
    image = journal.clone()
    upload_all(journal, collector, silence)

    with pytest.raises(Diverged):
        upload_all(InMemoryJournal(image.id, image.lines[:-1]), collector, silence)


def test_cursor_that_a_stranger_made_up_is_not_believed(journal):
    class Lying(FakeCollector):
        def append(self, journal_id: str, batch: Batch) -> Cursor:
            return Cursor(batch.end.next_seq, b"\0" * 32)

    with pytest.raises(Diverged):
        upload_all(journal, Lying(), silence)


@given(st.lists(st.sampled_from(["press", "upload", "lose", "backup", "restore"]), max_size=40))
def test_every_history_ends_with_each_entry_at_the_collector_once(steps):
    clock, journal, collector = FrozenClock(), InMemoryJournal(), FakeCollector()
    backup = collector.snapshot()
    for step in steps:
        match step:
            case "press":
                journal.append(make_rating(clock))
            case "backup":
                backup = collector.snapshot()
            case "restore":
                collector.restore(backup)
            case "lose" if journal.lines:
                collector.answers_lost = 1
            case "upload":
                try:
                    upload_all(journal, collector, silence)
                except CollectorUnavailable:
                    assert collector.answers_lost == 0

    collector.answers_lost = 0
    upload_all(journal, collector, silence)

    assert collector.copies.get(journal.id, []) == journal.lines
