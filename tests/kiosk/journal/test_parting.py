"""A journal whose copy at the collector took another course goes on in a new one, and loses nothing."""

import json
import threading
from datetime import timedelta

import pytest

from kiosk.domain.maintenance import Maintenance, Work
from kiosk.domain.visit.rating import Comment, Reasons, Revised
from kiosk.journal.journal import Journal
from kiosk.journal.lines import decode_line
from kiosk.journal.reader import JournalReader
from kiosk.journal.recorder import Recorder
from kiosk.journal.recovery.parting import continue_unwatched
from kiosk.journal.upkeep.upkeep import Upkeep
from tests.builders import make_rating


def part(path, journal_id: str, seq: int) -> None:
    """What the agent notes."""
    notes = {"parted": {"journal_id": journal_id, "seq": seq}}
    path.with_name("agent.json").write_text(json.dumps(notes), encoding="utf-8")


def lines_of(path) -> list[dict[str, object]]:
    with JournalReader(path) as reader:
        return [json.loads(entry.line) for entry in reader.entries()]


def origin_of(line: dict[str, object]) -> object:
    return line.get("from", [None, None])[1]


@pytest.fixture
def upkeep(path, clock) -> Upkeep:
    return Upkeep(path, clock, timedelta(days=400))


def test_running_kiosk_continues_a_parted_journal_with_what_the_collector_does_not_have(journal, path, clock, upkeep):
    for level in (1, 2, 3):
        journal.append(make_rating(clock, level))
    older = journal.id
    part(path, older, 2)

    upkeep.look(journal)
    journal.append(make_rating(clock, 5))

    opened, *rest = lines_of(path)
    assert journal.id != older
    assert (opened["why"], opened["continues"], opened["carried_after"], opened["carried"]) == ("diverged", older, 2, 2)
    assert [(line["level"], origin_of(line)) for line in rest] == [(2, 3), (3, 4), (5, None)]
    assert sum(row.n for row in JournalReader(path).tally(clock.wall.date(), clock.wall.date())) == 4


def test_notes_on_another_journal_change_nothing(journal, path, upkeep):
    before = journal.id
    part(path, "7c0e1f6a-2d3b-4c5d-8e9f-0a1b2c3d4e5f", 0)

    upkeep.look(journal)

    assert journal.id == before


def test_kiosk_that_was_off_continues_at_its_start(path, clock):
    with Journal.open(path, clock, "hailong test") as journal:
        journal.append(make_rating(clock))
        older = journal.id
    part(path, older, 0)

    with Journal.open(path, clock, "hailong test") as journal:
        assert journal.id != older
    assert [line["kind"] for line in lines_of(path)] == ["opened", "rating"]


def test_agent_continues_only_while_no_kiosk_is_running(path, clock):
    with Journal.open(path, clock, "hailong test") as journal:
        journal.append(make_rating(clock))
        part(path, journal.id, 1)
        assert not continue_unwatched(path, clock.now(), "hailong test")

    assert continue_unwatched(path, clock.now(), "hailong test")
    continued = lines_of(path)
    assert not continue_unwatched(path, clock.now(), "hailong test")

    with Journal.open(path, clock, "hailong test"):
        assert lines_of(path) == continued


def test_visit_that_goes_on_names_its_rating_where_that_is_now(journal, path, clock, upkeep):
    kept, carried = (journal.append(make_rating(clock, level)).seq for level in (1, 2))
    older = journal.id
    part(path, older, kept)

    upkeep.look(journal)
    journal.append(Reasons(clock.now(), kept, ("waiting",)))
    journal.append(Revised(clock.now(), carried, 5))
    journal.append(Comment(clock.now(), carried, "Nhanh"))
    journal.append(make_rating(clock, 4))
    journal.append(Reasons(clock.now(), 6, ("attitude",)))

    told = [(line["rating"], line.get("rating_journal")) for line in lines_of(path) if "rating" in line]
    assert told == [(kept, older), (2, None), (2, None), (6, None)]
    levels = [(row.level, row.n) for row in JournalReader(path).tally(clock.wall.date(), clock.wall.date())]
    assert sorted(levels) == [(1, 1), (4, 1), (5, 1)]


def test_entry_carried_twice_keeps_all_its_older_places(journal, path, clock, upkeep):
    rating = journal.append(make_rating(clock)).seq
    journal.append(make_rating(clock))
    reasons = journal.append(Reasons(clock.now(), rating, ("waiting",)))
    first = journal.id
    part(path, first, rating)
    upkeep.look(journal)
    second = journal.id
    part(path, second, 2)

    upkeep.look(journal)

    line = lines_of(path)[-1]
    assert line["from"][:2] == [second, 3]
    assert line["from_earlier"] == [[first, 4, reasons.hash.hex()]]
    assert (line["rating"], line["rating_journal"]) == (rating, first)


def test_recorder_looks_while_nobody_presses(journal, path, clock, upkeep, monkeypatch):
    monkeypatch.setattr("kiosk.journal.recorder.LOOK_S", 0.01)
    older, done = journal.id, threading.Event()

    def look(open_journal: Journal) -> None:
        upkeep.look(open_journal)
        if open_journal.id != older:
            done.set()

    recorder = Recorder(lambda: journal, look=look)
    recorder.record(make_rating(clock)).result(60)
    part(path, older, 1)

    assert done.wait(60)
    recorder.close()
    assert [decode_line(entry.line).kind for entry in JournalReader(path).entries()] == ["opened", "rating"]


def test_continued_journal_knows_the_last_touch_test(journal, path, clock, upkeep):
    journal.append(Maintenance(clock.now(), Work.TEST, (1, 1, 1, 1, 1)))
    journal.append(make_rating(clock))
    part(path, journal.id, 3)

    upkeep.look(journal)

    with JournalReader(path) as reader:
        assert reader.touch_test() == "1,1,1,1,1 2026-11-23T08:00:00+07:00"
