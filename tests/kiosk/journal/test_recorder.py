import threading

import pytest

from kiosk.journal.errors import JournalUnwritable
from kiosk.journal.reader import Entry
from kiosk.journal.recorder import WAITING_MAX, Recorder
from tests.builders import make_rating


class SlowJournal:
    """A journal whose disk answers only when it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.appended: list[object] = []

    def append(self, fact: object) -> Entry:
        self.go.wait(10)
        if fact == "bad":
            raise JournalUnwritable("the disk refuses ({why})", why="full")
        self.appended.append(fact)
        return Entry(len(self.appended), b"", b"")

    def close(self) -> None:
        self.appended.append("closed")


def test_future_is_fulfilled_only_when_the_disk_has_it(journal, reader, clock):
    recorder = Recorder(journal)

    entry = recorder.record(make_rating(clock)).result(10)

    assert reader.hash_at(entry.seq) == entry.hash
    recorder.close()


def test_recording_never_waits_for_the_disk():
    slow = SlowJournal()
    recorder = Recorder(slow)

    receipt = recorder.record("press")

    assert not receipt.done()
    slow.go.set()
    assert receipt.result(10).seq == 1
    recorder.close()


def test_refusal_reaches_whoever_waits_and_the_next_press_is_tried_again():
    slow = SlowJournal()
    slow.go.set()
    recorder = Recorder(slow)

    refused, kept = recorder.record("bad"), recorder.record("good")

    with pytest.raises(JournalUnwritable):
        refused.result(10)
    assert kept.result(10).seq == 1
    recorder.close()


def test_line_that_grows_too_long_is_refused_at_once():
    slow = SlowJournal()
    recorder = Recorder(slow)

    receipts = [recorder.record(n) for n in range(WAITING_MAX + 2)]

    assert isinstance(receipts[-1].exception(0), JournalUnwritable)
    slow.go.set()
    assert receipts[0].result(10).seq == 1
    recorder.close()


def test_closing_commits_what_is_in_line_first():
    slow = SlowJournal()
    recorder = Recorder(slow)
    for n in range(3):
        recorder.record(n)

    slow.go.set()
    recorder.close()

    assert slow.appended == [0, 1, 2, "closed"]
