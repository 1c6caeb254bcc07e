"""A thousand kiosks, most of them well and some with each fault, written as their last words left them."""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from sync.collector.fleet.devices.last_words import LIVE
from sync.collector.fleet.kiosks.faults import Fault
from sync.collector.store import schema
from sync.collector.store.database import Database

UNITS, PER_UNIT = 50, 20
OLD_VERSION, VERSION = "hailong 0.9.8", "hailong 1.0.3"
WELL: dict[str, Any] = {
    "software": VERSION, "journal_id": "", "next_seq": 10, "head": "0" * 64, "pending": 0,
    "disk_free_bytes": 20 * 10**9,
    "versions": {"sqlite": "3.51.3", "journal": "WAL+FULL", "system": "Linux", "python": "3.11.2"},
    "touch_test": "1,1,1,1,1 2026-11-20T07:02:00+07:00",
}  # fmt: skip
SPOILT: dict[Fault, dict[str, Any]] = {
    Fault.DISK: {"disk_free_bytes": 900_000_000},
    Fault.BACKLOG: {"pending": 46, "oldest_pending_s": 2 * 86400},
    Fault.TOUCH: {"touch_test": "1,0,1,1,1+2 2026-11-20T07:02:00+07:00"},
    Fault.SQLITE: {"versions": {"sqlite": "3.40.1", "journal": "WAL+FULL"}},
    Fault.UPGRADE: {
        "upgrade_refused": {
            "version": "1.0.4",
            "at": "2026-11-19T18:09:33+07:00",
            "why": "the screen was away for 90 s",
        }
    },
    Fault.LOG: {"log_fault": "consistency"},
    Fault.ERROR: {"last_error": "certificate: not valid"},
    Fault.VERSION: {"software": OLD_VERSION},
}


def device_of(number: int) -> str:
    """The id of one of them."""
    return str(uuid.UUID(int=(0xA0000000 + number * 7919) << 96 | number))


def faults_of(number: int) -> frozenset[Fault]:
    """What is wrong with one of them: with every thirtieth something, with some of those two things."""
    if number % 30:
        return frozenset()
    faults = list(Fault)
    found = {faults[number // 30 % len(faults)]}
    if number % 120 == 0:
        found.add(Fault.DISK)
    return frozenset(found - {Fault.DEAD} if Fault.SILENT in found else found)


def write_fleet(database: Database, now: datetime, units: int = UNITS) -> None:
    """Make them: 50 communes of a province, or fewer, with 20 kiosks each."""
    kiosks = range(units * PER_UNIT)
    with database.writing() as connection:
        connection.execute(insert(schema.unit), list(_units(units)))
        connection.execute(insert(schema.counter), [_counter(number, now) for number in kiosks])
        connection.execute(insert(schema.device), [_device(number, now) for number in kiosks])
        connection.execute(insert(schema.device_status), [_status(number, now) for number in kiosks])
        connection.execute(insert(schema.journal), [_journal(number, now) for number in kiosks])
        if beyond := [_beyond(number, now) for number in kiosks if Fault.BEYOND in faults_of(number)]:
            connection.execute(insert(schema.unread), beyond)
        connection.execute(insert(schema.tally), [row for number in kiosks for row in _tallies(number, now)])


def _units(units: int) -> Iterator[dict[str, Any]]:
    yield {"unit_id": 500, "code": "20", "name": "Tỉnh Lạng Sơn", "kind": "province", "path": "20/", "parent_id": None}
    for number in range(units):
        code = f"20.{number:02d}"
        yield {"unit_id": 501 + number, "code": code, "name": f"Xã số {number}", "kind": "commune",
               "path": f"20/{code}/", "parent_id": 500}  # fmt: skip


def _counter(number: int, now: datetime) -> dict[str, Any]:
    unit = number // PER_UNIT
    return {"counter_id": 5000 + number, "code": f"20.{unit:02d}-{number % PER_UNIT + 1}",
            "name": f"Quầy {number % PER_UNIT + 1}", "unit_id": 501 + unit, "created_at": now}  # fmt: skip


def _device(number: int, now: datetime) -> dict[str, Any]:
    return {"device_id": device_of(number), "counter_id": 5000 + number, "public_key": f"k{number}", "info": {},
            "enrolled_at": now - timedelta(days=60)}  # fmt: skip


def _status(number: int, now: datetime) -> dict[str, Any]:
    faults = faults_of(number)
    said = dict(WELL)
    for fault in faults:
        said.update(SPOILT.get(fault, {}))
    heard = now - (timedelta(days=4) if Fault.SILENT in faults else timedelta(seconds=40))
    said["closed"] = {name: said[name] for name in LIVE if name in said}
    said["closed"]["said_at"] = (now - timedelta(hours=12)).isoformat()
    ahead = 7 * 3600 * 10**6 if Fault.CLOCK in faults else 300_000
    return {"device_id": device_of(number), "received_at": heard, "clock_ahead_us": ahead, "status": said}


def _journal(number: int, now: datetime) -> dict[str, Any]:
    faults = faults_of(number)
    heard = now - (timedelta(days=4) if Fault.SILENT in faults else timedelta(minutes=2))
    forked = now - timedelta(days=2) if Fault.JOURNAL in faults else None
    return {"journal_id": device_of(number + 50_000), "device_id": device_of(number), "next_seq": 10, "head": bytes(32),
            "first_received_at": now - timedelta(days=60), "last_received_at": heard, "continued": False,
            "forked_at": forked}  # fmt: skip


def _beyond(number: int, now: datetime) -> dict[str, Any]:
    return {"journal_id": device_of(number + 50_000), "seq": 9, "reason": "unknown_counter", "detail": "counter Q9",
            "received_at": now - timedelta(days=3)}  # fmt: skip


def _tallies(number: int, now: datetime) -> Iterator[dict[str, Any]]:
    gone = 10 if {Fault.DEAD, Fault.SILENT} & faults_of(number) else 0
    for days in range(1 + gone, 16 + gone):
        for part, level in (("am", 5), ("am", 2), ("pm", 4), ("pm", 1)):
            yield {"journal_id": device_of(number + 50_000), "counter_id": 5000 + number,
                   "day": (now - timedelta(days=days)).date(), "part": part, "survey": "sipas-5@1",
                   "question": "overall", "level": level, "standing": "counted", "n": 3 + number % 7}  # fmt: skip
