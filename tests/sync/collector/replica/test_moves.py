"""Counters move, units end, kiosks are carried: everything counts where it was pressed, whenever it is learnt."""

import itertools
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kiosk.domain.visit.rating import Standing
from sync.collector.care.signals.decide import set_aside, withdraw
from sync.collector.care.signals.keep import keep_findings
from sync.collector.care.signals.watched import FoundSign, Sign
from sync.collector.chores.settle import settle_moves
from sync.collector.errors import NotAllowed, UsageWrong
from sync.collector.fleet.devices.credentials import find_device, move_device
from sync.collector.fleet.devices.devices import new_code
from sync.collector.services.device_moves import move_device_since
from sync.collector.services.moves import end_unit, move_counter, reopen_unit
from sync.collector.services.services import Services
from sync.collector.store import schema
from sync.collector.store.database import open_database
from tests.sync.collector.builders import NOON, Office, open_office
from tests.sync.collector.care.signals.test_decide import CHAIR, Decision
from tests.sync.collector.moving import ACT, UNITS, Moving, at, day, happen, moving

_BACK, _KIOSKS, _CODES = st.integers(1, 12), st.integers(0, 1), st.sampled_from(("Q1", "Q2"))
_EVENTS = st.one_of(
    st.tuples(st.just("press"), _KIOSKS, _BACK, st.integers(1, 5), st.sampled_from((None, None, "Q1", "Q2")),
              st.integers(0, 9)),
    st.tuples(st.just("press"), _KIOSKS, _BACK, st.integers(1, 5), st.none(), st.integers(0, 9)),
    st.tuples(st.just("type"), _KIOSKS, _BACK, st.integers(0, 99)),
    st.tuples(st.just("counter"), _CODES, st.sampled_from(UNITS), _BACK),
    st.tuples(st.just("kiosk"), _KIOSKS, _CODES, _BACK),
    st.tuples(st.just("release")),
    st.tuples(st.just("grant"), _KIOSKS, _CODES),
    st.tuples(st.just("ungrant"), _KIOSKS, _CODES, _BACK),
)  # fmt: skip
_numbers = itertools.count()


@pytest.fixture
def world(office: Office) -> Moving:
    return moving(office)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(events=st.lists(_EVENTS, min_size=4, max_size=24))
def test_sums_across_moves_always_equal_a_recount(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, events: list[tuple[object, ...]]
) -> None:
    path = tmp_path_factory.getbasetemp() / f"moves-{next(_numbers)}.db"
    shutil.copy(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")
    world = moving(open_office(database))
    for event in events:
        happen(world, *event)  # type: ignore[arg-type]

    world.require_true()
    database.close()
    path.unlink()


@pytest.mark.parametrize("seed", range(3))
def test_sums_across_moves_equal_a_recount_on_both_engines(world: Moving, seed: int) -> None:
    chance = random.Random(seed)
    for number in range(60):
        kiosk, code, back = chance.randrange(2), chance.choice(("Q1", "Q2")), chance.randint(1, 12)
        named = chance.choice((None, None, None, "Q1", "Q2"))
        happen(world, "press", kiosk, back, chance.randint(1, 5), named, chance.randint(0, 9))
        if number % 6 == 0:
            happen(world, "counter", code, chance.choice(UNITS), back)
        if number % 9 == 0:
            happen(world, "kiosk", kiosk, code, back)
        if number % 10 == 0:
            happen(world, "type", kiosk, back, number)
        if number % 20 == 0:
            happen(world, "release")
        if number % 7 == 0:
            happen(world, *(("grant", kiosk, code) if number % 2 else ("ungrant", kiosk, code, back)))

    world.require_true()


def test_a_counter_moves_and_what_was_pressed_before_stays(world: Moving) -> None:
    for back in (6, 6, 6, 6, 6, 2, 2, 2, 2, 2):
        world.press(0, back)
    world.release()

    with world.database.writing() as connection:
        moved = move_counter(connection, "Q1", "XB", day(3), ACT)
    world.counters["Q1"].append((day(3), "XB"))
    # A kiosk that was off until now brings what was pressed before, and after.
    world.press(0, 5, late=5)
    world.press(0, 1, late=1)

    assert (moved.counters, moved.ratings) == (("Q1",), 5)
    world.require_true()
    rows = world.office.rows("counter", "code", "since", "until")
    assert (f"Q1~{day(3)}", None, day(3)) in rows
    assert ("Q1", day(3), None) in rows
    ((action, subject, details),) = [
        row for row in world.office.rows("audit", "action", "subject", "details") if row[0] == "counter.moved"
    ]
    assert (action, subject) == ("counter.moved", "Q1")
    assert details == {"from": "XA", "to": "XB", "since": day(3).isoformat(), "ratings": 5}


def test_a_move_booked_to_the_wrong_unit_is_put_right(world: Moving) -> None:
    for _ in range(6):
        world.press(0, 2)
    world.move_counter("Q1", "XB", 3)
    world.release()
    world.move_counter("Q1", "XC", 3)

    world.require_true()
    assert len(world.office.rows("counter")) == 3


def test_a_new_counter_that_stands_in_the_wrong_unit_is_put_right_whole(world: Moving) -> None:
    with world.database.writing() as connection:
        connection.execute(schema.counter.update().values(created_at=NOON))
        move_counter(connection, "Q1", "XB", NOON.date(), ACT)

    assert len(world.office.rows("counter")) == 2


def test_what_was_pressed_before_a_counter_was_made_stays_when_it_moves_that_day(world: Moving) -> None:
    for back in (5, 5, 1):
        world.press(0, back)
    with world.database.writing() as connection:
        connection.execute(schema.counter.update().values(created_at=NOON))
        moved = move_counter(connection, "Q1", "XB", day(3), ACT)
    world.counters["Q1"].append((day(3), "XB"))

    assert moved.ratings == 1
    world.require_true()


def test_a_place_put_right_says_how_many_ratings_go_along(world: Moving) -> None:
    for back in (2, 1):
        world.press(0, back)
    world.move_counter("Q1", "XB", 3)
    with world.database.writing() as connection:
        assert move_counter(connection, "Q1", "XC", day(3), ACT).ratings == 2


def test_a_counter_may_come_back(world: Moving) -> None:
    for back in (9, 6, 3):
        world.press(0, back)
    world.move_counter("Q1", "XB", 7)
    world.move_counter("Q1", "XA", 4)

    world.require_true()
    assert world.counters["Q1"][-1] == (day(4), "XA")


def test_codes_not_yet_used_enrol_where_the_counter_stands_now(world: Moving) -> None:
    with world.database.writing() as connection:
        new_code(connection, "Q1", None, timedelta(hours=1), NOON, "test")
        move_counter(connection, "Q1", "XB", day(0), ACT)
        current = connection.execute(select(schema.counter.c.counter_id).where(schema.counter.c.code == "Q1")).scalar()

    assert world.office.rows("enrolment_code", "counter_id") == [(current,)]


@pytest.mark.parametrize("length", [29, 40])
def test_a_counter_with_a_long_code_moves_too(world: Moving, length: int) -> None:
    with world.database.writing() as connection:
        connection.execute(schema.counter.update().where(schema.counter.c.counter_id == 1).values(code="K" * length))
        move_counter(connection, "K" * length, "XB", day(3), ACT)

    codes = [code for (code,) in world.office.rows("counter", "code")]
    assert "K" * length in codes
    assert all(len(str(code)) <= 40 for code in codes)


@pytest.mark.parametrize(
    ("code", "unit", "back", "why"),
    [
        ("Q1", "XA", 1, "counter Q1 stands in unit XA already"),
        ("Q1", "XB", -1, "2026-11-21 has not come yet: do it on that day or later"),
        ("q1", "XB", 1, "there is no q1, but Q1: capitals count"),
        ("Q9", "XB", 1, "there is no counter Q9"),
        ("Q1", "xb", 1, "there is no xb, but XB: capitals count"),
        ("Q2", "XB", 9, "counter Q2 stands in unit XC since 2026-11-15 only: name that day or a later one"),
        ("Q1", "XD", 1, "unit XD ended on 2026-11-01; followed by: XB"),
    ],
)
def test_a_move_that_cannot_be_is_refused_with_why(world: Moving, code: str, unit: str, back: int, why: str) -> None:
    world.move_counter("Q2", "XC", 5)
    with world.database.writing() as connection:
        ended = {"unit_id": 900, "code": "XD", "name": "D", "kind": "office", "path": "XD/", "ended_on": day(19)}
        connection.execute(schema.unit.insert(), ended)
        connection.execute(schema.unit_follower.insert(), {"unit_id": 900, "into_id": 102})
    before = world.office.rows("counter")

    with pytest.raises((UsageWrong, NotAllowed)) as refused, world.database.writing() as connection:
        move_counter(connection, code, unit, day(back), ACT)

    assert str(refused.value).startswith(why)
    assert world.office.rows("counter") == before


def test_a_unit_ends_and_its_counters_go_on_in_the_one_that_follows(world: Moving) -> None:
    for kiosk, back in itertools.product((0, 1), (6, 6, 6, 6, 6, 2, 2, 2, 2, 2)):
        world.press(kiosk, back)
    world.release()
    world.end("XA", "XB", 3)

    world.require_true()
    assert world.office.rows("unit", "code", "ended_on") == [("XA", day(3)), ("XB", None), ("XC", None)]
    assert world.office.rows("unit_follower") == [(1, 102)]


def test_a_unit_that_was_ended_by_mistake_goes_on_as_if_it_had_not(world: Moving) -> None:
    world.move_counter("Q2", "XC", 5)
    for kiosk, back in itertools.product((0, 1), (6, 6, 6, 2, 2, 2)):
        world.press(kiosk, back)
    world.end("XA", "XB", 3)
    world.release()

    with world.database.writing() as connection:
        moved = reopen_unit(connection, "XA", ACT)
    world.counters["Q1"][-1] = (day(3), "XA")
    world.press(0, 1, late=1)

    assert (moved.counters, moved.ratings) == (("Q1",), 3)
    world.require_true()
    assert world.office.rows("unit", "code", "ended_on") == [("XA", None), ("XB", None), ("XC", None)]
    assert world.office.rows("unit_follower") == []
    world.end("XA", "XB", 3)
    world.require_true()


def test_a_counter_that_was_made_after_the_end_comes_back_too(world: Moving) -> None:
    with world.database.writing() as connection:
        connection.execute(schema.counter.update().values(created_at=at(1)))
        end_unit(connection, "XA", ["XB"], day(3), ACT)
        moved = reopen_unit(connection, "XA", ACT)

    assert moved.counters == ("Q1", "Q2")
    world.require_true()


def test_an_end_is_taken_back_only_where_there_was_one(world: Moving) -> None:
    with pytest.raises(NotAllowed, match="unit XA has not ended"), world.database.writing() as connection:
        reopen_unit(connection, "XA", ACT)


@pytest.mark.parametrize(
    ("into", "why"),
    [
        ([], "these counters stand in unit XA: Q1, Q2; move each"),
        (["XB", "XC"], "these counters stand in unit XA: Q1, Q2; move each"),
        (["XA"], "unit XA cannot be followed by itself"),
        (["XZ"], "there is no unit XZ"),
    ],
)
def test_an_end_that_leaves_counters_nowhere_is_refused(world: Moving, into: list[str], why: str) -> None:
    with pytest.raises((UsageWrong, NotAllowed)) as refused, world.database.writing() as connection:
        end_unit(connection, "XA", into, day(3), ACT)

    assert str(refused.value).startswith(why)


def test_a_unit_is_divided_when_each_counter_has_been_moved(world: Moving) -> None:
    world.move_counter("Q1", "XB", 3)
    world.move_counter("Q2", "XC", 3)
    with world.database.writing() as connection:
        end_unit(connection, "XA", ["XB", "XC"], day(3), ACT)

    assert world.office.rows("unit_follower") == [(1, 102), (1, 103)]


def test_a_kiosk_carried_before_it_was_booked_counts_where_it_stood(world: Moving) -> None:
    for back, hour in ((3, 8), (3, 10), (2, 10), (2, 11)):
        world.press(0, back, hour=hour)
    # In a hall the citizen chose the counter: that says more than where the kiosk stood.
    world.press(0, 2, named="Q1", hour=15)
    world.type_in(0, 2, 40)
    world.release()

    with world.database.writing() as connection:
        moved = move_device_since(connection, find_device(connection, world.kiosks[0]), "Q2", at(3, 9), ACT)
    world.stands[0].append((at(3, 9), "Q2"))

    assert moved == 3
    world.require_true()


def test_a_time_that_cannot_be_is_refused_and_so_is_the_counter_where_it_stands(world: Moving) -> None:
    world.carry(0, "Q2", 3)
    device = world.kiosks[0]
    tries: dict[str, Callable[[object], object]] = {
        "the kiosk was moved at 2026-11-17T09:00": lambda c: move_device_since(c, device, "Q1", at(4), ACT),  # type: ignore[arg-type]
        "has not come yet": lambda c: move_device_since(c, device, "Q1", at(-1), ACT),  # type: ignore[arg-type]
        "the kiosk stands at counter Q2 already": lambda c: move_device(c, device, "Q2", NOON, "test"),  # type: ignore[arg-type]
    }
    for why, act in tries.items():
        with pytest.raises(NotAllowed, match=why), world.database.writing() as connection:
            act(connection)


def test_what_people_found_suspect_goes_along_and_can_be_withdrawn(world: Moving) -> None:
    for back in (4, 4, 4, 4, 4, 4, 2, 2, 2, 2, 2, 2):
        world.press(0, back)
    world.release()
    finding = FoundSign(1, Sign.BURST, day(4).isoformat(), day(2).isoformat(), "", {"n": 12})
    with world.database.writing() as connection:
        (signal_id,) = keep_findings(connection, [finding], NOON)
        assert set_aside(connection, signal_id, Decision(day(4), day(2), "", "Không có ai."), CHAIR) == 12
    world.move_counter("Q1", "XB", 3)
    world.require_all(Standing.SUSPECT, {"XA": 6, "XB": 6})
    # A block that comes late into these days is suspect there as well.
    for _ in range(5):
        world.press(0, 2, late=2)
    world.release()
    world.require_all(Standing.SUSPECT, {"XA": 6, "XB": 11})

    with world.database.writing() as connection:
        withdraw(connection, signal_id, "Đã hỏi lại.", CHAIR)

    world.require_all(Standing.COUNTED, {"XA": 6, "XB": 11})
    world.require_true()


def test_what_came_while_a_move_was_booked_follows_it(world: Moving, services: Services) -> None:
    first, second = world.known(0), world.known(1)
    world.move_counter("Q1", "XB", 1)
    world.carry(1, "Q1", 1)
    # Another process remembers for some seconds where they stood.
    world.press(0, 0, known=first)
    world.press(1, 0, known=second)
    lately = replace(services, now=lambda: NOON + timedelta(seconds=30))

    moved = settle_moves(lately, lambda work: services.writer.submit(work).result())

    assert moved == 2
    assert settle_moves(lately, lambda work: services.writer.submit(work).result()) == 0
    world.require_true()


def test_what_another_decision_covers_stays_aside_when_one_is_withdrawn(world: Moving) -> None:
    for back in (4, 4, 4, 4, 4, 4, 2, 2, 2, 2, 2, 2):
        world.press(0, back)
    world.release()
    finding = FoundSign(1, Sign.BURST, day(4).isoformat(), day(2).isoformat(), "", {"n": 12})
    with world.database.writing() as connection:
        (signal_id,) = keep_findings(connection, [finding], NOON)
        set_aside(connection, signal_id, Decision(day(4), day(2), "", "Không có ai."), CHAIR)
        move_counter(connection, "Q1", "XB", day(3), ACT)
        there = connection.execute(select(schema.counter.c.counter_id).where(schema.counter.c.code == "Q1")).scalar()
        (other,) = keep_findings(connection, [replace(finding, counter_id=there, first=day(2).isoformat())], NOON)
        row = connection.execute(select(schema.suspicion).where(schema.suspicion.c.counter_id == there)).one()
        again = {**row._mapping, "suspicion_id": 99, "signal_id": other}
        connection.execute(schema.suspicion.insert(), again)

        withdraw(connection, signal_id, "Đã hỏi lại.", CHAIR)

    assert (
        sorted(standing for (standing,) in world.office.rows("rating", "standing")) == ["counted"] * 6 + ["suspect"] * 6
    )
