"""A database that is spread over machines: what an append asks goes to one of them, and nothing is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from sync.collector.errors import DatabaseUnusable
from sync.collector.replica.ingest import append_batch
from sync.collector.replica.stored import read_cursor, read_hash
from sync.collector.retention.engine import read_room
from sync.collector.services.services import Services
from sync.collector.store import schema
from sync.collector.store.database import Database
from sync.collector.store.distributed import COPIED, distribute, spread_tables
from tests.sync.collector.api.test_heartbeats import say, word
from tests.sync.collector.builders import DAYS, NOON, Office, Pen, receipt_of
from tests.sync.collector.citus import CITUS_URL
from tests.sync.collector.one_place import names_its_journal, refusals

JOURNALS = "SELECT j.journal_id FROM journal j"
Asked = list[tuple[str, Any]]


def test_whatever_kiosks_ask_for_every_minute_goes_to_one_machine(services: Services, office: Office) -> None:
    if office.database.is_sqlite:
        return
    with _asked() as asked:
        _work(services, office)

    assert len(asked) > 20
    assert [statement for statement, _ in asked if not names_its_journal(statement)] == []


@pytest.mark.citus
def test_a_cluster_sends_each_of_these_to_one_place(services: Services, office: Office) -> None:
    if office.database.is_sqlite:
        return
    with _asked() as asked:
        _work(services, office)

    plans = {statement: _plan(office.database, statement, values) for statement, values in asked}
    spread = {statement: plan for statement, plan in plans.items() if "Citus" in plan}
    assert len(spread) > 10
    assert {statement: plan for statement, plan in spread.items() if plan.count("Task Count: 1\n") != 1} == {}


@pytest.mark.citus
def test_commit_means_the_disk_on_every_machine_of_a_cluster(database: Database) -> None:
    if database.is_sqlite:
        return
    asked = "SELECT result FROM run_command_on_all_nodes('SHOW synchronous_commit')"
    with database.reading() as connection:
        assert set(connection.execute(text(asked)).scalars()) == {"on"}


@pytest.mark.citus
def test_the_size_of_a_cluster_is_that_of_all_its_machines(database: Database) -> None:
    if database.is_sqlite:
        return
    with database.reading() as connection:
        here = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()

    assert read_room(database).size > here


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (f"{JOURNALS} JOIN rating r ON r.seq = j.next_seq", "joined, but not by"),
        (f"{JOURNALS} WHERE j.device_id = %s FOR UPDATE", "locked by one statement"),
        (f"{JOURNALS} WHERE EXISTS (SELECT 1 FROM journal h WHERE h.continues = j.journal_id)", "of other journals"),
        ("INSERT INTO tally (journal_id, n) VALUES (%s, 1) ON CONFLICT (n) DO NOTHING", "without its journal_id"),
        ("INSERT INTO tally (counter_id, n) VALUES (%s, 1)", "without a journal_id"),
        ("UPDATE journal SET journal_id = %s WHERE journal_id = %s", "is changed"),
        ("UPDATE journal SET boot = random() WHERE journal_id = %s", "volatile"),
    ],
)  # fmt: skip
def test_what_a_distributed_database_refuses_is_known_without_one(statement: str, why: str) -> None:
    assert why in "; ".join(refusals(statement))


@pytest.mark.parametrize(
    "statement",
    [
        f"{JOURNALS} JOIN rating r ON r.journal_id = j.journal_id WHERE r.counter_id = %s",
        f"{JOURNALS} JOIN device d ON d.device_id = j.device_id WHERE d.counter_id = %s",
        f"{JOURNALS} WHERE j.journal_id = %s FOR UPDATE",
        "SELECT n FROM tally WHERE (journal_id, day) IN ((%s, %s))",
    ],
)
def test_what_it_takes_is_not_refused(statement: str) -> None:
    assert refusals(statement) == ()


def test_tables_are_spread_copied_or_stay_and_no_tie_goes_where_it_cannot() -> None:
    spread, copied = set(spread_tables()), set(COPIED)

    assert not spread & copied
    for table in schema.metadata.sorted_tables:
        for tie in table.foreign_keys:
            there = tie.column.table
            # From a copied table to copied ones, from a spread one to those and to spread ones by their journal.
            assert there in copied or (table not in copied | spread and there not in spread) or (
                table in spread and there in spread and tie.column.name == schema.DISTRIBUTION
            ), f"{table.name} refers to {there.name}"  # fmt: skip


def test_only_a_cluster_can_be_distributed(database: Database) -> None:
    if CITUS_URL and not database.is_sqlite:
        return
    why = "an embedded database cannot" if database.is_sqlite else "has no extension Citus"
    with pytest.raises(DatabaseUnusable, match=why):
        distribute(database, print)


def _work(services: Services, office: Office) -> None:
    """What a kiosk does all day: a visit with all that goes with it, another one, a word, questions for its cursor."""
    pen, device_id = Pen(), office.device.device_id
    pen.opened()
    first = pen.rating(2)
    pen.reasons(first, "w")
    pen.comment(first, "Chờ lâu")
    _append(office, pen, 1)
    more = len(pen.lines) + 1
    pen.revised(first, 3)
    for level in (4, 5, 5):
        pen.rating(level)
    pen.comment(first, "Đã xong")
    _append(office, pen, more)
    say(services, [word(office, pen)])
    with office.database.reading() as connection:
        read_cursor(connection, device_id, pen.journal_id)
        read_hash(connection, device_id, pen.journal_id, 2)


def _append(office: Office, pen: Pen, first: int) -> None:
    with office.database.writing() as connection:
        append_batch(connection, office.device, pen.batch(first), receipt_of(pen, NOON), DAYS)


@contextmanager
def _asked() -> Iterator[Asked]:
    """What is asked of any database within."""
    found: Asked = []

    def keep(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        found.append((statement, values))

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", keep)


def _plan(database: Database, statement: str, values: Any) -> str:
    if not statement.lstrip().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
        return ""
    with database.writer.connect() as connection:
        each = values[0] if isinstance(values, list) else values
        return "".join(f"{line}\n" for (line,) in connection.exec_driver_sql(f"EXPLAIN {statement}", each))
