"""Running: what everybody reads while a half day runs, told with and without a press in it.

A reader who asks again and again must not see a press come. So the same story is told twice, and whatever is read of
the half day that runs is the same to the letter, whoever pressed, where, how often, and whether anybody did.
"""

from collections.abc import Callable, Iterator, Mapping

from kiosk.domain.visit.rating import Rating, Standing
from tests.attack import harvest, roles, stories
from tests.attack.forms import Label, read_form
from tests.attack.harvest import Sheet
from tests.attack.world import PRESS_S, Voices, World, a_world

Presses = Callable[[World], None]
Read = Mapping[tuple[str, Label], str]
"""By what was read and where it stands in it: what stands there."""
YEARS_S = 56 * 365.25 * 86_400


def nobody(world: World) -> None:
    """The half day goes by."""
    world.pass_s(_LONGEST * PRESS_S)
    _lose_clock(world, presses=0)


def one(world: World) -> None:
    """One press at each kiosk: where many press, where some wait for more, where nobody ever did; set aside, asked
    what was never asked, and with a clock that nobody knows."""
    world.press("a", 1)
    world.press("hall", 1, "Q2")
    world.press("hall", 1, "Q3", Standing.REPEAT)
    kiosk = world.kiosks["b"]
    kiosk.append(Rating(kiosk.clock.now(), "never-asked@1", "how", 2, Standing.COUNTED))
    world.deliver("b")
    world.pass_s((_LONGEST - 3) * PRESS_S)
    _lose_clock(world, presses=1)


def many(world: World) -> None:
    """A busy half day at one counter."""
    world.press("a", _LONGEST)
    _lose_clock(world, presses=0)


_LONGEST = 6


def _lose_clock(world: World, presses: int) -> None:
    """A kiosk's clock is lost for some presses, and its power before it could say how late it was."""
    kiosk = world.kiosks["c"]
    kiosk.is_online = False
    kiosk.stop()
    world.step_clock("c", -YEARS_S)
    kiosk.start()
    if presses:
        world.press("c", presses)
    world.pass_s((1 - presses) * PRESS_S)
    kiosk.stop()
    world.step_clock("c", YEARS_S)
    kiosk.start()
    kiosk.is_online = True
    world.deliver("c")


def told(presses: Presses, harvest: Callable[[World], Iterator[Sheet]]) -> Iterator[Read]:
    """What is read while the half day runs, and when it is over."""
    with a_world(Voices()) as world:
        world.press("a", 6)
        world.press("hall", 2, "Q2")
        for name in ("b", "c"):
            world.kiosks[name].wake()
        world.until(1, 8)
        _beat(world)
        presses(world)
        yield _all(harvest(world))
        world.until(1, 13)
        _beat(world)
        yield _all(harvest(world))


def _beat(world: World) -> None:
    """Every kiosk says how it is, as it does whether anybody presses or not."""
    world.tells_status = True
    for name, kiosk in world.kiosks.items():
        if kiosk.is_on:
            world.deliver(name)
    world.tells_status = False


def everything(world: World) -> Iterator[Sheet]:
    """What every role reads but paper and workbooks, which are of the same reports; with the tags of answers."""
    world.centre.do_chores()
    for who, form, way in roles.addresses(world):
        if form not in ("pdf", "xlsx"):
            yield from tagged(world, who, form, way)
    yield harvest.metrics(world)
    yield from harvest.letters(world)
    for name in ("a", "hall"):
        yield harvest.desk(world, name, stories.day(0), world.now.date().isoformat())


def numbers(world: World) -> Iterator[Sheet]:
    """What programs read of the day."""
    today = world.now.date().isoformat()
    for door in ("series", "tallies"):
        yield from tagged(world, "kho", "json", f"/v1/{door}?from={today}&to={today}")


def tagged(world: World, who: str, form: str, way: str) -> Iterator[Sheet]:
    """An answer, and by what a program that asks again learns whether it changed."""
    answer = world.centre.read(way, who)
    yield Sheet(who, form, way, read_form(form, answer.content))
    tags = {name: value for name, value in answer.headers.items() if name in ("etag", "last-modified", "link")}
    yield Sheet(who, "headers", way, {(name,): value for name, value in tags.items()})


def _all(sheets: Iterator[Sheet]) -> Read:
    return {(sheet.source, label): words for sheet in sheets for label, words in sheet.pieces.items()}
