"""Known: faults that somebody of IT staff knows of already, with a note; they do not stand at the top any more.

Nobody knows of a fault for ever: when it is over, or is another than it was, it is told and shown like a new one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from sync.collector.errors import ChangedMeanwhile, NotAllowed
from sync.collector.fleet.kiosks.faults import Fault
from sync.collector.people.audit import note
from sync.collector.store.schema import known_fault

WORDS_MAX = 500


@dataclass(frozen=True, slots=True)
class Known:
    """What somebody said of a fault."""

    mark: str
    """What the fault was like then."""
    words: str
    at: datetime
    by: str


def read_known(connection: Connection) -> dict[str, dict[Fault, Known]]:
    """What is known, by kiosk."""
    found: dict[str, dict[Fault, Known]] = {}
    for row in connection.execute(select(known_fault)):
        if row.fault in set(Fault):
            known = Known(row.mark, row.words, row.known_at, row.known_by)
            found.setdefault(str(row.device_id), {})[Fault(row.fault)] = known
    return found


def know_fault(connection: Connection, device_id: str, fault: Fault, known: Known) -> None:
    """Somebody knows of it; what was said of it before is replaced. Raises NotAllowed without a word about it."""
    words = " ".join(known.words.split())[:WORDS_MAX]
    if not words:
        raise NotAllowed("say what is known of it, for whoever comes next")
    connection.execute(delete(known_fault).where(_of(device_id, fault)))
    row = {
        "device_id": device_id,
        "fault": str(fault),
        "mark": known.mark,
        "words": words,
        "known_at": known.at,
        "known_by": known.by,
    }
    connection.execute(insert(known_fault).values(row))
    note(connection, known.at, known.by, "device.known", device_id, {"fault": str(fault), "words": words})


def require_unknown(connection: Connection, device_id: str, fault: Fault, known: Known) -> None:
    """Raise ChangedMeanwhile where somebody else said what they know of this very fault already."""
    mine = _of(device_id, fault) & (known_fault.c.mark == known.mark) & (known_fault.c.known_by != known.by)
    row = connection.execute(select(known_fault).where(mine)).one_or_none()
    if row is not None:
        raise ChangedMeanwhile(
            "{name} wrote down what is known of this meanwhile: “{theirs}”. Yours was not kept: “{yours}”.",
            name=row.known_by,
            theirs=row.words,
            yours=known.words[:WORDS_MAX],
        )


def unknow_fault(connection: Connection, device_id: str, fault: Fault, now: datetime, actor: str) -> None:
    """It is to be looked at again; nothing where nobody knew of it."""
    if connection.execute(delete(known_fault).where(_of(device_id, fault))).rowcount:
        note(connection, now, actor, "device.unknown", device_id, {"fault": str(fault)})


def still_known(known: Mapping[Fault, Known], marks: Mapping[Fault, str]) -> dict[Fault, Known]:
    """Of what is known, what holds for the faults there are now, whose marks these are."""
    return {fault: one for fault, one in known.items() if marks.get(fault) == one.mark}


def _of(device_id: str, fault: Fault) -> ColumnElement[bool]:
    return (known_fault.c.device_id == device_id) & (known_fault.c.fault == str(fault))
