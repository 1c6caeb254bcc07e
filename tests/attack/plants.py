"""Plants: faults that are put into the product on purpose, each with a story in which an attacker must find it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.domain.numbers.disclosure import Slice
from tests.attack import stories
from tests.attack.names import Harvest, Story


@dataclass(frozen=True)
class Plant:
    """A fault."""

    name: str
    patches: Mapping[str, Any]
    """What stands in the place of which attribute."""
    story: Story
    harvest: Harvest


def _at_the_fifth(pieces: Iterable[Slice[Any]], block_min: int) -> tuple[list[Slice[Any]], list[Slice[Any]]]:
    """Blocks of five presses each, whatever half day they are of."""
    presses = [
        Slice(piece.cell, piece.day, piece.part, {level: 1}, piece.came)
        for piece in sorted(pieces, key=lambda one: (one.day, one.part))
        for level, n in piece.counts.items()
        for _ in range(n)
    ]
    whole = len(presses) - len(presses) % max(block_min, 1)
    return _summed(presses[:whole]), _summed(presses[whole:])


def _summed(presses: Iterable[Slice[Any]]) -> list[Slice[Any]]:
    found: dict[tuple[Any, ...], dict[int, int]] = {}
    for each in presses:
        of = found.setdefault((each.cell, each.day, each.part, each.came), {})
        for level, n in each.counts.items():
            of[level] = of.get(level, 0) + n
    return [Slice(cell, day, part, counts, came) for (cell, day, part, came), counts in found.items()]


def _only_counted(stream: str) -> bool:
    """What was set aside goes out one by one."""
    return stream == "counted"


PLANTS = (
    Plant(
        "a minimum of four", {"kiosk.domain.numbers.disclosure.Policy.block_min": property(lambda _: 4)},
        stories.four_and_more, stories.days_on_the_web,
    ),
    Plant(
        "a centre that cuts at the fifth press", {"sync.collector.figures.release.form_blocks": _at_the_fifth},
        stories.whole_half_days, stories.days_at_desk_and_web,
    ),
    Plant(
        "set-aside ratings by the one", {"sync.collector.figures.release._has_opinions": _only_counted},
        stories.one_pressed_again, stories.days_on_the_web,
    ),
    Plant(
        "a desk that does not wait for the half day", {"kiosk.numbers.days.part_is_over": lambda *_: True},
        stories.looked_at_all_day, stories.days_at_desk_and_web,
    ),
)  # fmt: skip
