"""Usual: ratings written as every kiosk writes them, read many at a time.

Such a line is two JSON objects that were put together before its boot. The first one says when, and those of a whole
chunk are decoded in one call. The second one was nearly always said before, letter for letter, and is decoded once.
A line for which this does not hold exactly is no usual one: it is read by itself.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import compress
from operator import itemgetter
from typing import Literal, NamedTuple, Self, cast

import msgspec

from kiosk.journal.lines import RatingLine
from kiosk.journal.sound import is_sound_rating
from kiosk.journal.tree import Row

_BOOT = b',"boot":"'
_KIND = b'","kind":"rating",'
_RECEIPT = b',"receipt":"'
_ESCAPE = b"\\"
"""Without it no text holds a NUL."""
_SAID_MAX = 1000
"""So many different ratings are remembered; a journal that says more is read all the same."""
_HOUR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3])")
_IN_HOUR = re.compile(r":[0-5][0-9]:[0-5][0-9][+-](?:[01][0-9]|2[0-3]):[0-5][0-9]")
_hour, _in_hour = itemgetter(slice(13)), itemgetter(slice(13, None))


class _Head(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """What every line has before the boot."""

    seq: int
    at: str
    mono: int


class _Tail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a rating has from there on, if it was not carried."""

    boot: str
    kind: Literal["rating"]
    survey: str
    question: str
    level: int
    standing: str
    counter: str | None = None
    receipt: str | None = None


class Said:
    """What a rating says, beside when; equal to itself alone, which is all that counting needs."""

    __slots__ = ("counter", "level", "question", "standing", "survey")

    def __init__(self, survey: str, question: str, level: int, standing: str, counter: str | None) -> None:
        self.survey, self.question, self.counter = survey, question, counter
        self.standing, self.level = standing, level

    @classmethod
    def of(cls, line: "RatingLine | _Tail") -> Self:
        """What a line says."""
        return cls(line.survey, line.question, line.level, line.standing, line.counter)

    def at_level(self, level: int) -> "Said":
        """The same of another face."""
        return Said(self.survey, self.question, level, self.standing, self.counter)


class Ratings(NamedTuple):
    """Ratings in the order of the journal, a column for each thing that is said of them."""

    seqs: list[int]
    hours: list[str]
    """The times, up to the hour: nothing finer is asked of them."""
    said: list[Said]

    @classmethod
    def none(cls) -> Self:
        """No rating yet."""
        return cls([], [], [])

    @classmethod
    def one(cls, line: RatingLine) -> Self:
        """That of one line, which is sound."""
        return cls([line.seq], [_hour(line.at)], [Said.of(line)])

    def part(self, begin: int, end: int | None = None) -> "Ratings":
        """Some that stand behind each other."""
        return Ratings(self.seqs[begin:end], self.hours[begin:end], self.said[begin:end])

    def only(self, wanted: Sequence[bool]) -> "Ratings":
        """Those that are wanted."""
        return Ratings(
            list(compress(self.seqs, wanted)), list(compress(self.hours, wanted)), list(compress(self.said, wanted))
        )

    def extend(self, more: "Ratings") -> None:
        """Take in those that follow."""
        self.seqs.extend(more.seqs)
        self.hours.extend(more.hours)
        self.said.extend(more.said)

    def drop(self, n: int) -> None:
        """Let go of the first ones."""
        for column in self:
            del column[:n]


class Usual:
    """Finds the usual ratings in one chunk of rows after the other."""

    def __init__(self) -> None:
        self._known: dict[bytes, Said] = {}
        """What the ends of lines say."""

    def read(self, rows: Sequence[Row]) -> tuple[Ratings, list[int]]:
        """The usual ratings that are sound, and the places of all other rows."""
        seqs, heads, tails = [seq for seq, _, _ in rows], list[bytes](), list[bytes]()
        # Not held as rows of three: so many small objects at once would have Python look for garbage among them.
        for _, line, _ in rows:
            head, _, tail = line.partition(_BOOT)
            heads.append(head)
            tails.append(tail)
        hours = _hours(seqs, heads)
        if hours is None:
            return self._one_by_one(rows)
        said = self._said(tails)
        found = Ratings(seqs, hours, cast("list[Said]", said))
        if None not in said:
            return found, []
        others = [place for place, each in enumerate(said) if each is None]
        return found.only([each is not None for each in said]), others

    def _one_by_one(self, rows: Sequence[Row]) -> tuple[Ratings, list[int]]:
        """As ``read`` where some line does not begin as usual."""
        found, others = Ratings.none(), list[int]()
        for place, (seq, line, _) in enumerate(rows):
            head, _, tail = line.partition(_BOOT)
            (said,), hours = self._said([tail]), _hours([seq], [head])
            if hours is None or said is None:
                others.append(place)
            else:
                found.extend(Ratings([seq], hours, [said]))
        return found, others

    def _said(self, tails: list[bytes]) -> list[Said | None]:
        said: list[Said | None] = list(map(self._known.get, tails))
        if None not in said:
            return said
        if len(self._known) > _SAID_MAX:
            self._known.clear()
        for place, tail in enumerate(tails):
            if said[place] is None and _KIND in tail:
                plain = _without_receipt(tail)
                said[place] = self._known.get(plain) or _read(plain)
                if len(self._known) <= _SAID_MAX and (found := said[place]) is not None:
                    self._known[plain] = found
        return said


def _hours(seqs: list[int], heads: list[bytes]) -> list[str] | None:
    """The hours in the lines' beginnings; None unless all of them are such as a kiosk writes, each with its seq."""
    # Closed by hand, each is exactly one object: none can hold the line's end in a text, or anything that nests.
    joined = b"}\n".join(heads) + b"}"
    if _ESCAPE in joined:
        return None
    try:
        decoded = _decode_heads(joined)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if [head.seq for head in decoded] != seqs:
        return None
    ats = [head.at for head in decoded]
    hours = list(map(_hour, ats))
    is_timed = all(map(_is_hour, set(hours))) and all(map(_is_in_hour, set(map(_in_hour, ats))))
    return hours if is_timed else None


def _without_receipt(tail: bytes) -> bytes:
    """The end of a line without the one thing that is never said twice."""
    front, mark, code = tail.partition(_RECEIPT)
    return front + b"}" if mark and code[64:] == b'"}' and code[:64].isalnum() else tail


def _read(tail: bytes) -> Said | None:
    try:
        found = _decode_tail(b'{"boot":"' + tail)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    is_sound = is_sound_rating(found.level, found.standing, found.survey, found.question)
    return Said.of(found) if is_sound and _ESCAPE not in tail else None


@lru_cache(4096)
def _is_hour(text: str) -> bool:
    if not _HOUR.fullmatch(text):
        return False
    try:
        # From the first minutes of all years nothing can be taken off.
        return date.fromisoformat(text[:10]).year > 1
    except ValueError:
        return False


@lru_cache(8192)
def _is_in_hour(text: str) -> bool:
    return _IN_HOUR.fullmatch(text) is not None


def runs(n: int, others: Sequence[int]) -> Iterator[tuple[int, int, int | None]]:
    """Of ``n`` rows the parts between the ``others``, as places among the rest, each with the other behind it."""
    begin = 0
    for count, place in enumerate(others):
        yield begin, place - count, place
        begin = place - count
    yield begin, n - len(others), None


_decode_heads = msgspec.json.Decoder(_Head).decode_lines
_decode_tail = msgspec.json.Decoder(_Tail).decode
