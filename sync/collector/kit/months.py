"""Months: what the auditors' page tells of each closed month of a unit, and what the public log says of its reports."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Connection

from sync.collector.calendar.periods import parse_period
from sync.collector.closed.kept import UnitMonth, Version, closed_months, unit_month_of
from sync.collector.figures.places import EVERYTHING, Place, find_place, read_places
from sync.collector.kit.bundle import proofs_of
from sync.collector.kit.logged import LogProofs
from sync.collector.people.rights import Reader
from sync.collector.proof.nightly import State, read_state
from sync.collector.replica.shown import NOWHERE
from sync.collector.services.closed import Shelf, shelf_of
from sync.collector.services.services import Services
from sync.collector.transparency.leaves.index import State as LogState
from sync.collector.transparency.leaves.index import read_state as read_log
from sync.collector.transparency.leaves.lacking import gone_from
from sync.collector.transparency.logged import Logged, logged_report
from sync.protocol.tlog.checkpoint import write_hash
from sync.protocol.tlog.errors import NoteWrong
from sync.protocol.tlog.note import Note, Verifier

MONTHS_MAX = 36


@dataclass(frozen=True, slots=True)
class LoggedReport:
    """A report that was kept, and its entry in the public log."""

    version: Version
    entry: Logged | None
    """None where it is not in what is published."""
    differs: bool = False
    """Whether that entry is of another report, or of other numbers."""


@dataclass(frozen=True, slots=True)
class ClosedMonth:
    """One closed month."""

    shelf: Shelf
    reports: tuple[LoggedReport, ...]
    """The newest first."""


@dataclass(frozen=True, slots=True)
class PublicState:
    """The log as everybody is shown it."""

    origin: str
    size: int
    root: str
    """Base64."""
    vkey: str
    published_at: datetime | None
    cosigned: tuple[tuple[str, datetime | None], ...]
    """Which of the witnesses that the settings name, and when."""


@dataclass(frozen=True, slots=True)
class Proven:
    """The closed months of a place and what proves them, as the page tells it."""

    place: Place
    units: tuple[Place, ...]
    """Those that the reader may look at instead."""
    months: tuple[ClosedMonth, ...]
    """The newest first."""
    log: PublicState | None
    gone: Path | None
    """Where the log's files should be and are not."""
    state: State
    """What came of the last nights' recomputing."""


def read_proven(services: Services, reader: Reader, unit: str | None) -> Proven:
    """The closed months of a unit that ``reader`` may see; raises UsageWrong for another one."""
    proofs = proofs_of(services)
    with services.database.reading() as connection:
        places = read_places(connection, services.missed(connection))
        place = find_place(places, unit, None, reader.path)
        units = [at for at in places.by_key.values() if not at.is_counter and at.key.startswith(reader.path)]
        unit_id = NOWHERE if place.key == EVERYTHING else place.unit_id
        days = closed_months(connection, unit_id)[:MONTHS_MAX] if unit_id is not None else []
        state, kept = read_state(connection), read_log(connection)
        gone = gone_from(connection, services.config)
    months = tuple(_month(services, place, day, proofs) for day in days)
    witnesses = [one.verifier for one in services.config.log.witnesses]
    log = None if proofs is None or kept is None else _public(proofs, kept, witnesses)
    return Proven(place, tuple(units), months, log, gone, state)


def _month(services: Services, place: Place, day: date, proofs: LogProofs | None) -> ClosedMonth:
    shelf = shelf_of(services, place, parse_period(f"{day:%Y-%m}"))
    assert shelf is not None  # noqa: S101 - it was closed
    key = unit_month_of(place, shelf.period)
    assert key is not None  # noqa: S101 - it is on the shelf
    with services.database.reading() as connection:
        reports = [_logged(connection, key, one, proofs) for one in reversed(shelf.versions)]
    return ClosedMonth(shelf, tuple(reports))


def _logged(connection: Connection, key: UnitMonth, version: Version, proofs: LogProofs | None) -> LoggedReport:
    found = None if proofs is None else logged_report(connection, *key, version.number, proofs.published)
    if proofs is None or found is None:
        return LoggedReport(version, None)
    return LoggedReport(version, found, not proofs.holds_report(connection, key, version, found))


def _public(proofs: LogProofs, kept: LogState, witnesses: list[Verifier]) -> PublicState:
    published = proofs.published
    found = published.checkpoint
    note = Note.parse(published.text)
    try:
        verified = note.verified_by(witnesses)
    except NoteWrong:
        verified = []
    cosigned = tuple((one.verifier.name, _moment(one.time)) for one in verified)
    return PublicState(found.origin, found.size, write_hash(found.root), kept.vkey, kept.published_at, cosigned)


def _moment(time: int | None) -> datetime | None:
    return None if time is None else datetime.fromtimestamp(time, UTC)
