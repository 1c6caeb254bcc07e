"""Earlier journals: those that this kiosk's journal continues, offered to a collector that may have lost their ends.

A continuation carries over only what the collector was known to have not. A collector restored
from a backup made before the continuation lacks more than that: it gets the rest from the
journals that were put aside.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import structlog

from kiosk.journal.chain import Cursor
from kiosk.journal.errors import JournalError
from kiosk.journal.lines import LINE_BYTES_MAX, LineUnreadable, OpenedLine, decode_line
from kiosk.journal.reader import JournalReader
from sync.agent.errors import JournalTaken
from sync.agent.upload import Collector, Journal, upload_through

_log = structlog.get_logger("agent")


class EarlierJournal(NamedTuple):
    """The journal that another one continues."""

    journal: Journal
    through: int
    """Its entries up to this one were not carried over."""


EarlierOf = Callable[[Journal], AbstractContextManager[EarlierJournal | None]]


def offer_earlier(journal: Journal, collector: Collector, earlier_of: EarlierOf, alive: Callable[[], None]) -> None:
    """Let the collector have, of the journals before ``journal``, what was not carried over.

    What cannot be read any more, or took another course there, is left: the rest must not wait for it.
    """
    try:
        with earlier_of(journal) as earlier:
            if earlier is None:
                return
            if collector.cursor(earlier.journal.id) == Cursor.start(earlier.journal.id):
                offer_earlier(earlier.journal, collector, earlier_of, alive)
            upload_through(earlier.through, earlier.journal, collector, lambda _: alive())
    except (JournalError, JournalTaken) as error:
        _log.warning("older_journal_not_offered", detail=str(error))


def earlier_beside(path: Path) -> EarlierOf:
    """Finds earlier journals among those that were put aside beside the one at ``path``."""

    @contextmanager
    def earlier_of(journal: Journal) -> Iterator[EarlierJournal | None]:
        opened = _opened(journal)
        found = None if opened is None else _find(path, opened.continues or "")
        if opened is None or found is None:
            yield None
            return
        with found:
            yield EarlierJournal(found, opened.carried_after or 0)

    return earlier_of


def _opened(journal: Journal) -> OpenedLine | None:
    batch = journal.batch_after(Cursor.start(journal.id), lines_max=1, bytes_max=LINE_BYTES_MAX)
    with suppress(LineUnreadable):
        line = decode_line(batch.lines[0]) if batch else None
        if isinstance(line, OpenedLine) and line.continues is not None:
            return line
    return None


def _find(path: Path, journal_id: str) -> JournalReader | None:
    for folder in (path.parent / "aside").glob("*/"):
        with suppress(JournalError):
            reader = JournalReader(folder / path.name)
            if reader.id == journal_id:
                return reader
            reader.close()
    return None
