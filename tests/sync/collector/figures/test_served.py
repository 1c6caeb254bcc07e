"""Served: its rows are nothing but the sum of what was typed in and what was recorded, whatever moved which of them."""

from collections import Counter
from datetime import date, datetime, time, timedelta

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update

import sync.collector.store.migrate
from kiosk.domain.numbers.disclosure import OFF, Policy
from kiosk.domain.visit.rating import Standing
from sync.collector.care.signals.standing import move
from sync.collector.figures.queries.grains import Days
from sync.collector.figures.queries.served import Served, read_served
from sync.collector.figures.release import Release
from sync.collector.profiles import typed as typed_in
from sync.collector.profiles.typed import FILE, WEB, Source, keep_served
from sync.collector.replica.keep import put_projection
from sync.collector.replica.outgoing.sums import lock_releases
from sync.collector.replica.projection_rows import CountRow, Projection
from sync.collector.replica.served import due_places, follow_due
from sync.collector.replica.shown import week_of
from sync.collector.replica.stretch import ANY_PART, Stretch
from sync.collector.replica.writes import Writes
from sync.collector.services.relocate import Relocation, relocate
from sync.collector.services.services import Services
from sync.collector.store import schema
from sync.collector.store.bulk import insert_rows
from sync.collector.store.partitions import ensure_partitions
from tests.sync.collector.builders import DAYS, HANOI, NOON, Office, Pen
from tests.sync.collector.moving import day, moving

MONDAY = date(2026, 10, 26)
"""Its week ends in another month."""
JOURNALS = ("3f2504e0-4f89-41d3-9a0c-0305e82c3301", "3f2504e0-4f89-41d3-9a0c-0305e82c3302")
ASKED = (("sipas-5@1", "overall"), ("sipas-5@1", "wait"), ("tt32-3@1", "overall"))
"""Two questions of one survey, and the one of another."""
_OPENED = ("journal_id", "device_id", "next_seq", "head", "first_received_at", "last_received_at")
_DAYS = st.sampled_from((5, 6, 6))
_MOVES = st.one_of(
    st.tuples(st.just("press"), _DAYS, st.integers(1, 2), st.integers(5, 9), st.sampled_from(ASKED)),
    st.tuples(st.just("revise"), st.integers(1, 5)),
    # In which journal, at which of its seqs, and received when: earlier than the one before where it is read late.
    st.tuples(st.just("type"), _DAYS, st.integers(1, 2), st.integers(0, 99), st.sampled_from(JOURNALS),
              st.integers(1, 9), st.integers(0, 9)),
    st.tuples(st.just("write"), _DAYS, st.integers(1, 2), st.integers(0, 99)),
    st.tuples(st.just("decide"), _DAYS, st.integers(0, 1), st.integers(1, 2)),
    st.tuples(st.just("withdraw")),
    st.tuples(st.just("move"), st.integers(1, 2), _DAYS),
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
        assert kept(office) == recounted(office), name


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


def test_a_move_that_ends_a_decision_adds_up_the_days_that_stayed_too(services: Services, office: Office) -> None:
    pen = Pen()
    for on in (1, 2):
        _press(services, office, pen, on, 1, 3)
        _write(services, office, pen, on, 1, 10)
    _press(services, office, pen, 3, 1, 5)
    _release(services, office, pen, Policy())
    _decide(services, office, pen, 1, 1, 1)
    set_aside = recounted(office)["d", MONDAY + timedelta(days=1), 1]

    # A block of both days is at two counters now, and no decision is about both.
    _move(services, office, pen, 1, 2)

    assert (set_aside, recounted(office)["d", MONDAY + timedelta(days=1), 1]) == ((0, 10, 1, 1), (3, 10, 1, 1))
    assert kept(office) == recounted(office)


def test_a_database_of_before_is_added_up_anew(services: Services, office: Office) -> None:
    pen = Pen()
    for on, counter_id in ((5, 1), (6, 1), (6, 2)):
        _press(services, office, pen, on, counter_id, 6)
        _type(services, office, pen, on, counter_id, 20, JOURNALS[0], on, 0)
    _write(services, office, pen, 6, 1, 30)
    before = kept(office)
    steps = sync.collector.store.migrate._steps().walk_revisions()
    step = next(each.module for each in steps if each.module.__name__.endswith("visits_anew_py"))
    with office.database.writing() as connection:
        connection.execute(update(schema.served_count).values(ratings=99))
        connection.execute(text("DROP INDEX ix_pool_piece_counter_id"))
        with Operations.context(MigrationContext.configure(connection)):
            step.upgrade()

    assert kept(office) == recounted(office) == before


def test_an_append_marks_what_it_moves_and_touches_no_row_of_others(services: Services, office: Office) -> None:
    pen = Pen()
    _press(services, office, pen, 1, 1, 1)
    place = (1, MONDAY + timedelta(days=1))

    assert office.rows("served_count") == []
    with office.database.writing() as connection:
        assert due_places(connection) == {place}
        assert follow_due(connection)
    assert kept(office)["d", place[1], place[0]] == (0, 0, 0, 1)

    # One more visit of that day moves nothing; with its transactions typed in it does.
    _press(services, office, pen, 1, 1, 1)
    with office.database.reading() as connection:
        assert due_places(connection) == set()
    _type(services, office, pen, 1, 1, 20, JOURNALS[0], 1, 0)
    with office.database.writing() as connection:
        assert due_places(connection) == {place}
        assert follow_due(connection)
        assert not follow_due(connection)
    assert kept(office)["d", place[1], place[0]] == (2, 20, 1, 1)


def kept(office: Office) -> dict[tuple[object, ...], tuple[object, ...]]:
    """What stands there once a release has followed."""
    with office.database.writing() as connection:
        follow_due(connection)
    return {row[:3]: row[3:] for row in office.rows("served_count")}


def recounted(office: Office) -> dict[tuple[object, ...], tuple[object, ...]]:
    """What should stand there, counted from what was typed in and what was recorded."""
    a, b, tally = schema.transaction_count.c, schema.typed_count.c, schema.tally
    with office.database.reading() as connection:
        typed = [*connection.execute(select(a.received_at, a.seq, a.counter_id, a.day, a.n)),
                 *connection.execute(select(b.typed_at, b.typed_id, b.counter_id, b.day, b.n))]  # fmt: skip
        known = {(counter_id, on): n for *_, counter_id, on, n in sorted(map(tuple, typed))}
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
        known = (journal_id, office.device.device_id, 1, bytes(32), *[schema.micros(NOON)] * 2)
        insert_rows(connection, schema.journal, {}, _OPENED, [known], then="ON CONFLICT DO NOTHING")
        writes = Writes(connection)
        put_projection(writes, journal_id, schema.micros(NOON + timedelta(hours=hour)), projection)
        writes.flush()


def _write(services: Services, office: Office, pen: Pen, day: int, counter_id: int, n: int) -> None:
    """Somebody types in a number on the web."""
    with office.database.writing() as connection:
        served = typed_in.Served(counter_id, MONDAY + timedelta(days=day), n)
        keep_served(connection, [served], Source("huong", NOON + timedelta(hours=5), WEB, "Q1"))


def _decide(services: Services, office: Office, pen: Pen, day: int, more: int, counter_id: int) -> None:
    """Somebody sets days aside, those also that no block holds yet."""
    first, last = (MONDAY + timedelta(days=each) for each in (day, day + more))
    with office.database.writing() as connection:
        lock_releases(connection)
        move(connection, Stretch(counter_id, first, last, ANY_PART), Standing.SUSPECT)
        about = {"counter_id": counter_id, "first_day": first, "last_day": last, "part": ""}
        found = {"sign": "burst", "evidence": {}, "found_at": NOON, "seen_at": NOON, "state": "aside"}
        sign = connection.execute(insert(schema.signal).values(**about, **found).returning(schema.signal.c.signal_id))
        said = {"signal_id": sign.scalar_one(), "n": 0, "set_at": NOON, "set_by": "huong"}
        connection.execute(insert(schema.suspicion).values(**about, **said))


def _withdraw(services: Services, office: Office, pen: Pen) -> None:
    """Everything that was set aside counts again."""
    with office.database.writing() as connection:
        lock_releases(connection)
        standing = connection.execute(select(schema.suspicion).where(schema.suspicion.c.lifted_at.is_(None))).all()
        connection.execute(update(schema.suspicion).values(lifted_at=NOON, lifted_by="huong"))
        for one in standing:
            move(connection, Stretch(one.counter_id, one.first_day, one.last_day, one.part), Standing.COUNTED)


def _move(services: Services, office: Office, pen: Pen, counter_id: int, day: int) -> None:
    """What was pressed and typed in at a counter since a day was at the other one."""
    since = datetime.combine(MONDAY + timedelta(days=day), time(), HANOI)
    other = 3 - counter_id
    with office.database.writing() as connection:
        relocate(connection, Relocation(frozenset({counter_id}), since, lambda _: other, frozenset({other}), DAYS))


def _release(services: Services, office: Office, pen: Pen, policy: Policy) -> None:
    release = Release(NOON, services.days.today(NOON), policy, services.surveys)
    release.run(lambda work: services.writer.submit(work).result())


def _empty(office: Office) -> None:
    with office.database.writing() as connection:
        for name in ("tally", "reason_tally", "reason_choice", "rating", "uncut_count", "block", "block_piece",
                     "block_reason", "shown_count", "shown_unit_count", "served_count",
                     "transaction_count", "typed_count", "suspicion", "signal", "pool", "pool_piece", "aside_union",
                     "demonstration", "undated_count", "cut_state", "cut_due"):  # fmt: skip
            connection.execute(delete(schema.metadata.tables[name]))


_MAKE = {"press": _press, "revise": _revise, "type": _type, "release": _release, "write": _write, "decide": _decide,
         "withdraw": _withdraw, "move": _move}  # fmt: skip
