"""Release: what is shown are whole blocks of enough ratings, wherever all of a block lies; what is not, waits."""

import itertools
import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, select, update

from kiosk.domain.numbers.disclosure import OFF, Policy
from sync.collector.figures.queries.asked import Asked
from sync.collector.figures.queries.counts import read_levels
from sync.collector.figures.queries.grains import Days
from sync.collector.figures.queries.waits import read_waiting
from sync.collector.figures.release import Release
from sync.collector.people.rights import ANYBODY
from sync.collector.replica.blocks.kept import read_rows
from sync.collector.replica.continued import Position
from sync.collector.replica.held import held_seqs
from sync.collector.replica.ingest import append_batch
from sync.collector.replica.outgoing.lifted import lift_blocks, put_blocks
from sync.collector.replica.outgoing.standings import move_tallies
from sync.collector.replica.tally import ASIDE
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store import schema
from sync.collector.store.partitions import ensure_partitions
from tests.sync.collector.builders import DAYS, NOON, Office, Pen, receipt_of
from tests.sync.collector.cutting import cut_stored
from tests.sync.collector.recount import Pooled, check_numbers, days_of, read_pools

TODAY = NOON.date()
ASKED = Asked("sipas-5:12345", "overall")
LONGER = {"2026-11": {"2026-W47", "2026-11-16", "2026-11-16..2026-11-17"}, "2026-W47": {"2026-11-16"}}
"""Which periods lie in which other."""
PERIODS = (
    days_of("2026-11-01", "2026-11-30"), days_of("2026-10-01", "2026-10-31"), days_of("2026-10-01", "2026-12-31"),
    days_of("2026-01-01", "2026-12-31"), days_of("2026-10-26", "2026-11-01"), days_of("2026-11-02", "2026-11-08"),
    days_of("2026-11-16", "2026-11-16"), days_of("2026-11-05", "2026-11-19"), days_of("2026-10-28", "2026-11-03"),
)  # fmt: skip
_STANDINGS = ("counted",) * 8 + ("repeat", "out_of_hours", "test")
_EMPTIED = ("tally", "reason_tally", "reason_choice", "rating", "uncut_count", "block", "block_piece", "block_reason",
            "pool", "pool_piece", "cut_state", "cut_due", "shown_count", "shown_unit_count", "shown_stream",
            "served_count", "aside_union", "remainder", "demonstration", "undated_count")  # fmt: skip


@pytest.fixture(autouse=True)
def _months(office: Office) -> None:
    with office.database.writing() as connection:
        for back in (0, 30, 60, 90):
            ensure_partitions(connection, NOON - timedelta(days=back))


def press(
    office: Office, pressed: datetime, counter: str, presses: list[tuple[int, str]], received: datetime = NOON
) -> Pen:
    """Presses at one moment, delivered at another; each a level and what became of it."""
    pen = Pen()
    for level, standing in presses:
        seq = pen.rating(level, standing, counter=counter)
        pen.reasons(seq, "wait" if level < 3 else "attitude")
    clock = replace(pen.instant(), mono_us=pen.mono_us + int((received - pressed).total_seconds() * 1e6))
    office.append(pen, received_at=received, clock=clock)
    return pen


def empty(office: Office) -> None:
    with office.database.writing() as connection:
        for name in _EMPTIED:
            connection.execute(delete(schema.metadata.tables[name]))


def some_weeks(office: Office, rng: random.Random) -> None:
    """What kiosks bring of six weeks: small and large half days, late and early, from several journals a counter."""
    for _ in range(rng.randint(1, 4)):
        counter, pens = f"Q{rng.randint(1, 3)}", rng.randint(1, 12)
        pen = Pen()
        pressed = NOON - timedelta(days=rng.randint(0, 45), hours=rng.choice((0, 4)) - 1)
        for _ in range(pens):
            first = len(pen.lines) + 1
            for _ in range(rng.choice((1, 1, 2, 3, 6, 9))):
                seq = pen.rating(rng.randint(1, 5), rng.choice(_STANDINGS), counter=counter)
                if rng.random() < 0.5:
                    pen.reasons(seq, rng.choice(("wait", "attitude")))
            received = min(NOON, pressed + timedelta(days=rng.choice((0, 0, 3))))
            clock = replace(pen.instant(), mono_us=pen.mono_us + int((received - pressed).total_seconds() * 1e6))
            office.append(pen, pen.batch(first), received_at=received, clock=clock)
            pressed = min(NOON, pressed + timedelta(hours=rng.choice((5, 12, 24, 100, 300))))


def move_some(connection: Connection, rng: random.Random) -> None:
    """The last day of some blocks was pressed at another counter, as is learnt late."""
    for one in connection.execute(select(schema.block)).all():
        seqs = held_seqs(one.held)[one.journal_id]
        rows = list(read_rows(connection, [Position(one.journal_id, seq) for seq in seqs]).values())
        last, other = max(row.day for row in rows), rng.randint(1, 3)
        moved = [row for row in rows if row.day == last and row.counter_id != other]
        if moved and rng.random() < 0.2:
            keys = lift_blocks(connection, one.journal_id, {row.seq for row in moved})
            of_them = schema.rating.c.seq.in_([row.seq for row in moved])
            here = (schema.rating.c.journal_id == one.journal_id, of_them)
            connection.execute(update(schema.rating).where(*here).values(counter_id=other))
            move_tallies(connection, one.journal_id, [(row, row._replace(counter_id=other)) for row in moved])
            put_blocks(connection, keys)


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_every_number_is_a_recount_of_whole_blocks_and_what_was_recorded_is_shown_or_waits(
    services: Services, two_units: Office, seed: int
) -> None:
    rng, told = random.Random(seed), dict[int, Pooled]()
    empty(two_units)
    for _ in range(3):
        some_weeks(two_units, rng)
        with two_units.database.writing() as connection:
            move_some(connection, rng)
        services.release()
        with two_units.database.reading() as connection:
            pools = read_pools(connection)
        assert {number: pools[number].tails for number in told} == {number: one.tails for number, one in told.items()}
        told = pools
    first = TODAY - timedelta(days=rng.randint(0, 60))
    anywhere = Days(first, first + timedelta(days=rng.randint(0, 50)))

    with two_units.database.reading() as connection:
        check_numbers(services, connection, [*PERIODS, anywhere])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_number_minus_another_is_a_few(services: Services, two_units: Office) -> None:
    """Across periods, places and moments."""
    rng, looks = random.Random(7), [dict[tuple[str, str], int]()]
    for back in (4, 3, 2, 1):
        for counter in ("Q1", "Q2", "Q3"):
            levels = [(rng.randint(1, 5), "counted")] * rng.choice((1, 2, 4, 6))
            press(two_units, NOON - timedelta(days=back), counter, levels, NOON - timedelta(days=back))
        looks.append(_pages(replace(services, now=lambda back=back: NOON - timedelta(days=back, hours=-2))))

    for before, after in itertools.pairwise(looks):
        assert all(n == before.get(key, 0) or n - before.get(key, 0) >= 5 for key, n in after.items())
    for (place, period), n in looks[-1].items():
        for shorter in LONGER.get(period, ()):
            assert n - looks[-1][place, shorter] in (0, *range(5, 99))
    assert any(looks[-1].values())


def _pages(services: Services) -> dict[tuple[str, str], int]:
    found = {}
    for period in ("2026-11", "2026-W47", "2026-11-16", "2026-11-16..2026-11-17"):
        book = read_book(services, ANYBODY, Query(None, None, period))
        found |= {(line.place.key, period): line.n or 0 for line in (book.me, *book.children, *book.counters)}
    return found


def test_the_reasons_of_a_month_are_those_of_its_blocks(services: Services, office: Office) -> None:
    """At eleven a half day, none is lost for being rare."""
    for back in range(1, 20):
        pen = Pen()
        for number in range(11):
            seq = pen.rating(4)
            if number < 3:
                pen.reasons(seq, ("wait", "attitude", "fee")[number if back % 2 else 0])
        office.append(pen, received_at=NOON - timedelta(days=back))

    book = read_book(services, ANYBODY, Query("XA", None, "2026-11"))

    assert book.me.n == 19 * 11
    assert {line.id: line.n for line in book.reasons if line.n} == {"wait": 10 + 27, "attitude": 10, "fee": 10}


def test_a_block_of_two_days_is_of_the_month_and_of_neither_day(services: Services, office: Office) -> None:
    pen = Pen()
    for back in (2, 1):
        first = len(pen.lines) + 1
        for _ in range(3):
            pen.rating(5)
        office.append(pen, pen.batch(first), received_at=NOON - timedelta(days=back), clock=pen.instant())

    month, day = (read_book(services, ANYBODY, Query("XA", None, period)).me for period in ("2026-11", "2026-11-18"))

    assert (month.n, day.n, day.shown.waiting) == (6, None, True)


def test_under_the_demonstrations_rule_everything_is_shown_and_taken_back_after_it(
    services: Services, office: Office
) -> None:
    press(office, NOON - timedelta(days=1), "Q1", [(5, "counted"), (5, "counted"), (1, "repeat")])
    press(office, NOON - timedelta(days=1), "Q2", [(4, "counted")] * 6)
    demo = replace(services, config=CollectorConfig(demo=True))

    seen = [read_book(each, ANYBODY, Query("XA", None, "2026-11")).me for each in (services, demo, services)]

    assert [(me.n, me.aside_n, me.shown.waiting) for me in seen] == [(6, 1, True), (8, 1, False), (6, 1, True)]
    with office.database.reading() as connection:
        check_numbers(services, connection, PERIODS)


def test_what_is_pressed_meanwhile_is_shown_in_a_demonstration(services: Services, office: Office) -> None:
    demo = replace(services, config=CollectorConfig(demo=True))
    seen = []
    for _ in range(2):
        press(office, NOON, "Q1", [(5, "counted")])
        seen.append(read_book(demo, ANYBODY, Query("XA", None, "2026-11")).me.n)

    assert seen == [1, 2]


def test_with_nothing_new_nothing_is_written(services: Services, office: Office) -> None:
    press(office, NOON - timedelta(days=1), "Q1", [(5, "counted")] * 7)
    services.release()

    for policy in (services.config.policy, OFF):
        release = Release(NOON, services.days.today(NOON), policy, services.surveys)
        release.run(lambda work: services.writer.submit(work).result())
        with office.database.reading() as connection:
            assert not release.is_due(connection)


def test_a_block_waits_until_its_half_day_is_over(services: Services, office: Office) -> None:
    press(office, NOON - timedelta(minutes=30), "Q1", [(5, "counted")] * 7)
    before, after = (
        read_book(replace(services, now=lambda at=at: at), ANYBODY, Query("XA", None, "2026-11")).me.n or 0
        for at in (NOON - timedelta(minutes=20), NOON + timedelta(minutes=1))
    )

    assert (before, after) == (0, 7)


def test_a_raised_minimum_holds_smaller_blocks_back(services: Services, office: Office) -> None:
    press(office, NOON - timedelta(days=1), "Q1", [(5, "counted")] * 7)
    release = Release(NOON, services.days.today(NOON), Policy(cell_min=8), services.surveys)
    release.run(lambda work: services.writer.submit(work).result())

    with office.database.reading() as connection:
        assert check_numbers(services, connection, PERIODS) == 0


def test_tails_and_cuts_that_are_not_believed_wait(services: Services, office: Office) -> None:
    for fault in (None, "sums"):
        pen = Pen()
        for _ in range(6):
            pen.rating(2)
        with office.database.writing() as connection:
            append_batch(connection, office.device, pen.batch(), receipt_of(pen, NOON - timedelta(days=1)), DAYS)
            cut_stored(connection, fault=fault)
        with office.database.writing() as connection:
            if fault is None:
                connection.execute(update(schema.block).values(is_tail=True))
    services.release()

    with office.database.reading() as connection:
        assert check_numbers(services, connection, PERIODS) == 0
        waiting = read_waiting(connection, {1: "Q1"}, ASKED, PERIODS[0]).held
    assert sorted((held.why, held.n) for held in waiting) == [("fault", 6), ("tail", 6)]


def test_levels_of_what_a_kiosk_set_aside_go_out_of_five_at_least(services: Services, office: Office) -> None:
    """One a day: the fifth brings all five."""
    pen, seen = Pen(), []
    for back in range(8, 0, -1):
        first = len(pen.lines) + 1
        for _ in range(5):
            pen.rating(5)
        pen.rating(1, "repeat")
        office.append(pen, pen.batch(first), received_at=NOON - timedelta(days=back), clock=pen.instant())
        services.release()
        with office.database.reading() as connection:
            levels = read_levels(connection, {1: "Q1"}, ASKED, ASIDE, PERIODS[0])
            seen.append(sum(levels.get("Q1", ())))

    assert seen == [0, 0, 0, 0, 5, 5, 5, 5]
