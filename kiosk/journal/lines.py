"""Lines: an entry's one form, on the kiosk's disk, on the wire and at the collector.

A line is compact UTF-8 JSON with its keys in the order of the fields below and its
text in NFC. It is encoded once, on the kiosk, and from then on only copied: whoever
reads one may decode it, nobody ever encodes it again. Keys and kinds that a reader
does not know are kept and passed on.
"""

import unicodedata
from typing import Any

import msgspec

from kiosk.domain.instant import Instant
from kiosk.domain.rating import Fact, Rating, Reasons, Revised

LINE_BYTES_MAX = 16 * 1024


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
    """The first entry of a journal: which software opened it and, on a continuation, what it continues."""

    software: str
    device: str | None = None
    continues: str | None = None
    """Id of the older journal."""
    continues_seq: int | None = None
    """The last seq both have in common with this one's maker."""
    continues_head: str | None = None
    """Hash of the older journal at that seq, hex."""
    why: str | None = None


class RatingLine(Line, frozen=True, omit_defaults=True):
    """One press on one face."""

    survey: str
    question: str
    level: int
    standing: str
    counter: str | None = None


class ReasonsLine(Line, frozen=True, omit_defaults=True):
    """What influenced the rating at seq ``rating``."""

    rating: int
    reasons: list[str]


class RevisedLine(Line, frozen=True, omit_defaults=True):
    """The citizen chose another face than at seq ``rating``."""

    rating: int
    level: int


LINE_TYPES: dict[str, type[Line]] = {
    "opened": OpenedLine,
    "rating": RatingLine,
    "reasons": ReasonsLine,
    "revised": RevisedLine,
}

_encoder = msgspec.json.Encoder()
_decoders: dict[str, msgspec.json.Decoder[Line]] = {
    kind: msgspec.json.Decoder(line_type) for kind, line_type in LINE_TYPES.items()
}
_any_line = msgspec.json.Decoder(Line)


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


def line_of(seq: int, fact: Fact) -> Line:
    """The entry that states ``fact``."""
    match fact:
        case Rating():
            return RatingLine(
                **_common(seq, fact.pressed, "rating"),
                survey=fact.survey,
                question=fact.question,
                level=fact.level,
                standing=str(fact.standing),
                counter=fact.counter,
            )
        case Reasons():
            return ReasonsLine(
                **_common(seq, fact.chosen_at, "reasons"), rating=fact.rating_seq, reasons=list(fact.reasons)
            )
        case Revised():
            return RevisedLine(**_common(seq, fact.pressed, "revised"), rating=fact.rating_seq, level=fact.level)


def _common(seq: int, at: Instant, kind: str) -> dict[str, Any]:
    wall = at.wall.replace(microsecond=0).isoformat()
    return {"seq": seq, "at": wall, "mono": at.mono_us, "boot": at.boot, "kind": kind}
