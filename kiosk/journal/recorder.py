"""Recorder: commits facts on one thread of its own.

The screen hands a fact over and goes on drawing. The future it gets back is
fulfilled only when the disk has it, so "thank you" means "kept".
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future

from kiosk.domain.rating import Fact
from kiosk.journal.errors import JournalUnwritable
from kiosk.journal.journal import Journal
from kiosk.journal.reader import Entry

FIRST_UPKEEP_S = 30.0
"""So long after the last press the first upkeep begins …"""
UPKEEP_S = 600.0
"""… and so long after each the next."""
WAITING_MAX = 100
"""More presses than this in line mean that the disk stands still: refuse, honestly, instead of piling up."""


class Recorder:
    """The one writer's thread; close it to commit what is in line and let go of the journal."""

    def __init__(self, journal: Journal, tidy: Callable[[Journal], bool] | None = None) -> None:
        """``tidy`` does a short piece of upkeep when no press waits, and tells whether more is to be done at once."""
        self._journal = journal
        self._tidy = tidy
        self._line: queue.Queue[tuple[Fact, Future[Entry]] | None] = queue.Queue(WAITING_MAX)
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def record(self, fact: Fact) -> Future[Entry]:
        """Hand over a fact; never waits.

        The future gives the entry once it is on disk, or raises JournalUnwritable or
        JournalDamaged: then nothing was kept.
        """
        kept: Future[Entry] = Future()
        try:
            self._line.put_nowait((fact, kept))
        except queue.Full:
            kept.set_exception(JournalUnwritable("the disk stands still ({n} presses wait)", n=WAITING_MAX))
        return kept

    def close(self) -> None:
        """Commit what is in line, then close the journal."""
        self._line.put(None)
        self._thread.join()
        self._journal.close()

    def _run(self) -> None:
        while (handed := self._next()) is not None:
            fact, kept = handed
            try:
                kept.set_result(self._journal.append(fact))
            except Exception as error:  # noqa: BLE001 - whatever it was, the screen must hear of it, and the thread must live
                kept.set_exception(error)

    def _next(self) -> tuple[Fact, Future[Entry]] | None:
        """The next press, however long it takes to come; upkeep meanwhile."""
        wait_s = FIRST_UPKEEP_S
        while self._tidy is not None:
            try:
                return self._line.get(timeout=wait_s)
            except queue.Empty:
                wait_s = 0.0 if self._tidy(self._journal) else UPKEEP_S
        return self._line.get()
