"""Unions of before an update have the blocks between their ends, also where one had come out of order."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select, text

from sync.collector.store.database import open_database
from sync.collector.store.migrate import migrate
from sync.collector.store.schema import block
from tests.sync.collector.older import upgrade

ENDS = "'2026-10-30', 'am', '2026-10-31', 'am'"
JOURNAL = f"'{uuid.UUID(int=1)}'"


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_each_block_of_before_knows_its_union(engine: str, empty_urls: Callable[[str], str]) -> None:
    database = open_database(empty_urls(engine), create=True)
    with database.writing() as connection:
        upgrade(connection, "0029")
        for seq, shown in ((9, True), (18, True), (20, True), (25, True), (29, True), (30, False), (35, True)):
            said = f"{JOURNAL}, {seq}, {'1' if engine == 'sqlite' else 'now()'}" if shown else f"{JOURNAL}, {seq}, NULL"
            connection.execute(text(
                "INSERT INTO block (journal_id, last_seq, shown_at, is_tail, series, question, cut_seq, is_kiosks, "
                "unit_id, first_day, first_part, last_day, last_part, held, n) "
                f"VALUES ({said}, FALSE, 's', 'q', 1, TRUE, 1, {ENDS}, '', 5)"
            ))  # fmt: skip
        for first, last in ((18, 9), (20, 29), (25, 25)):
            connection.execute(text(
                "INSERT INTO aside_union (journal_id, series, question, first_seq, last_seq, is_told, counter_id, "
                "unit_id, first_day, first_part, last_day, last_part, n1, n2, n3, n4, n5) "
                f"VALUES ({JOURNAL}, 's', 'q', {first}, {last}, TRUE, 1, 1, {ENDS}, 1, 1, 1, 1, 1)"
            ))  # fmt: skip
    migrate(database)

    with database.reading() as connection:
        found = connection.execute(select(block.c.last_seq, block.c.union_seq)).all()
    database.close()

    assert sorted(map(tuple, found)) == [(9, 18), (18, 18), (20, 20), (25, 25), (29, 20), (30, None), (35, None)]
