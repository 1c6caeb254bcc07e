"""One press that comes in two journals is counted once, in whatever order and by whatever way they come."""

import itertools
import random

import pytest

from kiosk.journal.lines import OpenedLine, carried_line, decode_line
from tests.sync.collector.builders import NOON, Office, Pen

BOOT_BEFORE = "0b4e28ba-2fa1-41d2-883f-0016d3cca000"


def continued(pen: Pen, after: int, why: str = "diverged", **changed: object) -> Pen:
    """The journal in which a kiosk goes on, as it writes it: what follows ``after`` is carried over."""
    new = Pen(mono_us=pen.mono_us)
    seqs: dict[int, int] = {}
    new.write(
        OpenedLine, software="0.1.0", why=why, continues=pen.journal_id, continues_seq=len(pen.lines),
        continues_head=pen.cursor().head.hex(), carried_after=after, **changed,
    )  # fmt: skip
    for seq, line in enumerate(pen.lines, 1):
        if seq > after and decode_line(line).kind not in ("opened", "clock", "pruned"):
            seqs[seq] = len(new.lines) + 1
            origin = (pen.journal_id, seq, pen.cursor(seq).head.hex())
            new.raw(carried_line(line, seqs[seq], origin, seqs))
    return new


def counted(office: Office) -> list[int]:
    """The levels in the reports, sorted."""
    return sorted(level for level, n in office.rows("tally", "level", "n") for _ in range(n))


def pressed(pen: Pen, *levels: int) -> None:
    for level in levels:
        pen.rating(level)


@pytest.fixture
def pen() -> Pen:
    pen = Pen()
    pen.opened()
    return pen


def test_carried_entry_that_is_here_already_is_kept_and_not_counted_again(office: Office, pen: Pen) -> None:
    pressed(pen, 1, 2, 3)
    office.append(pen)
    new = continued(pen, after=2)
    pressed(new, 5)

    office.append(new)

    assert counted(office) == [1, 2, 3, 5]
    assert office.rows("duplicate", "journal_id", "seq", "of_journal", "of_seq") == [
        (new.journal_id, 2, pen.journal_id, 3),
        (new.journal_id, 3, pen.journal_id, 4),
    ]
    assert office.rows("unread") == []


def test_entry_that_came_first_in_the_continuation_is_not_counted_when_the_older_journal_comes(
    office: Office, pen: Pen
) -> None:
    pressed(pen, 1, 2, 3)
    new = continued(pen, after=0)

    office.append(new)
    office.append(pen, pen.batch(1, 2))
    office.append(pen, pen.batch(3))

    assert counted(office) == [1, 2, 3]


def test_two_continuations_of_one_card_count_what_both_carry_once_and_what_each_has_alone(
    office: Office, pen: Pen
) -> None:
    pressed(pen, 1)
    clone = Pen(pen.journal_id, lines=list(pen.lines), mono_us=pen.mono_us + 500)
    pressed(pen, 2)
    pressed(clone, 3)

    office.append(continued(pen, after=1))
    office.append(continued(clone, after=1))

    assert counted(office) == [1, 2, 3]


@pytest.mark.parametrize("seed", range(8))
def test_any_order_of_journals_and_batches_counts_each_press_once(office: Office, pen: Pen, seed: int) -> None:
    pressed(pen, 1, 2)
    second = continued(pen, after=1)
    pressed(second, 3)
    third = continued(second, after=1)
    pressed(third, 4)
    clone = continued(pen, after=2)
    pressed(clone, 5)
    chance = random.Random(seed)
    waiting = [(journal, iter(range(1, len(journal.lines) + 1))) for journal in (pen, second, third, clone)]
    while waiting:
        journal, seqs = chance.choice(waiting)
        if (seq := next(seqs, None)) is None:
            waiting.remove((journal, seqs))
        else:
            office.append(journal, journal.batch(seq, seq))

    assert counted(office) == [1, 2, 3, 4, 5]
    assert office.rows("unread") == []


def test_reasons_and_another_face_follow_their_rating_to_where_it_was_counted(office: Office, pen: Pen) -> None:
    pressed(pen, 2, 4)
    office.append(pen)
    pen.reasons(2, "waiting")
    pen.revised(3, 1)
    new = continued(pen, after=2)

    office.append(new)

    assert counted(office) == [1, 2]
    assert office.rows("reason_choice", "journal_id", "rating_seq", "reason") == [(pen.journal_id, 2, "waiting")]
    assert [n for (n,) in office.rows("reason_tally", "n")] == [1]
    assert office.rows("unread") == []


def test_reasons_that_came_already_are_not_counted_twice(office: Office, pen: Pen) -> None:
    pressed(pen, 2)
    pen.reasons(2, "waiting")
    office.append(pen)

    office.append(continued(pen, after=2))

    assert [n for (n,) in office.rows("reason_tally", "n")] == [1]
    assert office.rows("unread") == []


def test_kiosk_cannot_speak_of_ratings_that_another_kiosk_wrote(office: Office, pen: Pen) -> None:
    pressed(pen, 5)
    office.append(pen)
    stranger = Pen()
    stranger.opened()
    line = carried_line(
        b'{"seq":9,"at":"2026-11-20T11:59:00+07:00","mono":1,"boot":"b","kind":"revised","rating":2,"level":1}',
        2, (pen.journal_id, 9, "0" * 64), {},
    )  # fmt: skip
    stranger.raw(line)

    office.device = office.new_device()
    office.append(stranger)

    assert counted(office) == [5]
    assert [reason for (reason,) in office.rows("unread", "reason")] == ["no_rating"]


def test_origin_with_another_hash_is_another_entry(office: Office, pen: Pen) -> None:
    pressed(pen, 1)
    office.append(pen)
    clone = Pen(pen.journal_id, lines=pen.lines[:1])
    pressed(clone, 3)

    office.append(continued(clone, after=1))

    assert counted(office) == [1, 3]
    assert dict(office.rows("journal", "journal_id", "forked_at"))[pen.journal_id] == NOON


def test_continuation_is_remembered_and_in_the_audit_log(office: Office, pen: Pen) -> None:
    pressed(pen, 1)
    new = continued(pen, after=0, why="rolled back", lost=3)

    office.append(new)

    found = {row[0]: row[1:] for row in office.rows("journal", "journal_id", "continues", "continues_why")}
    assert found[new.journal_id] == (pen.journal_id, "rolled back")
    ((action, details),) = office.rows("audit", "action", "details")
    assert (action, details["lost"]) == ("journal.continued", 3)


def test_older_journal_of_another_device_may_still_come_after_its_continuation(office: Office, pen: Pen) -> None:
    pressed(pen, 1, 2)
    first = office.device
    office.device = office.new_device()
    office.append(continued(pen, after=0))

    office.device = first
    office.append(pen)

    assert counted(office) == [1, 2]


def test_carried_press_of_a_boot_that_was_heard_before_is_dated_by_it(office: Office, pen: Pen) -> None:
    pen.boot = BOOT_BEFORE
    pressed(pen, 1)
    office.append(pen, pen.batch(1, 1))
    new = continued(pen, after=1)

    office.append(new, clock=Pen().instant())

    assert [quality for (quality,) in office.rows("rating", "time_quality")] == ["corrected"]


@pytest.mark.parametrize(
    "origin", ['"x"', "[]", '["x",1,"00"]', '["7c0e1f6a-2d3b-4c5d-8e9f-0a1b2c3d4e5f",-1,"00"]', "null"]
)
def test_origin_that_cannot_be_read_is_no_origin(office: Office, pen: Pen, origin: str) -> None:
    pressed(pen, 4)
    pen.lines[-1] = pen.lines[-1][:-1] + f',"from":{origin}}}'.encode()

    office.append(pen)

    assert counted(office) == [4]


def test_carrying_again_and_again_counts_once(office: Office, pen: Pen) -> None:
    pressed(pen, 1, 2)
    generations = list(itertools.accumulate(range(4), lambda older, _: continued(older, after=1), initial=pen))

    for journal in (generations[3], generations[0], generations[4], generations[2], generations[1]):
        office.append(journal)

    assert counted(office) == [1, 2]
