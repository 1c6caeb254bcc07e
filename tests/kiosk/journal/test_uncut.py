"""Whatever happens at a kiosk, its cuts hold each rating once, whole half days, five at least, within a month."""

import json
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.domain.numbers.blocks import COUNTED_MIN, Cut, Sums, half_day_of
from kiosk.domain.visit.rating import Rating, Reasons, Standing
from kiosk.journal.lines import carried_line, encode_line, line_of
from kiosk.journal.uncut import Noted, Setting, Uncut, block_line
from tests.kiosk_in_memory import ANYTHING, CUT, ORDINARY, RATINGS, SURVEY, WAIT, Kiosk, run


def stream_of(said: dict, surveys: dict) -> tuple:
    levels = surveys.get(said["survey"], {}).get(said["question"], [])
    return said.get("counter", ""), said["survey"].partition("@")[0], said["question"], tuple(levels)


def cuts_with_ratings(kiosk: Kiosk) -> list[tuple[dict, list[dict]]]:
    """Each cut with its ratings as they stood, read from the lines with nothing but JSON."""
    waiting: dict[int, dict] = {}
    surveys: dict[str, dict] = {}
    found = []
    moves, stands = 0, None
    last: dict[str, int] = {}
    for line in map(json.loads, kiosk.lines):
        match line["kind"]:
            case "settings":
                surveys[line["survey"]] = line["levels"]
                moves += stands not in (None, line["stands"])
                stands = line["stands"]
            case "rating":
                last[line["survey"]] = line["seq"]
                waiting[line["seq"]] = {**line, "stream": stream_of(line, surveys), "moves": moves}
            case "revised" if in_visit(line, waiting, last):
                waiting[line["rating"]]["level"] = line["level"]
            case "reasons" if in_visit(line, waiting, last):
                rated = waiting[line["rating"]]
                rated["reasons"] = rated.get("reasons") or line["reasons"]
            case "block":
                stream = (line.get("counter", ""), line["survey"], line["question"], tuple(line["levels"]))
                held = [each for each in waiting.values() if each["stream"] == stream and each["seq"] <= line["last"]]
                found.append((line, held))
                for each in held:
                    del waiting[each["seq"]]
    return found


def in_visit(line: dict, waiting: dict[int, dict], last: dict[str, int]) -> bool:
    """Nobody else was asked meanwhile, and it was within the hour."""
    rated = waiting.get(line["rating"])
    return (
        rated is not None
        and last[rated["survey"]] == line["rating"]
        and 0 <= line["mono"] - rated["mono"] <= 3600 * 1_000_000
    )


UNHURRIED = settings(deadline=None)  # on a busy machine one example may take long


@UNHURRIED
@given(ANYTHING)
def test_each_cut_has_five_counted_ratings_or_is_a_tail_and_keeps_within_its_borders(actions):
    kiosk = run([*actions, ("wait", 13 * 3600), ("cut",)])

    for said, held in cuts_with_ratings(kiosk):
        counted = [each for each in held if each["standing"] == "counted"]
        assert held[-1]["seq"] == said["last"]
        assert (len(counted) < COUNTED_MIN) == said.get("tail", False)
        assert len({(each["at"][:7], each["moves"]) for each in held}) == 1


@UNHURRIED
@given(ANYTHING)
def test_sums_equal_a_recount_of_the_lines(actions):
    kiosk = run([*actions, ("wait", 13 * 3600), ("cut",)])

    for said, held in cuts_with_ratings(kiosk):
        for standing in {each["standing"] for each in held}:
            of_it = [each for each in held if each["standing"] == standing]
            levels = Counter(str(each["level"]) for each in of_it)
            reasons = Counter(reason for each in of_it for reason in each.get("reasons", ()))
            assert said["sums"][standing]["levels"] == levels
            assert said["sums"][standing].get("reasons", {}) == reasons
        assert set(said["sums"]) == {each["standing"] for each in held}


@UNHURRIED
@given(ANYTHING)
def test_no_rating_is_lost_or_doubled_whatever_the_clock_does(actions):
    kiosk = run(actions)

    held = sum(len(ratings) for _, ratings in cuts_with_ratings(kiosk))
    left = sum(n for one in kiosk.leave() for sums in one.sums.values() for n in sums.levels.values())

    assert held + left == sum(json.loads(line)["kind"] == "rating" for line in kiosk.lines)


@UNHURRIED
@given(ORDINARY)
def test_blocks_part_whole_half_days_in_order(actions):
    kiosk = run([*actions, ("wait", 13 * 3600), ("cut",)])

    of_stream: dict[str, list[list[dict]]] = {}
    for _, held in cuts_with_ratings(kiosk):
        of_stream.setdefault(str(held[0]["stream"]), []).append(held)
    for held in of_stream.values():
        for one, other in pairwise(held):
            assert half_day_of(one[-1]["at"]) < half_day_of(other[0]["at"])


@UNHURRIED
@given(st.lists(RATINGS | RATINGS | RATINGS | WAIT | SURVEY | CUT, max_size=60))
def test_cut_at_last_is_the_cut_in_time(actions):
    in_time, at_last = run(actions), run(actions, without="cut")
    for kiosk in (in_time, at_last):
        kiosk.wait(40 * 86400)
        kiosk.cut()

    # Cuts are lines too: with them a rating has another seq, but not another moment.
    found = [sorted(moments(each) for each in cuts_with_ratings(kiosk)) for kiosk in (in_time, at_last)]
    assert found[0] == found[1]


def moments(cut_and_held: tuple[dict, list[dict]]) -> tuple:
    said, held = cut_and_held
    return [each["at"] for each in held], held[0]["stream"], said.get("tail", False), repr(said["sums"])


@UNHURRIED
@given(ANYTHING, st.integers(0, 60), st.integers(0, 60))
def test_restart_at_any_moment_cuts_the_same(actions, one, other):
    end = [("wait", 13 * 3600), ("cut",)]
    restarts = sorted({min(one, len(actions)), min(other, len(actions))}, reverse=True)
    restarted = list(actions)
    for place in restarts:
        restarted.insert(place, ("restart",))

    assert run([*restarted, *end]).lines == run([*actions, *end]).lines


def test_versions_of_a_survey_with_the_same_levels_are_one_series():
    kiosk = run([("rate", 4, Standing.COUNTED, None)] * 3)
    for survey in ("a@2", "a@3", "b@1"):
        kiosk.ask(survey)
        for _ in range(3):
            kiosk.rate(3, Standing.COUNTED, None)
    kiosk.wait(86400)

    kiosk.cut()

    ((said, held),) = cuts_with_ratings(kiosk)
    assert (said["survey"], said["levels"], len(held)) == ("a", [1, 2, 3, 4, 5], 6)


def test_carried_lines_keep_their_place_and_enter_no_block():
    kiosk = Kiosk()
    rating = Rating(kiosk.clock.now(), "a@1", "overall", 4, Standing.COUNTED)
    for seq in range(2, 12):
        kiosk.write(carried_line(encode_line(line_of(seq, rating)), seq, ("older", seq + 20, "0" * 64), {}))
    carried_cut = block_line(
        12, kiosk.clock.now(), Cut(("", kiosk.uncut.setting.series("a@1", "overall")), 40, False, {})
    )
    kiosk.rate(5, Standing.COUNTED, None)
    kiosk.write(carried_line(encode_line(carried_cut), 13, ("older", 41, "0" * 64), {}))
    kiosk.wait(86400)

    assert kiosk.uncut.due(kiosk.at) == []
    assert [each.seq for each in kiosk.uncut.rated] == [12]


def test_what_is_said_of_a_rating_after_its_cut_is_not_counted():
    kiosk = run([("rate", 4, Standing.COUNTED, None)] * 5 + [("wait", 86400), ("cut",)])
    kiosk.revised(2, 1)
    kiosk.reasons(3, {"w"})
    kiosk.wait(86400)

    assert kiosk.uncut.rated == []
    assert kiosk.uncut.due(kiosk.at) == []


def test_reasons_count_once_each_and_those_that_were_given_first():
    kiosk = run([("rate", 4, Standing.COUNTED, None, 4), ("rate", 5, Standing.COUNTED, None)])
    for reasons in (("w", "p", "w"), ("f",)):
        kiosk.write(encode_line(line_of(len(kiosk.lines) + 1, Reasons(kiosk.clock.now(), 6, reasons))))
    kiosk.wait(86400)

    (one,) = kiosk.uncut.due(kiosk.at)

    assert one.sums == {"counted": Sums({4: 4, 5: 1}, {"w": 1, "p": 1})}


def test_half_day_in_which_an_older_kiosk_began_to_cut_is_left_to_the_collector():
    kiosk = Kiosk(uncut=Uncut(Noted(1, Setting(passed_over=("2026-11-23", "am")))))
    for _ in range(5):
        kiosk.rate(4, Standing.COUNTED, None)
    kiosk.wait(5 * 3600)
    for _ in range(5):
        kiosk.rate(3, Standing.COUNTED, None)
    kiosk.wait(86400)

    (one,) = kiosk.uncut.due(kiosk.at)

    assert one.sums == {"counted": Sums({3: 5}, {})}


WELL = {
    "seq": 2, "at": "2026-11-23T08:00:00+07:00", "mono": 1, "boot": "", "kind": "rating", "survey": "a@1",
    "question": "overall", "level": 1, "standing": "counted",
}  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[" * 5000,
        *(json.dumps({**WELL, **odd}).encode() for odd in (
            {"at": ""}, {"at": "0001-01-01T00:00:00+07:00"}, {"seq": 9}, {"level": None}, {"from": ["older", 1, "0"]}
        )),
    ],
)  # fmt: skip
def test_line_that_cannot_be_read_is_in_no_cut(line):
    kiosk = Kiosk()

    kiosk.write(line)

    assert kiosk.uncut.rated == []
