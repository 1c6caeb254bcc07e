"""Plants: faults that are put into the product on purpose, each with a story in which an attacker must find it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kiosk.domain.numbers.blocks import Cut, Rated, Stream, sums_of
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


def _only_counted(stream: str) -> bool:
    """What was set aside goes out one by one."""
    return stream == "counted"


PLANTS = (
    Plant(
        "a minimum of four", {"kiosk.domain.numbers.disclosure.Policy.block_min": property(lambda _: 4)},
        stories.four_and_more, stories.days_on_the_web,
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


def _nothing(*_: object) -> None:
    """A check that finds nothing wrong."""


def _never_a_tail(rated: Sequence[Rated], *, is_tail: bool) -> Cut:
    """A cut that is told however few are in it."""
    return Cut(rated[-1].stream, rated[-1].seq, False, sums_of(rated))


_BLOCKS = "kiosk.domain.numbers.blocks"
_TOLD_TAILS = {f"{_BLOCKS}._together": _never_a_tail, f"{_BLOCKS}._wrong_ends": _nothing}
PLANTS_OF_CUTS = (
    Plant(
        "cuts of four", {"kiosk.domain.numbers.blocks.COUNTED_MIN": 4},
        stories.four_and_more, stories.whole_cuts,
    ),
    Plant(
        "tails that call themselves blocks", _TOLD_TAILS,
        stories.months_end, stories.whole_cuts,
    ),
)  # fmt: skip
"""Faults of both sides alike: of the kiosk that cuts and of the centre that checks by the same rules."""


def cut_at_the_fifth_press(rated: Iterable[Rated], at: str, moves: int = 0, **others: Any) -> list[Cut]:
    """The cuts of a kiosk that has a border after every fifth press, whatever half day it lies in."""
    waiting: dict[Stream, list[Rated]] = {}
    found = []
    for each in rated:
        of_stream = waiting.setdefault(each.stream, [])
        of_stream.append(each)
        if len(of_stream) == 5:
            found.append(Cut(each.stream, each.seq, False, sums_of(waiting.pop(each.stream))))
    return found
