"""Turns: each chore is one process's, and another's when that one is gone, however it went."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text, update

from sync.collector.services.turns import RENEWED_S, TURN_S, Turns
from sync.collector.store.database import Database, open_database
from sync.collector.store.schema import chore_turn
from tests.sync.collector.conftest import postgres_database
from tests.sync.collector.pgbouncer import pgbouncer

CHORES = ("close months", "send notices", "verify at a machine")


@pytest.fixture(params=["straight", "pooled"])
def database(request: pytest.FixtureRequest, postgres: str) -> Iterator[Database]:
    """PostgreSQL, straight and behind a pooler that lends its connections by transaction."""
    with postgres_database(postgres, "template_hailong") as url:
        if request.param == "straight":
            opened = open_database(url)
            yield opened
            opened.close()
            return
        name = url.partition("@/")[2].partition("?")[0]
        with pgbouncer(postgres) as pooled:
            opened = open_database(pooled.format(database=name))
            yield opened
            opened.close()


def held(*every: Turns) -> list[list[str]]:
    return [[chore for chore in CHORES if turns.has(chore)] for turns in every]


def test_each_chore_is_ones_alone_until_it_gives_them_back(database: Database) -> None:
    first, second = Turns(database, CHORES), Turns(database, CHORES)
    first.look()
    second.look()
    first.look()
    assert held(first, second) == [list(CHORES), []]

    first.start()
    first.stop()
    second.look()

    assert held(first, second) == [[], list(CHORES)]


def test_who_is_killed_or_cut_off_has_a_turn_for_a_minute_and_knows_it(database: Database) -> None:
    now = [0.0]
    cut_off, other = Turns(database, CHORES, lambda: now[0]), Turns(database, CHORES)
    cut_off.look()
    now[0] += TURN_S - RENEWED_S
    assert held(cut_off) == [list(CHORES)]

    with database.writing() as connection:
        connection.execute(update(chore_turn).values(until=text("now()")))
    now[0] += RENEWED_S
    other.look()

    assert held(cut_off, other) == [[], list(CHORES)]
    cut_off.look()
    assert held(cut_off, other) == [[], list(CHORES)]


def test_a_chore_that_others_do_not_have_is_taken_by_who_has_it(database: Database) -> None:
    first, second = Turns(database, CHORES[:1]), Turns(database, CHORES)
    first.look()
    second.look()

    assert held(first, second) == [list(CHORES[:1]), list(CHORES[1:])]


def test_one_process_does_everything_on_sqlite(sqlite_template) -> None:
    database = open_database(f"sqlite:///{sqlite_template}")
    turns = Turns(database, CHORES)

    turns.start()

    assert held(turns) == [list(CHORES)]
    turns.stop()
    database.close()
