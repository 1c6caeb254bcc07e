"""Disclosure: what may be shown of few ratings, so that nobody's press can be read off a page.

A number that is read before and after one visit gives that rating away; so does a longer period
minus a shorter one, or a unit minus its other counters. So ratings go out in blocks: those of one
counter, part of a day after part of a day, are gathered until they are enough, and then they go out
together, for good, in one day. Whatever a page shows is a sum of whole blocks, whoever reads it and
whenever, so whatever is left when one number is taken from another is whole blocks as well: nothing,
or enough. Fewer than a block wait for those that follow, at that counter.

What remains, and is known: a block tells the levels of its ratings together, so whoever knows all but
one of them knows the last, and five who pressed the same face have told it. That some ratings still
wait is said, and how many were set aside is always said, for it tells nobody's opinion. A person's
decision about suspicious presses moves these at once, a face chosen anew after its ratings went out
moves one, and another policy forms other blocks: whoever kept the page of before sees what changed.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

C = TypeVar("C", bound=Hashable)

NOTHING: Mapping[int, int] = {}


@dataclass(frozen=True, slots=True)
class Policy:
    """How few may be shown, and how soon; settings of the office."""

    cell_min: int = 5
    """A distribution over fewer ratings is hidden."""
    percent_min: int = 30
    """Below this base there are counts, but no percentage and no ranking."""
    step: int = 5
    """What is shown moves by at least so many ratings."""
    delay: bool = True
    """Ratings are shown when their part of the day is over."""

    @property
    def block_min(self) -> int:
        """So many ratings at least go out together."""
        return max(self.cell_min, self.step, 1)


OFF = Policy(cell_min=0, percent_min=1, step=1, delay=False)
"""Everything at once: for a demonstration, which must say so."""


@dataclass(frozen=True, slots=True)
class Slice(Generic[C]):
    """The ratings of one cell in one part of one day."""

    cell: C
    day: str
    part: str
    counts: Mapping[int, int]
    """By level."""
    came: tuple[str, str] | None = None
    """The day and part in which these ratings came, where their own was over by then: they go out with that one."""

    @property
    def out_with(self) -> tuple[str, str]:
        """The part of a day at whose end these ratings may go out."""
        return self.came or (self.day, self.part)


class Hidden(StrEnum):
    """Why a distribution is not shown."""

    FEW = "few"
    """It has fewer ratings than the minimum."""
    PARTNER = "partner"
    """Shown, it would give away the one that has too few."""
    OPEN = "open"
    """Its part of the day is not over; whether anybody rated in it, nobody is told."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be shown of one cell or of all together."""

    counts: Mapping[int, int] = field(default_factory=dict)
    """By level; empty where hidden."""
    hidden: Hidden | None = None
    waiting: bool = False
    """There are ratings that will be shown later."""
    percent: bool = False
    """Whether the base carries a percentage."""

    @property
    def n(self) -> int | None:
        """How many ratings are shown; None where hidden."""
        return None if self.hidden else sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Disclosed(Generic[C]):
    """What may be shown of several cells and of their total."""

    cells: Mapping[C, Shown]
    total: Shown


def disclose(slices: Iterable[Slice[C]], closed: Callable[[str, str], bool], policy: Policy) -> Disclosed[C]:
    """What may be shown of ``slices``; ``closed`` tells whether a part of a day is over."""
    of_cell: dict[C, list[Slice[C]]] = {}
    for piece in slices:
        of_cell.setdefault(piece.cell, []).append(piece)
    released = {cell: _release(pieces, closed, policy) for cell, pieces in of_cell.items()}
    hidden = _hide({cell: sum(counts.values()) for cell, (counts, _) in released.items()}, policy.cell_min)
    cells = {cell: _shown(counts, hidden.get(cell), waiting, policy) for cell, (counts, waiting) in released.items()}
    return Disclosed(cells, _total(released, hidden, policy))


def form_blocks(pieces: Iterable[Slice[C]], block_min: int) -> tuple[list[Slice[C]], list[Slice[C]]]:
    """What of one cell's ``pieces``, whose parts of the day are over, goes out, and what waits for more.

    A block goes out in the part of the day of its newest rating. Pieces that come later change nothing
    about the blocks formed before.
    """
    blocks: list[Slice[C]] = []
    waiting: list[Slice[C]] = []
    n = 0
    for piece in sorted(pieces, key=lambda piece: (piece.out_with, piece.day, piece.part)):
        waiting.append(piece)
        n += sum(piece.counts.values())
        if n >= block_min:
            blocks.append(_together(waiting))
            waiting, n = [], 0
    return blocks, [piece for piece in waiting if any(piece.counts.values())]


def shown_sum(counts: Mapping[int, int], *, few: bool, coming: bool, policy: Policy) -> Shown:
    """How a sum of blocks is shown; ``few`` wait for others, and ``coming`` for the end of their part of the day."""
    if few and not coming and not any(counts.values()):
        return Shown(NOTHING, Hidden.FEW, waiting=True)
    return _shown(counts, None, few or coming, policy)


def hide_few(sizes: Mapping[C, int], cell_min: int) -> dict[C, Hidden]:
    """Which of several numbers are hidden where their sum is known: the small ones, and partners for a lone one."""
    return _hide(sizes, cell_min)


def hide_levels(counts: Mapping[int, int], levels: Collection[int], cell_min: int) -> frozenset[int]:
    """Which of the satisfied, or of the other, ``levels`` of a shown cell keep their numbers back: few chose them.

    How many were satisfied is the measure and always known, and with it how many were not: so a level is kept
    back only along with another of its kind, and never where they are all nought.
    """
    in_order = sorted(levels, key=lambda level: (counts.get(level, 0), level))
    few = [level for level in in_order if counts.get(level, 0) < cell_min]
    if len(in_order) < 2 or not any(counts.get(level, 0) for level in few):
        return frozenset()
    return frozenset(few if len(few) > 1 else in_order[:2])


def _release(
    pieces: list[Slice[C]], closed: Callable[[str, str], bool], policy: Policy
) -> tuple[Mapping[int, int], bool]:
    """The counts that are out, and whether some still wait."""
    over = [piece for piece in pieces if not policy.delay or closed(*piece.out_with)]
    blocks, waiting = form_blocks(over, policy.step)
    out: dict[int, int] = {}
    for block in blocks:
        _add(out, block.counts)
    return out, bool(waiting) or len(over) < len(pieces)


def _together(pieces: Sequence[Slice[C]]) -> Slice[C]:
    counts: dict[int, int] = {}
    for piece in pieces:
        _add(counts, piece.counts)
    day, part = max((piece.day, piece.part) for piece in pieces)
    return Slice(pieces[0].cell, day, part, counts)


def _hide(sizes: Mapping[C, int], cell_min: int) -> dict[C, Hidden]:
    """Which cells are hidden, so that neither they nor a total minus the others can be read."""
    hidden = {cell: Hidden.FEW for cell, n in sizes.items() if 0 < n < cell_min}
    others = sorted((cell for cell, n in sizes.items() if n >= max(cell_min, 1)), key=lambda cell: sizes[cell])
    while others and _revealing(hidden, sizes, cell_min):
        hidden[others.pop(0)] = Hidden.PARTNER
    return hidden


def _revealing(hidden: Mapping[C, Hidden], sizes: Mapping[C, int], cell_min: int) -> bool:
    # The total minus what is shown is what is hidden, taken together: it must not be few either.
    return 0 < sum(sizes[cell] for cell in hidden) < cell_min


def _shown(counts: Mapping[int, int], hidden: Hidden | None, waiting: bool, policy: Policy) -> Shown:
    if hidden:
        return Shown(NOTHING, hidden, waiting)
    return Shown(counts, None, waiting, sum(counts.values()) >= policy.percent_min)


def _total(released: Mapping[C, tuple[Mapping[int, int], bool]], hidden: dict[C, Hidden], policy: Policy) -> Shown:
    together: dict[int, int] = {}
    for counts, _ in released.values():
        _add(together, counts)
    sizes = {cell: sum(counts.values()) for cell, (counts, _) in released.items()}
    reason = Hidden.FEW if _revealing(hidden, sizes, policy.cell_min) else None
    return _shown(together, reason, any(waiting for _, waiting in released.values()), policy)


def _add(to: dict[int, int], counts: Mapping[int, int]) -> None:
    for level, n in counts.items():
        to[level] = to.get(level, 0) + n
