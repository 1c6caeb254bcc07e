"""Served: its rows are nothing but the sum of what was typed in and what was recorded, whatever moved which of them."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from kiosk.domain.numbers.disclosure import OFF, Policy
from sync.collector.figures.queries.grains import Days
from sync.collector.figures.queries.served import Served, read_served
from sync.collector.figures.release import Release
from sync.collector.profiles import typed as typed_in
from sync.collector.profiles.typed import FILE, Source, keep_served
from sync.collector.replica.keep import keep_projection
from sync.collector.replica.projection_rows import CountRow, Projection
from sync.collector.replica.shown import week_of
from sync.collector.services.services import Services
from sync.collector.store import schema
from sync.collector.store.partitions import ensure_partitions
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.moving import day, moving

MONDAY = date(2026, 10, 26)
"""Its week ends in another month."""
JOURNALS = ("3f2504e0-4f89-41d3-9a0c-0305e82c3301", "3f2504e0-4f89-41d3-9a0c-0305e82c3302")
ASKED = (("sipas-5@1", "overall"), ("sipas-5@1", "wait"), ("tt32-3@1", "overall"))
"""Two questions of one survey, and the one of another."""
_DAYS = st.sampled_from((5, 6, 6))
_MOVES = st.one_of(
    st.tuples(st.just("press"), _DAYS, st.integers(1, 2), st.integers(5, 9), st.sampled_from(ASKED)),
    st.tuples(st.just("revise"), st.integers(1, 5)),
    # In which journal, at which of its seqs, and received when: earlier than the one before where it is read late.
    st.tuples(st.just("type"), _DAYS, st.integers(1, 2), st.integers(0, 99), st.sampled_from(JOURNALS),
              st.integers(1, 9), st.integers(0, 9)),
    st.tuples(st.just("release"), st.sampled_from((Policy(), OFF))),
)  # fmt: skip
_RELEASE = ("release", Policy())


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(moves=st.lists(_MOVES, min_size=4, max_size=16))
def test_what_is_served_always_equals_a_recount(
    services: Services, office: Office, moves: list[tuple[object, ...]]
) -> None:
    _empty(office)
    pen = Pen()
    for name, *values in (*moves, _RELEASE):
        _MAKE[name](services, office, pen, *values)  # type: ignore[index, operator]
        if name == "release":
            assert kept(office) == recounted(office)


def test_counters_served_are_read_from_months_weeks_and_days(services: Services, office: Office) -> None:
    pen = Pen()
    for days in (0, 1, 5, 6, 9):
        _press(services, office, pen, days, 1, 6)
    for days in (1, 6, 7):
        _type(services, office, pen, days, 1, 10, JOURNALS[0], days + 1, 0)
    _release(services, office, pen, Policy())

    with office.database.reading() as connection:
        for length, wanted in ((1, {}), (7, {"Q": (12, 20, 2, 4)}), (36, {"Q": (12, 30, 3, 6)})):
            days = Days(MONDAY, MONDAY + timedelta(days=length - 1))
            served = {key: Served(*figures) for key, figures in wanted.items()}
            assert read_served(connection, {1: "Q"}, days) == served
            assert read_served(connection, {1: "Q", **dict.fromkeys(range(2, 200), "")}, days) == served


def test_a_visit_takes_part_once_whichever_survey_asked_and_however_much(services: Services, office: Office) -> None:
    pen = Pen()
    # Nine visits of a survey with two questions, three of which answered the first one alone; six of another survey.
    for n, asked in ((9, ASKED[0]), (6, ASKED[1]), (6, ASKED[2])):
        _press(services, office, pen, 1, 1, n, asked)
    _type(services, office, pen, 1, 1, 20, JOURNALS[0], 1, 0)
    _release(services, office, pen, Policy())

    with office.database.reading() as connection:
        found = read_served(connection, {1: "Q"}, Days(MONDAY, MONDAY + timedelta(days=2)))

    assert found == {"Q": Served(15, 20, 1, 1)}


def test_who_took_part_moves_with_the_ratings_though_nobody_types_anew(office: Office) -> None:
    world = moving(office)
    ids = dict(office.rows("counter", "code", "counter_id"))
    for _ in range(6):
        world.press(0, 3)
    world.release()
    with office.database.writing() as connection:
        typed = [typed_in.Served(ids[code], day(3), 20) for code in ("Q1", "Q2")]
        keep_served(connection, typed, Source("huong", NOON, FILE, "q.csv"))

    world.carry(0, "Q2", 4)

    rows = office.rows("served_count", "grain", "first", "counter_id", "ratings", "transactions")
    assert {row[2]: row[3:] for row in rows if row[:2] == ("d", day(3))} == {ids["Q1"]: (0, 20), ids["Q2"]: (6, 20)}


def kept(office: Office) -> dict[tuple[object, ...], tuple[object, ...]]:
    return {row[:3]: row[3:] for row in office.rows("served_count")}


def recounted(office: Office) -> dict[tuple[object, ...], tuple[object, ...]]:
    """What should stand there, counted from what was typed in and what was recorded."""
    typed, tally = schema.transaction_count, schema.tally
    with office.database.reading() as connection:
        in_order = select(typed).order_by(typed.c.received_at, typed.c.seq)
        known = {(row.counter_id, row.day): row.n for row in connection.execute(in_order)}
        answered: dict[tuple[int, date], dict[str, Counter[str]]] = {}
        for row in connection.execute(select(tally).where(tally.c.standing == "counted", tally.c.n > 0)):
            surveys = answered.setdefault((row.counter_id, row.day), {})
            surveys.setdefault(row.survey, Counter())[row.question] += row.n
    sums: dict[tuple[object, ...], tuple[int, ...]] = {}
    for place in known.keys() | answered.keys():
        visits = sum(max(questions.values()) for questions in answered.get(place, {}).values())
        figures = (visits, known[place], 1, 1) if place in known else (0, 0, 0, 1)
        counter_id, day = place
        for grain, first in (("d", day), ("w", week_of(day)[0]), ("m", day.replace(day=1))):
            key = (grain, first, counter_id)
            sums[key] = tuple(a + b for a, b in zip(sums.get(key, (0,) * 4), figures, strict=True))
    return dict(sums)


def _press(
    services: Services, office: Office, pen: Pen, day: int, counter_id: int, n: int,
    asked: tuple[str, str] = ASKED[0],
) -> None:  # fmt: skip
    first = len(pen.lines) + 1
    for level in range(n):
        pen.rating(1 + level % 3, survey=asked[0], question=asked[1], counter=f"Q{counter_id}")
    received = NOON - timedelta(days=(NOON.date() - MONDAY).days - day)
    with office.database.writing() as connection:
        ensure_partitions(connection, received)
    office.append(pen, pen.batch(first), received_at=received)


def _revise(services: Services, office: Office, pen: Pen, level: int) -> None:
    if pen.lines:
        first = len(pen.lines) + 1
        pen.revised(1, level)
        office.append(pen, pen.batch(first))


def _type(
    services: Services, office: Office, pen: Pen, day: int, counter_id: int, n: int, journal_id: str, seq: int,
    hour: int,
) -> None:  # fmt: skip
    on = (MONDAY + timedelta(days=day)).isoformat()
    projection = Projection(counts={(counter_id, on): CountRow(counter_id, on, n, seq)})
    with office.database.writing() as connection:
        keep_projection(connection, journal_id, schema.micros(NOON + timedelta(hours=hour)), projection)


def _release(services: Services, office: Office, pen: Pen, policy: Policy) -> None:
    release = Release(NOON, services.days.today(NOON), policy, services.surveys)
    release.run(lambda work: services.writer.submit(work).result())


def _empty(office: Office) -> None:
    with office.database.writing() as connection:
        for name in ("tally", "reason_tally", "reason_choice", "rating", "uncut_count", "block", "block_piece",
                     "block_reason", "shown_count", "shown_unit_count", "served_count",
                     "transaction_count"):  # fmt: skip
            connection.execute(delete(schema.metadata.tables[name]))


_MAKE = {"press": _press, "revise": _revise, "type": _type, "release": _release}
