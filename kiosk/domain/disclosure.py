"""Disclosure: what may be shown of few ratings, so that nobody's press can be read off a page.

A number that is read before and after one visit gives that rating away; so does a total
minus its other parts. Therefore numbers appear when a part of the day is over, move by
several ratings at once, and small groups are hidden together with a partner. This one
decision serves every page, export and the kiosk's own screen.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
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


def disclose_tree(
    slices: Iterable[Slice[C]], parents: Mapping[C, C | None], closed: Callable[[str, str], bool], policy: Policy
) -> dict[C, Shown]:
    """What may be shown of every place of a tree, counters and units alike; ``parents`` names the place above each.

    Decided from the top down, so that a place is hidden on its own page when it is hidden beside its
    neighbours: whoever may see which page, no two of them give away a third.
    """
    of_cell: dict[C, list[Slice[C]]] = {}
    for piece in slices:
        of_cell.setdefault(piece.cell, []).append(piece)
    counts: dict[C, dict[int, int]] = {cell: {} for cell in parents}
    waits: set[C] = set()
    for cell, pieces in of_cell.items():
        out, waiting = _release(pieces, closed, policy)
        above: C | None = cell
        while above is not None:
            _add(counts[above], out)
            waits |= {above} if waiting else set()
            above = parents[above]
    hidden = _hide_tree({cell: sum(levels.values()) for cell, levels in counts.items()}, parents, policy.cell_min)
    return {cell: _shown(levels, hidden.get(cell), cell in waits, policy) for cell, levels in counts.items()}


def hide_few(sizes: Mapping[C, int], cell_min: int) -> dict[C, Hidden]:
    """Which of several numbers are hidden where their sum is known: the small ones, and partners for a lone one."""
    return _hide(sizes, cell_min)


def _hide_tree(sizes: Mapping[C, int], parents: Mapping[C, C | None], cell_min: int) -> dict[C, Hidden]:
    below: dict[C | None, list[C]] = {}
    for cell, above in parents.items():
        below.setdefault(above, []).append(cell)
    hidden: dict[C, Hidden] = {}
    ready = list(below.get(None, ()))
    hidden |= {cell: Hidden.FEW for cell in ready if 0 < sizes[cell] < cell_min}
    while ready:
        place = ready.pop()
        children = below.get(place, [])
        if place in hidden:
            hidden |= {child: Hidden.PARTNER for child in children if sizes[child]}
        else:
            hidden |= _hide({child: sizes[child] for child in children}, cell_min)
        ready += children
    return hidden


def _release(
    pieces: list[Slice[C]], closed: Callable[[str, str], bool], policy: Policy
) -> tuple[Mapping[int, int], bool]:
    """The counts that are out, and whether some still wait."""
    out: dict[int, int] = {}
    waiting: list[Slice[C]] = []
    for piece in sorted(pieces, key=lambda piece: (piece.out_with, piece.day, piece.part)):
        if policy.delay and not closed(*piece.out_with):
            return out, True
        waiting.append(piece)
        # Fewer than a step wait for the next part of the day, and then go out together with it.
        if sum(sum(piece.counts.values()) for piece in waiting) >= policy.step:
            for ready in waiting:
                _add(out, ready.counts)
            waiting = []
    return out, any(any(piece.counts.values()) for piece in waiting)


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
