"""Opening: the one call through which the fault tests open a journal."""

from pathlib import Path

from kiosk.domain.instant import Clock
from kiosk.journal.journal import Journal

SOFTWARE = "hailong faults"


def open_journal(path: Path, clock: Clock) -> Journal:
    """Open the journal as the kiosk does, on whatever disk the tests have: its faults are ours here."""
    return Journal.open(path, clock, SOFTWARE, allow_any_disk=True)
