"""Audited: a month that is closed, decided about, corrected and moved, before an auditor, strangers and receipts."""

from collections.abc import Iterator
from datetime import timedelta

from tests.attack import harvest
from tests.attack.doors import bundles, public
from tests.attack.harvest import Sheet
from tests.attack.months.pool_stories import BUSY, CLOSED, LAST, until
from tests.attack.names import Look
from tests.attack.stories import DONE, day
from tests.attack.world import BEGIN, World

HELD = (0, 6, 9)
"""Whose receipts somebody has: one of a block, one of the tail that was set aside with it, one of the pool's others."""


def everything_of_a_month(world: World) -> Iterator[Sheet]:
    """Bundles and what anybody reads, with the communes' month, its last day, and a desk."""
    for unit, first in (("XA", "2026-10-01"), ("XB", "2026-10-01"), ("TINH", day(LAST))):
        yield harvest.tallies(world, first, day(LAST), unit, bundles.WHO)
    yield harvest.desk(world, "a", day(BUSY), day(LAST))
    yield from bundles.bundles(world)
    yield from public.log(world)
    yield from public.receipts(world, HELD)


def audited(world: World, look: Look) -> None:
    """October is closed with a pool; a decision and its withdrawal, a late block, a move are each read in a bundle."""
    world.disconnect("c")
    until(world, BUSY, 8)
    world.press("a", 6)
    until(world, LAST, 8)
    for name, n in (("a", 3), ("hall", 2), ("c", 5)):
        world.press(name, n)
    until(world, CLOSED, 8)
    sign = world.sign("Q1", BEGIN.date() + timedelta(days=LAST), "")
    _read(world, look)
    assert world.set_aside(sign, *(BEGIN.date() + timedelta(days=number) for number in (BUSY, LAST))) == DONE
    _read(world, look)
    assert world.withdraw(sign) == DONE
    until(world, CLOSED + 1, 8)
    world.deliver("c")
    _read(world, look)
    world.move_counter("Q1", "XB", BEGIN.date() + timedelta(days=BUSY))
    until(world, CLOSED + 2, 8)
    _read(world, look)
    numbers = {(each.unit, each.number) for each in world.centre.kept()}
    assert {("XA", 1), ("XB", 0), ("XB", 1), ("", 2)} <= numbers, numbers


def _read(world: World, look: Look) -> None:
    world.centre.close_months(files=False)
    world.centre.keep_log()
    look()
