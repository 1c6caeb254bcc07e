"""Step 7, upload: brings the collector's replica of a journal up to date, batch after batch.

Each batch is asked of step 6 and handed to step 8.

All delivery state is the collector's own cursor, so nothing here has to be remembered:
a lost answer, a restored collector and a second attempt are the same case.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from kiosk.journal.chain import Cursor
from kiosk.journal.reader import Batch
from sync.agent.errors import CollectorUnavailable
from sync.agent.troubles import Trouble
from sync.protocol.messages import BATCH_BYTES_MAX, LINES_PER_BATCH_MAX, DeviceStatus, StatusAnswer
from sync.protocol.own_key import OwnKeyAnswer


class Journal(Protocol):
    """What the agent needs of a journal."""

    id: str

    def head(self) -> Cursor:
        """Where a complete copy would stand."""
        ...

    def hash_at(self, seq: int) -> bytes | None:
        """The hash after entry ``seq``; None where there is no such entry."""
        ...

    def cuts_at(self, seq: int) -> tuple[int, bytes]:
        """How many cuts are in the journal's tree of them up to entry ``seq``, and its root."""
        ...

    def require_ancestor(self, cursor: Cursor) -> None:
        """Raise Diverged unless ``cursor`` lies on this chain."""
        ...

    def batch_after(self, cursor: Cursor, lines_max: int, bytes_max: int) -> Batch:
        """The next lines past ``cursor``."""
        ...

    def touch_test(self) -> str | None:
        """The last touch test's result, with its time."""
        ...


class Collector(Protocol):
    """What the agent needs of the collector; every call raises DeliveryError when there is no usable answer."""

    def cursor(self, journal_id: str) -> Cursor:
        """How far the collector's copy reaches."""
        ...

    def hash_at(self, journal_id: str, seq: int, ours: bytes) -> bytes:
        """The hash after entry ``seq`` of the collector's copy."""
        ...

    def append(self, journal_id: str, batch: Batch) -> Cursor:
        """Offer the batch; the collector's cursor afterwards, whether it took the batch or stands elsewhere."""
        ...


class RecognisedCollector:
    """A collector that has nothing of a journal proves who it is before it gets anything of it.

    One that knows a hash of ours is ours: nobody else can know it. One that says it has nothing may be anybody.
    """

    def __init__(self, collector: Collector, recognise: Callable[[], None]) -> None:
        """``recognise`` raises where what answers is another collector than the kiosk's own."""
        self._collector = collector
        self._recognise = recognise
        self._is_known = False

    def cursor(self, journal_id: str) -> Cursor:
        """As the collector itself, once it is known."""
        cursor = self._collector.cursor(journal_id)
        if cursor == Cursor.start(journal_id) and not self._is_known:
            self._recognise()
            self._is_known = True
        return cursor

    def hash_at(self, journal_id: str, seq: int, ours: bytes) -> bytes:
        """As the collector itself."""
        return self._collector.hash_at(journal_id, seq, ours)

    def append(self, journal_id: str, batch: Batch) -> Cursor:
        """As the collector itself."""
        return self._collector.append(journal_id, batch)


class ReportedCollector(Collector, Protocol):
    """A collector that also hears how the kiosk is."""

    def report(self, status: DeviceStatus) -> StatusAnswer:
        """Tell the status; the answer is the cursor of the journal that it names, and the settings' version."""
        ...

    def settings(self, known: str | None) -> tuple[bytes, str] | None:
        """The office's settings and their version; None while that is still ``known``."""
        ...

    def prove(self, nonce: str) -> OwnKeyAnswer:
        """The collector's statement, for this question, that it has its own key; unchecked."""
        ...

    def show(self, png: bytes) -> None:
        """Bring a picture of the kiosk's screen."""
        ...

    @property
    def address(self) -> str:
        """The address that is called."""
        ...

    @property
    def keyid(self) -> str:
        """The key id that requests are signed with."""
        ...


def upload_all(
    journal: Journal,
    collector: Collector,
    progress: Callable[[Cursor], None],
    offer_earlier: Callable[[], None] = lambda: None,
) -> Cursor:
    """Batch after batch until the collector has what the journal has now; ``progress`` hears of each.

    A collector that has nothing of this journal may have lost the end of the ones before it:
    ``offer_earlier`` is called first. A cursor that goes back is followed once: the collector was
    restored in between. If it goes back again, the next cycle starts from where it then stands.
    """
    # Fixed now: presses that go on during a long catch-up must not keep this cycle from ending.
    goal = journal.head().next_seq
    cursor = _stand(journal, collector)
    if cursor == Cursor.start(journal.id):
        offer_earlier()
    return _upload_to(goal, cursor, journal, collector, progress)


def upload_through(last_seq: int, journal: Journal, collector: Collector, progress: Callable[[Cursor], None]) -> Cursor:
    """As :func:`upload_all`, but nothing after ``last_seq``."""
    cursor = _stand(journal, collector)
    return _upload_to(min(last_seq + 1, journal.head().next_seq), cursor, journal, collector, progress)


def upload_once(cursor: Cursor, batches: "ReadAhead", journal: Journal, collector: Collector) -> Cursor:
    """Bring the collector's replica of this journal one batch further than ``cursor``; a repeat changes nothing.

    Returns where the replica stands now, which is further back where the collector was restored in between.
    Raises DeliveryError, or Diverged when the disk image was restored or cloned.
    """
    batch = batches.after(cursor)
    if not batch:
        return cursor
    acknowledged = collector.append(journal.id, batch)
    journal.require_ancestor(acknowledged)  # only our collector knows our head hash
    return acknowledged


def last_common(journal: Journal, collector: Collector) -> int:
    """The last entry up to which the journal and the collector's copy are the same, where the copy goes on differently.

    Equal hashes mean equal pasts, so halving finds it with a few questions.
    """
    cursor = collector.cursor(journal.id)
    if journal.hash_at(cursor.next_seq - 1) == cursor.head:
        raise CollectorUnavailable(
            Trouble.WRONG_ANSWER, "one answer said that the copy differs, the next that it does not"
        )

    def same(seq: int) -> bool:
        ours = journal.hash_at(seq)
        # Pruned entries were proven to be at the collector.
        return ours is None or ours == collector.hash_at(journal.id, seq, ours)

    low, high = 0, min(journal.head().next_seq, cursor.next_seq) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if same(middle) else (low, middle - 1)
    return low


class ReadAhead:
    """The batches of a journal up to ``goal``, each read while the collector works on the one before.

    A backlog of weeks drains half as fast again.
    """

    def __init__(self, journal: Journal, goal: int) -> None:
        self._journal, self._goal = journal, goal
        self._reading = ThreadPoolExecutor(1, "read ahead")
        self._ahead: Future[Batch] | None = None

    def __enter__(self) -> "ReadAhead":
        return self

    def __exit__(self, *_: object) -> None:
        self._reading.shutdown()

    def after(self, cursor: Cursor) -> Batch:
        """The next lines past ``cursor``; empty at the goal."""
        batch = None if self._ahead is None else self._ahead.result()
        if not batch or batch.start != cursor:
            batch = self._read(cursor)
        self._ahead = self._reading.submit(self._read, batch.end)
        return batch

    def _read(self, cursor: Cursor) -> Batch:
        lines_max = max(0, min(self._goal - cursor.next_seq, LINES_PER_BATCH_MAX))
        # Counted before compression: UTF-8 text always shrinks, so the limit on the wire is kept with room to spare.
        return self._journal.batch_after(cursor, lines_max, BATCH_BYTES_MAX)


def _stand(journal: Journal, collector: Collector) -> Cursor:
    """Where the collector's replica stands; raises Diverged when that is not in this journal's past."""
    cursor = collector.cursor(journal.id)
    journal.require_ancestor(cursor)
    return cursor


def _upload_to(
    goal: int, cursor: Cursor, journal: Journal, collector: Collector, progress: Callable[[Cursor], None]
) -> Cursor:
    if cursor.next_seq >= goal:
        progress(cursor)
    rewound = False
    with ReadAhead(journal, goal) as batches:
        while cursor.next_seq < goal:
            before, cursor = cursor, upload_once(cursor, batches, journal, collector)
            progress(cursor)
            if cursor == before:
                raise CollectorUnavailable(Trouble.WRONG_ANSWER, "409 with the very cursor that the batch started from")
            if cursor.next_seq < before.next_seq:
                if rewound:
                    break
                rewound = True
    return cursor
