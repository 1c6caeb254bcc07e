"""Turns: each chore is one process's, and another's when that one is gone, however it went."""

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from sync.collector.store.database import Database, open_database
from sync.collector.store.schema import chore_turn
from sync.collector.store.turns import RENEWED_S, TURN_S, Turns, note_done, read_done, read_holder
from tests.sync.collector.builders import NOON
from tests.sync.collector.conftest import migrated_copy, postgres_database
from tests.sync.collector.pgbouncer import pgbouncer

CHORES = ("close months", "send notices", "verify at a machine")


@pytest.fixture(scope="module", params=["sqlite", "straight", "pooled"])
def shared(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An embedded database; PostgreSQL, straight and behind a pooler that lends its connections by transaction."""
    if request.param == "sqlite":
        with migrated_copy() as url:
            yield from _opened(url)
        return
    server = request.getfixturevalue("postgres")
    with postgres_database(server, "template_hailong") as url:
        if request.param == "straight":
            yield from _opened(url)
            return
        name = url.partition("@/")[2].partition("?")[0]
        with pgbouncer(server) as pooled:
            yield from _opened(pooled.format(database=name))


def _opened(url: str) -> Iterator[Database]:
    database = open_database(url)
    yield database
    database.close()


@pytest.fixture
def database(shared: Database) -> Database:
    with shared.writing() as connection:
        connection.execute(chore_turn.delete())
    return shared


def held(*every: Turns) -> list[list[str]]:
    return [[chore for chore in CHORES if turns.has(chore)] for turns in every]


def test_each_chore_is_ones_alone_until_it_gives_them_back(database: Database) -> None:
    first, second = Turns(database.transact, CHORES), Turns(database.transact, CHORES)
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
    cut_off, other = Turns(database.transact, CHORES, lambda: now[0]), Turns(database.transact, CHORES)
    cut_off.look()
    now[0] += TURN_S - RENEWED_S
    assert held(cut_off) == [list(CHORES)]

    with database.writing() as connection:
        connection.execute(update(chore_turn).values(until=datetime(2026, 1, 1, tzinfo=UTC)))
    now[0] += RENEWED_S
    other.look()

    assert held(cut_off, other) == [[], list(CHORES)]
    cut_off.look()
    assert held(cut_off, other) == [[], list(CHORES)]


def test_a_chore_that_others_do_not_have_is_taken_by_who_has_it(database: Database) -> None:
    first, second = Turns(database.transact, CHORES[:1]), Turns(database.transact, CHORES)
    first.look()
    second.look()

    assert held(first, second) == [list(CHORES[:1]), list(CHORES[1:])]


def test_what_is_done_now_and_then_is_taken_for_as_long_as_it_lasts_and_its_holder_is_known(database: Database) -> None:
    first, second = Turns(database.transact, CHORES[:1]), Turns(database.transact, CHORES[:1])

    took = first.take(), second.take()
    with database.reading() as connection:
        who = read_holder(connection, CHORES[0])
    database.transact(lambda connection: note_done(connection, CHORES[0], NOON))
    first.stop()
    second.stop()
    third = Turns(database.transact, CHORES[:1])
    took_later = third.take()
    third.stop()

    assert (took, took_later) == ((True, False), True)
    assert who == f"{socket.gethostname()} {os.getpid()}"
    with database.reading() as connection:
        assert read_done(connection, CHORES[0]) == NOON


def test_whose_chores_nobody_else_has_does_all_of_them_and_writes_nothing() -> None:
    def transact(_: object) -> None:
        raise AssertionError("nothing to say")

    turns = Turns(transact, CHORES, is_alone=True)

    turns.start()

    assert held(turns) == [list(CHORES)]
    turns.stop()
