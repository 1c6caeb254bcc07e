"""Kiosk-Clock: what the kiosk's three clocks say at the moment a request is signed.

``wall=2026-11-21T09:12:33.250+07:00;mono=8123456;boot=1b4e28ba-2fa1-11d2-883f-0016d3cca427``.
Stamped anew on every attempt. The collector dates a press of the same boot as
``received - (sent.mono - entry.mono)``, exact whatever the wall clock did.
"""

import re
from datetime import datetime

from kiosk.domain.instant import Instant
from sync.protocol.errors import ClockUnreadable

KIOSK_CLOCK_HEADER = "Kiosk-Clock"

_FORM = re.compile(
    r"wall=(?P<wall>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d))"
    r";mono=(?P<mono>\d{1,18})"
    r";boot=(?P<boot>[0-9A-Za-z-]{1,64})",
    re.ASCII,
)


def format_kiosk_clock(at: Instant) -> str:
    """The field's value for this moment: wall clock to the millisecond, boot clock in microseconds."""
    return f"wall={at.wall.isoformat(timespec='milliseconds')};mono={at.mono_us};boot={at.boot}"


def parse_kiosk_clock(value: str) -> Instant:
    """The moment the field states; whether it is true is for the collector to judge.

    Raises ClockUnreadable.
    """
    found = _FORM.fullmatch(value)
    if found is None:
        raise ClockUnreadable("Kiosk-Clock must read wall=<RFC 3339>;mono=<microseconds>;boot=<boot id>")
    try:
        wall = datetime.fromisoformat(found["wall"])
    except ValueError as error:
        raise ClockUnreadable(f"Kiosk-Clock: {error}") from error
    return Instant(wall, int(found["mono"]), found["boot"])
