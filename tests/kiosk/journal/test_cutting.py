"""Cutting: the journal on disk is cut between presses, in one transaction, and pruned only behind it."""

import json
import shutil
from datetime import timedelta

import pytest
from sqlalchemy.exc import DatabaseError

from kiosk.domain.visit.rating import Rating, Reasons, Revised, Standing
from kiosk.journal import cutting
from kiosk.journal.chain import Cursor
from kiosk.journal.errors import JournalUnwritable
from kiosk.journal.journal import Journal
from kiosk.journal.reader import JournalReader
from kiosk.journal.stated import InForce
from kiosk.journal.uncut import Noted, Setting, first_uncut, noted_in
from kiosk.journal.upkeep.upkeep import Upkeep
from kiosk.journal.upkeep.verify import verify_journal
from tests.builders import make_rating

IN_FORCE = InForce("sipas-5@1", None, {"overall": (1, 2, 3, 4, 5)}, "03")
HALF_DAY_S, DAY_S = 5 * 3600, 86400
RETENTION = timedelta(days=400)


@pytest.fixture
def journal(journal, clock):
    """One whose kiosk cuts."""
    journal.state_settings(IN_FORCE, clock.now())
    return journal


def rate(journal: Journal, clock, n: int = 1, **others: object) -> list[int]:
    return [journal.append(make_rating(clock, **others)).seq for _ in range(n)]


def cut(journal: Journal, clock) -> None:
    while journal.cut(clock.now()):
        pass


def blocks(reader: JournalReader) -> list[dict]:
    said = [json.loads(entry.line) for entry in reader.entries()]
    return [line for line in said if line["kind"] == "block"]


def test_half_day_is_cut_once_it_is_over(journal, reader, clock):
    seqs = rate(journal, clock, 6)
    journal.append(Revised(clock.now(), seqs[-1], 1))
    journal.append(Reasons(clock.now(), seqs[-1], ("waiting", "papers")))
    cut(journal, clock)
    assert blocks(reader) == []

    clock.advance(HALF_DAY_S)
    cut(journal, clock)
    cut(journal, clock)

    (said,) = blocks(reader)
    assert {key: said[key] for key in ("survey", "question", "levels", "last", "sums")} == {
        "survey": "sipas-5",
        "question": "overall",
        "levels": [1, 2, 3, 4, 5],
        "last": seqs[-1],
        "sums": {"counted": {"levels": {"1": 1, "4": 5}, "reasons": {"papers": 1, "waiting": 1}}},
    }
    assert "tail" not in said
    assert verify_journal(reader) is None


def test_presses_go_on_behind_a_cut(journal, reader, clock):
    rate(journal, clock, 5)
    clock.advance(HALF_DAY_S)
    cut(journal, clock)

    assert rate(journal, clock) == [reader.head().next_seq - 1]
    assert verify_journal(reader) is None


def test_what_was_not_cut_in_time_is_cut_after_the_next_start(journal, path, clock):
    rate(journal, clock, 5)
    journal.close()
    clock.advance(3 * DAY_S)

    with Journal.open(path, clock, "newer") as again:
        again.state_settings(IN_FORCE, clock.now())
        cut(again, clock)

    with JournalReader(path) as reader:
        assert [line["last"] for line in blocks(reader)] == [7]


def test_start_after_a_cut_cuts_nothing_twice(journal, path, clock):
    rate(journal, clock, 3)
    clock.advance(HALF_DAY_S)
    cut(journal, clock)
    rate(journal, clock, 3)
    clock.advance(DAY_S)
    cut(journal, clock)
    rate(journal, clock, 4)
    journal.close()

    clock.advance(DAY_S)
    with Journal.open(path, clock, "newer") as again:
        cut(again, clock)

    with JournalReader(path) as reader:
        assert [line["sums"]["counted"]["levels"] for line in blocks(reader)] == [{"4": 6}]


def test_end_of_a_month_leaves_a_tail(journal, reader, clock):
    rate(journal, clock, 2, standing=Standing.REPEAT)
    rate(journal, clock, 3)
    clock.advance(30 * DAY_S)
    cut(journal, clock)

    (said,) = blocks(reader)
    assert said["tail"]
    assert said["sums"] == {"counted": {"levels": {"4": 3}}, "repeat": {"levels": {"4": 2}}}


def test_move_cuts_at_once(journal, reader, clock):
    rate(journal, clock, 5)
    journal.state_settings(InForce("sipas-5@1", "7", IN_FORCE.levels, "04"), clock.now())
    cut(journal, clock)
    rate(journal, clock, 2)
    journal.state_settings(InForce("sipas-5@1", "8", IN_FORCE.levels, "05"), clock.now())
    clock.advance(HALF_DAY_S)
    cut(journal, clock)

    assert [(line["last"], line.get("tail", False)) for line in blocks(reader)] == [(7, False), (11, True)]


def test_settings_that_say_nothing_new_are_no_move(journal, reader, clock):
    rate(journal, clock, 3)
    journal.state_settings(InForce("sipas-5@2", "7", IN_FORCE.levels, "03"), clock.now())
    rate(journal, clock, 3, survey="sipas-5@2")
    clock.advance(HALF_DAY_S)
    cut(journal, clock)

    assert [line["sums"]["counted"]["levels"] for line in blocks(reader)] == [{"4": 6}]


def test_journal_whose_levels_nobody_stated_is_not_cut(path, clock):
    with Journal.open(path, clock, "older") as journal:
        rate(journal, clock, 5)
        clock.advance(DAY_S)
        cut(journal, clock)

        with JournalReader(path) as reader:
            assert blocks(reader) == []


def test_older_kiosk_begins_to_cut_with_the_first_half_day_after(path, clock):
    with Journal.open(path, clock, "older") as journal:
        rate(journal, clock, 5)
        journal.state_settings(IN_FORCE, clock.now())
        rate(journal, clock, 5)
        clock.advance(HALF_DAY_S)
        rate(journal, clock, 5, level=2)
        clock.advance(HALF_DAY_S + DAY_S)
        cut(journal, clock)

        with JournalReader(path) as reader:
            assert [line["sums"]["counted"]["levels"] for line in blocks(reader)] == [{"2": 5}]


def test_long_reading_and_many_cuts_come_in_short_pieces(journal, reader, clock, monkeypatch):
    monkeypatch.setattr(cutting, "LINES_MAX", 10)
    monkeypatch.setattr(cutting, "CUTS_MAX", 2)
    for counter in ("1", "2", "3", "4", "5"):
        rate(journal, clock, 5, counter=counter)
    clock.advance(HALF_DAY_S)

    steps = [journal.cut(clock.now()) for _ in range(7)]

    assert steps.index(False) > 3
    assert [line["counter"] for line in blocks(reader)] == ["1", "2", "3", "4", "5"]


def test_disk_that_refuses_a_cut_keeps_nothing_of_it_and_is_asked_again(journal, reader, clock, monkeypatch):
    rate(journal, clock, 5, counter="1")
    rate(journal, clock, 5, counter="2")
    clock.advance(HALF_DAY_S)
    written, write_line = [], cutting.write_line

    def full(*said):
        written.append(said)
        if len(written) == 2:
            raise DatabaseError("INSERT", None, Exception("database or disk is full"))
        return write_line(*said)

    monkeypatch.setattr(cutting, "write_line", full)
    with pytest.raises(JournalUnwritable):
        cut(journal, clock)
    assert blocks(reader) == []

    cut(journal, clock)

    assert [line["counter"] for line in blocks(reader)] == ["1", "2"]
    assert verify_journal(reader) is None


def test_whatever_becomes_of_a_cut_the_recorders_thread_lives(journal, path, clock, monkeypatch):
    monkeypatch.setattr(Journal, "cut", lambda *_: 1 / 0)

    assert not Upkeep(path, clock, RETENTION).cut(journal)


def test_power_cut_before_or_after_the_commit_leads_to_the_same_cut(journal, path, clock, tmp_path):
    rate(journal, clock, 5)
    before = tmp_path / "before" / "journal.db"
    before.parent.mkdir()
    clock.advance(HALF_DAY_S)
    journal.close()
    shutil.copyfile(path, before)
    found = []
    for file in (path, before, before):
        with Journal.open(file, clock, "test", allow_any_disk=True) as again:
            cut(again, clock)
        with JournalReader(file) as reader:
            found.append([(line["last"], line["sums"]) for line in blocks(reader)])

    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 1


def test_what_a_later_cut_needs_is_not_pruned(journal, reader, clock):
    rate(journal, clock, 6)
    clock.advance(401 * DAY_S)
    rate(journal, clock, 1)
    head = reader.head()

    assert journal.maintain(head, RETENTION, clock.now()) == 1  # what stands before the settings that tell the levels
    cut(journal, clock)
    assert journal.maintain(reader.head(), RETENTION, clock.now()) == 7

    assert [line["sums"]["counted"]["levels"] for line in blocks(reader)] == [{"4": 6}]
    assert verify_journal(reader) is None
    reader.require_ancestor(Cursor(head.next_seq, head.head))


def test_levels_are_known_when_the_entry_that_told_them_is_pruned(journal, path, clock):
    rate(journal, clock, 5)
    clock.advance(401 * DAY_S)
    cut(journal, clock)
    rate(journal, clock, 5)
    with JournalReader(path) as reader:
        assert journal.maintain(reader.head(), RETENTION, clock.now()) == 7
    journal.close()
    clock.advance(HALF_DAY_S)

    with Journal.open(path, clock, "test") as again:
        cut(again, clock)

    with JournalReader(path) as reader:
        assert [line["levels"] for line in blocks(reader)] == [[1, 2, 3, 4, 5]] * 2


def test_rating_keeps_its_levels_though_a_later_entry_tells_others_of_the_same_version(journal, path, clock):
    rate(journal, clock, 2)
    journal.state_settings(InForce("sipas-5@1", "7", {"overall": (1, 2, 3)}, "03"), clock.now())
    rate(journal, clock, 2, level=3)
    clock.advance(HALF_DAY_S)
    cut(journal, clock)
    journal.close()
    clock.advance(30 * DAY_S)

    with Journal.open(path, clock, "test") as again:
        cut(again, clock)

    with JournalReader(path) as reader:
        assert [(line["levels"], line["sums"]["counted"]["levels"]) for line in blocks(reader)] == [
            ([1, 2, 3, 4, 5], {"4": 2}),
            ([1, 2, 3], {"3": 2}),
        ]


def test_day_is_not_read_before_it_is_over(journal, clock, monkeypatch):
    cut(journal, clock)
    rate(journal, clock, 5)
    monkeypatch.setattr(cutting.Cutting, "_read_on", lambda *_: pytest.fail("read"))

    assert not journal.cut(clock.now())


def test_what_is_noted_is_where_the_next_reading_begins(journal, reader, clock):
    rate(journal, clock, 5)
    clock.advance(HALF_DAY_S)
    left = rate(journal, clock, 2)
    cut(journal, clock)

    with reader._reading() as connection:
        noted = noted_in(connection)
        assert first_uncut(connection) == left[0]
    assert noted == Noted(left[0], Setting({"sipas-5@1": {"overall": (1, 2, 3, 4, 5)}}, "03"))


def test_continuation_states_its_settings_and_carries_the_cuts_of_the_older_journal(journal, path, clock):
    rate(journal, clock, 5)
    clock.advance(HALF_DAY_S)
    cut(journal, clock)
    older = journal.id
    path.with_name("agent.json").write_text(json.dumps({"parted": {"journal_id": journal.id, "seq": 1}}))
    rate(journal, clock, 2)

    journal.continue_parted(clock.now())
    rate(journal, clock, 5, level=2)
    clock.advance(DAY_S)
    cut(journal, clock)

    with JournalReader(path) as reader:
        carried, own = blocks(reader)
    assert (carried["from"][0], carried["last"]) == (older, 7)
    assert own["sums"] == {"counted": {"levels": {"2": 5}}}
    assert own["levels"] == [1, 2, 3, 4, 5]


def test_continuation_is_cut_from_its_own_beginning(journal, path, clock):
    rate(journal, clock, 9)
    clock.advance(HALF_DAY_S)
    cut(journal, clock)
    path.with_name("agent.json").write_text(json.dumps({"parted": {"journal_id": journal.id, "seq": 12}}))

    journal.continue_parted(clock.now())
    rate(journal, clock, 5, level=2)
    clock.advance(DAY_S)
    cut(journal, clock)

    with JournalReader(path) as reader:
        assert [(line["last"], line["sums"]) for line in blocks(reader)] == [(7, {"counted": {"levels": {"2": 5}}})]


def test_rating_of_an_unstated_version_is_a_series_of_its_own(journal, reader, clock):
    rate(journal, clock, 5)
    journal.append(Rating(clock.now(), "sipas-5@9", "overall", 3, Standing.COUNTED))
    clock.advance(30 * DAY_S)
    cut(journal, clock)

    assert [(line["levels"], line.get("tail", False)) for line in blocks(reader)] == [
        ([1, 2, 3, 4, 5], False),
        ([], True),
    ]
