"""Usual: nearly every line is a rating, so the lines of a batch are read as ratings first, each of them once. Pure.

Who asks what such a line says finds it here; a line that is not here is read in its own way by whoever asks.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from kiosk.journal.lines import RatingLine
from kiosk.journal.sound import NUL_MARK


class Usual(RatingLine, frozen=True, omit_defaults=True, gc=False):
    """A rating, and what else a line may say that bears on when it was made."""

    kind: Literal["rating"]
    continues: str | None = None
    """As in an ``opened`` entry (``bounds``); no kiosk writes it into a rating."""


_decode = msgspec.json.Decoder(Usual).decode


def read_usual(lines: Sequence[bytes]) -> Mapping[bytes, Usual]:
    """Those of the lines that are ratings, by their bytes and in order.

    One that may hold a NUL is not among them. So as many as there are lines means that these are ratings and nothing
    else, each there once.
    """
    try:
        read = dict(zip(lines, map(_decode, lines), strict=True))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        read = dict(_one_by_one(lines))
    if NUL_MARK not in b"\n".join(lines):
        return read
    return {line: each for line, each in read.items() if NUL_MARK not in line}


def _one_by_one(lines: Sequence[bytes]) -> Iterator[tuple[bytes, Usual]]:
    for line in lines:
        try:
            yield line, _decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
