"""Run: checks many kiosks, each by itself, over the processor's cores, and then what is shown of all of them."""

import gc
import multiprocessing
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, or_, select

from sync.collector.calendar.presstime import LocalDays
from sync.collector.errors import UsageWrong
from sync.collector.fleet.places.units import find_unit
from sync.collector.fleet.surveys.library import Library
from sync.collector.proof.device import Checked, Rule, check_device, noted, one_view
from sync.collector.proof.kept.begun import check_begun
from sync.collector.proof.marks import Mark
from sync.collector.proof.shown import check_before, check_shown, months_shown, strange_journals, told_until
from sync.collector.proof.told.names import check_versions
from sync.collector.proof.told.noted import check_noted
from sync.collector.proof.told.recorded import Before
from sync.collector.proof.wrong import Finding, Wrong
from sync.collector.store.database import Database, open_database
from sync.collector.store.schema import counter, device, device_grant, journal, placement, unit

KIOSKS_AT_ONCE = 64
"""So many kiosks are asked for at a time, so that nothing grows with their number."""

Progress = Callable[[int, int, int], None]
"""How many kiosks are checked, of how many, and with how many entries."""


class Task(NamedTuple):
    """One kiosk to be checked."""

    device_id: str
    marks: Mapping[str, Mark]
    only: tuple[str, ...] = ()


@dataclass(slots=True)
class Outcome:
    """What came of a run."""

    kiosks: int = 0
    journals: int = 0
    entries: int = 0
    signed: int = 0
    months: int = 0
    """So many months of what is shown were held against their blocks."""
    dropped: int = 0
    """So many entries before these were dropped when their time was over."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def add(self, one: Checked) -> None:
        """Take in what came of a kiosk."""
        self.kiosks += 1
        self.journals += len(one.marks)
        self.entries += one.entries
        self.signed += one.signed
        self.dropped += one.dropped
        self.findings += one.findings


def places_of(connection: Connection, kiosks: Collection[str]) -> dict[str, str]:
    """By kiosk, the code of the counter where it stands."""
    # What is wrong with what is shown is no kiosk's.
    named = sorted(kiosk for kiosk in kiosks if kiosk)
    wanted = select(device.c.device_id, counter.c.code).join(counter).where(device.c.device_id.in_(named))
    return {str(device_id): str(code) for device_id, code in connection.execute(wanted)} if named else {}


def kiosks_of(
    connection: Connection, journal_id: str | None, unit_code: str | None
) -> list[tuple[str, tuple[str, ...]]]:
    """The kiosks to be checked, each with the journals that are meant, or none where all are.

    Of a unit those that stand, stood or may speak there. Raises UsageWrong for what is not there.
    """
    if journal_id is not None:
        wanted = select(journal.c.device_id).where(journal.c.journal_id == journal_id)
        found = connection.execute(wanted).scalar_one_or_none() if len(journal_id) == ID_CHARS else None
        if found is None:
            raise UsageWrong("there is no journal {journal}", journal=journal_id)
        return [(str(found), (journal_id,))]
    every = select(journal.c.device_id).distinct().order_by(journal.c.device_id)
    if unit_code is not None:
        path = find_unit(connection, unit_code).path
        here = select(counter.c.counter_id).join(unit).where(unit.c.path.startswith(path, autoescape=True))
        every = every.join(device, device.c.device_id == journal.c.device_id).where(
            or_(
                device.c.counter_id.in_(here),
                *(
                    device.c.device_id.in_(select(table.c.device_id).where(table.c.counter_id.in_(here)))
                    for table in (placement, device_grant)
                ),
            )
        )
    return [(str(one), ()) for one in connection.execute(every).scalars()]


ID_CHARS = 36
OBJECTS_BETWEEN_LOOKS = 100_000


class Settings(NamedTuple):
    """What a process needs to know, as plain values."""

    url: str
    """Of the database."""
    zone: str
    least: int
    """How many ratings a block must count to be shown."""


def rule_of(settings: Settings, database: Database) -> Rule:
    """By which settings and surveys everything was counted and shown."""
    return Rule(LocalDays(ZoneInfo(settings.zone)), settings.least, Library(database))


def check_kiosks(
    settings: Settings, tasks: Sequence[Task], workers: int, progress: Progress = lambda *_: None
) -> Iterator[Checked]:
    """What came of each kiosk, in their order; with more than one worker each in a process of its own."""
    entries = 0
    for n, one in enumerate(_each(settings, tasks, workers), 1):
        entries += one.entries
        progress(n, len(tasks), entries)
        yield one


def check_sums(database: Database, rule: Rule, since: date | None = None) -> tuple[int, list[Finding]]:
    """Hold what is shown, of all months or of those from ``since`` on, to its blocks: how many, and what is wrong.

    And what people decided and typed in to the audit log.
    """
    with database.reading() as connection, one_view(connection):
        months = months_shown(connection, since)
    found = list[Finding]()
    for first, last in months:
        # A view for each month: what is shown moves on meanwhile.
        _look(database, found, partial(check_shown, first=first, last=last, least=rule.least))
    _look_before(database, found, since)
    begin = None if since is None else datetime.combine(since, time(), rule.days.zone)
    _look(database, found, partial(check_noted, since=begin))
    _look(database, found, partial(check_versions, surveys=rule.surveys))
    if since is None:
        _look(database, found, check_begun)
        _look(database, found, strange_journals)
    return len(months), found


def _look_before(database: Database, found: list[Finding], since: date | None) -> None:
    """Hold all months together of which anything was told before there were blocks, unless ``since`` is after them."""
    with database.reading() as connection, one_view(connection):
        told = told_until(connection)
        months = months_shown(connection) if told is not None and (since is None or since <= told) else []
    before = Before()
    for first, last in months:
        if told is not None and first <= told:
            _look(database, found, partial(check_before, first=first, last=last, before=before))


def _look(database: Database, found: list[Finding], look: Callable[[Connection], Iterable[Wrong]]) -> None:
    with noted(found), database.reading() as connection, one_view(connection):
        found += [Finding.of(wrong) for wrong in look(connection)]


def _each(settings: Settings, tasks: Sequence[Task], workers: int) -> Iterator[Checked]:
    if workers <= 1:
        _open(settings)
        yield from map(_check, tasks)
        _close()
        return
    # Fresh processes: a copied one would share the database's connections.
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, fresh, initializer=_open, initargs=(settings,)) as pool:
        for begin in range(0, len(tasks), KIOSKS_AT_ONCE * workers):
            yield from pool.map(_check, tasks[begin : begin + KIOSKS_AT_ONCE * workers])


_opened: list[tuple[Database, Rule]] = []


def _open(settings: Settings) -> None:
    database = open_database(settings.url)
    _opened[:] = [(database, rule_of(settings, database))]
    # Rows are read by the thousand and none of them is in a circle: looking for one after every 700 costs a tenth.
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS, *gc.get_threshold()[1:])


def _close() -> None:
    for database, _ in _opened:
        database.close()
    _opened.clear()


def _check(task: Task) -> Checked:
    database, rule = _opened[0]
    return check_device(database, task.device_id, rule, task.marks, task.only)
