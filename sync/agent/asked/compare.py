"""Compare: which of the ratings on this disk the collector has, told by hashes and not by numbers.

A disk whose image was put back holds more than its newest journal, and less than the collector: what it holds are
that journal and, of those before it, what was not carried over.
"""

from pathlib import Path
from typing import NamedTuple, Protocol, cast

from kiosk.domain.instant import Clock
from kiosk.journal.errors import Diverged
from kiosk.journal.reader import JournalReader
from sync.agent.device.enroll import KioskFiles, connect
from sync.agent.earlier_journals import EarlierOf, earlier_beside
from sync.agent.upload import Collector, Journal, last_common


class Compared(NamedTuple):
    """How many ratings there are."""

    on_disk: int
    at_the_collector: int
    """How many of the ratings on this disk the collector has."""


class CountedJournal(Journal, Protocol):
    """A journal whose entries can be counted."""

    def count(self, kind: str, through: int) -> int:
        """How many entries of this kind there are up to seq ``through``."""
        ...


def compare_ratings(
    directory: Path, journal_path: Path, clock: Clock, *, url: str | None, proxy: str | None, ca_file: Path | None
) -> Compared:
    """Ask the collector about every journal on this disk.

    Raises NotEnrolled, DeviceUnusable, SettingInvalid, DeliveryError or JournalError.
    """
    client = connect(KioskFiles(directory), clock, url=url, proxy=proxy, ca_file=ca_file)
    with JournalReader(journal_path) as journal, client as collector:
        return compare_from(journal, journal.head().next_seq - 1, collector, earlier_beside(journal_path))


def compare_from(journal: CountedJournal, through: int, collector: Collector, earlier_of: EarlierOf) -> Compared:
    """Compare a journal up to seq ``through``, and the earlier journals before it."""
    common = min(through, _common(journal, collector))
    found = Compared(journal.count("rating", through), journal.count("rating", common))
    with earlier_of(journal) as earlier:
        if earlier is None:
            return found
        before = compare_from(cast(CountedJournal, earlier.journal), earlier.through, collector, earlier_of)
    return Compared(found.on_disk + before.on_disk, found.at_the_collector + before.at_the_collector)


def _common(journal: Journal, collector: Collector) -> int:
    """The last entry that the collector has as it stands here."""
    cursor = collector.cursor(journal.id)
    try:
        journal.require_ancestor(cursor)
    except Diverged:
        return last_common(journal, collector)
    return cursor.next_seq - 1
