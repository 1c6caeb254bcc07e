"""Pool stories: a few are left of October at several kiosks, and what a person would read to tell them apart."""

from datetime import timedelta

from kiosk.domain.visit.rating import Standing
from tests.attack import harvest
from tests.attack.harvest import Sheet
from tests.attack.names import Look
from tests.attack.stories import DONE, day
from tests.attack.world import BEGIN, World

BUSY, LAST, CLOSED = 11, 12, 20
"""The last Friday and Saturday of October, and the eighth of November, as days after the beginning."""


def months_of_all(world: World) -> list[Sheet]:
    """October of the province and its communes, its last week and last day at the province's counters, and a desk."""
    spans = [("2026-10-01", "2026-10-31", unit) for unit in ("TINH", "XA", "XB")]
    spans += [(day(first), day(last), "TINH") for first, last in ((7, LAST), (LAST, LAST))]
    found = [harvest.tallies(world, first, last, unit, "kiemtra") for first, last, unit in spans]
    found.append(harvest.report(world, "XA", "2026-10", "kiemtra"))
    return [*found, harvest.desk(world, "a", day(BUSY), day(LAST))]


def until(world: World, number: int, hour: float) -> None:
    """Nothing happens until then; kiosks cut what is over and deliver."""
    goal = BEGIN.replace(hour=0, minute=0) + timedelta(days=number, hours=hour)
    world.pass_s((goal - world.now).total_seconds())
    world.wait(0.01)


def left_over(world: World, look: Look) -> None:
    """Three and two are left at two kiosks of a commune, four at one of the other; the kiosk beside it comes late."""
    world.disconnect("c")
    until(world, BUSY, 8)
    world.press("a", 6)
    until(world, LAST, 8)
    for name, n in (("a", 3), ("hall", 2), ("b", 4), ("c", 3)):
        world.press(name, n)
    world.press("hall", 1, standing=Standing.REPEAT)
    until(world, CLOSED - 1, 8)
    look()
    until(world, CLOSED, 8)
    look()
    world.deliver("c")
    look()


def left_at_two(world: World, look: Look) -> None:
    """Three are left at one kiosk of a commune and two at another, where one of them pressed twice."""
    until(world, LAST, 8)
    world.press("a", 3)
    world.press("hall", 2)
    world.press("hall", 1, standing=Standing.REPEAT)
    until(world, CLOSED, 8)
    look()


def left_at_three(world: World, look: Look) -> None:
    """Enough are left at two kiosks of a commune, and four at one of the other."""
    until(world, LAST, 8)
    for name, n in (("a", 3), ("hall", 2), ("b", 4)):
        world.press(name, n)
    until(world, CLOSED, 8)
    look()


def decided_after_the_pool(world: World, look: Look) -> None:
    """A supervisor sets the last days of a counter aside when what was left of them is told, and takes it back."""
    until(world, BUSY, 8)
    world.press("a", 6)
    until(world, LAST, 8)
    world.press("a", 3)
    world.press("hall", 2)
    until(world, CLOSED, 8)
    look()
    first, last = (BEGIN.date() + timedelta(days=number) for number in (BUSY, LAST))
    sign = world.sign("Q1", last, "")
    assert world.set_aside(sign, first, last) == DONE
    look()
    assert world.withdraw(sign) == DONE
    look()


def decided_before_the_pool(world: World, look: Look) -> None:
    """What is left at a counter is suspect when the pool is told, and counts again afterwards."""
    until(world, BUSY, 8)
    world.press("a", 6)
    until(world, LAST, 8)
    for name, n in (("a", 3), ("hall", 5), ("b", 1)):
        world.press(name, n)
    until(world, LAST, 14)
    world.press("hall", 4, "Q3")
    until(world, LAST + 2, 8)
    look()
    first, last = (BEGIN.date() + timedelta(days=number) for number in (BUSY, LAST))
    sign = world.sign("Q1", last, "")
    assert world.set_aside(sign, first, last) == DONE
    until(world, CLOSED, 8)
    look()
    assert world.withdraw(sign) == DONE
    look()


def left_by_one_that_is_moved(world: World, look: Look) -> None:
    """Of a pool that is told, one counter turns out to have stood in the other commune."""
    until(world, LAST, 8)
    world.press("a", 3)
    world.press("hall", 2)
    world.press("b", 4)
    until(world, CLOSED, 8)
    look()
    world.move_counter("Q1", "XB", BEGIN.date() + timedelta(days=LAST))
    look()


STORIES = (left_over, decided_before_the_pool, left_by_one_that_is_moved)
"""What is decided after a pool was told, ``audited`` tells, with more to read."""
