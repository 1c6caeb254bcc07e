"""Release: what is shown are whole blocks of enough ratings, wherever all of a block lies; what is not, waits."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, update

from kiosk.domain.numbers.disclosure import OFF, Policy
from sync.collector.figures.queries.grains import Days
from sync.collector.figures.release import Release
from sync.collector.people.rights import ANYBODY, Reader
from sync.collector.replica.blocks.kept import read_rows
from sync.collector.replica.continued import Position
from sync.collector.replica.held import held_seqs
from sync.collector.replica.outgoing.lifted import lift_blocks, put_blocks
from sync.collector.replica.outgoing.standings import move_tallies
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store import schema
from sync.collector.store.partitions import ensure_partitions
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.cutting import cut_stored
from tests.sync.collector.recount import check_numbers, days_of

TODAY = NOON.date()
PERIODS = (
    days_of("2026-11-01", "2026-11-30"), days_of("2026-10-01", "2026-10-31"), days_of("2026-10-01", "2026-12-31"),
    days_of("2026-01-01", "2026-12-31"), days_of("2026-10-26", "2026-11-01"), days_of("2026-11-02", "2026-11-08"),
    days_of("2026-11-16", "2026-11-16"), days_of("2026-11-05", "2026-11-19"), days_of("2026-10-28", "2026-11-03"),
)  # fmt: skip
_STANDINGS = ("counted",) * 8 + ("repeat", "out_of_hours", "test")
_EMPTIED = ("tally", "reason_tally", "reason_choice", "rating", "uncut_count", "block", "block_piece", "block_reason",
            "cut_state", "cut_due", "shown_count", "shown_unit_count", "shown_stream", "served_count", "aside_union",
            "remainder", "demonstration", "undated_count")  # fmt: skip


@pytest.fixture
def two_units(office: Office) -> Office:
    """A second unit with one counter beside the office's, and one above both."""
    with office.database.writing() as connection:
        above = {"unit_id": 3, "code": "T", "name": "Tỉnh", "kind": "province", "path": "T/"}
        connection.execute(insert(schema.unit), above)
        connection.execute(update(schema.unit).where(schema.unit.c.unit_id == 1).values(parent_id=3, path="T/XA/"))
        beside = {"unit_id": 2, "code": "XB", "name": "Xã Bên", "kind": "office", "path": "T/XB/", "parent_id": 3}
        connection.execute(insert(schema.unit), beside)
        place = {"counter_id": 3, "code": "Q3", "name": "Quầy 3", "unit_id": 2, "created_at": NOON}
        connection.execute(insert(schema.counter), place)
    office.device = replace(office.device, counters={"Q1": 1, "Q2": 2, "Q3": 3})
    return office


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
    rng = random.Random(seed)
    empty(two_units)
    for _ in range(3):
        some_weeks(two_units, rng)
        with two_units.database.writing() as connection:
            move_some(connection, rng)
        services.release()
    first = TODAY - timedelta(days=rng.randint(0, 60))
    anywhere = Days(first, first + timedelta(days=rng.randint(0, 50)))

    with two_units.database.reading() as connection:
        check_numbers(services, connection, [*PERIODS, anywhere])
