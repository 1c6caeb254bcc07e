"""Roster: every enrolled kiosk as IT staff watch it, and what became of its journals."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from kiosk.base.terminal.terminal import terminal_texts
from sync.collector.fleet.devices.grants import read_grants
from sync.collector.fleet.devices.last_words import LastWords
from sync.collector.store.schema import counter, device, device_status, duplicate, journal


@dataclass(frozen=True, slots=True)
class JournalState:
    """One journal of a kiosk."""

    journal_id: str
    entries: int
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
    """What was waiting there when it was last heard and has not come since."""
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


def read_roster(connection: Connection) -> list[KioskState]:
    """Every kiosk, by counter."""
    journals, words, grants = read_journals(connection), LastWords(connection), read_grants(connection)
    rows = connection.execute(
        select(device, counter.c.code, device_status.c.received_at, device_status.c.status)
        .join(counter)
        .outerjoin(device_status, device_status.c.device_id == device.c.device_id)
        .order_by(counter.c.code, device.c.enrolled_at)
    )
    kiosks = []
    for row in rows:
        said = words.of(row.status)
        heard_at = row.received_at
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


def read_journals(connection: Connection) -> dict[str, list[JournalState]]:
    """The journals of each kiosk, the oldest first."""
    twice = {
        row.journal_id: row.n
        for row in connection.execute(
            select(duplicate.c.journal_id, func.count().label("n")).group_by(duplicate.c.journal_id)
        )
    }
    rows = connection.execute(select(journal).order_by(journal.c.first_received_at)).all()
    ends: dict[str, int] = {}
    for row in rows:
        if row.continues is not None:
            ends[row.continues] = max(ends.get(row.continues, 0), row.continues_seq or 0)
    found: dict[str, list[JournalState]] = {}
    for row in rows:
        state = _state(row.next_seq - 1, row.forked_at, ends.get(row.journal_id))
        kept = JournalState(
            row.journal_id, row.next_seq - 1, state, row.continues, row.continues_why, twice.get(row.journal_id, 0)
        )
        found.setdefault(row.device_id, []).append(kept)
    return found


def _state(last_seq: int, forked_at: datetime | None, continued_after: int | None) -> str:
    if forked_at is not None or (continued_after is not None and last_seq > continued_after):
        return "forked"
    return "open" if continued_after is None else "continued"
