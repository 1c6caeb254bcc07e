"""What was told before kiosks cut stays as it was told: it comes into no block, whatever is read anew."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from sync.collector.replica.blocks.judging import judge_anew
from sync.collector.replica.served import add_up_served
from sync.collector.store.database import open_database
from sync.collector.store.migrate import migrate
from sync.collector.store.partitions import ensure_partitions
from tests.kiosk_in_memory import run
from tests.sync.collector.builders import NOON, Office, open_office
from tests.sync.collector.older import upgrade
from tests.sync.collector.proof.proven import not_proven
from tests.sync.collector.replica.blocks.holding import KNOWN, Sender, judge

NIGHT = [("wait", 20 * 3600), ("cut",)]
LATER = ("key_id bigint", "request text", "by_file boolean")
"""What this version stores of a batch, and that one did not."""
LINES = 8
"""Its first entry, six ratings and the cut that holds them."""


@pytest.fixture(params=["sqlite", "postgresql"])
def told(request: pytest.FixtureRequest, empty_urls: Callable[[str], str]) -> Iterator[tuple[Office, Sender]]:
    """An office whose first six ratings were told before its database knew blocks; six more are still to come."""
    database = open_database(empty_urls(request.param), create=True)
    with database.writing() as connection:
        upgrade(connection, "0021")
        ensure_partitions(connection, NOON)
        for column in LATER:
            connection.execute(text(f"ALTER TABLE segment ADD COLUMN {column}"))
        for table in ("tally", "transaction_count"):
            connection.execute(text(f"ALTER TABLE {table} ADD COLUMN served_due BOOLEAN NOT NULL DEFAULT false"))
    office = open_office(database)
    rated = [("rate", 4, "counted", "Q1", 6), *NIGHT]
    sender = Sender.of(office, run([*rated, *rated]))
    sender.send(LINES)
    with database.writing() as connection:
        for table in ("tally", "transaction_count"):
            connection.execute(text(f"ALTER TABLE {table} DROP COLUMN served_due"))
        for column in LATER:
            connection.execute(text(f"ALTER TABLE segment DROP COLUMN {column.split()[0]}"))
        for table in ("cut_due", "cut_state", "uncut_count"):
            connection.execute(text(f"DELETE FROM {table}"))
        row = "('sipas-5@1', 'overall', 'counted', 'd', '2026-11-20', 'am', 1, 0, 0, 0, 6, 0)"
        connection.execute(text(f"INSERT INTO shown_count VALUES {row}"))
        connection.execute(text("INSERT INTO shown_stream VALUES ('sipas-5@1', 'overall', 'counted')"))
    migrate(database)
    yield office, sender
    database.close()


def test_a_journal_of_before_is_never_judged_from_before_cutting_began(told: tuple[Office, Sender]) -> None:
    office, sender = told
    shown = office.rows("shown_count")
    (journal_id,) = {row[0] for row in office.rows("journal", "journal_id")}

    for _ in range(2):
        with office.database.writing() as connection:
            judge_anew(connection, [str(journal_id)])
        judge(office)
        assert office.rows("block") == []
        assert office.rows("shown_count") == shown

    sender.send()
    judge(office)
    with office.database.writing() as connection:
        judge_anew(connection, [str(journal_id)])
    judge(office)

    assert [held for (held,) in office.rows("block", "held")] == [f"{journal_id}:{LINES + 1}-{LINES + 6}"]
    assert office.rows("block", "fault", "n") == [(None, 6)]
    with office.database.writing() as connection:
        add_up_served(connection, {(1, day) for (day,) in office.rows("tally", "day")})  # type: ignore[misc]
    assert not_proven(office.database, KNOWN) == []
