"""The id of this kiosk's own journal, for whoever must name it to the collector."""

from kiosk.__about__ import SOFTWARE
from kiosk.base.clock import SystemClock
from kiosk.office.settings import KioskSettings


def own_journal_id(settings: KioskSettings, clock: SystemClock) -> str:
    """The journal's id; a kiosk that was never started gets its journal now."""
    # Here, not above: the program of the screen imports this file, and the first frame does not wait for SQLAlchemy.
    from kiosk.journal.journal import Journal
    from kiosk.journal.reader import JournalReader

    if not settings.journal_path.is_file():
        any_disk = settings.journal.allow_any_disk
        with Journal.open(settings.journal_path, clock, SOFTWARE, allow_any_disk=any_disk) as journal:
            return journal.id
    with JournalReader(settings.journal_path) as reader:
        return reader.id
