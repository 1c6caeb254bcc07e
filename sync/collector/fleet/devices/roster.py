"""Roster: every enrolled kiosk as IT staff watch it, and what became of its journals."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, func, select

from kiosk.base.terminal.terminal import terminal_texts
from sync.collector.calendar.half_days import told_until
from sync.collector.fleet.devices.grants import read_grants
from sync.collector.fleet.devices.last_words import LastWords, contact_of
from sync.collector.replica.dropped import floor_of
from sync.collector.store.schema import counter, device, device_status, duplicate, journal, segment

_STORY = tuple(
    journal.c[name] for name in (
        "journal_id", "device_id", "next_seq", "last_received_at", "forked_at",
        "continues", "continues_seq", "continues_why",
    )
)  # fmt: skip
NAMED_MAX = 500
"""So many journals are named in one query."""


@dataclass(frozen=True, slots=True)
class JournalState:
    """One journal of a kiosk."""

    journal_id: str
    entries: int | None
    """How many had come when the last half day was over; None where that was not asked for."""
    state: str
    """``open``, ``continued`` in a new one, or ``forked``: a copy of it went on as well."""
    continues: str | None
    why: str | None
    """Why the older journal was continued in this one."""
    duplicates: int
    """Entries kept but not counted, because they were counted in another journal."""


@dataclass(frozen=True, slots=True)
class KioskState:
    """One kiosk."""

    device_id: str
    counter: str
    revoked: bool
    heard_at: datetime | None
    waiting: int | None
    """What was waiting there in the last half day that is over, and has not come since."""
    error: str | None
    """What it said was wrong."""
    journals: tuple[JournalState, ...]
    serves: tuple[str, ...] = ()
    """The counters it may speak for besides its own."""
    taken_over: tuple[str, ...] = ()
    """The counters of ``serves`` that the update took over from use, and that nobody has looked at."""

    def as_dict(self) -> dict[str, Any]:
        """The kiosk for ``--json``."""
        return {**asdict(self), "heard_at": None if self.heard_at is None else self.heard_at.isoformat()}


def read_roster(connection: Connection, now: datetime, zone: ZoneInfo) -> list[KioskState]:
    """Every kiosk, by counter; what moves with presses as it was when the last half day was over."""
    journals, grants = read_journals(connection, told_until(now, zone)), read_grants(connection)
    words, delivered = LastWords(connection, now, zone), _delivered(connection)
    rows = connection.execute(
        select(device, counter.c.code, device_status.c.received_at, device_status.c.status)
        .join(counter)
        .outerjoin(device_status, device_status.c.device_id == device.c.device_id)
        .order_by(counter.c.code, device.c.enrolled_at)
    )
    kiosks = []
    for row in rows:
        said = words.of(row.status, row.received_at)
        heard_at = contact_of(row.received_at, delivered.get(row.device_id))
        held = [one for one in grants.get(row.device_id, ()) if one.until is None]
        kiosks.append(
            KioskState(
                row.device_id, row.code, row.revoked_at is not None, heard_at, said.get("pending"),
                said.get("last_error"), tuple(journals.get(row.device_id, ())),
                tuple(one.code for one in held), tuple(one.code for one in held if one.is_unseen),
            )
        )  # fmt: skip
    return kiosks


def kiosk_lines(kiosk: KioskState, zone: ZoneInfo) -> list[str]:
    """The kiosk as a person reads it: one line, and one for each journal with a story."""
    t = terminal_texts("collector")
    parts = [kiosk.counter, kiosk.device_id]
    if kiosk.revoked:
        parts.append(t("credential withdrawn"))
    if kiosk.heard_at is None:
        parts.append(t("not heard yet"))
    else:
        parts.append(t("last heard {time}", time=kiosk.heard_at.astimezone(zone).strftime("%H:%M %d/%m/%Y")))
    if kiosk.serves:
        parts.append(t("serves too: {counters}", counters=", ".join(kiosk.serves)))
    if kiosk.taken_over:
        parts.append(t("to look at, taken over by the update: {counters}", counters=", ".join(kiosk.taken_over)))
    if kiosk.waiting:
        parts.append(t("waiting: {n}", n=t.number(kiosk.waiting)))
    if kiosk.error:
        parts.append(t("it says: {error}", error=kiosk.error))
    return ["  ".join(parts), *(line for found in kiosk.journals for line in _journal_lines(found))]


def _journal_lines(found: JournalState) -> list[str]:
    t = terminal_texts("collector")
    lines = []
    if found.continues is not None:
        sentence = t(
            "journal {journal} continues {older}: {why}",
            journal=found.journal_id,
            older=found.continues,
            why=t(found.why or "-"),
        )
        lines.append(f"  {sentence}")
    if found.state == "forked":
        lines.append("  " + t("journal {journal} forked: two copies of it went on", journal=found.journal_id))
    if found.duplicates:
        n = t.number(found.duplicates)
        lines.append("  " + t("journal {journal}: {n} entries came twice, counted once", journal=found.journal_id, n=n))
    return lines


def read_journals(connection: Connection, until: datetime | None = None) -> dict[str, list[JournalState]]:
    """The journals of each kiosk, the oldest first; with the entries that had come by ``until``."""
    twice = {
        row.journal_id: row.n
        for row in connection.execute(
            select(duplicate.c.journal_id, func.count().label("n")).group_by(duplicate.c.journal_id)
        )
    }
    rows = connection.execute(select(*_STORY).order_by(journal.c.first_received_at)).all()
    reach = {} if until is None else entries_by(connection, rows, until)
    ends: dict[str, int] = {}
    for row in rows:
        if row.continues is not None:
            ends[row.continues] = max(ends.get(row.continues, 0), row.continues_seq or 0)
    found: dict[str, list[JournalState]] = {}
    for row in rows:
        state = _state(row.next_seq - 1, row.forked_at, ends.get(row.journal_id))
        kept = JournalState(
            row.journal_id,
            reach.get(row.journal_id),
            state,
            row.continues,
            row.continues_why,
            twice.get(row.journal_id, 0),
        )
        found.setdefault(row.device_id, []).append(kept)
    return found


def read_entries(connection: Connection, device_id: str, until: datetime) -> dict[str, int]:
    """How many entries of each journal of a kiosk had come by a moment."""
    rows = connection.execute(select(journal).where(journal.c.device_id == device_id)).all()
    return entries_by(connection, rows, until)


def entries_by(connection: Connection, journals: Sequence[Row[Any]], until: datetime) -> dict[str, int]:
    """How many entries of each journal had come by a moment."""
    moved = [row.journal_id for row in journals if row.last_received_at >= until]
    before = (
        select(segment.c.last_seq)
        .where(segment.c.journal_id == journal.c.journal_id, segment.c.received_at < until)
        .order_by(segment.c.first_seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = {row.journal_id: int(row.next_seq) - 1 for row in journals if row.last_received_at < until}
    for start in range(0, len(moved), NAMED_MAX):
        some = moved[start : start + NAMED_MAX]
        wanted = select(journal.c.journal_id, before.label("n")).where(journal.c.journal_id.in_(some))
        found.update({row.journal_id: int(row.n or 0) for row in connection.execute(wanted).all()})
    for journal_id in [each for each, n in found.items() if n == 0]:
        # What came before may have been dropped when its time was over.
        floor = floor_of(connection, journal_id)
        found[journal_id] = 0 if floor is None else floor.last
    return found


def _delivered(connection: Connection) -> dict[str, datetime]:
    last = func.max(journal.c.last_received_at, type_=journal.c.last_received_at.type).label("at")
    rows = connection.execute(select(journal.c.device_id, last).group_by(journal.c.device_id))
    return {str(row.device_id): row.at for row in rows}


def _state(last_seq: int, forked_at: datetime | None, continued_after: int | None) -> str:
    if forked_at is not None or (continued_after is not None and last_seq > continued_after):
        return "forked"
    return "open" if continued_after is None else "continued"
