"""Drawing: where the marks of a server-drawn chart stand, in percent of its width, so that no style is needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sync.collector.figures.book import Part

WIDE_LABELLED_FROM = 5
NARROW_LABELLED_FROM = 21
"""A part narrower than this many percent of its bar has no room for a label inside."""
ROOMY_BELOW = 15
"""Labels of narrower parts fit on a wide screen only."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One level's part of the bar."""

    level: int
    colour: str
    """The class that colours the part like the face that was pressed."""
    x: str
    width: str
    middle: str
    labelled: bool
    roomy: bool
    """Its label needs a wide screen."""


def level_segments(part: Part, counts: Mapping[int, int], labelled_from: int) -> list[Segment]:
    """The parts of one 100 % bar, from the least satisfied to the most; empty without ratings."""
    total = sum(counts.values())
    segments, before = [], 0
    for level in part.levels:
        n = counts.get(level, 0)
        if n:
            x, width = 100 * before / total, 100 * n / total
            segments.append(
                Segment(
                    level,
                    level_colour(part, level),
                    _in_percent(x),
                    _in_percent(width),
                    _in_percent(x + width / 2),
                    width >= labelled_from,
                    width < ROOMY_BELOW,
                )
            )
        before += n
    return segments


def level_colour(part: Part, value: int) -> str:
    """``l1`` … ``l5``: the colour of the face that stands for the level."""
    level = part.level(value)
    return f"l{level.face if level else 3}"


def place_percent(value: Decimal) -> str:
    """Where a percentage stands on an axis from 0 to 100."""
    return _in_percent(float(value))


def _in_percent(value: float) -> str:
    return f"{value:.2f}%"
