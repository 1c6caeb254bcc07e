"""Known month: 42 days at five counters of two communes, pressed into real journals and brought over the wire.

Who presses what at which counter is drawn with a fixed seed, but how many do so in October is set: so whoever counts
anew knows what must come out. One kiosk brings all of it at the end; one asks another survey in the first days.
"""

import json
import random
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select

from kiosk.base.resources import resource
from kiosk.base.survey_file import load_survey
from kiosk.domain.visit.rating import Rating, Reasons, Standing
from kiosk.journal.stated import InForce
from sync.collector.store.database import open_database
from sync.collector.store.schema import segment
from tests.attack.centre import COMMUNES, Centre, build
from tests.attack.kiosk import SURVEY
from tests.attack.world import Voices, World
from tests.builders import ZONE
from tests.sync.collector.postgres import memory
from tests.sync.collector.sharing import migrated_copy

FIRST, DAYS = datetime(2026, 10, 1, tzinfo=ZONE), 42
MONTH = "2026-10"
OTHER = load_survey(resource("config", "surveys", "tt32-3.toml"))
OTHER_DAYS = 4
"""So many days one kiosk asks the other survey, and its own after them."""
REASONS = {"wait": 46, "guidance": 40, "papers": 20}
KIOSKS = {"a": ("Q1",), "hall": ("Q2", "Q3"), "b": ("Q4",), "c": ("Q5",)}
_HOURS = {"am": 8, "pm": 14}
_PRESS_S = 30


@dataclass(frozen=True, slots=True)
class Plan:
    """How many press at a commune's counters in a month."""

    counted: int
    aside: int
    reasons: dict[str, int]


OCTOBER = {"XA": Plan(464, 23, REASONS), "XB": Plan(171, 9, {"wait": 30, "fee": 12})}
NOVEMBER = Plan(40, 3, {"wait": 7})


@dataclass(slots=True)
class Press:
    """One citizen at a counter."""

    day: int
    part: str
    counter: str
    level: int
    standing: Standing = Standing.COUNTED
    reasons: list[str] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        """When the half day's first one presses."""
        return FIRST + timedelta(days=self.day, hours=_HOURS[self.part])


@dataclass
class Count:
    """What some ratings come to."""

    levels: "Counter[int]" = field(default_factory=Counter)
    reasons: "Counter[str]" = field(default_factory=Counter)
    aside: int = 0

    @property
    def n(self) -> int:
        """Those that count."""
        return self.levels.total()

    def __add__(self, other: "Count") -> "Count":
        return Count(self.levels + other.levels, self.reasons + other.reasons, self.aside + other.aside)


def presses() -> list[Press]:
    """All of them, in the order of their half days."""
    draw, found = random.Random(26), []
    for commune, counters in COMMUNES.items():
        for plan, days in ((OCTOBER[commune], range(31)), (NOVEMBER, range(31, DAYS))):
            found += _drawn(draw, plan, counters, days)
    return sorted(found, key=lambda one: one.at)


def _drawn(draw: random.Random, plan: Plan, counters: Sequence[str], days: Sequence[int]) -> list[Press]:
    work = [day for day in days if (FIRST + timedelta(days=day)).weekday() < 5]
    busy = range(len(counters), 0, -1)

    def one(standing: Standing) -> Press:
        (counter,), (level,) = draw.choices(counters, busy), draw.choices(range(1, 6), (4, 6, 10, 45, 35))
        # One kiosk asks another survey in the first days: three levels instead of five.
        day = draw.choice([day for day in work if counter != "Q4" or day >= OTHER_DAYS])
        return Press(day, draw.choice(("am", "pm")), counter, level, standing)

    counted = [one(Standing.COUNTED) for _ in range(plan.counted)]
    for reason, n in plan.reasons.items():
        for press in draw.sample(counted, n):
            press.reasons.append(reason)
    return counted + [one(Standing.REPEAT) for _ in range(plan.aside)]


@contextmanager
def known_month() -> Iterator[World]:
    """The office on the morning after the last day, everything cut and delivered."""
    with migrated_copy() as url, TemporaryDirectory(prefix="hailong-known-", dir=memory()) as folder:
        wall = [FIRST + timedelta(hours=7)]
        database = open_database(url)
        build(database, wall[0].astimezone(UTC))
        world = World(
            Path(folder), Centre(database, lambda: wall[0].astimezone(UTC), Path(folder, "log")), Voices(), wall
        )
        try:
            for name, counters in KIOSKS.items():
                world.add_kiosk(name, counters[0], counters if len(counters) > 1 else ()).wake()
            _ask(world, "b", OTHER)
            _press_all(world)
            _go_on(world, FIRST + timedelta(days=DAYS, hours=7, minutes=30))
            for name in KIOSKS:
                world.deliver(name)
            yield world
        finally:
            for kiosk in world.kiosks.values():
                kiosk.stop()
            world.centre.close()


def _press_all(world: World) -> None:
    kiosk_of = {counter: name for name, counters in KIOSKS.items() for counter in counters}
    asked, delivered = OTHER, 0
    _press_other(world)
    for press in presses():
        if press.at > world.now:
            _go_on(world, press.at)
        if asked is OTHER and press.day >= OTHER_DAYS:
            _ask(world, "b", asked := SURVEY)
        if press.day >= delivered + 7:
            delivered = press.day
            for name in ("hall", "b", "c"):
                world.deliver(name)
        _press(world, kiosk_of[press.counter], press)


def _press_other(world: World) -> None:
    """Thirty-four citizens are asked the other survey, on the first morning."""
    _go_on(world, FIRST + timedelta(hours=8))
    kiosk = world.kiosks["b"]
    assert kiosk.journal is not None
    for number in range(34):
        rating = Rating(kiosk.clock.now(), OTHER.ref, OTHER.questions[0].id, 1 + number % 3, Standing.COUNTED)
        kiosk.journal.append(rating)
        world.pass_s(_PRESS_S)


def _press(world: World, name: str, press: Press) -> None:
    kiosk = world.kiosks[name]
    assert kiosk.journal is not None
    counter = press.counter if kiosk.hall else None
    rating = Rating(kiosk.clock.now(), SURVEY.ref, "overall", press.level, press.standing, counter)
    seq = kiosk.journal.append(rating).seq
    world.pass_s(_PRESS_S)
    if press.reasons:
        kiosk.journal.append(Reasons(kiosk.clock.now(), seq, tuple(press.reasons)))


def _ask(world: World, name: str, survey: Any) -> None:
    kiosk = world.kiosks[name]
    assert kiosk.journal is not None
    kiosk.journal.state_settings(InForce.of(survey, None, kiosk.stands), kiosk.clock.now())


def _go_on(world: World, moment: datetime) -> None:
    """Time goes by until then; half days that are over are cut."""
    world.pass_s((moment - world.now).total_seconds())
    for kiosk in world.kiosks.values():
        kiosk.cut()


class Lines:
    """What the stored lines of the journals say of the month, and nothing else: no table of counts is read."""

    def __init__(self, world: World) -> None:
        self._ratings: dict[tuple[str, int], dict[str, Any]] = {}
        self._cuts: list[tuple[str, dict[str, Any]]] = []
        c = segment.c
        with world.centre.database.reading() as connection:
            rows = connection.execute(select(c.journal_id, c.lines).order_by(c.journal_id, c.first_seq)).all()
        stands: dict[str, str] = {}
        for journal_id, packed in rows:
            for line in zlib.decompress(packed, 31).splitlines():
                self._take(journal_id, json.loads(line), stands)

    def _take(self, journal_id: str, said: dict[str, Any], stands: dict[str, str]) -> None:
        if said["kind"] == "settings":
            stands[journal_id] = said["stands"]
        said.setdefault("counter", stands.get(journal_id))
        if said["kind"] == "rating":
            self._ratings[journal_id, said["seq"]] = said
        elif said["kind"] == "reasons":
            self._ratings[journal_id, said["rating"]]["reasons"] = said["reasons"]
        elif said["kind"] == "block":
            self._cuts.append((journal_id, said))

    def recounted(self, counters: Sequence[str], survey: str = "sipas-5@1") -> Count:
        """Every rating of the month by itself."""
        found = Count()
        for said in self._ratings.values():
            if said["at"].startswith(MONTH) and said["counter"] in counters and said["survey"] == survey:
                if said["standing"] == "counted":
                    found += Count(Counter([said["level"]]), Counter(said.get("reasons", ())))
                else:
                    found += Count(aside=1)
        return found

    def cut(self, counters: Sequence[str], *, tails: bool) -> Count:
        """The sums of the month's blocks, or those of its tails, as the kiosks wrote them."""
        return sum((_of_cut(said["sums"]) for _, said in self._of_month(counters, tails=tails)), Count())

    def tail_journals(self, counters: Sequence[str]) -> int:
        """From how many journals the tails come."""
        return len({journal_id for journal_id, _ in self._of_month(counters, tails=True)})

    def _of_month(self, counters: Sequence[str], *, tails: bool) -> Iterator[tuple[str, dict[str, Any]]]:
        for journal_id, said in self._cuts:
            last = self._ratings[journal_id, said["last"]]
            here = said["counter"] in counters and said["survey"] == SURVEY.id
            if here and last["at"].startswith(MONTH) and said.get("tail", False) is tails:
                yield journal_id, said


def _of_cut(sums: dict[str, Any]) -> Count:
    counted = sums.get("counted", {})
    levels = Counter({int(level): n for level, n in counted.get("levels", {}).items()})
    aside = sum(sum(said["levels"].values()) for standing, said in sums.items() if standing != "counted")
    return Count(levels, Counter(counted.get("reasons", {})), aside)
