"""Appending: the cursor is the only gate, and what it lets through counts once."""

import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.journal.chain import Cursor
from sync.collector.errors import JournalForeign
from sync.collector.replica.ingest import append_batch
from sync.collector.replica.sent import Appended, Conflict
from sync.collector.replica.stored import read_cursor, read_hash
from sync.collector.store.writer import writer_for
from tests.sync.collector.builders import DAYS, NOON, Office, Pen, receipt_of


@pytest.fixture
def pen() -> Pen:
    """A journal with an opening and three ratings."""
    written = Pen()
    written.opened()
    for level in (5, 4, 1):
        written.rating(level)
    return written


def counted(office: Office) -> int:
    return sum(row[0] for row in office.rows("tally", "n"))  # type: ignore[misc]


def test_a_first_batch_is_kept_counted_and_answered_with_its_own_head(office: Office, pen: Pen) -> None:
    outcome = office.append(pen)

    assert outcome == Appended(pen.cursor(), 4)
    assert [row[:2] for row in office.rows("rating", "seq", "level")] == [(2, 5), (3, 4), (4, 1)]
    assert counted(office) == 3


def test_the_same_batch_twenty_times_at_once_counts_once(office: Office, pen: Pen) -> None:
    writer = writer_for(office.database)

    def send() -> Appended | Conflict:
        return writer.submit(
            lambda connection: append_batch(connection, office.device, pen.batch(), receipt_of(pen), DAYS)
        ).result(timeout=30)

    with ThreadPoolExecutor(20) as senders:
        outcomes = [future.result() for future in [senders.submit(send) for _ in range(20)]]
    writer.close()

    assert sorted(outcome.added for outcome in outcomes if isinstance(outcome, Appended)) == [0] * 19 + [4]
    assert {outcome.cursor for outcome in outcomes} == {pen.cursor()}
    assert counted(office) == 3
    assert len(office.rows("segment")) == 1


def test_of_an_overlap_with_equal_bytes_only_the_rest_is_appended(office: Office, pen: Pen) -> None:
    office.append(pen, pen.batch(1, 3))

    outcome = office.append(pen, pen.batch(2, 4))

    assert outcome == Appended(pen.cursor(), 1)
    assert counted(office) == 3
    assert office.rows("segment", "first_seq", "last_seq") == [(1, 3), (4, 4)]


def test_an_overlap_with_altered_bytes_is_refused_with_the_cursor(office: Office, pen: Pen) -> None:
    office.append(pen)
    forged = Pen(
        pen.journal_id, lines=[pen.lines[0], *[line.replace(b'"level":1', b'"level":5') for line in pen.lines[1:]]]
    )
    forged.rating(5)

    outcome = office.append(forged)

    assert outcome == Conflict(pen.cursor())
    assert counted(office) == 3


@pytest.mark.parametrize("start", ["gap", "wrong head", "behind and short"])
def test_what_does_not_continue_the_copy_changes_nothing_and_gets_the_cursor(
    office: Office, pen: Pen, start: str
) -> None:
    office.append(pen, pen.batch(1, 3))
    batch = {
        "gap": replace(pen.batch(4), start=Cursor(5, pen.cursor(3).head)),
        "wrong head": replace(pen.batch(4), start=Cursor(4, bytes(32))),
        "behind and short": pen.batch(1, 2),
    }[start]

    outcome = office.append(pen, batch)

    assert outcome == Conflict(pen.cursor(3))
    assert counted(office) == 2


def test_a_journal_never_seen_begins_at_its_start_only(office: Office, pen: Pen) -> None:
    outcome = office.append(pen, pen.batch(3))

    assert outcome == Conflict(Cursor.start(pen.journal_id))
    assert office.rows("journal") == []


def test_a_journal_belongs_to_the_device_that_wrote_it_first(office: Office, pen: Pen) -> None:
    office.append(pen, pen.batch(1, 3))
    other = replace(office, device=office.new_device())

    with pytest.raises(JournalForeign):
        other.append(pen, pen.batch(4))
    with pytest.raises(JournalForeign), office.database.reading() as connection:
        read_cursor(connection, other.device.device_id, pen.journal_id)
    assert counted(office) == 2


def test_a_failure_before_the_commit_leaves_nothing_behind(office: Office, pen: Pen) -> None:
    def cut_short() -> None:
        with office.database.writing() as connection:
            append_batch(connection, office.device, pen.batch(), receipt_of(pen), DAYS)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        cut_short()

    for table in ("journal", "segment", "rating", "tally"):
        assert office.rows(table) == []
    assert office.append(pen) == Appended(pen.cursor(), 4)


def test_a_restored_older_database_heals_when_the_kiosk_sends_again(office: Office, pen: Pen) -> None:
    # A restored backup is a copy that ends earlier: the kiosk reads the cursor and sends on from there.
    office.append(pen, pen.batch(1, 2))
    with office.database.reading() as connection:
        cursor = read_cursor(connection, office.device.device_id, pen.journal_id)

    outcome = office.append(pen, pen.batch(cursor.next_seq))

    assert outcome == Appended(pen.cursor(), 2)
    assert counted(office) == 3


def test_the_hash_at_any_seq_is_that_of_the_kiosks_own_chain(office: Office, pen: Pen) -> None:
    office.append(pen, pen.batch(1, 2))
    office.append(pen, pen.batch(3, 4))

    with office.database.reading() as connection:
        found = [read_hash(connection, office.device.device_id, pen.journal_id, seq) for seq in range(6)]

    assert found == [*[pen.cursor(seq).head for seq in range(5)], None]


def test_the_verbatim_lines_are_kept_whatever_they_say(office: Office, pen: Pen) -> None:
    pen.raw(b"\xff not a line \x00")
    pen.raw(b'{"seq":6,"at":"x","mono":1,"boot":"b","kind":"weather","rain":true}')

    outcome = office.append(pen)

    (stored,) = office.rows("segment", "lines")
    assert zlib.decompress(stored[0], 31) == b"".join(line + b"\n" for line in pen.lines)  # type: ignore[arg-type]
    assert outcome == Appended(pen.cursor(), 6, unread=2)
    assert [row[1:3] for row in office.rows("unread", "journal_id", "seq", "reason")] == [
        (5, "not_a_line"),
        (6, "unknown_kind"),
    ]


def test_a_bad_entry_does_not_block_the_ones_behind_it(office: Office, pen: Pen) -> None:
    pen.rating(level=40_000)
    pen.rating(level=2)

    office.append(pen)

    assert [row[0] for row in office.rows("rating", "level")] == [5, 4, 1, 2]
    assert [row[0] for row in office.rows("unread", "reason")] == ["bad_value"]


def test_reasons_and_revisions_join_ratings_of_an_earlier_batch(office: Office, pen: Pen) -> None:
    office.append(pen)
    pen.reasons(4, "wait", "attitude", "wait")
    pen.revised(4, 2)

    office.append(pen, pen.batch(5))

    assert office.rows("reason_choice", "rating_seq", "reason") == [(4, "attitude"), (4, "wait")]
    assert office.rows("rating", "seq", "level", "first_level")[-1] == (4, 2, 1)
    assert sorted(office.rows("reason_tally", "reason", "n")) == [("attitude", 1), ("wait", 1)]  # type: ignore[type-var]
    assert {row[0]: row[1] for row in office.rows("tally", "level", "n") if row[1]} == {5: 1, 4: 1, 2: 1}


def test_reasons_for_a_rating_that_is_not_there_are_unread(office: Office, pen: Pen) -> None:
    pen.reasons(1, "wait")
    office.append(pen)
    pen.reasons(4, "wait")
    pen.reasons(4, "fee")

    office.append(pen, pen.batch(6))

    assert office.rows("unread", "seq", "reason") == [(5, "no_rating"), (7, "no_rating")]
    assert office.rows("reason_choice", "reason") == [("wait",)]


def test_a_press_of_an_earlier_boot_is_dated_from_when_that_boot_was_last_heard(office: Office, pen: Pen) -> None:
    office.append(pen)
    pressed_before_the_reboot = pen.mono_us + 2_000_000
    pen.rating(5, mono=pressed_before_the_reboot, at="1970-01-01T07:00:00+07:00")
    pen.boot, pen.mono_us = "next-boot", 5_000_000
    pen.rating(4)
    pen.rating(3, boot="never-heard", at="2020-01-01T12:00:00+07:00")

    office.append(pen, pen.batch(5), received_at=NOON + timedelta(days=3))

    times = office.rows("rating", "seq", "pressed_at", "time_quality")
    assert times[3] == (5, NOON + timedelta(seconds=1), "corrected")
    assert times[4][2] == "exact"
    assert times[5][1:] == (NOON + timedelta(days=3), "received")


def test_a_hall_kiosk_rates_the_counters_it_was_granted_only(office: Office, pen: Pen) -> None:
    pen.rating(5, counter="Q2")
    pen.rating(5, counter="ELSEWHERE")

    office.append(pen)

    assert [row[0] for row in office.rows("rating", "counter_id")] == [1, 1, 1, 2]
    assert office.rows("unread", "seq", "reason") == [(6, "unknown_counter")]


def test_enclosures_are_kept_outside_the_chain_and_once(office: Office, pen: Pen) -> None:
    enclosure = b'{"enclosure":3,"salt":"AAAA","payload":"t"}'
    batch = replace(pen.batch(1, 3), enclosures=(enclosure, b'{"enclosure":"?"}'))

    office.append(pen, batch)
    office.append(pen, replace(batch, lines=pen.batch().lines))

    assert sorted(row[0] for row in office.rows("enclosure", "seq")) == [0, 3]  # type: ignore[type-var]
    assert office.append(pen) == Appended(pen.cursor(), 0)
