"""Journal: the chained journal that one kiosk of the demo writes; it cuts and signs by the rules of the real ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.domain.instant import Instant
from kiosk.domain.visit.survey import Survey
from kiosk.journal.chain import Cursor
from kiosk.journal.lines import Line, OpenedLine, encode_line
from kiosk.journal.stated import InForce
from kiosk.journal.tree import Tree, states_cut
from kiosk.journal.uncut import Noted, Setting, Uncut, block_line
from sync.collector.replica.sent import Batch
from sync.protocol.cuts import SignedCuts

_START = datetime(2020, 1, 1, tzinfo=ZoneInfo("UTC"))


def mono_us(at: datetime) -> int:
    """What a boot clock that has run since 2020 reads."""
    return int((at - _START).total_seconds() * 1_000_000)


@dataclass(slots=True)
class Journal:
    """The journal that one kiosk writes."""

    journal_id: str
    boot: str
    lines: list[bytes] = field(default_factory=list)
    enclosures: list[bytes] = field(default_factory=list)
    head: Cursor | None = None
    sent: int = 0
    _uncut: Uncut = field(default_factory=lambda: Uncut(Noted(1, Setting())))
    _tree: Tree = field(default_factory=Tree)

    def begin(self, at: datetime, survey: Survey, stands: str) -> None:
        """Open it, and state what is asked at which counter: from there on the kiosk cuts."""
        self.add(OpenedLine, at, "opened", software="0.1.0")
        self._append(InForce.of(survey, None, stands).line(self._next_seq, self._instant(at)))

    def add(self, make: type[Line], at: datetime, kind: str, **values: object) -> int:
        """Append a line; its seq."""
        seq, said_at = self._next_seq, at.isoformat(timespec="seconds")
        self._append(make(seq=seq, at=said_at, mono=mono_us(at), boot=self.boot, kind=kind, **values))
        return seq

    def cut(self, at: datetime) -> None:
        """Cut what is over at this moment."""
        now = self._instant(at)
        for one in self._uncut.due(at.isoformat(timespec="seconds")):
            self._append(block_line(self._next_seq, now, one))

    def take(self) -> Batch:
        """Everything that was not sent yet."""
        start = self.head or Cursor.start(self.journal_id)
        batch = Batch(self.journal_id, start, tuple(self.lines), tuple(self.enclosures))
        self.head, self.sent = start.after(self.lines), self.sent + len(self.lines)
        self.lines, self.enclosures = [], []
        return batch

    def sign_cuts(self, key: Ed25519PrivateKey, start: Cursor, lines: Sequence[bytes]) -> str | None:
        """What the kiosk signs of its cuts with the lines that it sends next; None where none is among them."""
        if not states_cut(lines):
            return None
        end = start
        for line in lines:
            seq, end = end.next_seq, end.after([line])
            self._tree.read(seq, line, end.head)
        return SignedCuts.sign(key, self.journal_id, self._tree.root).member if self._tree.root[0] else None

    @property
    def _next_seq(self) -> int:
        return self.sent + len(self.lines) + 1

    def _instant(self, at: datetime) -> Instant:
        return Instant(at, mono_us(at), self.boot)

    def _append(self, line: Line) -> None:
        encoded = encode_line(line)
        self.lines.append(encoded)
        self._uncut.read_decoded(line.seq, encoded, line)
