"""Fakes: the same promises as the real thing, in memory; each passes the real one's contract tests."""

from collections.abc import Callable, Iterable
from contextlib import contextmanager
from typing import Self

import msgspec

from kiosk.domain.merkle import EMPTY_ROOT
from kiosk.domain.visit.rating import Fact
from kiosk.journal.chain import Cursor, chain_next, chain_start
from kiosk.journal.counts.touch_test import result_of
from kiosk.journal.errors import Diverged
from kiosk.journal.lines import MaintenanceLine, decode_line, encode_line, line_of
from kiosk.journal.reader import Batch
from sync.agent.errors import CollectorUnavailable, RequestRefused
from sync.agent.troubles import Trouble
from sync.protocol.messages import DeviceCommand, DeviceStatus, StatusAnswer


class InMemoryJournal:
    """A journal without a disk; what the agent reads of one."""

    def __init__(self, journal_id: str = "7c0e1f6a-2d3b-4c5d-8e9f-0a1b2c3d4e5f", lines: Iterable[bytes] = ()) -> None:
        self.id = journal_id
        self.lines: list[bytes] = []
        self._hashes = [chain_start(journal_id)]
        self.cuts: dict[int, tuple[int, bytes]] = {}
        """The tree of cuts after an entry; none where nothing is said."""
        for line in lines:
            self.append_line(line)

    def append(self, fact: Fact) -> None:
        """The fact as the next entry."""
        self.append_line(encode_line(line_of(len(self.lines) + 1, fact)))

    def clone(self) -> "InMemoryJournal":
        """A copy of the disk image."""
        return InMemoryJournal(self.id, self.lines)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        pass

    def head(self) -> Cursor:
        return Cursor(len(self.lines) + 1, self._hashes[-1])

    def hash_at(self, seq: int) -> bytes | None:
        return self._hashes[seq] if 0 <= seq < len(self._hashes) else None

    def cuts_at(self, seq: int) -> tuple[int, bytes]:
        return self.cuts.get(seq, (0, EMPTY_ROOT))

    def require_ancestor(self, cursor: Cursor) -> None:
        if self.hash_at(cursor.next_seq - 1) != cursor.head:
            raise Diverged("the collector's copy is not a past of journal {journal}", journal=self.id)

    def batch_after(self, cursor: Cursor, lines_max: int, bytes_max: int) -> Batch:
        lines: list[bytes] = []
        for line in self.lines[cursor.next_seq - 1 :][:lines_max]:
            if lines and sum(map(len, lines)) + len(lines) + len(line) + 1 > bytes_max:
                break
            lines.append(line)
        return Batch(cursor, tuple(lines))

    def touch_test(self) -> str | None:
        tests = [line for line in map(decode_line, self.lines) if isinstance(line, MaintenanceLine) and line.hits]
        return result_of(tests[-1]) if tests else None

    def append_line(self, line: bytes) -> None:
        self.lines.append(line)
        self._hashes.append(chain_next(self._hashes[-1], line))


class FakeCollector:
    """The collector's compare-and-swap in memory, and what a bad network does to its answers."""

    def __init__(self) -> None:
        self.copies: dict[str, list[bytes]] = {}
        self.calls: list[str] = []
        self.statuses: list[DeviceStatus] = []
        self.takes_status = True
        """False for a collector that is too old to know of it."""
        self.office: tuple[bytes, str] | None = None
        """The office's settings and their version."""
        self.commands: list[DeviceCommand] = []
        """What is asked of the kiosk, until it has told what came of it."""
        self.log: Callable[[DeviceStatus], object] = lambda _: None
        """What a status is answered of the public log."""
        self.pictures: list[bytes] = []
        self.refuses_pictures: Exception | None = None
        self.answers_lost = 0
        """How many of the next appends are kept while their answer is lost."""
        self.trouble: Exception | None = None
        """Raised by every call while set."""

    @contextmanager
    def open(self):
        """As the agent opens a connection: one a cycle."""
        yield self

    def snapshot(self) -> dict[str, list[bytes]]:
        """A backup."""
        return {journal_id: list(lines) for journal_id, lines in self.copies.items()}

    def restore(self, backup: dict[str, list[bytes]]) -> None:
        """What the collector had at the time of the backup."""
        self.copies = {journal_id: list(lines) for journal_id, lines in backup.items()}

    def cursor(self, journal_id: str) -> Cursor:
        self.calls.append("cursor")
        if self.trouble is not None:
            raise self.trouble
        return Cursor.start(journal_id).after(self.copies.get(journal_id, []))

    def hash_at(self, journal_id: str, seq: int, ours: bytes) -> bytes:
        self.calls.append("hash")
        return Cursor.start(journal_id).after(self.copies.get(journal_id, [])[:seq]).head

    def show(self, png: bytes) -> None:
        if self.refuses_pictures is not None:
            raise self.refuses_pictures
        self.pictures.append(png)

    def report(self, status: DeviceStatus) -> StatusAnswer:
        if self.takes_status:
            self.statuses.append(status)
            cursor = self.cursor(status.journal_id)
            self.commands = [one for one in self.commands if one.id not in {each.id for each in status.done}]
            version = self.office[1] if self.office else None
            said = msgspec.to_builtins(self.log(status))
            return StatusAnswer(cursor.next_seq, cursor.head.hex(), version, list(self.commands), said)
        raise RequestRefused(Trouble.REFUSED, "404 not-found")

    def settings(self, known: str | None) -> tuple[bytes, str] | None:
        self.calls.append("settings")
        return None if self.office is None or self.office[1] == known else self.office

    def append(self, journal_id: str, batch: Batch) -> Cursor:
        self.calls.append("append")
        if self.trouble is not None:
            raise self.trouble
        copy = self.copies.setdefault(journal_id, [])
        stored = Cursor.start(journal_id).after(copy)
        overlap = stored.next_seq - batch.start.next_seq
        if 0 <= overlap <= len(batch.lines) and batch.start.after(batch.lines[:overlap]) == stored:
            copy += batch.lines[overlap:]
        if self.answers_lost:
            self.answers_lost -= 1
            raise CollectorUnavailable(Trouble.NO_ANSWER, "the connection broke")
        return Cursor.start(journal_id).after(copy)
