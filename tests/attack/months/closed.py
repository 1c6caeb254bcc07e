"""Closed: a month that is closed and corrected, what of it is kept and what is told meanwhile, and a planted fault."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, func, select

from kiosk.domain.visit.rating import Standing
from sync.collector.closed import closing
from sync.collector.closed.kept import UnitMonth, newest_numbers
from sync.collector.figures.book import Book, Order
from sync.collector.figures.places import Places
from sync.collector.replica.shown import month_after
from sync.collector.store.schema import tally
from tests.attack import harvest, roles
from tests.attack.harvest import Sheet
from tests.attack.months.pool_stories import BUSY, CLOSED, LAST, until
from tests.attack.names import Look
from tests.attack.plants import Plant
from tests.attack.world import World

MONTH = "2026-10"


def kept_and_live(world: World) -> Iterator[Sheet]:
    """October as it was kept, with every correction, and as it is now: in days, weeks and counters."""
    for who, form, way in roles.kept(world):
        yield harvest.read(world, way, who, form)
    yield harvest.tallies(world, f"{MONTH}-01", f"{MONTH}-31", "TINH", "kiemtra")
    yield harvest.tallies(world, "2026-10-26", "2026-11-01", "XB", "kiemtra")
    yield harvest.report(world, "XA", MONTH, "chu", counter="Q1")
    yield harvest.page(world, f"/t/XB/Q5?ky={MONTH}", "xem")


def kept_alone(world: World) -> Iterator[Sheet]:
    """October as it was kept."""
    for who, form, way in roles.kept(world):
        yield harvest.read(world, way, who, form)


def corrected(world: World, look: Look) -> None:
    """October is closed; three come late to a commune, then a block of their neighbours', which is a correction."""
    for name in ("b", "c"):
        world.disconnect(name)
    until(world, BUSY, 8)
    world.press("a", 31)
    world.press("c", 6)
    until(world, LAST, 8)
    world.press("b", 3)
    until(world, CLOSED, 8)
    world.centre.close_months()
    look()
    for name in ("b", "c"):
        until(world, CLOSED + 1, 8)
        world.deliver(name)
        world.centre.close_months()
        look()
    numbers = {(each.unit, each.number) for each in world.centre.kept()}
    assert numbers == {("", 0), ("", 1), ("TINH", 0), ("TINH", 1), ("XA", 0), ("XB", 0), ("XB", 1)}


def few_come_late(world: World, look: Look) -> None:
    """October is closed with a block, and three come late to the counter beside it."""
    world.disconnect("c")
    until(world, BUSY, 8)
    world.press("b", 6)
    until(world, LAST, 8)
    world.press("c", 3)
    until(world, CLOSED, 8)
    world.centre.close_months()
    look()
    until(world, CLOSED + 1, 8)
    world.deliver("c")
    world.centre.close_months()
    look()


def _with_what_waits(connection: Connection, places: Places, order: Order, *rest: Any) -> Book:
    """The report of a month that was kept before, with all that came since, whole blocks or not."""
    book = _MAKE_BOOK(connection, places, order, *rest)
    if newest_numbers(connection, UnitMonth(closing.unit_id_of(order.place), order.period.first)) is None:
        return book
    part = book.main
    shown = replace(part.me.shown, counts=_came(connection, places, order))
    return replace(book, parts=(replace(part, me=replace(part.me, shown=shown)), *book.parts[1:]))


def _came(connection: Connection, places: Places, order: Order) -> Mapping[int, int]:
    at = [place.counter_id for place in places.counters(order.place.key)]
    days = (tally.c.day >= order.period.first) & (tally.c.day < month_after(order.period.first))
    counted = (tally.c.standing == Standing.COUNTED) & tally.c.counter_id.in_(at) & days
    rows = connection.execute(select(tally.c.level, func.sum(tally.c.n)).where(counted).group_by(tally.c.level))
    return Counter({level: int(n) for level, n in rows})


_MAKE_BOOK = closing.make_book
FEW_CORRECTED = Plant(
    "a correction about fewer than five",
    {"sync.collector.closed.closing.make_book": _with_what_waits, "sync.collector.closed.changes.COUNTED_MIN": 1},
    few_come_late, kept_alone,
)  # fmt: skip
