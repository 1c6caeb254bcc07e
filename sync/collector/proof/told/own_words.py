"""Own words: of which unit, month and number a kept report says itself that it is.

Its row says the same, and so does its leaf in the public log; whoever alters one of them leaves the others.
"""

import zlib
from datetime import date
from hashlib import sha256

import msgspec

from sync.protocol.tlog.leaf import WHOLE_OFFICE, OfMonth


class _Place(msgspec.Struct):
    code: str


class _Period(msgspec.Struct):
    kind: str
    first: date


class _Closing(msgspec.Struct):
    corrections: list[msgspec.Raw]


class _Report(msgspec.Struct):
    place: str
    places: dict[str, _Place]
    period: _Period
    closing: _Closing


def said_by(packed: bytes, digest: bytes) -> OfMonth | None:
    """What the packed numbers of a report say that they are of.

    None where they are no report of a month, or their SHA-256 is another one.
    """
    try:
        numbers = zlib.decompress(packed)
        report = msgspec.json.decode(numbers, type=_Report)
        # The root of all places has no name.
        unit = report.places[report.place].code if report.place else WHOLE_OFFICE
    except (zlib.error, msgspec.DecodeError, KeyError):
        return None
    is_of_month = report.period.kind == "month" and report.period.first.day == 1
    if not is_of_month or sha256(numbers).digest() != digest:
        return None
    return OfMonth(unit, f"{report.period.first:%Y-%m}", len(report.closing.corrections))
