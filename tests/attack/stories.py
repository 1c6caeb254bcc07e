"""Stories: small ones, in each of which somebody might be told apart, and what a person would read to do so."""

from datetime import date, timedelta

from tests.attack.harvest import Opinion, desk_opinions, tally_opinions
from tests.attack.names import Look
from tests.attack.world import BEGIN, World


def day(number: int) -> str:
    """So many days after the beginning."""
    return (BEGIN.date() + timedelta(days=number)).isoformat()


def days_on_the_web(world: World, count: int = 4, unit: str = "XA") -> list[Opinion]:
    """Each day up to now by itself, and all together, from ``/v1/tallies``."""
    read = [day(number) for number in range(count) if day(number) <= world.now.date().isoformat()]
    found = [one for each in read for one in tally_opinions(world, each, each, unit, "kiemtra")]
    return found + tally_opinions(world, read[0], read[-1], unit, "kiemtra")


def days_at_desk_and_web(world: World) -> list[Opinion]:
    """The same days at the desk of the first kiosk, and on the web."""
    return [*days_on_the_web(world), *desk_opinions(world, "a", day(0), world.now.date().isoformat())]


def one_of_the_afternoon(world: World, look: Look) -> None:
    """A busy morning, one press after noon; the next morning is busy, too."""
    world.press("a", 6)
    world.until(0, 14)
    world.press("a", 1)
    world.until(1, 8)
    world.press("a", 6)
    world.until(2, 8)
    world.deliver("a")
    world.wait(1)
    look()


def decided_twice(world: World, look: Look) -> None:
    """Four mornings; a supervisor sets the second one aside, and takes that back."""
    for number, n in enumerate((1, 5, 4, 5)):
        world.until(number, 8)
        world.press("a", n)
    world.until(4, 8)
    world.deliver("a")
    look()
    second = BEGIN.date() + timedelta(days=1)
    sign = world.sign("Q1", second, "am")
    world.set_aside(sign, second, second)
    look()
    world.withdraw(sign)
    look()


def a_day() -> date:
    """The first one."""
    return BEGIN.date()
