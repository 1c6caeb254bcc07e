"""Tails that waited for good before an update are looked at once more after it."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select, text

from sync.collector.store.database import open_database
from sync.collector.store.migrate import migrate
from sync.collector.store.schema import block
from tests.sync.collector.older import upgrade

TAIL = {"is_tail": "TRUE", "fault": "NULL", "is_suspect": "FALSE", "grain": "'h'"}


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_only_whole_tails_of_before_are_looked_at_again(engine: str, empty_urls: Callable[[str], str]) -> None:
    database = open_database(empty_urls(engine), create=True)
    with database.writing() as connection:
        upgrade(connection, "0025")
        for seq, other in enumerate(({}, {"is_tail": "FALSE"}, {"fault": "'sums'"}, {"is_suspect": "TRUE"},
                                     {"grain": "'z'"}, {"grain": "NULL"})):  # fmt: skip
            said = f"'{uuid.UUID(int=1)}', {seq}, " + ", ".join({**TAIL, **other}.values())
            connection.execute(text(
                "INSERT INTO block (journal_id, last_seq, is_tail, fault, is_suspect, grain, series, question, "
                "cut_seq, is_kiosks, unit_id, first_day, first_part, last_day, last_part, held, n) "
                f"VALUES ({said}, 's', 'q', 1, TRUE, 1, '2026-10-30', 'am', '2026-10-31', 'am', '', 3)"
            ))  # fmt: skip
    migrate(database)

    with database.reading() as connection:
        found = connection.execute(select(block.c.last_seq, block.c.loose).where(block.c.loose.is_not(None))).all()
    database.close()

    assert [(seq, loose.isoformat()) for seq, loose in found] == [(0, "2026-10-01")]
