"""Staff desk: what lies behind the staff door of one kiosk, put together from its settings.

What the staff ask for is imported when they do: the first face waits neither for argon2 nor for SQLAlchemy.
"""

import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.base.texts import texts
from kiosk.domain.instant import Clock
from kiosk.office.settings import KioskSettings
from kiosk.office.usb import find_stick
from kiosk.ui.wiring.desk import Desk, Errands

if TYPE_CHECKING:
    from kiosk.numbers.days import Tally


def staff_desk(
    settings: KioskSettings, place: str, clock: Clock, errands: Errands, again: threading.Event
) -> Desk | None:
    """What lies behind the staff door; there is none without a PIN.

    ``place`` names office and counter in the files that are carried away; ``again`` is set where the kiosk, once
    closed, is to start again. The journal's reader, the numbers and argon2 are imported when a call is made: only
    the staff wait for them.
    """
    hashed = settings.staff.pin_hash or _kept_hash(settings.pin_path)
    if not hashed:
        return None

    def check_pin(pin: str) -> bool:
        from kiosk.office.pin import pin_matches

        return pin_matches(hashed, pin)

    def tally() -> "Tally":
        from kiosk.journal.reader import JournalReader
        from kiosk.numbers.days import DAYS_BACK, read_tally, terms_of

        now = clock.now().wall
        with JournalReader(settings.journal_path) as reader:
            return read_tally(reader, now.date() - timedelta(days=DAYS_BACK), now.date(), now, terms_of(settings))

    def save() -> str:
        from kiosk.numbers.files import Sheet, save_files

        t = texts("kiosk", "vi")
        file = save_files(Sheet(tally(), place or t("This kiosk"), clock.now().wall, t), find_stick())
        return t("The numbers are in {file} and beside it as CSV.", file=file.name)

    return Desk(check_pin, tally, errands.delivery, errands.enrol, errands.export, save, again.set)


def _kept_hash(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
