import threading

import pytest

from kiosk.journal.errors import JournalDamaged, JournalInUse, JournalUnwritable
from kiosk.journal.reader import Entry
from kiosk.journal.recorder import WAITING_MAX, Recorder
from tests.builders import make_rating


class SlowJournal:
    """A journal whose disk answers only when it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.appended: list[object] = []

    def append(self, fact: object) -> Entry:
        self.go.wait(60)
        if fact == "bad":
            raise JournalUnwritable("the disk refuses ({why})", why="full")
        self.appended.append(fact)
        return Entry(len(self.appended), b"", b"")

    def close(self) -> None:
        self.appended.append("closed")


def test_future_is_fulfilled_only_when_the_disk_has_it(journal, reader, clock):
    recorder = Recorder(lambda: journal)

    entry = recorder.record(make_rating(clock)).result(60)

    assert reader.hash_at(entry.seq) == entry.hash
    recorder.close()


def test_recording_never_waits_for_the_disk():
    slow = SlowJournal()
    recorder = Recorder(lambda: slow)

    future = recorder.record("press")

    assert not future.done()
    slow.go.set()
    assert future.result(60).seq == 1
    recorder.close()


def test_refusal_reaches_whoever_waits_and_the_next_press_is_tried_again():
    slow = SlowJournal()
    slow.go.set()
    recorder = Recorder(lambda: slow)

    refused, kept = recorder.record("bad"), recorder.record("good")

    with pytest.raises(JournalUnwritable):
        refused.result(60)
    assert kept.result(60).seq == 1
    recorder.close()


def test_line_that_grows_too_long_is_refused_at_once():
    slow = SlowJournal()
    recorder = Recorder(lambda: slow)

    futures = [recorder.record(n) for n in range(WAITING_MAX + 2)]

    assert isinstance(futures[-1].exception(0), JournalUnwritable)
    slow.go.set()
    assert futures[0].result(60).seq == 1
    recorder.close()


def test_closing_commits_what_is_in_line_first():
    slow = SlowJournal()
    recorder = Recorder(lambda: slow)
    for n in range(3):
        recorder.record(n)

    slow.go.set()
    recorder.close()

    assert slow.appended == [0, 1, 2, "closed"]


def test_disk_that_refuses_at_the_start_is_tried_again_with_the_next_press():
    slow = SlowJournal()
    slow.go.set()
    answers = iter([JournalUnwritable("the disk refuses ({why})", why="read-only"), None])

    def open_journal():
        if (refusal := next(answers, None)) is not None:
            raise refusal
        return slow

    recorder = Recorder(open_journal)

    assert recorder.record("press").result(60).seq == 1
    recorder.close()


def test_journal_that_only_a_person_can_make_usable_is_reported_and_presses_are_refused():
    heard: list[Exception] = []
    known = threading.Event()

    def open_journal():
        raise JournalInUse("another kiosk program is writing the journal at {path}; stop it first", path="x")

    recorder = Recorder(open_journal, on_unusable=lambda error: (heard.append(error), known.set()))
    assert known.wait(60)

    with pytest.raises(JournalInUse):
        recorder.record("press").result(60)
    assert len(heard) == 1
    recorder.close()


def test_damaged_journal_is_opened_anew_and_the_refused_press_is_not_written_again():
    class Damaged(SlowJournal):
        def append(self, fact):
            raise JournalDamaged("the journal's file is damaged ({why})", why="malformed")

    damaged, continued = Damaged(), SlowJournal()
    continued.go.set()
    journals = iter([damaged, continued])
    recorder = Recorder(lambda: next(journals))

    with pytest.raises(JournalDamaged):
        recorder.record("lost").result(60)
    assert recorder.record("kept").result(60).seq == 1

    recorder.close()
    assert damaged.appended == ["closed"]
    assert continued.appended == ["kept", "closed"]


def test_upkeep_waits_for_a_quiet_moment(monkeypatch):
    monkeypatch.setattr("kiosk.journal.recorder.FIRST_UPKEEP_S", 0.01)
    slow, tidied = SlowJournal(), threading.Event()
    slow.go.set()
    recorder = Recorder(lambda: slow, tidy=lambda _journal: tidied.set() or False)

    assert tidied.wait(60)
    recorder.close()


def test_whatever_keeps_the_journal_from_opening_every_press_is_answered():
    answers = iter([RuntimeError("nobody thought of this"), None])
    slow = SlowJournal()
    slow.go.set()

    def open_journal():
        if (surprise := next(answers, None)) is not None:
            raise surprise
        return slow

    recorder = Recorder(open_journal)

    assert recorder.record("press").result(60).seq == 1
    recorder.close()
