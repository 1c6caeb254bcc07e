"""Trees in a bundle: what is told shows all of a month; what is left out is noticed, and clocks set back are known."""

import random
from typing import Any

import pytest

from sync.collector.kit.cuts import Ordered, covers_of, wanted_positions
from sync.protocol.tlog.merkle import Frontier, leaf_hash
from tests.journey.bundles import VERIFY

MONTH = "2026-10"


def months_of(draw: random.Random) -> list[str]:
    """In which months the cuts of a journal are, one after another; some of a clock that was set back."""
    month, found = 7, []
    for _ in range(draw.randrange(1, 40)):
        month += draw.random() < 0.15
        found.append(f"2026-{max(7, month - (draw.random() < 0.1)):02}")
    return found


def statements(months: list[str]) -> list[dict[str, Any]]:
    latest, back, found = "", 0, []
    for number, month in enumerate(months):
        latest, back = max(latest, month), back + (month < latest)
        days = [f"{month}-0{1 + number % 9} am"] * 2
        found.append({"days": days, "order": [latest, back], "number": number})
    return found


def ordered(said: list[dict[str, Any]]) -> list[Ordered]:
    return [Ordered(one["order"][0], one["days"][1][:7] < one["order"][0]) for one in said]


@pytest.mark.parametrize("seed", range(60))
def test_what_is_told_shows_every_cut_of_the_month(seed: int) -> None:
    said = statements(months_of(random.Random(seed)))
    told = wanted_positions(ordered(said), MONTH)

    assert {place for place, one in enumerate(said) if one["days"][1].startswith(MONTH)} <= set(told)
    assert VERIFY.gap_of({place: said[place] for place in told}, len(said), MONTH) == ("", False)


@pytest.mark.parametrize("seed", range(60))
def test_whatever_of_the_month_is_left_out_is_noticed(seed: int) -> None:
    said = statements(months_of(random.Random(seed)))
    told = {place: said[place] for place in wanted_positions(ordered(said), MONTH)}

    for place in [one for one in told if said[one]["days"][1].startswith(MONTH)]:
        missing, _ = VERIFY.gap_of({one: each for one, each in told.items() if one != place}, len(said), MONTH)
        assert missing, (seed, place)


@pytest.mark.parametrize("seed", range(30))
def test_hashes_around_what_is_told_lead_to_the_root(seed: int) -> None:
    draw = random.Random(seed)
    leaves = [leaf_hash(bytes([number])) for number in range(draw.randrange(1, 70))]
    told = sorted(draw.sample(range(len(leaves)), draw.randrange(len(leaves) + 1)))
    tree = Frontier()
    for leaf in leaves:
        tree.append(leaf)

    covers = covers_of(leaves, told)

    known = {place: leaves[place] for place in told}
    assert VERIFY.root_of_parts(len(leaves), known, {(a, b): found for a, b, found in covers}) == tree.root()
    assert sum(end - first for first, end, _ in covers) + len(told) == len(leaves)
    for place in told:
        assert (
            VERIFY.root_of_parts(len(leaves), {**known, place: bytes(32)}, {(a, b): c for a, b, c in covers})
            != tree.root()
        )


def test_another_unit_s_cuts_at_an_edge_are_told_as_such() -> None:
    said = statements(["2026-09", "2026-09", "2026-10", "2026-10", "2026-11"])

    assert VERIFY.gap_of({1: None, 2: said[2], 3: said[3], 4: said[4]}, 5, MONTH) == ("", True)
    assert VERIFY.gap_of({2: said[2], 3: said[3], 4: said[4]}, 5, MONTH) == ("1", False)
