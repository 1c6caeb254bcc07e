"""Cuts read by the run are judged with the words of the slow way, whatever the journal holds."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.numbers.blocks import Invalid
from kiosk.domain.visit.rating import Standing
from kiosk.journal.judged import judged_cuts
from kiosk.journal.tree import states_cut
from kiosk.journal.upkeep.cuts import Checked, CutsRead
from tests.kiosk_in_memory import ANYTHING, ORDINARY, Kiosk, run

FAULTS = {
    "sums": (b'"4":', b'"3":'),
    "last": (b'"last":1', b'"last":'),
    "last before": (b'"last":2', b'"last":1'),
    "tail": (b'"last"', b'"tail":true,"last"'),
    "days": (b'"days":["2026-', b'"days":["2025-'),
    "month": (b'"at":"2026-11', b'"at":"2026-10'),
    "afternoon": (b"T08:", b"T14:"),
    "no time": (b'"at":"2026', b'"at":"202x'),
    "first year": (b'"at":"2026-11-23T0', b'"at":"0001-01-01T0'),
    "short time": (b"T08:00:00+07:00", b""),
    "standing": (b'"standing":"counted"', b'"standing":"other"'),
    "standing of text": (b'"standing":"counted"', b'"standing":1'),
    "level": (b'"level":4', b'"level":9'),
    "name": (b'"question":"overall"', b'"question":"Over all"'),
    "counter": (b'"counter":"Q1"', b'"counter":"Q\\u0000"'),
    "escaped": (b'"counter":"Q1"', b'"counter":"\\u0051\\u0031"'),
    "carried": (b'"kind"', b'"from":["j",1,"h"],"kind"'),
    "not carried": (b'"kind"', b'"from":null,"kind"'),
    "nearly carried": (b'"kind"', b'"fro\\u006d":1,"kind"'),
    "odd origin": (b'"kind"', b'"from":1e999,"kind"'),
    "place": (b'{"seq":1', b'{"seq":2'),
    "no line": (b"{", b"["),
    "other boot": (b'"boot":"', b'"boot":"x'),
    "kind": (b'"kind":"rating"', b'"kind":"rating","counter":7'),
    "unknown kind": (b'"kind":"re', b'"kind":"ra'),
    "two objects": (b'"mono":', b'"mono":1}{"seq":2,"at":"2026-11-23T08:00:00+07:00","mono":'),
    "clock of text": (b'"mono":', b'"mono":"x","other":'),
    "boot of number": (b'"boot":"', b'"boot":1,"other":"'),
    "boot before": (b'"at":', b'"boot":"x","at":'),
    "seq again": (b'"level":', b'"seq":1,"level":'),
    "time again": (b'"level":', b'"at":"2026-11-23T15:00:00+07:00","level":'),
    "line end": (b',"boot"', b'\n,"boot"'),
    "minute": (b"T08:0", b"T08:6"),
    "no day": (b'"at":"2026-11-2', b'"at":"2026-11-3'),
    "receipt": (b'"standing":"counted"', b'"standing":"counted","receipt":"' + b"a" * 64 + b'"'),
    "odd receipt": (b'"standing":"counted"', b'"standing":"counted","receipt":"' + b"\xff" * 64 + b'"'),
    "another question": (b'"question":"overall"', b'"question":"other"'),
}
PLANTED = st.lists(st.tuples(st.sampled_from(sorted(FAULTS)), st.integers(0, 80)), max_size=6)


def read(lines: list[bytes], ends: set[int]) -> CutsRead:
    """As chunks that end behind these lines."""
    cuts = CutsRead(None, is_pruned=False)
    rows = [(seq, line, b"") for seq, line in enumerate(lines, start=1)]
    borders = sorted({0, len(rows), *(end for end in ends if end < len(rows))})
    for first, last in pairwise(borders):
        cuts.read(rows[first:last])
    return cuts


def slowly(lines: list[bytes]) -> tuple[int, list[tuple[int, object, Invalid]]]:
    """How many cuts hold, and those that do not, by the collector's own reading, one line after the other."""
    found = [one for one in judged_cuts(enumerate(lines, start=1), {}) if one.is_kiosks]
    return sum(one.wrong is None for one in found), [(one.seq, one.cut, one.wrong) for one in found if one.wrong]


def told(checked: Checked) -> tuple[int, list[tuple[int, object, Invalid | None]]]:
    assert checked.unknown == 0
    return checked.n, [(one.seq, one.cut, one.wrong) for one in checked.faults]


def damaged(kiosk: Kiosk, planted: list[tuple[str, int]]) -> list[bytes]:
    for fault, place in planted:
        if place < len(kiosk.lines):
            kiosk.lines[place] = kiosk.lines[place].replace(*FAULTS[fault], 1)
    return kiosk.lines


@settings(deadline=None, max_examples=150)
@given(ORDINARY | ANYTHING, ANYTHING, PLANTED, st.sets(st.integers(1, 80)))
def test_journal_with_planted_faults_is_judged_as_line_by_line(before, after, planted, ends):
    older = run(before, cuts=False)
    lines = damaged(run(after, clock=older.clock, lines=older.lines), planted)

    cuts = read(lines, ends)

    assert told(cuts.checked()) == slowly(lines)
    assert {seq for seq, line in enumerate(lines, start=1) if states_cut((line,))} == {row[0] for row in cuts.stating}


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_each_fault_in_any_line_is_judged_as_line_by_line(fault):
    counted = Standing.COUNTED
    said = [
        ("rate", 4, counted, "Q1", 6),
        ("rate", 4, counted, None, 6),
        ("wait", 5 * 3600),
        ("rate", 3, counted, None, 2),
    ]
    whole = run([*said, ("cut",)]).lines

    for place in range(len(whole)):
        lines = [*whole[:place], whole[place].replace(*FAULTS[fault], 1), *whole[place + 1 :]]

        assert told(read(lines, set()).checked()) == slowly(lines)


def test_line_that_is_one_only_with_the_next_is_no_rating():
    """Read together they would be two; each by itself is none."""
    kiosk = run([("rate", 4, Standing.COUNTED, None, 6), ("wait", 5 * 3600), ("cut",)])
    first, second = kiosk.lines[2:4]
    head, _, tail = first.partition(b',"boot"')
    other, _, other_tail = second.partition(b',"boot"')
    lines = [
        *kiosk.lines[:2],
        head + b"}" + other + b',"nested":{"deep":1,"boot"' + tail,
        b',"more":1,"boot"' + other_tail,
        *kiosk.lines[4:],
    ]

    cuts = read(lines, set())

    assert told(cuts.checked()) == slowly(lines)
    assert cuts.checked().faults


def test_usual_block_is_held_without_looking_at_each_rating_again(monkeypatch):
    """Or the quick way would be none."""
    counted = Standing.COUNTED
    said = [("rate", 4, counted, None, 6), ("revised", 1, 2), ("reasons", 2, {"w"}), ("rate", 2, counted, "Q1", 5)]
    kiosk = run([*said, ("wait", 5 * 3600), ("rate", 3, counted, None, 2), ("cut",)])
    monkeypatch.delattr("kiosk.journal.upkeep.cuts.check")

    assert read(kiosk.lines, set()).checked() == Checked(2, ())
