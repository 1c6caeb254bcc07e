"""Blocks that come out late: unions of what was set aside keep their own; a lowered minimum lets out what waited."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, func, insert, select

from kiosk.base.settings.disclosure import Disclosure
from sync.collector.chores.reproject import Reading, reproject
from sync.collector.people.rights import ANYBODY
from sync.collector.replica.outgoing.carried import carry_counter
from sync.collector.replica.outgoing.sums import lock_releases
from sync.collector.services.moves import move_counter
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.schema import counter, device_grant, rating
from tests.kiosk_in_memory import run
from tests.sync.collector.builders import DAYS, NOON, OPENED, Office
from tests.sync.collector.leaving import leave, pools_of, told
from tests.sync.collector.moving import ACT, after_ids
from tests.sync.collector.proof.proven import not_proven
from tests.sync.collector.replica.blocks.holding import Sender

NIGHT = [("wait", 20 * 3600), ("cut",)]
LATER = NOON + timedelta(days=3)


def half_day(counter: str, repeats: int) -> list[tuple[object, ...]]:
    return [("rate", 5, "counted", counter, 6), ("rate", repeats, "repeat", counter, repeats), *NIGHT]


@pytest.fixture
def later(services: Services) -> Services:
    return replace(services, now=lambda: LATER)


def unions(office: Office) -> list[tuple[object, ...]]:
    return sorted(office.rows("aside_union", "is_told", "n1", "n2", "n3"))


def grant(office: Office, services: Services) -> None:
    """The kiosk may speak for Q7 after all: what it said of it is read, cut and brought out behind the rest."""
    granted = {"device_id": office.device.device_id, "counter_id": 7, "granted_at": OPENED, "granted_by": "it"}
    place = {"counter_id": 7, "code": "Q7", "name": "Quầy 7", "unit_id": 1, "created_at": OPENED}
    with office.database.writing() as connection:
        connection.execute(insert(counter), place)
        connection.execute(insert(device_grant), granted)
    reproject(office.database, Reading(LATER, "it", DAYS), lambda _: None)
    services.release()


@pytest.mark.parametrize(
    ("half_days", "before", "after"),
    [
        ("Q7 Q1", [(False, 0, 2, 0)], [(False, 0, 4, 0)]),
        ("Q7 Q1 Q1", [(False, 0, 4, 0)], [(True, 0, 6, 0)]),
        ("Q1 Q7 Q1 Q1", [(True, 0, 6, 0)], [(False, 0, 2, 0), (True, 0, 6, 0)]),
    ],
)  # fmt: skip
def test_a_block_that_comes_out_late_joins_the_union_that_is_open_and_none_that_was_told(
    later: Services, office: Office, half_days: str, before: object, after: object
) -> None:
    Sender.of(office, run([step for each in half_days.split() for step in half_day(each, 2)])).send()
    later.release()
    assert (unions(office), not_proven(office.database)) == (before, [])

    grant(office, later)

    assert (unions(office), not_proven(office.database)) == (after, [])


def test_a_union_stands_where_its_blocks_do_before_it_is_told(later: Services, office: Office) -> None:
    Sender.of(office, run([*half_day("Q1", 1), *half_day("Q7", 1), *half_day("Q1", 1)])).send()
    later.release()
    places = [office.rows("aside_union", "counter_id", "unit_id")]

    grant(office, later)

    assert [*places, office.rows("aside_union", "counter_id", "unit_id")] == [[(1, 1)], [(-1, 1)]]


def test_a_union_is_of_one_month(later: Services, office: Office) -> None:
    kiosk = run([*half_day("Q1", 1), ("wait", 25 * 24 * 3600), *half_day("Q7", 2), *half_day("Q1", 3)])
    Sender.of(office, kiosk).send()
    later.release()

    grant(office, later)

    assert unions(office) == [(False, 1, 0, 0), (True, 0, 2, 3)]
    assert not_proven(office.database) == []


def moved(connection: Connection, first: date) -> None:
    move_counter(connection, "Q7", "XB", first, ACT)


def put_right(connection: Connection, first: date) -> None:
    lock_releases(connection)
    carry_counter(connection, 7, 1, 2)


@pytest.mark.parametrize("move", [moved, put_right])
def test_a_union_with_a_late_block_goes_along_with_its_counters(
    later: Services, two_units: Office, move: Callable[[Connection, date], None]
) -> None:
    Sender.of(two_units, run([*half_day("Q7", 2), *half_day("Q1", 3), *half_day("Q1", 1)])).send()
    later.release()
    grant(two_units, later)
    assert unions(two_units) == [(True, 1, 2, 3)]

    with two_units.database.writing() as connection:
        after_ids(connection)
        move(connection, connection.execute(select(func.min(rating.c.day))).scalar_one())

    assert not_proven(two_units.database) == []
    seen = [read_book(later, ANYBODY, Query(unit, None, "2026-11")).me for unit in ("T", "XA", "XB")]
    assert [(me.n, me.aside_n, me.both and me.both.n) for me in seen] == [(18, 6, 24), (12, 4, None), (6, 2, None)]


def under(services: Services, least: int) -> Services:
    config = CollectorConfig(public_url=services.config.public_url, disclosure=Disclosure(cell_min=least))
    return replace(services, config=config)


def test_what_a_raised_minimum_held_back_comes_out_when_it_is_lowered(later: Services, office: Office) -> None:
    Sender.of(office, run([*half_day("Q1", 3), *half_day("Q1", 3), *half_day("Q2", 3)])).send()
    strict = under(later, 7)
    assert read_book(strict, ANYBODY, Query("XA", None, "2026-11")).me.n is None
    assert office.rows("release_rule", "least") == [(7,)]

    now = read_book(later, ANYBODY, Query("XA", None, "2026-11")).me

    assert (now.n, now.waiting_n, now.both and now.both.n) == (18, 0, 24)
    assert not_proven(office.database) == []
    # What is out stays out, whatever the number is.
    assert read_book(strict, ANYBODY, Query("XA", None, "2026-11")).me.n == 18


def test_a_union_that_waited_under_a_raised_minimum_is_told(later: Services, office: Office) -> None:
    kiosk = run([("rate", 5, "counted", "Q1", 8), ("rate", 1, "repeat", "Q1", 6), *NIGHT])
    Sender.of(office, kiosk).send()
    under(later, 8).release()
    assert unions(office) == [(False, 6, 0, 0)]

    later.release()

    assert unions(office) == [(True, 6, 0, 0)]
    assert not_proven(office.database) == []


def test_what_is_set_aside_in_a_pool_under_a_raised_minimum_is_told(services: Services, two_units: Office) -> None:
    aside = (3, "repeat")
    leave(two_units, "Q1", (1, 4, 4, 2, aside, aside, aside))
    leave(two_units, "Q2", (2, 5, 5, 5, aside, aside, aside))
    seen = []
    for each in (under(services, 8), services):
        me = read_book(each, ANYBODY, Query("XA", None, "2026-10")).me
        seen.append((me.n, me.aside_n, me.both and me.both.n))

    assert seen == [(8, 6, None), (8, 6, 14)]
    assert len(pools_of(two_units)) == 1


def test_tails_that_waited_under_a_raised_minimum_are_pooled(services: Services, two_units: Office) -> None:
    leave(two_units, "Q1", (1, 4, 4))
    leave(two_units, "Q2", (2, 5))
    assert told(under(services, 8), "XA") == (0, "tail 5")

    assert told(services, "XA") == (5, "")
    assert len(pools_of(two_units)) == 1
