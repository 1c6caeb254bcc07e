"""File: the form of an archive, how one is written durably, and how it is read back.

One JSON object a line, gzipped: first what the file is, then each segment as it is stored with all that its kiosk
signed, at the end how many there are. The chain of a journal goes from one segment's ``prev`` to its ``head``: whoever
has the file can prove later that it is what was dropped, for the hashes at its ends stay in the database.
"""

import fcntl
import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec

from kiosk.base.private_file import sync_directory
from kiosk.journal.chain import chain_next
from sync.collector.errors import UsageWrong
from sync.collector.replica.dropped import PRINT_BYTES
from sync.collector.replica.stored import lines_in

FORM = 1
_BROKEN = (EOFError, ValueError, LookupError, zlib.error, gzip.BadGzipFile)


class Totals(NamedTuple):
    """How much is in a file."""

    journals: int
    segments: int
    lines: int
    contents: bytes
    """SHA-256 of the hashes of its journals, in the order of their ids."""


class Head(msgspec.Struct, frozen=True):
    """The first line of a file."""

    form: int = msgspec.field(name="hailong-lines")
    month: str
    part: int
    collector: str


class Segment(msgspec.Struct, frozen=True):
    """One stored segment."""

    journal: str
    device: str
    first: int
    last: int
    received_at: datetime
    prev: str
    head: str
    lines: bytes
    signature: str
    kiosk_clock: str
    key_id: int | None
    request: str | None
    by_file: bool | None


class End(msgspec.Struct, frozen=True):
    """The last line of a file: without it the file is not whole."""

    journals: int
    segments: int
    lines: int
    contents: str


@dataclass(slots=True)
class Found:
    """What a file has of one journal, each line's hash recomputed."""

    journal_id: str
    device_id: str
    first_seq: int
    prev: bytes
    last_seq: int
    head: bytes
    prints: bytearray = field(default_factory=bytearray)
    segments: list[Segment] = field(default_factory=list)
    contents: bytes = b""

    def is_as(self, row: Any) -> bool:
        """Whether these are the lines of a row of ``dropped_lines``, all of them and no other."""
        mine = (self.first_seq, self.last_seq, self.prev, self.head, bytes(self.prints))
        its = (row.first_seq, row.last_seq, bytes(row.prev), bytes(row.head), bytes(row.prints))
        return mine == its and (len(self.segments), self.contents) == (row.segments, bytes(row.contents))


@contextmanager
def new_file(out: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A file that is not at ``out`` yet, for one program alone; ``place`` puts it there.

    What a program that was killed left of it is written over. Raises UsageWrong where ``out`` is there already, or
    another program writes it.
    """
    being_made = out.with_name(f"{out.name}.new")
    handle = os.open(being_made, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b") as raw:
        try:
            fcntl.flock(raw, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageWrong("another program is writing {file}", file=out) from error
        # Whoever had the lock may have put the very file into its place meanwhile.
        if out.exists() or not being_made.exists() or not os.path.samestat(os.fstat(handle), being_made.stat()):
            if being_made.exists() and os.path.samestat(os.fstat(handle), being_made.stat()):
                being_made.unlink()
            raise UsageWrong("{file} exists already; name a new file", file=out)
        raw.truncate(0)
        try:
            yield being_made, raw
        except Exception:
            being_made.unlink(missing_ok=True)
            raise


def place(being_made: Path, raw: IO[bytes], out: Path) -> None:
    """Put the file that was written and read back into its place; a power cut leaves it there whole or not at all."""
    os.fsync(raw.fileno())
    being_made.rename(out)
    sync_directory(out.parent)


def put(file: gzip.GzipFile, said: object) -> None:
    """Write one line."""
    file.write(msgspec.json.encode(said) + b"\n")


def totals_of(journals: list[tuple[str, int, int, bytes]]) -> Totals:
    """What journals make together; of each its id, how many segments and lines, and the hash of these."""
    every = sha256(b"".join(contents for _, _, _, contents in sorted(journals)))
    return Totals(len(journals), sum(one[1] for one in journals), sum(one[2] for one in journals), every.digest())


def digest_of(file: Path) -> bytes:
    """SHA-256 of a file as the disk has it; raises OSError."""
    with file.open("rb") as opened:
        # What was just written is still in memory: a disk that lost it must be noticed now.
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        found = sha256()
        while some := opened.read(1 << 20):
            found.update(some)
    return found.digest()


def read_file(file: Path, month: date, part: int) -> Iterator[Found]:
    """What an archive has of each journal, one after another, to its very end.

    Raises UsageWrong where it is not whole, or not of this part of this month.
    """
    try:
        with gzip.open(file, "rb") as opened:
            yield from _read(opened, month, part)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise UsageWrong("cannot read {file}: {why}", file=file, why=why) from error
    except _BROKEN as error:
        raise UsageWrong("{file} is not whole, or it was altered: {why}", file=file, why=error) from error


def _read(opened: Any, month: date, part: int) -> Iterator[Found]:
    head = msgspec.json.decode(opened.readline(), type=Head)
    if (head.form, head.month, head.part) != (FORM, f"{month:%Y-%m}", part):
        raise ValueError(f"form {head.form}, {head.month}, part {head.part}")
    told, at, hashed = list[tuple[str, int, int, bytes]](), None, sha256()
    for raw in opened:
        if raw.startswith(b'{"journal":'):
            one = msgspec.json.decode(raw, type=Segment)
            if at is not None and at.journal_id != one.journal:
                yield _ended(at, hashed.digest(), told)
                at, hashed = None, sha256()
            at = _taken(at, one)
            hashed.update(raw)
            continue
        if at is not None:
            yield _ended(at, hashed.digest(), told)
        end = msgspec.json.decode(raw, type=End)
        found = totals_of(told)
        if found != Totals(end.journals, end.segments, end.lines, bytes.fromhex(end.contents)) or opened.read(1):
            raise ValueError("its end does not fit")
        return
    raise EOFError("its end is lacking")


def _taken(at: Found | None, one: Segment) -> Found:
    """A journal with one segment more; raises ValueError where that does not continue it."""
    prev, head = bytes.fromhex(one.prev), bytes.fromhex(one.head)
    if at is None:
        at = Found(one.journal, one.device, one.first, prev, one.first - 1, prev)
    found, n = at.head, 0
    if (one.first, prev) != (at.last_seq + 1, found):
        raise ValueError(f"{one.journal}: {one.first}")
    for line in lines_in(one.lines):
        found, n = chain_next(found, line), n + 1
        at.prints += found[:PRINT_BYTES]
    if found != head or one.first + n - 1 != one.last:
        raise ValueError(f"{one.journal}: {one.first}")
    at.last_seq, at.head = one.last, head
    at.segments.append(one)
    return at


def _ended(at: Found, contents: bytes, told: list[tuple[str, int, int, bytes]]) -> Found:
    at.contents = contents
    told.append((at.journal_id, len(at.segments), at.last_seq - at.first_seq + 1, contents))
    return at
