"""Watched: a kiosk that IT staff look at all day, with what it says of itself, and a planted fault."""

from collections.abc import Iterator
from typing import Any

import msgspec

from sync.agent import heartbeat
from tests.attack import harvest, roles, stories
from tests.attack.harvest import Sheet
from tests.attack.names import Look
from tests.attack.plants_of_forms import FormPlant
from tests.attack.world import World


def by_it(world: World, look: Look) -> None:
    """Whoever mends kiosks looks after every few presses, with what the kiosk says of itself by then."""
    world.tells_status = True
    for n in (5, 1):
        world.press("a", n)
        look()
    world.until(0, 14)
    world.press("a", 2)
    look()
    world.until(1, 8)
    look()


def for_it(world: World) -> Iterator[Sheet]:
    """What whoever mends kiosks reads of a kiosk, and the counter's day for programs."""
    for who, form, way in roles.its(world, kiosks=("a",)):
        yield harvest.read(world, way, who, form)
    yield harvest.page(world, "/im-lang", "xem")
    yield harvest.metrics(world)
    yield from stories.days_of(world, "XA", stories.day(0))


def _status(journal: Any, *rest: Any) -> Any:
    """A status whose trouble says how many of the journal's ratings are the worst."""
    worst = sum(b'"level":1' in entry.line for entry in journal.entries())
    return msgspec.structs.replace(_STATUS_OF(journal, *rest), last_error=f"recorder: {worst}")


_STATUS_OF = heartbeat.status_of
TELLS_FACES = FormPlant(
    "a status that tells faces", {"sync.agent.heartbeat.status_of": _status}, ("html", "csv"), by_it, for_it
)
