"""Stories: small ones, in each of which somebody might be told apart, and what a person would read to do so."""

import random
from datetime import timedelta

from kiosk.domain.visit.rating import Standing
from tests.attack import harvest
from tests.attack.harvest import Sheet
from tests.attack.names import Look, Story
from tests.attack.world import BEGIN, World

STEPS = 6
"""So many things happen in a story that is drawn."""
DONE, REFUSED = 303, 400
"""How a form is answered."""


def day(number: int) -> str:
    """So many days after the beginning."""
    return (BEGIN.date() + timedelta(days=number)).isoformat()


def days_on_the_web(world: World, count: int = 4, unit: str = "XA") -> list[Sheet]:
    """Each day up to now by itself, and all together, from ``/v1/tallies``."""
    read = [day(number) for number in range(count) if day(number) <= world.now.date().isoformat()]
    return [*days_of(world, unit, *read), harvest.tallies(world, read[0], read[-1], unit, "kiemtra")]


def days_of(world: World, unit: str, *days: str) -> list[Sheet]:
    """Each of these days by itself, from ``/v1/tallies``."""
    return [harvest.tallies(world, each, each, unit, "kiemtra") for each in days]


def days_of_both(world: World) -> list[Sheet]:
    """Each day and all together of both communes."""
    return [*days_on_the_web(world), *days_on_the_web(world, unit="XB")]


def months_on_the_web(world: World) -> list[Sheet]:
    """Weeks, months and days around a month's end, from reports of the commune and of a counter, and from a file."""
    who = "kiemtra"
    return [
        harvest.report(world, "XA", "2026-10", who), harvest.report(world, "XA", "2026-W44", who, measure="mean5"),
        harvest.report(world, "XA", "2026-10", who, counter="Q1", versus="XA:Q2"),
        harvest.report(world, "XA", "2026-11", who, counter="Q1"),
        harvest.file(world, "/xuat/csv/XA/Q1?ky=2026-10", who), *days_around_months_end(world),
    ]  # fmt: skip


def days_around_months_end(world: World) -> list[Sheet]:
    """Each day with presses around a month's end."""
    return days_of(world, "XA", *(day(number) for number in (11, 12, 14, 15)))


def days_at_desk_and_web(world: World) -> list[Sheet]:
    """The same days at the desk of the first kiosk, and on the web."""
    return [*days_on_the_web(world), harvest.desk(world, "a", day(0), world.now.date().isoformat())]


def one_of_the_afternoon(world: World, look: Look) -> None:
    """A busy morning, one press after noon; the next morning is busy, too."""
    world.press("a", 6)
    world.until(0, 14)
    world.press("a", 1)
    world.until(1, 8)
    world.press("a", 6)
    world.until(2, 8)
    world.wait(1)
    look()


def decided_twice(world: World, look: Look) -> None:
    """Four mornings; a supervisor sets the second one aside, with the first, and takes that back."""
    for number, n in enumerate((1, 5, 4, 5)):
        world.until(number, 8)
        world.press("a", n)
    world.until(4, 8)
    look()
    first, second = BEGIN.date(), BEGIN.date() + timedelta(days=1)
    sign = world.sign("Q1", second, "am")
    assert world.set_aside(sign, second, second) == REFUSED, "a block would be parted"
    look()
    assert world.set_aside(sign, first, second) == DONE
    look()
    assert world.withdraw(sign) == DONE
    look()


def four_and_more(world: World, look: Look) -> None:
    """Four people in the morning, six after noon; read at noon and the day after."""
    world.press("a", 4)
    world.until(0, 12.5)
    look()
    world.press("a", 6)
    world.until(1, 8)
    look()


def whole_half_days(world: World, look: Look) -> None:
    """Every half day has enough by itself."""
    world.press("a", 6)
    world.until(0, 14)
    world.press("a", 7)
    world.until(2, 8)
    look()


def one_pressed_again(world: World, look: Look) -> None:
    """A busy morning in which one person pressed again at once, and another half day with five such presses."""
    world.press("a", 6)
    world.press("a", 1, standing=Standing.REPEAT)
    world.until(1, 8)
    look()
    world.press("a", 6)
    world.press("a", 5, standing=Standing.REPEAT)
    world.until(2, 8)
    look()


def looked_at_all_day(world: World, look: Look) -> None:
    """Somebody stands at the desk and looks after every few presses."""
    for n in (5, 1, 2):
        world.press("a", n)
        look()
    world.until(1, 8)
    look()


def chosen_anew(world: World, look: Look) -> None:
    """Somebody chooses another face, when the first one is on its way to the collector already."""
    world.press("a", 5)
    (last,) = world.press("a", 1)
    world.revise(last)
    look()
    world.until(1, 8)
    look()


def chosen_after_the_cut(world: World, look: Look) -> None:
    """Somebody pressed shortly before noon, and chooses another face when the morning is cut and told."""
    world.until(0, 11.75)
    *_, last = world.press("a", 6)
    world.until(0, 12.3)
    look()
    world.revise(last)
    look()
    world.until(1, 8)
    look()


def came_late(world: World, look: Look) -> None:
    """A kiosk without a network brings its mornings when another one's are told already."""
    world.disconnect("a")
    for number, n in enumerate((3, 6)):
        world.until(number, 8)
        world.press("a", n)
        world.press("hall", 6, "Q2")
        world.press("hall", n, "Q3")
    world.until(2, 8)
    look()
    world.deliver("a")
    look()


def counter_moves(world: World, look: Look) -> None:
    """A counter turns out to have moved to the other commune some days ago."""
    for number, n in enumerate((3, 4, 6)):
        world.until(number, 8)
        world.press("a", n)
    world.until(3, 8)
    look()
    world.move_counter("Q1", "XB", BEGIN.date() + timedelta(days=1))
    look()


def months_end(world: World, look: Look) -> None:
    """The last days of October and the first of November, with a few left over at the end of each."""
    for number, n in ((11, 6), (12, 3), (14, 4), (15, 6)):
        world.until(number, 8)
        world.press("a", n)
    world.until(16, 8)
    look()


def busy_months_end(world: World, look: Look) -> None:
    """Enough of October for percentages, a few on its last day, and a morning of November."""
    for number, n in ((11, 30), (12, 3), (14, 6)):
        world.until(number, 8)
        world.press("a", n)
    world.until(15, 8)
    look()


def rush(world: World, look: Look) -> None:
    """So many in one morning that it is a sign, one after noon; seen the next day."""
    world.press("a", 13)
    world.until(0, 14)
    world.press("a", 1)
    world.press("hall", 6, "Q2")
    world.until(1, 8)
    look()


def rush_and_more(world: World, look: Look) -> None:
    """The same, and enough for percentages the day after; kiosks say how they are."""
    world.tells_status = True
    rush(world, lambda: None)
    world.press("a", 20)
    world.until(2, 8)
    look()


def cloned(world: World, look: Look) -> None:
    """A kiosk's disk image is copied into a second one, and both go on until the collector finds out."""
    world.press("a", 6)
    world.until(1, 8)
    look()
    world.press("a", 3)
    world.kiosks["a"].stop()
    world.clone("a", "a2")
    for name in ("a", "a2"):
        world.kiosks[name].start()
        world.press(name, 4)
    world.until(2, 8)
    look()
    world.until(3, 8)
    look()


def clock_stepped(world: World, look: Look) -> None:
    """A kiosk's clock is a day ahead for some hours, and is put right."""
    world.press("a", 5)
    world.step_clock("a", 86_400)
    world.press("a", 3)
    world.step_clock("a", -86_400)
    world.press("a", 6)
    world.until(3, 8)
    world.press("a", 6)
    world.until(4, 8)
    look()


def anything(seed: int) -> Story:
    """A story in which what happens is drawn: presses at any kiosk, waits, power, clocks, late deliveries, moves."""

    def story(world: World, look: Look) -> None:
        dice = random.Random(seed)
        world.until(9, 8)
        for name in ("a", "hall"):
            world.kiosks[name].start()
        for step in range(STEPS):
            _happen(world, dice)
            if step % 3 == 2:
                look()
        world.until(16, 8)
        for name, kiosk in world.kiosks.items():
            if kiosk.is_used and kiosk.is_on:
                world.deliver(name)
        look()

    return story


def _happen(world: World, dice: random.Random) -> None:
    name = dice.choice(("a", "a", "hall"))
    kiosk = world.kiosks[name]
    match dice.choice(("press", "press", "press", "press", "power", "clock", "network", "move", "decide")):
        case "press" if kiosk.is_on:
            counter = dice.choice(kiosk.hall) if kiosk.hall else None
            world.press(name, dice.randint(1, 7), counter, dice.choice((Standing.COUNTED,) * 5 + (Standing.REPEAT,)))
        case "power":
            kiosk.stop() if kiosk.is_on else kiosk.start()
        case "clock":
            world.step_clock(name, dice.choice((-86_400, -3600, 3600, 86_400)))
        case "network":
            kiosk.is_online = not kiosk.is_online
        case "move" if world.now.day < 4 and "moved" not in world.done:
            world.done.append("moved")
            world.move_counter("Q1", "XB", world.now.date() - timedelta(days=dice.randint(0, 3)))
        case "decide":
            days = world.now.date() - timedelta(days=1)
            sign = world.sign(kiosk.stands, days, "")
            if sign and world.set_aside(sign, days, days) == DONE and dice.random() < 0.5:
                world.wait(1)
                world.withdraw(sign)
    world.wait(dice.choice((0.1, 4.5, 4.5, 12, 20)))


def all_at_desk_and_web(world: World) -> list[Sheet]:
    """The days of both communes so far, the months, and both desks."""
    today = world.now.date()
    days = [(today - timedelta(days=back)).isoformat() for back in range(4)]
    found = [each for unit in ("XA", "XB") for each in days_of(world, unit, *days)]
    months = ("2026-10", "2026-11")
    found += [harvest.tallies(world, f"{month}-01", f"{month}-30", "XA", "kiemtra") for month in months]
    return [*found, *(harvest.desk(world, name, day(7), today.isoformat()) for name in ("a", "hall"))]
