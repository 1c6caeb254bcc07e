"""What the staff can have done at the kiosk, wired to the sync agent: the command line hands it to the screen.

The agent and its network libraries are imported when they are called, long after the citizen's first frame.
"""

from datetime import date
from typing import TYPE_CHECKING

from kiosk.__about__ import SOFTWARE
from kiosk.base.clock import SystemClock
from kiosk.base.texts import texts
from kiosk.commands.own_journal import own_journal_id
from kiosk.office.settings import KioskSettings
from kiosk.office.usb import find_stick
from kiosk.ui.wiring.desk import Delivery, Errands

if TYPE_CHECKING:
    from sync.agent.asked.public_log import LogSeen


def staff_errands(settings: KioskSettings) -> Errands:
    """What the staff can have done at the kiosk; called on a thread of the screen's, long after the first frame."""
    clock = SystemClock(settings.zone)

    def delivery() -> Delivery:
        from sync.agent.asked.status import agent_status

        status = agent_status(settings.folder, settings.journal_path, clock)
        return Delivery(status.waiting, status.last_contact_age_s, status.enrolled, _log_words(status.log))

    def enrol(code: str) -> str:
        from sync.agent.device.enroll import enroll_kiosk

        reach, info = settings.collector, {"software": SOFTWARE}
        journal_id = own_journal_id(settings, clock)
        device = enroll_kiosk(
            settings.folder, reach.url, code, journal_id, clock, info=info, proxy=reach.proxy, ca_file=reach.ca_file
        )
        counter = device.counter_name or device.counter
        return _vietnamese("Enrolled: {unit}, {counter}.", unit=device.unit_name, counter=counter)

    def export() -> str:
        from sync.agent.asked.offline import export_batches

        url = settings.collector.url or None
        file, entries = export_batches(settings.folder, settings.journal_path, find_stick(), clock, url=url)
        return _vietnamese("{n} entries are in {file}.", n=entries, file=file.name)

    return Errands(delivery, enrol if settings.collector.url else None, export)


def _log_words(seen: "LogSeen | None") -> str:
    if seen is None:
        return ""
    if seen.failed:
        return _vietnamese("Public log does not hold: tell IT staff (kiosk log)")
    if seen.concerns:
        return _vietnamese("Public log is not in order: tell IT staff (kiosk log)")
    if seen.doubt is not None:
        return _vietnamese("Public log: could not be checked lately (kiosk log)")
    if seen.day is None:
        return _vietnamese("Public log: not in it yet")
    day = date.fromisoformat(seen.day)
    return _vietnamese("Public log: to the end of {day}", day=texts("kiosk", "vi").day(day))


def _vietnamese(message: str, /, **values: object) -> str:
    """What the staff read on the kiosk's own screen."""
    return texts("kiosk", "vi")(message, **values)
