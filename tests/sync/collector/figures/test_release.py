"""Release: what is shown are whole blocks of enough ratings, whatever is subtracted; and nothing is lost on the way."""

import itertools
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from kiosk.domain.numbers.disclosure import OFF, Policy
from sync.collector.figures.release import Release
from sync.collector.people.rights import ANYBODY, Reader
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store import schema
from sync.collector.store.partitions import ensure_partitions
from tests.sync.collector.builders import NOON, Office, Pen

MONDAY = NOON - timedelta(days=4)
PERIODS = ("2026-11", "2026-W47", "2026-11-16", "2026-11-17", "2026-11-16..2026-11-17", "2026-11-17..2026-11-19")
INSIDE = {0: {1, 2, 3, 4, 5}, 1: {2, 3, 4, 5}, 4: {2, 3}, 5: {3}}
"""Which of PERIODS lie in which other."""
PAGES = ((None, ANYBODY), ("XA", ANYBODY), (None, replace(ANYBODY, path="XA/")), (None, replace(ANYBODY, path="XB/")))
"""A unit and who asks; each page tells of its counters as well."""
_PRESSES = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from((-3, 3)), st.sampled_from((0, 0, 1, 2)), st.integers(0, 2),
              st.integers(1, 9), st.sampled_from((1, 5))), max_size=18,
)  # fmt: skip
"""On which day, in which half, received how many days later, at which counter, how many, on which face."""


@pytest.fixture
def two_units(office: Office) -> Office:
    """A second unit with one counter beside the office's."""
    with office.database.writing() as connection:
        beside = {"unit_id": 2, "code": "XB", "name": "Xã Bên", "kind": "office", "path": "XB/"}
        connection.execute(insert(schema.unit), beside)
        place = {"counter_id": 3, "code": "Q3", "name": "Quầy 3", "unit_id": 2, "created_at": NOON}
        connection.execute(insert(schema.counter), place)
    office.device = replace(office.device, counters={"Q1": 1, "Q2": 2, "Q3": 3})
    return office


def press(office: Office, pressed: datetime, received: datetime, counter: str, levels: list[int]) -> None:
    pen = Pen()
    for level in levels:
        seq = pen.rating(level, counter=counter)
        pen.reasons(seq, "wait" if level == 1 else "attitude")
    clock = replace(pen.instant(), mono_us=pen.mono_us + int((received - pressed).total_seconds() * 1e6))
    with office.database.writing() as connection:
        ensure_partitions(connection, received)
    office.append(pen, received_at=received, clock=clock)


def empty(office: Office) -> None:
    with office.database.writing() as connection:
        for name in ("tally", "reason_tally", "reason_choice", "rating", "waiting_count", "leftover_count",
                     "shown_count", "shown_unit_count", "served_count"):  # fmt: skip
            connection.execute(delete(schema.metadata.tables[name]))


def numbers(services: Services, now: datetime) -> dict[tuple[str, str, int], int]:
    """Every number of people that any page shows to any reader, by place, what it is of, and period."""
    found = {}
    at = replace(services, now=lambda: now)
    for (unit, reader), (place, period) in itertools.product(PAGES, enumerate(PERIODS)):
        book = read_book(at, reader, Query(unit, None, period))
        for line in (book.me, *book.children, *book.counters):
            found[line.place.key, "n", place] = line.n or 0
        for reason in book.reasons:
            found[book.place.key, reason.id, place] = reason.n or 0
            found |= {(key, reason.id, place): n or 0 for key, n in reason.by_child.items()}
    return found


def is_inside(one: tuple[str, str, int], other: tuple[str, str, int]) -> bool:
    """Whether whatever the first number counts, the second counts as well."""
    place = one[0] == other[0] or ((other[0].endswith("/") or not other[0]) and one[0].startswith(other[0]))
    return place and one[1] == other[1] and (one[2] == other[2] or one[2] in INSIDE.get(other[2], ()))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(presses=_PRESSES)
def test_no_shown_number_minus_another_is_a_few(
    services: Services, two_units: Office, presses: list[tuple[int, int, int, int, int, int]]
) -> None:
    """Across periods, levels of the tree, readers and moments."""
    empty(two_units)
    looks: list[dict[tuple[str, str, int], int]] = [numbers(services, MONDAY - timedelta(days=1))]
    for moment in range(6):
        for day, hours, late, counter, n, level in presses:
            if day + late == moment:
                pressed = MONDAY + timedelta(days=day, hours=hours)
                press(two_units, pressed, pressed + timedelta(days=late), f"Q{counter + 1}", [level] * n)
        if moment in (1, 2, 5):
            looks.append(numbers(services, MONDAY + timedelta(days=moment, hours=14)))

    for look in looks[-2:]:
        for (one, n), (other, more) in itertools.permutations(look.items(), 2):
            assert not is_inside(one, other) or more == n or more - n >= 5, (one, other)
    for before, after in itertools.pairwise(looks):
        for key, n in after.items():
            assert n == before.get(key, 0) or n - before.get(key, 0) >= 5, key


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(presses=_PRESSES, policy=st.sampled_from((Policy(), Policy(cell_min=3, step=2), OFF)))
def test_every_count_is_shown_or_waits_and_is_nowhere_twice(
    services: Services, two_units: Office, presses: list[tuple[int, int, int, int, int, int]], policy: Policy
) -> None:
    empty(two_units)
    for day, hours, late, counter, n, level in presses:
        pressed = MONDAY + timedelta(days=day, hours=hours)
        press(two_units, pressed, pressed + timedelta(days=late), f"Q{counter + 1}", [level] * n)
        bring_out(services, policy)

    assert everywhere(two_units, "d") == everywhere(two_units, "w") == everywhere(two_units, "m") == tallied(two_units)
    assert of_units(two_units) == summed_up(two_units)


def bring_out(services: Services, policy: Policy) -> None:
    Release(services.days.today(NOON), policy).run(lambda work: services.writer.submit(work).result())


def tallied(office: Office) -> "Counter[tuple[int, int]]":
    found: Counter[tuple[int, int]] = Counter()
    for counter_id, level, n in office.rows("tally", "counter_id", "level", "n"):
        found[counter_id, level] += n  # type: ignore[index, operator]
    return found


def everywhere(office: Office, grain: str) -> "Counter[tuple[int, int]]":
    """What is shown, left over or waiting, by counter and level."""
    found: Counter[tuple[int, int]] = Counter()
    with office.database.reading() as connection:
        for name in ("waiting_count", "leftover_count"):
            table = schema.metadata.tables[name]
            for row in connection.execute(select(table).where(table.c.stream == "counted")):
                found[row.counter_id, row.level] += row.n
        shown = schema.shown_count.c
        for row in connection.execute(
            select(schema.shown_count).where(shown.stream == "counted", shown.grain == grain)
        ):
            for level in range(1, 6):
                found[row.counter_id, level] += row._mapping[f"n{level}"]
    return +found


def of_units(office: Office) -> "Counter[tuple[object, ...]]":
    """What is shown of units, by everything it is told by and level."""
    found: Counter[tuple[object, ...]] = Counter()
    with office.database.reading() as connection:
        for row in connection.execute(select(schema.shown_unit_count)):
            for level in range(1, 6):
                found[*row[:5], row.unit_id, level] += row._mapping[f"n{level}"]
    assert min(found.values(), default=0) >= 0
    return +found


def summed_up(office: Office) -> "Counter[tuple[object, ...]]":
    """The same, added up from what is shown of the counters."""
    found: Counter[tuple[object, ...]] = Counter()
    with office.database.reading() as connection:
        of_counter = select(schema.shown_count, schema.counter.c.unit_id).join(
            schema.counter, schema.counter.c.counter_id == schema.shown_count.c.counter_id
        )
        for row in connection.execute(of_counter):
            for level in range(1, 6):
                found[*row[:5], row.unit_id, level] += row._mapping[f"n{level}"]
    return +found


def test_a_unit_keeps_the_sum_of_its_counters_when_one_is_counted_anew(services: Services, two_units: Office) -> None:
    pressed = NOON - timedelta(days=1)
    for counter, levels in (("Q1", [5, 4, 4, 1, 5]), ("Q2", [3] * 8), ("Q3", [2] * 6)):
        press(two_units, pressed, pressed, counter, levels)
    services.release()
    before = of_units(two_units)

    pen = Pen()
    seqs = [pen.rating(1, counter="Q2") for _ in range(6)]
    two_units.append(pen, pen.batch(), received_at=pressed)
    services.release()
    pen.revised(seqs[0], 5)
    two_units.append(pen, pen.batch(), received_at=NOON - timedelta(hours=1))
    services.release()

    assert of_units(two_units) == summed_up(two_units)
    assert sum(of_units(two_units).values()) > sum(before.values())


def test_a_face_chosen_anew_after_its_rating_went_out_is_counted_where_it_belongs(
    services: Services, office: Office
) -> None:
    pen = Pen()
    for _ in range(40):
        seq = pen.rating(1)
    office.append(pen, pen.batch(), received_at=NOON - timedelta(days=1))
    assert read_book(services, ANYBODY, Query("XA", None, "2026-11")).me.shown.counts == {1: 40}

    pen.revised(seq, 5)
    office.append(pen, pen.batch(), received_at=NOON - timedelta(hours=1))

    assert read_book(services, ANYBODY, Query("XA", None, "2026-11")).me.shown.counts == {1: 39, 5: 1}


def test_under_another_rule_the_blocks_are_formed_anew(services: Services, office: Office) -> None:
    press(office, NOON - timedelta(days=1), NOON - timedelta(days=1), "Q1", [5, 5, 1])
    demo = replace(services, config=CollectorConfig(demo=True))
    reader: Reader = ANYBODY

    before = read_book(services, reader, Query("XA", None, "2026-11")).me.n
    shown = read_book(demo, reader, Query("XA", None, "2026-11")).me.n
    after = read_book(services, reader, Query("XA", None, "2026-11")).me.n

    assert (before, shown, after) == (None, 3, None)
    assert of_units(office) == summed_up(office) == Counter()


def test_with_nothing_new_nothing_is_written(services: Services, office: Office) -> None:
    press(office, NOON - timedelta(days=1), NOON - timedelta(days=1), "Q1", [5] * 7)
    services.release()

    with office.database.reading() as connection:
        assert not Release(services.days.today(NOON), services.config.policy).is_due(connection)
