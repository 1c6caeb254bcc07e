"""Journals: two weeks at a counter, written by the kiosk's own journal: chained, cut and packed as on any kiosk.

A few are written, and many kiosks send each: its lines are the same bytes, but the journal's id begins the chain, so
every kiosk has hashes, a tree of cuts and signatures of its own.
"""

import random
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.__about__ import SOFTWARE
from kiosk.domain.visit.rating import Comment, Count, Rating, Reasons, Revised, Standing
from kiosk.journal.chain import Cursor
from kiosk.journal.journal import Journal
from kiosk.journal.lines import RatingLine, RevisedLine, decode_line
from kiosk.journal.reader import Batch, JournalReader
from kiosk.journal.stated import InForce
from kiosk.journal.tree import Tree, states_cut
from sync.collector.fleet.surveys.library import shipped_surveys
from sync.protocol.batch import pack_batch
from sync.protocol.cuts import SignedCuts
from sync.protocol.messages import BATCH_BYTES_MAX, LINES_PER_BATCH_MAX
from sync.protocol.vouched import append_target
from tests.builders import ZONE, FrozenClock

SURVEY = "sipas-5@1"
AWAY = timedelta(days=14)
DAYS = 12
"""So many of them are worked."""
ENTRIES_A_VISIT = 1.55
TEMPLATES = 12
_REASONS = ("wait", "deadline", "trips", "guidance", "attitude", "papers", "place", "result")
_LEVELS, _WEIGHTS = (5, 4, 3, 2, 1), (45, 38, 10, 4, 3)


@dataclass(frozen=True)
class Part:
    """Consecutive lines as they go in one request."""

    first: int
    lines: tuple[bytes, ...]
    body: bytes
    """Packed."""
    has_enclosures: bool


@dataclass(frozen=True)
class Template:
    """A journal without its id."""

    before: Part
    """What the collector has had since before the outage."""
    before_boot: str
    parts: tuple[Part, ...]
    """What the outage kept."""
    boot: str
    """The present one."""
    booted_at: datetime
    ratings: Counter[tuple[str, int]]
    """How many there are by standing and level, as chosen last."""

    @property
    def entries(self) -> int:
        """How many the outage kept."""
        return sum(len(part.lines) for part in self.parts)


@dataclass(frozen=True)
class Prepared:
    """What one kiosk sends of a part: where, and what."""

    start: Cursor
    end: Cursor
    target: str
    body: bytes


def write_templates(folder: Path, entries: int, now: datetime, count: int = TEMPLATES) -> list[Template]:
    """Different journals of as many entries, the last of them written before ``now``."""
    return [_write(folder / f"{number}.db", number, entries, now) for number in range(count)]


def prepare(journal_id: str, key: Ed25519PrivateKey, template: Template) -> Iterator[Prepared]:
    """The requests that bring one kiosk's journal, in order: first what came before the outage."""
    tree, end = Tree(), Cursor.start(journal_id)
    for part in (template.before, *template.parts):
        start = end
        for seq, line in enumerate(part.lines, start=part.first):
            end = end.after([line])
            tree.read(seq, line, end.head)
        signs = states_cut(part.lines) and tree.root[0]
        cuts = SignedCuts.sign(key, journal_id, tree.root).member if signs else None
        yield Prepared(start, end, append_target(journal_id, start, end.head, cuts), part.body)


def _write(path: Path, number: int, entries: int, now: datetime) -> Template:
    week = _Weeks(path, number, now)
    with Journal.open(path, week.clock, SOFTWARE, allow_any_disk=True) as journal:
        journal.state_settings(InForce.of(shipped_surveys()[SURVEY], None, None), week.clock.now())
    with JournalReader(path) as reader:
        before, before_boot = reader.head(), week.clock.boot
    with Journal.open(path, week.clock, SOFTWARE, allow_any_disk=True) as journal:
        week.live(journal, before.next_seq - 1 + entries)
    with JournalReader(path) as reader:
        first, *others = list(_batches(reader, before.next_seq - 1, entries))
    ratings = _ratings(line for part in (first, *others) for line in part.lines)
    booted_at = week.clock.wall - timedelta(microseconds=week.clock.mono_us)
    return Template(first, before_boot, tuple(others), week.clock.boot, booted_at, ratings)


def _batches(reader: JournalReader, before: int, entries: int) -> Iterator[Part]:
    """The lines from before the outage, and those after them as the agent takes them."""
    cursor, goal = Cursor.start(reader.id), before
    while True:
        batch = reader.batch_after(cursor, min(LINES_PER_BATCH_MAX, goal - cursor.next_seq + 1), BATCH_BYTES_MAX)
        if not batch:
            return
        yield _part(batch)
        cursor = batch.end
        if cursor.next_seq > before:
            goal = before + entries


def _part(batch: Batch) -> Part:
    body = pack_batch(batch.lines, batch.enclosures)
    return Part(batch.start.next_seq, batch.lines, body, bool(batch.enclosures))


def _ratings(lines: Iterator[bytes]) -> Counter[tuple[str, int]]:
    found: dict[int, tuple[str, int]] = {}
    for encoded in lines:
        match decode_line(encoded):
            case RatingLine(seq=seq, standing=standing, level=level):
                found[seq] = standing, level
            case RevisedLine(rating=rating, level=level):
                found[rating] = found[rating][0], level
    return Counter(found.values())


class _Weeks:
    """Who comes to one counter in two weeks."""

    def __init__(self, path: Path, number: int, now: datetime) -> None:
        self._chance = random.Random(number)
        self._day = (now.astimezone(ZONE) - AWAY).replace(hour=7, minute=20, second=0, microsecond=0)
        self._last = now.astimezone(ZONE) - timedelta(minutes=1)
        self._writes = number % 4 == 0
        """Whether citizens may write a sentence here."""
        self.clock = FrozenClock(self._day, 41_000_000, self._boot())

    def live(self, journal: Journal, through: int) -> None:
        """Two weeks, until the journal has so many entries."""
        self._through = through
        visits = (through - 2) / ENTRIES_A_VISIT / DAYS
        for day in range(DAYS):
            self._switch_on(self._day + timedelta(days=1 + day))
            self._cut(journal)
            for opens, share in ((self.clock.wall.replace(hour=7, minute=30), 0.55),
                                 (self.clock.wall.replace(hour=13, minute=30), 0.45)):  # fmt: skip
                if not self._half_day(journal, opens, round(visits * share) + 1):
                    return
        while self._visit(journal):
            self.clock.advance(self._chance.uniform(20, 40))

    def _half_day(self, journal: Journal, opens: datetime, visits: int) -> bool:
        """Whether there is room for more."""
        self.clock.advance(max(0.0, (opens - self.clock.wall).total_seconds()))
        for _ in range(visits):
            self.clock.advance(self._chance.uniform(0.4, 1.6) * 14_000 / max(1, visits))
            if not self._visit(journal):
                return False
        self.clock.advance(max(0.0, (opens + timedelta(hours=4, minutes=40) - self.clock.wall).total_seconds()))
        return self._cut(journal) and (opens.hour < 12 or self._count(journal))

    def _visit(self, journal: Journal) -> bool:
        chance, clock = self._chance, self.clock
        level = chance.choices(_LEVELS, _WEIGHTS)[0]
        seq = journal.append(Rating(clock.now(), SURVEY, "overall", level, Standing.COUNTED)).seq
        more = []
        if chance.random() < 0.32:
            more.append(Reasons(clock.now(), seq, tuple(chance.sample(_REASONS, chance.choice((1, 1, 2))))))
        if chance.random() < 0.04:
            more.append(Revised(clock.now(), seq, chance.choice(_LEVELS)))
        if self._writes and chance.random() < 0.015:
            more.append(Comment(clock.now(), seq, "Cán bộ hướng dẫn nhiệt tình, nhưng phải chờ lâu."))
        # Last: it begins a visit of its own, in which nobody writes to the one before.
        if chance.random() < 0.05:
            more.append(Rating(clock.now(), SURVEY, "overall", level, Standing.REPEAT))
        for fact in more:
            if seq >= self._through:
                break
            clock.advance(3)
            seq = journal.append(fact).seq
        return seq < self._through

    def _count(self, journal: Journal) -> bool:
        served = Count(self.clock.now(), self.clock.wall.date().isoformat(), self._chance.randrange(40, 120))
        return journal.append(served).seq < self._through

    def _cut(self, journal: Journal) -> bool:
        while journal.cut(self.clock.now()):
            pass
        with JournalReader(journal.path) as reader:
            return reader.head().next_seq <= self._through

    def _switch_on(self, at: datetime) -> None:
        self.clock.wall, self.clock.boot = at, self._boot()
        self.clock.mono_us = self._chance.randrange(30_000_000, 60_000_000)

    def _boot(self) -> str:
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))
