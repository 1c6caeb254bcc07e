"""Plan: how large a load is, how long it lasts, and what must hold of it."""

from dataclasses import dataclass

ALIVE_S_MAX = 120.0
"""A kiosk at rest is known alive: its last word is never older."""
SEEN_S_MAX = 60.0
"""A change of the office's settings has reached a kiosk at rest."""
P99_S_MAX = 0.5
"""Of calls at rest, from the opening of the connection to the whole answer."""
WORST_S_MAX = 30.0
"""Of any call while an outage is brought in: after so long an agent gives its call up."""
RSS_MB_MAX = 400.0
"""Of one collector process, whatever waits for it."""
FLEET = 20_000
"""The fleet that the targets are about; smaller runs are reckoned up to it."""
RECKONED_FROM = 2_000
"""Of a smaller fleet most of the processor's time is what a collector needs for itself."""


@dataclass(frozen=True)
class Plan:
    """One run on one engine."""

    kiosks: int
    rest_s: float
    """How long all kiosks are at rest, after the first minute in which they come."""
    outage: int
    """How many of them were cut off for two weeks and come back at once."""
    entries: int
    """How many entries each of those brings."""
    sqlite: bool
    generators: int = 1
    spread_s: float = 10.0
    """In so long all of those come: a network that returns, not the minute over which agents start."""
    period_s: float = 60.0
    """How long agents wait between two calls; shorter in the suite alone."""
    judged_s_max: float = 300.0
    """So long all may take after the outage until the last cut is judged."""

    @property
    def processes(self) -> int:
        """How many processes serve: SQLite has one writer."""
        return 1 if self.sqlite else 2

    @property
    def outage_s_max(self) -> float:
        """So long the outage may last before the run gives it up."""
        return 600.0 if self.sqlite else 240.0

    @property
    def engine(self) -> str:
        """As it is printed."""
        return "SQLite" if self.sqlite else "PostgreSQL"
