"""Disclosure: how few ratings may be shown, and how a sum of whole blocks stands on a page.

Ratings are shown in blocks (``kiosk.domain.numbers.blocks``): whatever a page shows is a sum of whole ones, so what
is left when one number is taken from another is whole blocks as well: nothing, or enough.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

C = TypeVar("C", bound=Hashable)

NOTHING: Mapping[int, int] = {}


@dataclass(frozen=True, slots=True)
class Policy:
    """How few may be shown, and how soon; settings of the office."""

    cell_min: int = 5
    """A block has at least so many counted ratings."""
    percent_min: int = 30
    """Below this base there are counts, but no percentage and no ranking."""
    step: int = 5
    """The older name of ``cell_min``: the larger one holds."""
    delay: bool = True
    """Ratings are shown when their half day is over; not so in a demonstration alone."""

    @property
    def block_min(self) -> int:
        """So many ratings at least go out together."""
        return max(self.cell_min, self.step, 1)


OFF = Policy(cell_min=0, percent_min=1, step=1, delay=False)
"""Everything at once: for a demonstration, which must say so."""


class Hidden(StrEnum):
    """Why a distribution is not shown."""

    FEW = "few"
    """All there is of it waits for more."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be shown of one cell or of all together."""

    counts: Mapping[int, int] = field(default_factory=dict)
    """By level; empty where hidden."""
    hidden: Hidden | None = None
    waiting: bool = False
    """There are ratings that will be shown later, or a half day runs that may bring some."""
    percent: bool = False
    """Whether the base carries a percentage."""

    @property
    def n(self) -> int | None:
        """How many ratings are shown; None where hidden."""
        return None if self.hidden else sum(self.counts.values())


def shown_sum(counts: Mapping[int, int], *, few: bool, coming: bool, policy: Policy, running: bool = False) -> Shown:
    """How a sum of blocks is shown; ``few`` wait for others, and ``coming`` for a cut.

    ``running`` is whether a half day of the period is not over: whether anybody pressed in it is told by nothing.
    """
    n = sum(counts.values())
    if few and not coming and not n:
        return Shown(NOTHING, Hidden.FEW, waiting=True)
    return Shown(counts, None, few or coming or running, n >= policy.percent_min)


def hide_few(sizes: Mapping[C, int], cell_min: int) -> frozenset[C]:
    """Which of several numbers are hidden where their sum is known: the small ones, and partners for a lone one."""
    hidden = {cell for cell, n in sizes.items() if 0 < n < cell_min}
    others = sorted((cell for cell, n in sizes.items() if n >= max(cell_min, 1)), key=lambda cell: sizes[cell])
    # The sum minus what is told is what is hidden, taken together: it must not be few either.
    while others and 0 < sum(sizes[cell] for cell in hidden) < cell_min:
        hidden.add(others.pop(0))
    return frozenset(hidden)
