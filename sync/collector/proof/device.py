"""Device: every journal of one kiosk, in one view of the database: chain and signatures, then what is kept of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, text
from sqlalchemy.exc import DBAPIError

from kiosk.domain.visit.survey import Survey
from kiosk.journal.chain import Cursor
from sync.collector.calendar.presstime import LocalDays
from sync.collector.fleet.devices.directory import Directory
from sync.collector.proof.blocks import Blocks
from sync.collector.proof.chain import Reach, Walk, begin
from sync.collector.proof.elsewhere import Elsewhere
from sync.collector.proof.floor import check_decided, check_floor
from sync.collector.proof.hidden import check_hidden
from sync.collector.proof.kept.begun import check_border
from sync.collector.proof.kept.block import Standings
from sync.collector.proof.kept.counts import check_counts
from sync.collector.proof.kept.opened import check_opened
from sync.collector.proof.keys import Keys
from sync.collector.proof.lines import Kept, Lines
from sync.collector.proof.marks import Mark
from sync.collector.proof.sums import check_tallies, check_uncut
from sync.collector.proof.teller import Teller
from sync.collector.proof.trees import Trees
from sync.collector.proof.wrong import Finding, What, Wrong
from sync.collector.replica.dropped import Floor, floor_of
from sync.collector.replica.sender import Device
from sync.collector.store.blame import lies_in_the_data
from sync.collector.store.database import Database
from sync.collector.store.schema import journal, rating, segment, tally

OVERLAP = 200
"""So many entries before the last mark are read again: what comes later speaks of ratings among them."""
Marks = Mapping[str, Mark]
_IN_ORDER = (journal.c.first_received_at, journal.c.journal_id)


@dataclass(slots=True)
class Checked:
    """What came of one kiosk."""

    device_id: str
    marks: list[Mark] = field(default_factory=list)
    """Of its journals that hold."""
    entries: int = 0
    signed: int = 0
    """For so many of these entries a signature vouches."""
    dropped: int = 0
    """So many entries before these were dropped when their time was over, as two people decided."""
    findings: list[Finding] = field(default_factory=list)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Rule:
    """By which settings everything was counted and shown."""

    days: LocalDays
    least: int
    """How many ratings a block must count to be shown."""
    surveys: Mapping[str, Survey]
    now: Callable[[], datetime] = _now


def check_device(database: Database, device_id: str, rule: Rule, marks: Marks, only: Sequence[str] = ()) -> Checked:
    """Check the journals of a kiosk, or ``only`` these; those with a mark from there on."""
    found = Checked(device_id)
    with database.reading() as connection, one_view(connection):
        sender = Directory(database).find(device_id)
        if sender is None:
            return found
        keys = Keys(connection, device_id)
        with noted(found.findings, device_id=device_id):
            keys.check()
        wanted = select(journal).where(journal.c.device_id == device_id, journal.c.next_seq > 1)
        _Check(connection, sender, rule, keys, marks).run(connection.execute(wanted.order_by(*_IN_ORDER)).all(), found)
    return _of(found, only) if only else found


def _of(found: Checked, only: Sequence[str]) -> Checked:
    """What came of these journals: all of a kiosk's were read, for they speak of each other."""
    findings = [finding for finding in found.findings if finding.journal_id in ("", *only)]
    marks = [mark for mark in found.marks if mark.journal_id in only]
    return replace(found, findings=findings, marks=marks)


@contextmanager
def one_view(connection: Connection) -> Iterator[None]:
    """Everything that is read here was true at one moment."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    yield


@contextmanager
def noted(findings: list[Finding], journal_id: str = "", device_id: str = "") -> Iterator[None]:
    """Keep what does not hold of a journal, a kiosk or what is shown, and let the rest be checked."""
    try:
        yield
    except Wrong as wrong:
        findings.append(Finding.of(wrong, journal_id, device_id))
    except (ValueError, TypeError, LookupError, DBAPIError) as error:
        # Whoever writes nonsense into the database must not end the check of everything else.
        if not lies_in_the_data(error):
            raise
        unreadable = Wrong(What.UNREADABLE, why=type(error).__name__)
        findings.append(Finding.of(unreadable, journal_id, device_id))


class _Check:
    """One kiosk while it is checked."""

    def __init__(self, connection: Connection, sender: Device, rule: Rule, keys: Keys, marks: Marks) -> None:
        self._connection, self._sender, self._rule = connection, sender, rule
        self._keys, self._marks = keys, marks
        self._kept: dict[str, Kept] = {}
        self._trees: dict[str, Trees] = {}
        self._elsewhere, self._standings = Elsewhere(connection), Standings(connection, rule.surveys)
        self._is_alone = False

    def run(self, rows: Sequence[Row[Any]], found: Checked) -> None:
        """Check these journals, the oldest first."""
        self._is_alone = len(rows) == 1
        read: dict[str, tuple[Blocks, Mark]] = {}
        for row in rows:
            with noted(found.findings, row.journal_id, found.device_id):
                read[row.journal_id] = self._read(row, found)
        # What one journal says of another can only be judged where both could be read.
        if len(read) < len(rows):
            return
        for journal_id, (blocks, _) in read.items():
            with noted(found.findings, journal_id, found.device_id):
                blocks.end()
        # Blocks of one journal may hold ratings of another: what none holds is known when all were seen.
        for journal_id in read.keys() - self._marks.keys() - {finding.journal_id for finding in found.findings}:
            with noted(found.findings, journal_id, found.device_id):
                check_uncut(self._connection, journal_id, self._kept[journal_id])
                check_hidden(self._connection, journal_id, self._rule.surveys, self._rule.least)
        for journal_id, one in self._elsewhere.end():
            if journal_id in read and journal_id not in {finding.journal_id for finding in found.findings}:
                found.findings.append(Finding.of(one, journal_id, found.device_id))
        wrong = {finding.journal_id for finding in found.findings}
        found.marks = [mark for journal_id, (_, mark) in read.items() if journal_id not in wrong]
        told = [(each, one) for each in read if each not in wrong for one in self._told(each) if one]
        found.findings += [Finding.of(one, journal_id, found.device_id) for journal_id, one in told]

    def _told(self, journal_id: str) -> Sequence[Wrong | None]:
        """What is to be told of a journal that holds."""
        return self._kept[journal_id].ignored, self._trees[journal_id].signed_else

    def _read(self, row: Row[Any], found: Checked) -> tuple[Blocks, Mark]:
        journal_id, mark, floor = str(row.journal_id), self._marks.get(row.journal_id), self._floor(row.journal_id)
        if mark is not None and floor is not None and mark.next_seq <= floor.last + 1:
            mark = None
        reach = _start(self._connection, journal_id, mark, floor)
        since = reach.cursor.next_seq
        kept = self._kept[journal_id] = Kept(gone=0 if floor is None else floor.last)
        teller = Teller(self._connection, journal_id, self._sender, self._rule.days, self._rule.now())
        is_alone = self._is_alone and not row.continued
        lines = Lines(self._connection, journal_id, teller, self._elsewhere, kept, is_alone=is_alone)
        blocks = Blocks(self._connection, journal_id, self._kept, range(since, row.next_seq), self._standings)
        trees = self._trees[journal_id] = Trees(self._connection, journal_id, since)
        walk = Walk(self._connection, journal_id, self._sender.device_id, self._keys, reach, mark)
        for pieces in walk.pieces():
            first, last = pieces[0].first, reach.cursor.next_seq - 1
            lines.take(pieces)
            blocks.take(lines, first, last)
            trees.take(pieces, kept.stated)
        lines.end()
        walk.end(row.next_seq, bytes(row.head))
        trees.end(row.next_seq - 1)
        if since == 1:
            check_opened(row, kept.opened)
        if floor is None:
            check_border(self._connection, journal_id)
        check_counts(self._connection, journal_id, kept.served, since, teller.may_be_at)
        rated = self._check_sums(journal_id, kept, mark, floor)
        known = since if mark is None else mark.next_seq
        found.dropped += 0 if floor is None else floor.last
        found.entries += row.next_seq - known
        found.signed += max(0, reach.signed_seq - known + 1)
        end = reach.cursor
        return blocks, Mark(
            self._sender.device_id, journal_id, end.next_seq, end.head.hex(), reach.signed_seq, reach.signs, rated
        )

    def _floor(self, journal_id: str) -> Floor | None:
        """What was dropped of a journal, by months of which it is known who decided it."""
        floor = floor_of(self._connection, journal_id)
        if floor is not None:
            self._elsewhere.gone[journal_id] = floor.last
            check_decided(self._connection, floor.parts)
        return floor

    def _check_sums(self, journal_id: str, kept: Kept, mark: Mark | None, floor: Floor | None) -> int:
        """Hold the tallies to the ratings; of a journal of which only a part was read, how many there are in all."""
        if mark is None and floor is not None:
            return check_floor(self._connection, journal_id, kept, floor)
        if mark is None:
            return check_tallies(self._connection, journal_id, kept)
        n = select(func.count()).where(rating.c.journal_id == journal_id, rating.c.seq >= mark.next_seq)
        rated = mark.rated + int(self._connection.execute(n).scalar_one())
        sums = select(func.coalesce(func.sum(tally.c.n), 0)).where(tally.c.journal_id == journal_id)
        if int(self._connection.execute(sums).scalar_one()) != rated:
            day = select(func.max(tally.c.day)).where(tally.c.journal_id == journal_id)
            raise Wrong(What.TALLY_WRONG, day=str(self._connection.execute(day).scalar_one()))
        return rated


def _start(connection: Connection, journal_id: str, mark: Mark | None, floor: Floor | None) -> Reach:
    """From where a journal is read: from its first line that is here, or a little before its mark."""
    first = begin(journal_id)
    if floor is not None:
        first = Reach(Cursor(floor.last + 1, floor.head), floor.last, floor.signs)
    if mark is None:
        return first
    before = select(segment.c.first_seq, segment.c.prev).where(
        segment.c.journal_id == journal_id,
        segment.c.first_seq <= mark.next_seq - OVERLAP,
        segment.c.first_seq >= first.cursor.next_seq,
    )
    row = connection.execute(before.order_by(segment.c.first_seq.desc()).limit(1)).one_or_none()
    if row is None:
        return first
    return Reach(Cursor(row.first_seq, bytes(row.prev)), mark.signed_seq, mark.signs)
