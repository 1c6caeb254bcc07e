"""What falls ill together is told as one: where, once, with its growth at a few steps, and its end once."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.collector.fleet.kiosks.incidents import (
    EBB_STILL,
    GROWTHS_MAX,
    JOINS_FOR,
    NOTHING,
    OpenTroubles,
    Told,
    What,
    look_again,
    parts_of,
)
from tests.sync.collector.builders import NOON

GATHER = timedelta(minutes=3)
MINUTE = timedelta(minutes=1)
PLACES = {f"{unit:02d}-{n}": f"20/20.{unit:02d}/" for unit in range(10) for n in range(10)} | {
    "30-0": "30/",
    "30-1": "30/",
}
PROVINCE = {one for one, path in PLACES.items() if path.startswith("20/")}


def after(
    state: OpenTroubles, ill: set[str], minutes: float, unsure: set[str] | None = None
) -> tuple[OpenTroubles, list[Told]]:
    return look_again(state, ill, unsure or set(), PLACES, NOON + minutes * MINUTE, GATHER)


def run(*looks: tuple[float, set[str]]) -> list[Told]:
    """Everything that is told over some looks, each at its minute with who is ill then."""
    state, found = NOTHING, []
    for minutes, ill in looks:
        state, told = after(state, ill, minutes)
        found += told
    return found


def summary(told: list[Told]) -> list[tuple[What, str, int]]:
    return [(one.what, one.incident.scope, len(one.ill or one.well)) for one in told]


def test_one_kiosk_is_told_once_gathered_and_once_well() -> None:
    told = run((0, {"03-1"}), (1, {"03-1"}), (3, {"03-1"}), (60, {"03-1"}), (61, set()), (62, set()))

    assert summary(told) == [(What.BEGUN, "20/20.03/", 1), (What.OVER, "20/20.03/", 1)]
    assert told[0].since == NOON


def test_what_is_over_before_it_was_told_is_told_to_nobody() -> None:
    assert run((0, {"03-1"}), (2, set()), (10, set())) == []


def test_a_province_that_falls_silent_over_two_minutes_is_one_notice_and_its_return_over_ten_one_more() -> None:
    some = {one for one in PROVINCE if one < "05"}
    returning = [(30 + minute, {one for one in PROVINCE if one >= f"{minute:02d}"}) for minute in range(11)]

    told = run((0, some), (1, PROVINCE), (2, PROVINCE), (3, PROVINCE), (4, PROVINCE), *returning, (41, set()))

    assert summary(told) == [(What.BEGUN, "20/", 100), (What.OVER, "20/", 100)]


def test_a_commune_is_told_as_a_commune_and_a_stray_kiosk_elsewhere_by_itself() -> None:
    commune = {f"03-{n}" for n in range(7)}

    told = run((0, commune | {"04-0"}), (3, commune | {"04-0"}))

    assert summary(told) == [(What.BEGUN, "20/20.03/", 7), (What.BEGUN, "20/20.04/", 1)]


def test_what_is_strewn_over_the_office_is_one_notice() -> None:
    strewn = {f"{unit:02d}-0" for unit in range(10)} | {"30-0"}

    assert summary(run((0, strewn), (3, strewn))) == [(What.BEGUN, "", 11)]


def test_more_parts_than_a_person_reads_are_one_notice() -> None:
    halves = {f"{unit:02d}-{n}" for unit in range(4) for n in range(6)}

    assert summary(run((0, halves), (3, halves))) == [(What.BEGUN, "20/", 24)]


def test_who_follows_soon_joins_and_growth_is_told_when_it_doubled_a_few_times_at_most() -> None:
    order = sorted(PROVINCE, key=lambda one: one[::-1])
    looks = [(minute, set(order[: 2 + 2 * minute])) for minute in range(50)]

    told = run(*looks)

    assert [one.what for one in told] == [What.BEGUN] + [What.GROWN] * GROWTHS_MAX
    sizes = [len(one.ill) for one in told]
    assert all(2 * small <= large for small, large in pairwise(sizes))


def test_a_kiosk_that_follows_long_after_is_told_by_itself() -> None:
    first, later = {"03-0", "03-1"}, {"03-0", "03-1", "03-2"}
    minutes = JOINS_FOR / MINUTE + 4

    told = run((0, first), (3, first), (minutes, later), (minutes + 3, later))

    assert summary(told) == [(What.BEGUN, "20/20.03/", 2), (What.BEGUN, "20/20.03/", 1)]
    assert len({one.incident.name for one in told}) == 2


def test_a_kiosk_that_comes_and_goes_within_an_incident_is_not_told_of() -> None:
    both, one = {"03-0", "03-1"}, {"03-0"}

    assert len(run((0, both), (3, both), (5, one), (6, both), (7, one), (8, both))) == 1


def test_that_it_is_nearly_over_is_told_once_and_the_rest_when_it_is_well_too() -> None:
    rest, still = {"03-0", "04-0"}, EBB_STILL / MINUTE

    told = run((0, PROVINCE), (3, PROVINCE), (20, rest), (21, rest), (20 + still, rest), (90, rest), (95, set()))

    assert summary(told) == [(What.BEGUN, "20/", 100), (What.EBBED, "20/", 2), (What.OVER, "20/", 2)]
    assert len(told[1].well) == 98


def test_of_whom_nobody_knows_nothing_is_told_and_nothing_is_over() -> None:
    state, _ = after(NOTHING, {"03-0"}, 0)
    state, _ = after(state, {"03-0"}, 3)

    state, told = after(state, {"03-0", "03-5"}, 10, unsure={"03-0", "03-5"})
    assert (told, set(state.troubles)) == ([], {"03-0"})
    _, told = after(state, set(), 20)
    assert [one.what for one in told] == [What.OVER]


@pytest.mark.parametrize(
    ("devices", "parts"),
    [
        ({"03-0"}, [("20/20.03/", 1)]),
        ({"03-0", "04-0"}, [("20/", 2)]),
        (set(PLACES), [("", 102)]),
        ({"30-0", "30-1", "03-0"}, [("30/", 2), ("20/20.03/", 1)]),
    ],
)
def test_parts_are_the_largest_of_which_half_is_ill(devices: set[str], parts: list[tuple[str, int]]) -> None:
    assert [(path, len(found)) for path, found in parts_of(devices, PLACES)] == parts


STEPS = st.lists(
    st.tuples(st.integers(1, 40), st.sets(st.sampled_from(sorted(PLACES)), max_size=30), st.sets(st.sampled_from(
        sorted(PLACES)), max_size=3)), max_size=25,
)  # fmt: skip


@given(STEPS)
def test_however_kiosks_come_and_go_everybody_ill_is_told_once_and_every_beginning_has_one_end(steps) -> None:  # type: ignore[no-untyped-def]
    state, minutes, begun, told_of = NOTHING, 0.0, {}, set()
    for pause, ill, unsure in [*steps, (1, set(), set()), (30, set(), set())]:
        minutes += pause
        state, told = after(state, ill, minutes, unsure)
        for one in told:
            name = one.incident.name
            assert (name in begun) == (one.what != What.BEGUN)
            if one.what is What.BEGUN:
                assert not told_of & set(one.ill)
                assert all(PLACES[device].startswith(one.incident.scope) for device in one.ill)
                begun[name] = one
            elif one.what is What.OVER:
                assert not one.ill
                del begun[name]
        told_of = {one.device_id for one in state.troubles.values() if one.incident}
        assert set(state.incidents) == set(begun)
        assert all(one.growths <= GROWTHS_MAX for one in state.incidents.values())
        # Whoever is ill is an incident's, or waits no longer than for the others.
        waiting = [one for one in state.troubles.values() if one.incident is None and one.device_id not in unsure]
        assert all(NOON + minutes * MINUTE - one.since < GATHER for one in waiting)
        assert {one.device_id for one in state.troubles.values() if one.well_at is None} >= ill - unsure
    assert state == NOTHING
    assert begun == {}
