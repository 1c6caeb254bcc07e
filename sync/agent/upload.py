"""Upload: brings the collector's replica of a journal up to date.

All delivery state is the collector's own cursor, so nothing here has to be remembered:
a lost answer, a restored collector and a second attempt are the same case.
"""

from collections.abc import Callable
from typing import Protocol

from kiosk.journal.chain import Cursor
from kiosk.journal.reader import Batch
from sync.agent.errors import CollectorUnavailable
from sync.agent.troubles import Trouble
from sync.protocol.messages import BATCH_BYTES_MAX, LINES_PER_BATCH_MAX, DeviceStatus


class Journal(Protocol):
    """What the agent needs of a journal."""

    id: str

    def head(self) -> Cursor:
        """Where a complete copy would stand."""
        ...

    def hash_at(self, seq: int) -> bytes | None:
        """The hash after entry ``seq``; None where there is no such entry."""
        ...

    def require_ancestor(self, cursor: Cursor) -> None:
        """Raise Diverged unless ``cursor`` lies on this chain."""
        ...

    def batch_after(self, cursor: Cursor, lines_max: int, bytes_max: int) -> Batch:
        """The next lines past ``cursor``."""
        ...


class Collector(Protocol):
    """What the agent needs of the collector; every call raises DeliveryError when there is no usable answer."""

    def cursor(self, journal_id: str) -> Cursor:
        """How far the collector's copy reaches."""
        ...

    def append(self, journal_id: str, batch: Batch) -> Cursor:
        """Offer the batch; the collector's cursor afterwards, whether it took the batch or stands elsewhere."""
        ...


class ReportedCollector(Collector, Protocol):
    """A collector that also hears how the kiosk is."""

    def report(self, status: DeviceStatus) -> Cursor:
        """Tell the status; the answer is the cursor of the journal that it names."""
        ...


def upload_once(journal: Journal, collector: Collector) -> Cursor:
    """Bring the collector's replica of this journal one batch further; a repeat changes nothing.

    Raises DeliveryError, or Diverged when the disk image was restored or cloned.
    """
    cursor = collector.cursor(journal.id)
    journal.require_ancestor(cursor)
    return _upload_after(cursor, journal, collector)


def upload_all(journal: Journal, collector: Collector, progress: Callable[[Cursor], None]) -> Cursor:
    """Batch after batch until the collector has what the journal has now; ``progress`` hears of each.

    Ends early when the collector's cursor goes back: it was restored in between, and
    the next cycle starts from where it then stands.
    """
    # Fixed now: presses that go on during a long catch-up must not keep this cycle from ending.
    goal = journal.head().next_seq
    cursor = upload_once(journal, collector)
    progress(cursor)
    while cursor.next_seq < goal:
        before, cursor = cursor, _upload_after(cursor, journal, collector)
        progress(cursor)
        if cursor == before:
            raise CollectorUnavailable(Trouble.WRONG_ANSWER, "409 with the very cursor that the batch started from")
        if cursor.next_seq < before.next_seq:
            break
    return cursor


def _upload_after(cursor: Cursor, journal: Journal, collector: Collector) -> Cursor:
    # Counted before compression: UTF-8 text always shrinks, so the limit on the wire is kept with room to spare.
    batch = journal.batch_after(cursor, lines_max=LINES_PER_BATCH_MAX, bytes_max=BATCH_BYTES_MAX)
    if not batch:
        return cursor
    acknowledged = collector.append(journal.id, batch)
    journal.require_ancestor(acknowledged)  # only our collector knows our head hash
    return acknowledged
