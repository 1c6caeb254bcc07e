"""This kiosk's own journal: that there is one, and its id, for whoever must name it to the collector."""

from pathlib import Path

from kiosk.__about__ import SOFTWARE
from kiosk.base.clock import SystemClock
from kiosk.journal.errors import JournalUnusable
from kiosk.office.settings import KioskSettings, load_kiosk_settings

NO_JOURNAL = "there is no journal at {path}; start the kiosk once, or check --data-dir"


def settings_of_kiosk(config: Path | None, data_dir: Path | None) -> KioskSettings:
    """The settings of a kiosk that is there, for every command that says something of one or has it do something.

    With a mistyped ``--data-dir`` it would speak of no kiosk, or leave files where none is. Raises JournalUnusable.
    """
    settings = load_kiosk_settings(config, data_dir)
    if not settings.journal_path.is_file():
        raise JournalUnusable(NO_JOURNAL, path=settings.journal_path)
    return settings


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
