"""Step 4, record: the recorder commits facts on one thread of its own.

The screen hands a fact over and goes on drawing. The future it gets back is
fulfilled only when the disk has it, so "thank you" means "kept". The journal is
opened on that thread too: the first face can be pressed before the disk is ready,
and a kiosk whose disk refuses shows its screen and recovers by itself.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from kiosk.domain.visit.rating import Fact
from kiosk.journal.errors import JournalDamaged, JournalError, JournalInUse, JournalUnusable, JournalUnwritable

_log = logging.getLogger(__name__)

if TYPE_CHECKING:
    # Imported by whoever opens the journal, on the recorder's thread: the screen does not wait for SQLAlchemy.
    from kiosk.journal.journal import Journal
    from kiosk.journal.reader import Entry

FIRST_UPKEEP_S = 30.0
"""So long after the last press the first upkeep begins …"""
UPKEEP_S = 600.0
"""… and so long after each the next."""
LOOK_S = 2.0
"""How often it is looked whether the agent found that the journal must be continued in a new one."""
WAITING_MAX = 100
"""More presses than this in line mean that the disk stands still: refuse, honestly, instead of piling up."""


class Recorder:
    """The one writer's thread; close it to commit what is in line and let go of the journal."""

    def __init__(
        self,
        open_journal: "Callable[[], Journal]",
        *,
        tidy: "Callable[[Journal], bool]" = lambda _journal: False,
        look: "Callable[[Journal], None]" = lambda _journal: None,
        on_unusable: Callable[[JournalError], None] = lambda _error: None,
    ) -> None:
        """Begin to open the journal.

        ``tidy`` does a short piece of upkeep when no press waits, and tells whether more is to be done at
        once; ``look`` is called as well, more often. ``on_unusable`` hears, on the recorder's thread, of a
        journal that only a person can make usable.
        """
        self._open_journal = open_journal
        self._tidy = tidy
        self._look = look
        self._on_unusable = on_unusable
        # Not queue.Queue: its two locks, taken by turns, cost a third of the way from one thread to the other.
        self._line: queue.SimpleQueue[tuple[Fact, Future[Entry]] | None] = queue.SimpleQueue()
        # A daemon: a program that broke must end and let go of the lock, not live on for the recorder's sake.
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def record(self, fact: Fact) -> "Future[Entry]":
        """Hand over a fact; never waits.

        The future gives the entry once it is on disk, or raises JournalError: then nothing was kept.
        """
        future: Future[Entry] = Future()
        if self._line.qsize() < WAITING_MAX:
            self._line.put((fact, future))
        else:
            future.set_exception(JournalUnwritable("the disk stands still ({n} presses wait)", n=WAITING_MAX))
        return future

    def close(self) -> None:
        """Commit what is in line, then close the journal."""
        self._line.put(None)
        self._thread.join()

    def _run(self) -> None:
        journal = self._opened()
        while (handed := self._next(journal)) is not None:
            fact, future = handed
            try:
                # Closed and opened again after damage, or for the first time after a start without a disk.
                journal = journal or self._open_journal()
                future.set_result(journal.append(fact))
            except JournalDamaged as error:
                # Not tried again: it may be among what can still be read. The next press opens a continuation.
                future.set_exception(error)
                _close(journal)
                journal = None
            except Exception as error:  # noqa: BLE001 - whatever it was, the screen must hear of it, and the thread must live
                future.set_exception(error)
        _close(journal)

    def _opened(self) -> "Journal | None":
        try:
            return self._open_journal()
        except (JournalInUse, JournalUnusable) as error:
            self._on_unusable(error)
        except Exception:  # noqa: BLE001 - as in _run
            # The disk refuses for now, or worse: the next press tries again and is told. The thread must live.
            _log.exception("the journal could not be opened")
        return None

    def _next(self, journal: "Journal | None") -> "tuple[Fact, Future[Entry]] | None":
        """The next press, however long it takes to come; upkeep meanwhile."""
        tidy_at = time.monotonic() + FIRST_UPKEEP_S
        while journal is not None:
            try:
                return self._line.get(timeout=min(LOOK_S, max(0.0, tidy_at - time.monotonic())))
            except queue.Empty:
                self._look(journal)
            if time.monotonic() >= tidy_at:
                tidy_at = time.monotonic() + (0.0 if self._tidy(journal) else UPKEEP_S)
        return self._line.get()


def _close(journal: "Journal | None") -> None:
    if journal is not None:
        journal.close()
