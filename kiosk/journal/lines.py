"""Lines: an entry's one form, on the kiosk's disk, on the wire and at the collector.

A line is compact UTF-8 JSON with its keys in the order of the fields below and its
text in NFC. It is encoded once, on the kiosk, and from then on only copied: whoever
reads one may decode it, nobody ever encodes it again. Keys and kinds that a reader
does not know are kept and passed on.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any

import msgspec

from kiosk.domain.instant import Instant
from kiosk.domain.maintenance import Maintenance
from kiosk.domain.visit.rating import Comment, Count, Fact, Rating, Reasons, Revised

LINE_BYTES_MAX = 16 * 1024
EARLIER_MAX = 50
"""So many older places an entry names that was carried over again and again; a line must stay within its limit."""


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """What every entry has."""

    seq: int
    at: str
    """Wall clock of the kiosk, RFC 3339 with offset, to the second."""
    mono: int
    """Microseconds of the kiosk's boot clock."""
    boot: str
    kind: str


class OpenedLine(Line, frozen=True, omit_defaults=True):
    """The first entry of a journal: which software opened it and, on a continuation, what it continues and why."""

    software: str
    why: str | None = None
    """``missing``, ``damaged``, ``replaced``, ``rolled back``, ``restored`` or ``diverged``."""
    continues: str | None = None
    """Id of the older journal."""
    continues_seq: int | None = None
    """The last entry of the older journal that was still there."""
    continues_head: str | None = None
    """The older journal's hash after that entry, hex."""
    carried: int | None = None
    """How many of its entries, not known to be at the collector, follow here."""
    carried_after: int | None = None
    """The last entry of the older journal that the collector was taken to have; those after it are carried over."""
    lost: int | None = None
    """How many of its entries are known to have been written and could not be read."""


class RatingLine(Line, frozen=True, omit_defaults=True):
    """One press on one face."""

    survey: str
    question: str
    level: int
    standing: str
    counter: str | None = None
    receipt: str | None = None
    """The hash of a receipt's code, hex (``kiosk/domain/visit/receipt.py``)."""


class ReasonsLine(Line, frozen=True, omit_defaults=True):
    """What influenced the rating at seq ``rating``."""

    rating: int
    reasons: list[str]
    rating_journal: str | None = None
    """The older journal that holds entry ``rating``, if that was not carried over; in the next two kinds as well."""


class RevisedLine(Line, frozen=True, omit_defaults=True):
    """The citizen chose another face than at seq ``rating``."""

    rating: int
    level: int
    rating_journal: str | None = None


class CommentLine(Line, frozen=True, omit_defaults=True):
    """A sentence on the rating at seq ``rating``; its text is an enclosure."""

    rating: int
    enclosure: str
    """SHA-256 of salt and payload, hex: the commitment."""
    rating_journal: str | None = None
    sealed: str | None = None
    """For which of the collector's keys the payload is sealed (``kiosk/base/sealed_box.py``); None is plain text."""


class CountLine(Line, frozen=True, omit_defaults=True):
    """How many transactions were served on ``day`` (ISO); a later line of the same day corrects an earlier one."""

    day: str
    n: int
    counter: str | None = None


class MaintenanceLine(Line, frozen=True, omit_defaults=True):
    """The staff did something at the kiosk."""

    work: str
    """``test``, ``cleaning`` or ``service``."""
    hits: list[int] = []
    """Of a test: how often each face was pressed, in their order."""
    strays: int = 0
    """Of a test: touches that were no press on a face."""


class SettingsLine(Line, frozen=True, omit_defaults=True):
    """The settings that are in force from here on."""

    survey: str
    """``id@version``."""
    settings: str | None = None
    """The version of those that the office set; None where the kiosk's own hold."""
    levels: dict[str, list[int]] = {}
    """The levels of each of the survey's questions. The first such entry tells that this kiosk cuts."""
    stands: str | None = None
    """The counter at which the kiosk stands, as the office last said; another than before is a move."""


class ClockLine(Line, frozen=True, omit_defaults=True):
    """The wall clock was seen to step."""

    step_s: float
    """Seconds; positive is forward."""


class SumsSaid(msgspec.Struct, frozen=True, omit_defaults=True):
    """Of the ratings of one standing: how many there are at each level, and how many name each reason."""

    levels: dict[int, int]
    reasons: dict[str, int] = {}


class BlockLine(Line, frozen=True, omit_defaults=True):
    """A cut: the sums of all ratings of one counter and series since the cut before, up to ``last``.

    A carried one speaks of the journal that it was carried from.
    """

    survey: str
    """The survey's id, without its version."""
    question: str
    levels: list[int]
    """Those of the scale, in order; empty where no entry told them."""
    last: int
    """The seq of the last rating in it."""
    sums: dict[str, SumsSaid]
    """By standing."""
    counter: str | None = None
    tail: bool = False
    """What was left before the end of a month, or a move: no block, and in no later one."""
    days: tuple[str, str] | None = None
    """Its first and last half day by the lines' own ``at``, as ``2026-10-05 am``; such a cut is in the signed tree."""


class PrunedLine(Line, frozen=True, omit_defaults=True):
    """Entries past retention, which the collector has, were deleted from the front of this journal."""

    through: int
    """The last deleted seq."""
    head: str
    """The hash after it, hex: the chain's anchor from here on."""


LINE_TYPES: dict[str, type[Line]] = {
    "opened": OpenedLine,
    "rating": RatingLine,
    "reasons": ReasonsLine,
    "revised": RevisedLine,
    "comment": CommentLine,
    "count": CountLine,
    "maintenance": MaintenanceLine,
    "settings": SettingsLine,
    "clock": ClockLine,
    "pruned": PrunedLine,
    "block": BlockLine,
}

_encoder = msgspec.json.Encoder()
_decoders: dict[str, msgspec.json.Decoder[Line]] = {
    kind: msgspec.json.Decoder(line_type) for kind, line_type in LINE_TYPES.items()
}
_any_line = msgspec.json.Decoder(Line)


_CARRIED = b'"from"'


NO_ORIGIN = msgspec.Raw(b"null")


class _Origin(msgspec.Struct):
    # Not decoded: what a stranger wrote there must stop nobody who only asks whether it is there.
    origin: msgspec.Raw = msgspec.field(name="from", default=NO_ORIGIN)


_origin = msgspec.json.Decoder(_Origin)


class LineUnreadable(ValueError):
    """The bytes are not a line this version can read; they are kept as they are."""


def encode_line(line: Line) -> bytes:
    """The bytes of an entry, without a newline, texts in NFC."""
    return unicodedata.normalize("NFC", _encoder.encode(line).decode()).encode()


def decode_line(line: bytes) -> Line:
    """The entry in these bytes; an unknown kind comes back as a plain :class:`Line`.

    Raises LineUnreadable with the reason.
    """
    try:
        head = _any_line.decode(line)
        decoder = _decoders.get(head.kind)
        return head if decoder is None else decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LineUnreadable(str(error)) from error


def is_carried(encoded: bytes) -> bool:
    """Whether the line came from an older journal."""
    return _CARRIED in encoded and bytes(_origin.decode(encoded).origin) != bytes(NO_ORIGIN)


def line_of(seq: int, fact: Fact, commitment: str = "", sealed: str | None = None) -> Line:
    """The entry that states ``fact``; a comment's text stays outside, behind its ``commitment``.

    ``sealed`` names the key for which that text is sealed.
    """
    match fact:
        case Rating():
            return RatingLine(
                *head(seq, fact.pressed, "rating"),
                survey=fact.survey,
                question=fact.question,
                level=fact.level,
                standing=str(fact.standing),
                counter=fact.counter,
                receipt=fact.receipt,
            )
        case Reasons():
            return ReasonsLine(*head(seq, fact.chosen_at, "reasons"), fact.rating_seq, list(fact.reasons))
        case Revised():
            return RevisedLine(*head(seq, fact.pressed, "revised"), fact.rating_seq, fact.level)
        case Comment():
            return CommentLine(*head(seq, fact.written_at, "comment"), fact.rating_seq, commitment, sealed=sealed)
        case Count():
            return CountLine(*head(seq, fact.counted_at, "count"), fact.day, fact.n, fact.counter)
        case Maintenance():
            return MaintenanceLine(
                *head(seq, fact.done_at, "maintenance"), str(fact.work), list(fact.hits), fact.strays
            )


def head(seq: int, at: Instant, kind: str) -> tuple[int, str, int, str, str]:
    """What every entry begins with, in the order of :class:`Line`."""
    return seq, at.wall.isoformat(timespec="seconds"), at.mono_us, at.boot, kind


def carried_line(line: bytes, seq: int, origin: tuple[str, int, str], seqs: Mapping[int, int]) -> bytes:
    """An older journal's entry as it continues here: its own times, a new seq, and where it came from.

    ``origin`` is the older journal's id, seq and hash, by which the collector knows an entry that it has already;
    where it was itself carried over before, it keeps those of its older places, latest first. ``seqs`` are the
    new places of the ratings that were carried before it.
    """
    entry: dict[str, Any] = msgspec.json.decode(line)
    entry["seq"] = seq
    rating = entry.get("rating")
    if rating is not None and "rating_journal" not in entry:
        if rating in seqs:
            entry["rating"] = seqs[rating]
        else:
            entry["rating_journal"] = origin[0]
    if (earlier := entry.get("from")) is not None:
        entry["from_earlier"] = [earlier, *entry.get("from_earlier", ())][:EARLIER_MAX]
    entry["from"] = list(origin)
    return _encoder.encode(entry)
