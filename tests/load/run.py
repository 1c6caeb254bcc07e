"""Run: one load on one engine, from an empty database to the last count."""

import contextlib
import statistics
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select

from sync.collector.fleet.rollouts.change import Change
from sync.collector.fleet.rollouts.effective import etag_of, read_bases, read_in_force
from sync.collector.fleet.rollouts.store import go_on, plan_rollout, read_rollout
from sync.collector.store.database import Database, open_database
from sync.collector.store.migrate import migrate
from sync.collector.store.schema import device, device_status
from tests.load.counted import Wrong, count, faulty_blocks, n_due
from tests.load.fleet import write_fleet
from tests.load.generator import Generators, Progress, Seen, Slice
from tests.load.journals import Template, write_templates
from tests.load.plan import Plan
from tests.load.servers import Collectors, collectors, free_port
from tests.sync.collector.postgres import memory, postgres_server

LOOKED_EVERY_S = 5.0
SCRAPED_EVERY_S = 15.0
"""As a Prometheus does."""
GIVEN_UP_AFTER = 20
"""Calls of which none was answered."""
Say = Callable[[str], None]


@dataclass
class Spent:
    """Seconds of the processor over a stretch of time."""

    wall_s: float
    collectors_s: float
    database_s: float
    generators_s: float


@dataclass
class Outcome:
    """What came of a run."""

    plan: Plan
    began: float = 0.0
    changed: float = 0.0
    """When the office's settings were changed; nought where they were not."""
    outage_began: float = 0.0
    in_at: float = 0.0
    """When all was in; nought where it never was."""
    judged_at: float = 0.0
    rest: Spent | None = None
    outage: Spent | None = None
    seen: list[Seen] = field(default_factory=list)
    silence_s: float = 0.0
    """The oldest last word of any kiosk, at any look while all were at rest …"""
    silence_in_outage_s: float = 0.0
    """… and at any look since."""
    never_heard: int = 0
    peaks_mb: list[float] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    faulty: int = 0
    fault: str = ""
    """Why it was broken off; what was seen until then stands beside."""


def run(plan: Plan, say: Say) -> Outcome:
    """Live through it."""
    with _engine(plan) as (url, folder):
        say(f"{plan.engine}: {plan.kiosks:,} kiosks are written")
        database = open_database(url, create=True)
        migrate(database)
        now, port = datetime.now(UTC), free_port()
        templates = write_templates(folder, plan.entries, now, min(12, max(1, plan.outage)))
        write_fleet(database, plan.kiosks, templates, f"127.0.0.1:{port}", now)
        with collectors(url, folder, plan.processes, port) as servers:
            generators = Generators(plan, _slices(plan, servers, database, templates))
            outcome = Outcome(plan)
            try:
                _Run(outcome, say, database, servers, generators).live()
            except Exception as error:
                outcome.fault = f"{type(error).__name__}: {error}"
                say(f"broken off: {outcome.fault}")
            finally:
                outcome.seen = generators.close()
            outcome.peaks_mb = servers.peaks_mb()
        say(f"{plan.engine}: counting")
        outcome.wrong = count(database, range(plan.outage), templates)
        outcome.faulty = faulty_blocks(database)
        database.close()
    return outcome


@contextmanager
def _engine(plan: Plan) -> Iterator[tuple[str, Path]]:
    with TemporaryDirectory(prefix="hailong-load-") as disk, TemporaryDirectory(dir=memory()) as quick:
        if plan.sqlite:
            yield f"sqlite:///{disk}/collector.db", Path(quick)
            return
        with postgres_server(durable=True, connections_max=100) as server:
            yield server.format(database="postgres"), Path(quick)


def _slices(plan: Plan, servers: Collectors, database: Database, templates: list[Template]) -> list[Slice]:
    with database.reading() as connection:
        in_force = read_in_force(connection)
        by_code = {base.settings.counter: etag_of(in_force.settings(base)) for base in read_bases(connection, "")}
    settings = {n: by_code[f"Q{n}"] for n in range(plan.kiosks)}
    shares = [range(first, plan.kiosks, plan.generators) for first in range(plan.generators)]
    return [
        Slice(
            share, servers.port, f"127.0.0.1:{servers.port}", templates, {n: settings[n] for n in share},
            plan.period_s + plan.rest_s,
        )
        for share in shares
    ]  # fmt: skip


class _Run:
    """The stretches of a run, one after the other."""

    def __init__(
        self, outcome: Outcome, say: Say, database: Database, servers: Collectors, generators: Generators
    ) -> None:
        self._plan, self._say, self._database = outcome.plan, say, database
        self._servers, self._generators = servers, generators
        self._outcome = outcome

    def live(self) -> None:
        """All stretches."""
        plan, outcome = self._plan, self._outcome
        outcome.began = self._generators.begin()
        with self._scraped():
            self._watch(f"{plan.kiosks - plan.outage:,} kiosks come", outcome.began + plan.period_s)
            if plan.rest_s:
                self._rest(outcome.began + plan.period_s + plan.rest_s)
            if plan.outage:
                self._bring_in(time.monotonic())

    def _rest(self, until: float) -> None:
        before = self._spent()
        if self._plan.rest_s >= self._plan.period_s:
            self._change_in_time(until)
        self._watch("at rest", until)
        self._outcome.rest = self._since(before)

    def _change_in_time(self, until: float) -> None:
        # Late enough to have seen calls without it, early enough for every kiosk to come once more.
        self._watch("at rest", until - 1.25 * self._plan.period_s)
        self._change_settings()

    def _bring_in(self, began: float) -> None:
        plan, outcome = self._plan, self._outcome
        before, outcome.outage_began = self._spent(), began
        self._watch("the outage ends", began + plan.outage_s_max, lambda told: told.n_done >= plan.outage)
        if self._generators.progress().n_done < plan.outage:
            return
        outcome.in_at = time.monotonic()
        outcome.outage = self._since(before)
        self._watch(
            "all is in; cuts are judged", outcome.in_at + plan.judged_s_max, lambda _: n_due(self._database) == 0
        )
        if n_due(self._database) == 0:
            outcome.judged_at = time.monotonic()

    def _change_settings(self) -> None:
        """As somebody at the office does: to all kiosks at once."""
        now, who = datetime.now(UTC), "load"
        with self._database.writing() as connection:
            number = plan_rollout(connection, None, "Tối", Change(theme="dark"), now, who, now, at_once=True)
            go_on(connection, read_rollout(connection, number), who, now)
        self._outcome.changed = time.monotonic()

    def _watch(self, what: str, until: float, is_over: Callable[[Progress], bool] = lambda _: False) -> None:
        looked_at = time.monotonic()
        while time.monotonic() < until:
            told = self._generators.progress()
            if is_over(told):
                return
            if told.n_failed == told.n_calls >= GIVEN_UP_AFTER:
                raise RuntimeError("no call is answered as it should be")
            time.sleep(min(0.5, max(0.0, until - time.monotonic())))
            if time.monotonic() - looked_at >= LOOKED_EVERY_S:
                looked_at = time.monotonic()
                self._look()
                self._tell(what, told)
        self._look()

    def _look(self) -> None:
        """How long ago was the kiosk heard that was not heard for longest?"""
        if time.monotonic() < self._outcome.began + self._plan.period_s * 1.05:
            return
        now = datetime.now(UTC)
        with self._database.reading() as connection:
            oldest, heard = connection.execute(select(func.min(device_status.c.received_at), func.count())).one()
            known = connection.execute(select(func.count()).select_from(device)).scalar_one()
        outcome = self._outcome
        if oldest is not None:
            silence_s = (now - oldest).total_seconds()
            if outcome.outage_began:
                outcome.silence_in_outage_s = max(outcome.silence_in_outage_s, silence_s)
            else:
                outcome.silence_s = max(outcome.silence_s, silence_s)
        away = 0 if outcome.outage_began else self._plan.outage
        outcome.never_heard = 0 if outcome.outage_began else max(outcome.never_heard, known - heard - away)

    def _tell(self, what: str, told: Progress) -> None:
        at = time.monotonic() - self._outcome.began
        brought = f", {told.n_done:,} of {self._plan.outage:,} in" if self._outcome.outage_began else ""
        self._say(f"{at:5.0f} s  {what}: {told.n_calls:,} calls, {told.n_failed:,} refused or lost{brought}")

    def _spent(self) -> Spent:
        return Spent(time.monotonic(), *self._servers.cpu_s(), self._generators.progress().cpu_s)

    def _since(self, before: Spent) -> Spent:
        now = self._spent()
        return Spent(
            now.wall_s - before.wall_s, now.collectors_s - before.collectors_s,
            now.database_s - before.database_s, now.generators_s - before.generators_s,
        )  # fmt: skip

    @contextmanager
    def _scraped(self) -> Iterator[None]:
        """While this lasts each collector is asked for its metrics, and whether it is ready."""
        stopping = threading.Event()

        def scrape() -> None:
            while not stopping.wait(SCRAPED_EVERY_S):
                for path in ("metrics", "readyz"):
                    with contextlib.suppress(OSError):
                        urllib.request.urlopen(f"http://127.0.0.1:{self._servers.port}/{path}", timeout=10).read()

        thread = threading.Thread(target=scrape, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stopping.set()
            thread.join(15)


def quantile(values: list[float], part: float) -> float:
    """The value below which this part lies; nought of none."""
    if len(values) < 2:
        return values[0] if values else 0.0
    return statistics.quantiles(values, n=1000, method="inclusive")[min(998, round(part * 1000) - 1)]
