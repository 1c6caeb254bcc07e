"""Journal chart: where each journal of a kiosk runs and branches off, as places of a drawing; words are the page's."""

from collections.abc import Sequence
from dataclasses import dataclass

from sync.collector.fleet.kiosks.branches import Branch

WIDTH, LEFT, TOP, LANE = 760, 84, 26, 44
SHORTEST = 26
"""A journal of a few entries is still seen beside one of thousands."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One journal in the drawing."""

    branch: Branch
    y: int
    start: int
    end: int
    parts_at: int
    """Where another copy of the journal branches off; the journal's end where none does."""
    from_y: int | None
    """The lane of the journal that this one continues."""


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawing."""

    width: int
    height: int
    lanes: tuple[Lane, ...]


def draw_journals(branches: Sequence[Branch]) -> Chart:
    """Each journal on a line of its own from where it leaves the one before; lengths are as their entries are."""
    begins: dict[str, int] = {}
    for one in branches:
        begins[one.journal_id] = begins.get(one.continues or "", 0) + (one.after if one.continues in begins else 0)
    most = max((begins[one.journal_id] + one.entries for one in branches), default=0) or 1
    rows = {one.journal_id: TOP + row * LANE for row, one in enumerate(branches)}

    def at(entry: int) -> int:
        return LEFT + round(entry * (WIDTH - LEFT - SHORTEST - 8) / most)

    lanes = []
    for one in branches:
        start = at(begins[one.journal_id])
        end = max(at(begins[one.journal_id] + one.entries), start + SHORTEST)
        parted = at(begins[one.journal_id] + one.entries - one.other_copy)
        parts_at = min(parted, end - SHORTEST // 2) if one.other_copy else end
        above = rows[one.continues] if one.continues in begins else None
        lanes.append(Lane(one, rows[one.journal_id], start, end, parts_at, above))
    return Chart(WIDTH, TOP + len(branches) * LANE, tuple(lanes))
