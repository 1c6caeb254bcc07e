"""World: an office with real journals and a real collector, in which what is done is fixed and what is said is not.

A *story* is a function that lets things happen in a world. Told twice with other `Voices`, the same people press at the
same moments and say something else. So whoever compares two tellings learns which presses a number is about.
"""

import atexit
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from sqlalchemy import select

from kiosk.domain.visit.rating import Count, Rating, Reasons, Revised, Standing
from kiosk.journal.errors import Diverged
from kiosk.journal.reader import JournalReader
from kiosk.journal.stated import InForce
from sync.agent.state import AgentState, keep_state
from sync.agent.upload import last_common, upload_all
from sync.collector.calendar.presstime import LocalDays
from sync.collector.care.signals.keep import keep_findings
from sync.collector.care.signals.watched import FoundSign, Sign
from sync.collector.fleet.devices.credentials import move_device
from sync.collector.services.moves import Act, move_counter
from sync.collector.store import schema
from sync.collector.store.database import open_database
from tests.attack.centre import Centre, Wire, build
from tests.attack.doors.codes import receipt_of
from tests.attack.kiosk import SURVEY, Kiosk
from tests.builders import ZONE, FrozenClock
from tests.sync.collector.postgres import memory
from tests.sync.collector.sharing import migrated

BEGIN = datetime(2026, 10, 19, 7, 30, tzinfo=ZONE)
"""A Monday; six weeks on, a month's end lies among them."""
REASONS = ("wait", "deadline", "trips", "guidance", "attitude")
PRESS_S = 40
SILENT = 2  # of whoever says this the journal has a line less
Made = Callable[[], AbstractContextManager[str]]
"""Makes a fresh database with the province in it; its address."""


@contextmanager
def embedded() -> Iterator[str]:
    """A fresh SQLite database: a copy of one that is built once."""
    with TemporaryDirectory(prefix="hailong-attack-", dir=memory()) as folder:
        path = Path(folder) / "collector.db"
        shutil.copy(_built(), path)
        yield f"sqlite:///{path}"


@cache
def _built() -> Path:
    folder = mkdtemp(prefix="hailong-attack-", dir=memory())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "collector.db"
    shutil.copy(migrated(), path)
    with closing(open_database(f"sqlite:///{path}")) as database:
        build(database, BEGIN.astimezone(UTC))
    return path


@dataclass(frozen=True, slots=True)
class Voices:
    """What each one says, by the number of what is said: whoever is not marked is content."""

    marks: Mapping[int, int] = field(default_factory=dict)
    """The level of whoever is marked."""

    def level(self, number: int) -> int:
        """Which face."""
        return self.marks.get(number, 5)

    def reason(self, number: int) -> str | None:
        """Which reason: each level has one of its own, and who is ``SILENT`` leaves reasons out."""
        return None if self.level(number) == SILENT else REASONS[self.level(number) - 1]


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a citizen said: a face pressed, or another one chosen instead of it."""

    number: int
    kiosk: str
    counter: str
    at: datetime
    level: int
    reason: str | None
    standing: Standing
    instead_of: int | None = None

    @property
    def half_day(self) -> tuple[str, str]:
        """When, by the office's clock."""
        return self.at.date().isoformat(), "am" if self.at.hour < 12 else "pm"


@dataclass
class World:
    """The office, and what was said in it."""

    folder: Path
    centre: Centre
    voices: Voices
    wall: list[datetime]
    """The true time, in a list so that the collector's clock may look at it."""
    kiosks: dict[str, Kiosk] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    seqs: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Journal and seq of each thing said."""
    groups: list[tuple[int, ...]] = field(default_factory=list)
    """What was said together: at one place, one after the other."""
    done: list[str] = field(default_factory=list)
    """What happens once in a story."""
    tells_status: bool = False
    """Whether kiosks say how they are before each delivery."""

    @property
    def now(self) -> datetime:
        """The true time at the office."""
        return self.wall[0]

    def add_kiosk(self, name: str, counter: str, hall: tuple[str, ...] = ()) -> Kiosk:
        """A kiosk at a counter; it is switched on before the first press."""
        folder = self.folder / name / "kiosk"
        folder.mkdir(parents=True)
        key = self.centre.enrolled(len(self.kiosks) + 1, counter, tuple(code for code in hall if code != counter))
        clock = FrozenClock(self.now)
        kiosk = self.kiosks[name] = Kiosk(name, folder / "journal.db", clock, key, counter, hall)
        return kiosk

    def press(
        self, name: str, n: int = 1, counter: str | None = None, standing: Standing = Standing.COUNTED
    ) -> list[int]:
        """``n`` people press a face one after the other and choose a reason; their numbers."""
        kiosk = self.kiosks[name]
        kiosk.wake()
        numbers = [self._press(kiosk, counter, standing) for _ in range(n)]
        self.groups.append(tuple(numbers))
        self._sync(kiosk)
        return numbers

    def revise(self, number: int) -> int:
        """Who said this chooses another face; its number."""
        before = self.said[number]
        kiosk = self.kiosks[before.kiosk]
        new = len(self.said)
        level = self.voices.level(new)
        self.said.append(Said(new, kiosk.name, before.counter, before.at, level, None, before.standing, number))
        self.seqs[new] = (kiosk.id, kiosk.append(Revised(kiosk.clock.now(), self.seqs[number][1], level)).seq)
        self.groups.append((new,))
        self._sync(kiosk)
        return new

    def serve(self, name: str, n: int) -> None:
        """The day's transactions are typed in."""
        kiosk = self.kiosks[name]
        kiosk.wake()
        kiosk.append(Count(kiosk.clock.now(), kiosk.clock.wall.date().isoformat(), n))

    def wait(self, hours: float) -> None:
        """Time goes by; kiosks with power look every hour whether something is to be cut."""
        while hours > 0:
            step = min(hours, 1.0)
            self.pass_s(step * 3600)
            for kiosk in self.kiosks.values():
                kiosk.cut()
            hours -= step
        for kiosk in tuple(self.kiosks.values()):
            self._sync(kiosk)

    def until(self, day: int, hour: float) -> None:
        """Time goes by until so many days after the beginning, at an hour."""
        goal = BEGIN.replace(hour=0, minute=0) + timedelta(days=day, hours=hour)
        while self.now + timedelta(hours=6) < goal:
            self.pass_s(6 * 3600)
            self.wait(0.01)
        self.wait(max(0.0, (goal - self.now).total_seconds() / 3600))

    def pass_s(self, seconds: float) -> None:
        """So much time goes by everywhere."""
        self.wall[0] += timedelta(seconds=seconds)
        for kiosk in self.kiosks.values():
            kiosk.clock.advance(seconds)

    def step_clock(self, name: str, seconds: float) -> None:
        """A kiosk's wall clock jumps."""
        self.kiosks[name].clock.wall += timedelta(seconds=seconds)

    def deliver(self, name: str) -> None:
        """A cycle of the kiosk's agent; a journal that parted from the collector's copy is continued."""
        kiosk = self.kiosks[name]
        wire = Wire(self.centre, kiosk.key, kiosk.clock)
        with JournalReader(kiosk.path) as reader:
            kiosk.delivered = (reader.id, reader.head())
            if self.tells_status:
                wire.tell_status(reader)
            try:
                upload_all(reader, wire, lambda _: None)
                return
            except Diverged:
                state = AgentState().with_parting(reader.id, last_common(reader, wire))
        keep_state(kiosk.path.parent / "agent.json", state)
        kiosk.stop()
        kiosk.start()
        with JournalReader(kiosk.path) as reader:
            upload_all(reader, wire, lambda _: None)

    def disconnect(self, name: str) -> None:
        """The kiosk's agent reaches nobody until it is told to deliver."""
        self.kiosks[name].is_online = False

    def clone(self, name: str, other: str) -> Kiosk:
        """The disk image of a kiosk without power is copied into another one, which has the same key."""
        kiosk = self.kiosks[name]
        assert not kiosk.is_on
        shutil.copytree(self.folder / name, self.folder / other)
        clock = FrozenClock(kiosk.clock.wall)
        path = self.folder / other / "kiosk" / "journal.db"
        cloned = Kiosk(other, path, clock, kiosk.key, kiosk.stands, kiosk.hall, boots=500, is_used=True)
        self.kiosks[other] = cloned
        return cloned

    def move_counter(self, code: str, to: str, since: date) -> None:
        """The counter stands in another commune from a day on."""
        act = Act(self.now.astimezone(UTC), "test", LocalDays(ZONE))
        self.centre.decide(lambda connection: move_counter(connection, code, to, since, act))

    def move_kiosk(self, name: str, counter: str) -> None:
        """The kiosk is carried to another counter and told so."""
        kiosk = self.kiosks[name]
        act = (kiosk.key.keyid, counter, self.now.astimezone(UTC), "test")
        self.centre.decide(lambda connection: move_device(connection, *act))
        # As after the moment for which the collector remembers a device.
        self.centre.services.directory.forget(kiosk.key.keyid)
        kiosk.stands = counter
        if kiosk.journal is not None:
            kiosk.journal.state_settings(InForce.of(SURVEY, None, counter), kiosk.clock.now())
            kiosk.cut()

    def sign(self, counter: str, day: date, part: str) -> int:
        """The collector finds a rush there; the sign's number, 0 where it is no new one."""
        c = schema.counter.c
        finding = {"quick": 9, "n": 20, "expected": 2, "seconds": 60, "days": 3, "one_face": True, "weeks": []}

        def keep(connection):  # type: ignore[no-untyped-def]
            counter_id = connection.execute(select(c.counter_id).where(c.code == counter)).scalar_one()
            found = FoundSign(counter_id, Sign.BURST, day.isoformat(), day.isoformat(), part, finding)
            return next(iter(keep_findings(connection, [found], self.now.astimezone(UTC))), 0)

        return int(self.centre.decide(keep))

    def set_aside(self, sign: int, first: date, last: date, part: str = "") -> int:
        """A supervisor's form; the status of the answer."""
        return self._decide(sign, what="aside", first=first.isoformat(), last=last.isoformat(), part=part)

    def withdraw(self, sign: int) -> int:
        """The supervisor takes the decision back; the status of the answer."""
        return self._decide(sign, what="withdraw")

    def _sync(self, kiosk: Kiosk) -> None:
        if kiosk.is_online and kiosk.is_used and kiosk.is_on and kiosk.has_news:
            self.deliver(kiosk.name)

    def _decide(self, sign: int, **form: str) -> int:
        way = f"/dau-hieu/{sign}"
        return self.centre.send_form(way, way, "huong", note="Đã hỏi.", **form)

    def _press(self, kiosk: Kiosk, counter: str | None, standing: Standing) -> int:
        number, kiosk.is_used = len(self.said), True
        level, reason = self.voices.level(number), self.voices.reason(number)
        self.said.append(Said(number, kiosk.name, counter or kiosk.stands, self.now, level, reason, standing))
        said = (SURVEY.ref, "overall", level, standing, counter if kiosk.hall else None, receipt_of(number))
        entry = kiosk.append(Rating(kiosk.clock.now(), *said))
        self.seqs[number] = (kiosk.id, entry.seq)
        self.pass_s(PRESS_S / 2)
        if reason is not None:
            kiosk.append(Reasons(kiosk.clock.now(), entry.seq, (reason,)))
        self.pass_s(PRESS_S / 2)
        return number


@contextmanager
def a_world(voices: Voices, made: Made = embedded) -> Iterator[World]:
    """A fresh office with its kiosks: one at a counter of each commune, two beside, and one in a hall."""
    with made() as url, TemporaryDirectory(prefix="hailong-attack-", dir=memory()) as folder:
        wall = [BEGIN]
        centre = Centre(open_database(url), lambda: wall[0].astimezone(UTC), Path(folder, "log"))
        world = World(Path(folder), centre, voices, wall)
        for name, counters in (("a", ("Q1",)), ("hall", ("Q2", "Q3")), ("b", ("Q4",)), ("c", ("Q5",))):
            world.add_kiosk(name, counters[0], counters[1:] and counters)
        try:
            yield world
        finally:
            for kiosk in world.kiosks.values():
                kiosk.stop()
            world.centre.close()
