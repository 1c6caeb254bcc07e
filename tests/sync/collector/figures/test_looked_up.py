"""Looked up: a page reads the rows of its own counters and days, and does not pass over all there are."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, event, insert

from sync.collector.figures.queries.asked import Asked
from sync.collector.figures.queries.counts import read_singles, read_streams, read_together
from sync.collector.figures.queries.grains import Days
from sync.collector.figures.queries.summed import NAMED_MAX, sums_of_counters
from sync.collector.figures.queries.waits import Why, read_waiting, waits_at
from sync.collector.replica.tally import COUNTED
from sync.collector.store.database import Database, open_database
from sync.collector.store.schema import block, block_piece, shown_count
from tests.sync.collector.builders import NOON
from tests.sync.collector.sharing import migrated_copy

ASKED = Asked("sipas-5:12345", "overall")
JOURNAL = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
KEYS = {1: "20/:Q1", 2: "20/:Q2"}
TWO_WEEKS = Days(date(2026, 10, 1), date(2026, 10, 14))
TWO_MONTHS = Days(date(2026, 8, 19), date(2026, 10, 7))
MONDAY, TUESDAY, WEDNESDAY = (date(2026, 10, day) for day in (5, 6, 7))


@pytest.fixture
def embedded() -> Iterator[Database]:
    """An embedded database, which says how it will look for rows."""
    with migrated_copy() as url:
        opened = open_database(url)
        yield opened
        opened.close()


def test_a_block_that_lies_on_both_sides_of_a_day_waits_once(database: Database) -> None:
    _show_from_monday_to_wednesday(database)

    with database.reading() as connection:
        waiting = read_waiting(connection, KEYS, ASKED, Days(TUESDAY, TUESDAY))

    assert waits_at(waiting, lambda key: (key,)) == {KEYS[1]: {Why.STRADDLES: 5}}


def test_what_waits_is_looked_up(embedded: Database) -> None:
    with embedded.reading() as connection:
        plans = _plans(connection, lambda: read_waiting(connection, KEYS, ASKED, TWO_MONTHS, ("2026-10-08", "am")))

    passed_over = [step for step in plans if step.startswith(("SCAN block", "SCAN pool"))]
    assert plans
    assert not passed_over


def test_the_sums_of_a_few_counters_are_looked_up_by_counter(embedded: Database) -> None:
    source, reasons = sums_of_counters(KEYS), ["reason:wait", "reason:fee"]
    with embedded.reading() as connection:
        plans = _plans(connection, lambda: read_streams(connection, KEYS, ASKED, [COUNTED, "aside"], TWO_MONTHS))
        plans += _plans(connection, lambda: read_singles(connection, source, ASKED, reasons, TWO_MONTHS))

    ways = [step for step in plans if "shown_count" in step]
    assert ways
    assert all("ix_shown_count_longer (counter_id=? AND stream=? AND grain=?" in step for step in ways)


def _show_from_monday_to_wednesday(database: Database) -> None:
    held = {"journal_id": JOURNAL, "last_seq": 9}
    told = {"series": ASKED.survey, "question": ASKED.question, "cut_seq": 10, "is_kiosks": True, "is_tail": False}
    at = {"counter_id": 1, "unit_id": 1, "held": "", "n": 5, "shown_at": NOON, "grain": "x"}
    ends = {"first_day": MONDAY, "first_part": "am", "last_day": WEDNESDAY, "last_part": "am"}
    levels = {"n1": 0, "n2": 0, "n3": 0, "n4": 0, "n5": 5}
    with database.writing() as connection:
        connection.execute(insert(block), held | told | at | ends)
        piece = {"counter_id": 1, "day": TUESDAY, "part": "am", "standing": COUNTED}
        connection.execute(insert(block_piece), held | piece | levels)


def _plans(connection: Connection, read: Callable[[], object]) -> list[str]:
    """How the database looks for the rows of each statement of ``read``, step by step."""
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        asked.append((statement, values))

    event.listen(connection, "before_cursor_execute", note)
    read()
    event.remove(connection, "before_cursor_execute", note)
    cursor = connection.connection.cursor()
    return [row[3] for statement, values in asked for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values)]


@pytest.mark.parametrize("others", [0, NAMED_MAX])
def test_what_counters_show_together_is_what_each_of_them_shows(database: Database, others: int) -> None:
    """Be they few enough to be named or not, none of another place is among them."""
    source, named = (
        sums_of_counters(KEYS | {number: f"20/:Q{number}" for number in range(10, 10 + others)}),
        "reason:wait",
    )
    with database.writing() as connection:
        for counter, n in ((1, 5), (2, 7), (3, 11)):
            of_it = {"survey": ASKED.survey, "question": ASKED.question, "stream": named, "grain": "w", "part": ""}
            ends = {"first": MONDAY, "last": MONDAY + timedelta(days=6), "counter_id": counter}
            connection.execute(insert(shown_count), of_it | ends | {"n1": n, "n2": 0, "n3": 0, "n4": 0, "n5": 0})

    with database.reading() as connection:
        together = read_together(connection, source, ASKED, [named], TWO_WEEKS)
        each = read_singles(connection, source, ASKED, [named], TWO_WEEKS)

    assert together == {named: 12}
    assert each == {KEYS[1]: {named: 5}, KEYS[2]: {named: 7}}
