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


class Plain(Usual, frozen=True, omit_defaults=True, gc=False, forbid_unknown_fields=True):
    """A rating that says nothing else: it was carried over from nowhere."""


_decode = msgspec.json.Decoder(Usual).decode
_decode_plain = msgspec.json.Decoder(Plain).decode
_ESCAPE = b"\\"


def read_usual(lines: Sequence[bytes]) -> Mapping[bytes, Usual]:
    """Those of the lines that are ratings, by their bytes and in order.

    One that may hold a NUL is not among them. So as many as there are lines means that these are ratings and nothing
    else, each there once.
    """
    read = _all_plain(lines) or dict(_one_by_one(lines))
    # The one sign is found forty times as fast as the mark, and hardly any batch has it.
    if _ESCAPE not in b"\n".join(lines):
        return read
    return {line: each for line, each in read.items() if NUL_MARK not in line}


def are_plain(lines: Sequence[bytes], usual: Mapping[bytes, Usual]) -> bool:
    """Whether all the lines are ratings that say nothing else; ``usual`` is what is read of them."""
    return len(usual) == len(lines) and type(next(iter(usual.values()), None)) is Plain


def _all_plain(lines: Sequence[bytes]) -> dict[bytes, Usual]:
    """All of the lines where each is a plain rating; else none."""
    try:
        return dict(zip(lines, map(_decode_plain, lines), strict=True))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}


def _one_by_one(lines: Sequence[bytes]) -> Iterator[tuple[bytes, Usual]]:
    for line in lines:
        try:
            yield line, _decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
