"""Transactions served: the last number typed in for a day and a counter holds, and every entry of it stays."""

import json
from datetime import date, timedelta

from kiosk.domain.visit.rating import Count
from kiosk.journal.journal import Journal
from kiosk.journal.reader import JournalReader
from kiosk.journal.upkeep.verify import verify_journal

DAY = date(2026, 11, 20)


def test_later_number_of_a_day_corrects_the_earlier_one_and_both_entries_stay(journal, reader, clock):
    for n in (69, 96):
        journal.append(Count(clock.now(), DAY.isoformat(), n))

    assert reader.served(DAY, DAY) == {("2026-11-20", ""): 96}
    assert [json.loads(entry.line)["n"] for entry in reader.entries(2)] == [69, 96]
    assert verify_journal(reader) is None


def test_each_counter_of_a_hall_has_its_own_number(journal, reader, clock):
    for counter, n in (("Q1", 30), ("Q2", 0), ("Quầy 10", 7)):
        journal.append(Count(clock.now(), DAY.isoformat(), n, counter))

    assert reader.served(DAY, DAY) == {("2026-11-20", "Q1"): 30, ("2026-11-20", "Q2"): 0, ("2026-11-20", "Quầy 10"): 7}


def test_only_the_days_that_were_asked_for_are_read(journal, reader, clock):
    for place in range(5):
        journal.append(Count(clock.now(), (DAY + timedelta(days=place)).isoformat(), place, "Q1"))

    assert sorted(reader.served(DAY + timedelta(days=1), DAY + timedelta(days=3)).values()) == [1, 2, 3]


def test_numbers_go_on_in_the_journal_that_continues_a_damaged_one(path, clock):
    with Journal.open(path, clock, "test") as journal:
        journal.append(Count(clock.now(), DAY.isoformat(), 69))
        journal.append(Count(clock.now(), DAY.isoformat(), 96))
    path.with_name("agent.json").write_text(
        json.dumps({"parted": {"journal_id": journal.id, "seq": 1}}), encoding="utf-8"
    )

    with Journal.open(path, clock, "test") as continued, JournalReader(path) as reader:
        assert continued.id != journal.id
        assert reader.served(DAY, DAY) == {("2026-11-20", ""): 96}
