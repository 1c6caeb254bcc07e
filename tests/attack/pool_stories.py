"""Pool stories: a few are left of October at several kiosks, and what a person would read to tell them apart."""

from datetime import timedelta

from kiosk.domain.visit.rating import Standing
from tests.attack.harvest import Asked, Opinion, desk_opinions, report_opinions, tally_opinions
from tests.attack.names import Look
from tests.attack.stories import DONE, day
from tests.attack.world import BEGIN, World

BUSY, LAST, CLOSED = 11, 12, 20
"""The last Friday and Saturday of October, and the eighth of November, as days after the beginning."""


def months_of_all(world: World) -> list[Opinion]:
    """October, its last days and its last week, of the province, the communes and a counter, and of a desk."""
    spans = (("2026-10-01", "2026-10-31"), (day(BUSY), day(BUSY)), (day(LAST), day(LAST)), (day(7), day(LAST)))
    found = [
        one for first, last in spans for unit in ("TINH", "XA", "XB")
        for one in tally_opinions(world, first, last, unit, "kiemtra")
    ]  # fmt: skip
    for asked in (Asked("TINH", None, "2026-10"), Asked("XA", None, "2026-10"), Asked("XA", "Q1", "2026-10")):
        found += report_opinions(world, asked, "kiemtra")
    return [*found, *desk_opinions(world, "a", day(BUSY), day(LAST))]


def left_over(world: World, look: Look) -> None:
    """Three and two are left at two kiosks of a commune, four at one of the other; the kiosk beside it comes late."""
    world.disconnect("c")
    world.until(BUSY, 8)
    world.press("a", 6)
    world.until(LAST, 8)
    for name, n in (("a", 3), ("hall", 2), ("b", 4), ("c", 3)):
        world.press(name, n)
    world.until(CLOSED - 1, 8)
    look()
    world.until(CLOSED, 8)
    look()
    world.deliver("c")
    look()


def left_over_and_set_aside(world: World, look: Look) -> None:
    """The same at one commune, where somebody pressed twice on the last day."""
    world.until(BUSY, 8)
    world.press("a", 6)
    world.until(LAST, 8)
    world.press("a", 3)
    world.press("a", 1, standing=Standing.REPEAT)
    world.press("hall", 2)
    world.until(CLOSED, 8)
    look()


def decided_after_the_pool(world: World, look: Look) -> None:
    """A supervisor sets the last days of a counter aside when what was left of them is told, and takes it back."""
    world.until(BUSY, 8)
    world.press("a", 6)
    world.until(LAST, 8)
    world.press("a", 3)
    world.press("hall", 2)
    world.until(CLOSED, 8)
    look()
    first, last = (BEGIN.date() + timedelta(days=number) for number in (BUSY, LAST))
    sign = world.sign("Q1", last, "")
    assert world.set_aside(sign, first, last) == DONE
    look()
    assert world.withdraw(sign) == DONE
    look()


def decided_before_the_pool(world: World, look: Look) -> None:
    """What is left at a counter is suspect when the pool is told, and counts again afterwards."""
    world.until(BUSY, 8)
    world.press("a", 6)
    world.until(LAST, 8)
    for name, n in (("a", 3), ("hall", 5), ("b", 1)):
        world.press(name, n)
    world.until(LAST, 14)
    world.press("hall", 4, "Q3")
    world.until(LAST + 2, 8)
    first, last = (BEGIN.date() + timedelta(days=number) for number in (BUSY, LAST))
    sign = world.sign("Q1", last, "")
    assert world.set_aside(sign, first, last) == DONE
    world.until(CLOSED, 8)
    look()
    assert world.withdraw(sign) == DONE
    look()


def left_by_one_that_is_moved(world: World, look: Look) -> None:
    """Of a pool that is told, one counter turns out to have stood in the other commune."""
    world.until(LAST, 8)
    world.press("a", 3)
    world.press("hall", 2)
    world.press("b", 4)
    world.until(CLOSED, 8)
    look()
    world.move_counter("Q1", "XB", BEGIN.date() + timedelta(days=LAST))
    look()


STORIES = (left_over, left_over_and_set_aside, decided_after_the_pool, decided_before_the_pool,
           left_by_one_that_is_moved)  # fmt: skip
