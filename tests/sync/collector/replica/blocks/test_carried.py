"""A journal that went on in another is cut once, with what the other carried of it, in its old place."""

import random

import pytest

from kiosk.journal.lines import OpenedLine, carried_line, decode_line
from tests.kiosk_in_memory import Kiosk, run
from tests.sync.collector.builders import Office, Pen
from tests.sync.collector.proof.proven import not_proven
from tests.sync.collector.replica.blocks.holding import (
    KNOWN,
    Sender,
    assert_adds_up,
    assert_blocks_are,
    found_in,
    judge,
)

SIX = [("rate", 4, "counted", None, 6)]
NIGHT = [("wait", 20 * 3600), ("cut",)]


def went_on(sender: Sender, after: int, actions: list, kiosk: Kiosk) -> Sender:
    """The journal in which the kiosk goes on: what follows ``after`` is carried over."""
    old, clock = sender.pen, kiosk.clock
    carried = [
        (seq, line)
        for seq, line in enumerate(old.lines, 1)
        if seq > after and decode_line(line).kind not in ("opened", "clock", "pruned")
    ]
    new = Pen(boot=clock.boot, mono_us=clock.mono_us)
    new.write(
        OpenedLine, software="0.1.0", why="restored", continues=old.journal_id, continues_seq=len(old.lines),
        continues_head=old.cursor().head.hex(), carried_after=after, carried=len(carried),
    )  # fmt: skip
    seqs: dict[int, int] = {}
    for seq, line in carried:
        seqs[seq] = len(new.lines) + 1
        origin = (old.journal_id, seq, old.cursor(seq).head.hex())
        new.raw(carried_line(line, seqs[seq], origin, seqs))
    later = run(actions, clock=clock, lines=new.lines)
    new.mono_us = later.clock.mono_us
    return Sender(sender.office, new)


def blocks(office: Office) -> list[tuple[object, ...]]:
    return [
        (last, tail, fault, n) for last, tail, fault, n in office.rows("block", "last_seq", "is_tail", "fault", "n")
    ]


@pytest.mark.parametrize("order", ["as written", "the newer first", "the older never quite"])
def test_what_the_kiosk_cut_before_it_went_on_is_found_in_what_was_carried(office: Office, order: str) -> None:
    kiosk = run([*SIX, ("wait", 5 * 3600), ("rate", 5, "counted", None, 3), ("reasons", 1, {"w"}), *NIGHT, *SIX])
    old = Sender.of(office, kiosk)
    whole = found_in(kiosk.lines, ended=True)
    new = went_on(old, 9, [("rate", 2, "counted", None, 6), *NIGHT], kiosk)
    steps = {"as written": [old, new], "the newer first": [new, old], "the older never quite": [new, old]}[order]

    for each in steps:
        each.send(9 if each is old and order != "the newer first" else None)
        judge(office)
        assert_adds_up(office)

    kept = [row[1:] for row in office.rows("block", "journal_id", "last_seq", "is_kiosks", "is_tail", "fault", "n")]
    of_old = [
        row[1:] for row in office.rows("block", "journal_id", "last_seq", "fault") if row[0] == old.pen.journal_id
    ]
    assert of_old == [(one.cut.last, None) for one in whole]
    assert [fault for *_, fault, _ in kept] == [None] * len(kept)
    assert sum(n for *_, n in kept) == 6 + 3 + 6 + 6


def test_older_journal_waits_until_all_that_was_carried_is_here(office: Office) -> None:
    kiosk = run([*SIX, ("wait", 5 * 3600), ("rate", 5, "counted", None, 3)])
    old = Sender.of(office, kiosk)
    old.send(4)
    new = went_on(old, 4, [("rate", 2, "counted", None, 1)], kiosk)

    new.send(3)
    judge(office)
    assert blocks(office) == []
    new.send()
    judge(office)

    assert blocks(office) == [(7, False, None, 6), (10, True, None, 3)]
    assert_adds_up(office)


def test_journal_that_went_on_twice_is_cut_with_what_both_carry(office: Office) -> None:
    kiosk = run([*SIX, ("wait", 5 * 3600), *SIX])
    first = Sender.of(office, kiosk)
    first.send(3)
    second = went_on(first, 3, [("rate", 2, "counted", None, 2)], kiosk)
    second.send(4)
    judge(office)
    third = went_on(second, 4, [("rate", 1, "counted", None, 1)], kiosk)

    third.send()
    judge(office)

    assert_adds_up(office)
    assert sorted((n, tail) for _, tail, _, n in blocks(office)) == [(2, True), (6, False), (6, False)]


def test_cloned_card_adds_no_rating_to_what_the_other_cut(office: Office) -> None:
    kiosk = run(SIX)
    card = Sender.of(office, kiosk)
    clone = Kiosk(kiosk.clock, list(kiosk.lines))
    card.send(5)
    for action in [("rate", 1, "counted", None, 3), *NIGHT]:
        kiosk.do(*action)
    card.pen.mono_us = kiosk.clock.mono_us
    card.send()
    judge(office)
    copy = Sender(office, Pen(card.pen.journal_id, kiosk.clock.boot, clone.lines, kiosk.clock.mono_us))
    clone.do("rate", 5, "counted", None, 7)
    other = went_on(copy, 7, [*SIX, *NIGHT], clone)

    other.send()
    judge(office)

    assert_adds_up(office)
    assert_blocks_are(office, card.pen.journal_id, found_in(card.pen.lines))


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_restored_and_cloned_each_rating_is_in_one_block_or_uncut(office: Office, seed: int) -> None:
    by = random.Random(seed)
    kiosk = run([*SIX, ("revised", 1, 2), *NIGHT, *SIX, ("wait", 5 * 3600), ("rate", 1, "test", "Q1", 3)])
    senders = [Sender.of(office, kiosk)]
    for _ in range(3):
        older = by.choice(senders)
        more = [*SIX, ("reasons", 1, {"w"}), *by.choice([NIGHT, [("wait", 5 * 3600)]])]
        senders.append(went_on(older, by.randint(1, len(older.pen.lines)), more, kiosk))
    while senders:
        each = by.choice(senders)
        each.send(each.sent + by.randint(1, 9))
        assert_adds_up(office)
        judge(office)
        assert_adds_up(office)
        senders = [one for one in senders if one.sent < len(one.pen.lines)]
    assert not_proven(office.database, KNOWN) == []
