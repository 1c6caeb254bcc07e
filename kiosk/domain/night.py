"""Night: when the resting screen dims, for the panel's sake and the power bill's."""

from dataclasses import dataclass
from datetime import datetime, time


@dataclass(frozen=True, slots=True)
class Night:
    """From ``start`` to ``end``, over midnight where the end is the earlier one; the same moment twice is never."""

    start: time = time(19)
    end: time = time(6, 30)
    depth: float = 0.8
    """How dark it becomes, from 0 to 1."""

    def depth_at(self, moment: datetime) -> float:
        """How dark the screen is then, by the moment's own zone."""
        now = moment.time()
        over_midnight = self.start > self.end
        dark = now >= self.start or now < self.end if over_midnight else self.start <= now < self.end
        return self.depth if dark else 0.0
