"""Status: what kiosks say of themselves, and what the office set for them."""

from datetime import datetime, tzinfo
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, update

from kiosk.domain.instant import Instant
from sync.collector.fleet.devices.last_words import closed_word
from sync.collector.fleet.kiosks.commands import settle_commands
from sync.collector.fleet.kiosks.days import note_day
from sync.collector.fleet.kiosks.hours import Hours
from sync.collector.people.audit import note
from sync.collector.replica.keep import keep_boot
from sync.collector.replica.sender import Device
from sync.collector.store.schema import device_status, journal, micros
from sync.protocol.messages import DeviceStatus, UpgradeRefused


def keep_status(
    connection: Connection,
    sender: Device,
    status: DeviceStatus,
    clock: Instant,
    received_at: datetime,
    hours: Hours,
) -> None:
    """Keep the kiosk's word in the place of its last one, what its boot clock read, and that it was heard today.

    ``hours`` are those of the counter where it stands.
    """
    row = {
        "received_at": received_at,
        "clock_ahead_us": micros(clock.wall) - micros(received_at),
        "status": {
            **msgspec.to_builtins(msgspec.structs.replace(status, done=[])),
            **_closed_word(connection, sender.device_id, received_at, hours.zone),
        },
    }
    if status.upgrade_refused is not None:
        _note_refusal(connection, sender.device_id, status.upgrade_refused, received_at)
    known = update(device_status).where(device_status.c.device_id == sender.device_id).values(row)
    if connection.execute(known).rowcount == 0:
        connection.execute(insert(device_status).values(device_id=sender.device_id, **row))
    note_day(connection, sender.device_id, received_at, hours)
    settle_commands(connection, sender.device_id, status.done, received_at)
    _note_boot(connection, sender, status.journal_id, clock, micros(received_at))


def _closed_word(connection: Connection, device_id: str, received_at: datetime, zone: tzinfo) -> dict[str, Any]:
    wanted = select(device_status.c.status, device_status.c.received_at).where(device_status.c.device_id == device_id)
    row = connection.execute(wanted).one_or_none()
    return {} if row is None else closed_word(row.status, row.received_at, received_at, zone)


def _note_refusal(connection: Connection, device_id: str, refused: UpgradeRefused, received_at: datetime) -> None:
    """Write a refused upgrade down once, however often it is told: the status forgets it when a later one succeeds."""
    last = select(device_status.c.status).where(device_status.c.device_id == device_id)
    told = (connection.execute(last).scalar_one_or_none() or {}).get("upgrade_refused") or {}
    said = {"version": refused.version, "why": refused.why}
    if said != {name: told.get(name) for name in said}:
        note(connection, received_at, f"device {device_id}", "device.upgrade", device_id, said)


def _note_boot(connection: Connection, sender: Device, journal_id: str, clock: Instant, received_us: int) -> None:
    # A boot that only ever said how it is, and sent its entries after the next start, is heard here.
    own = select(journal).where(journal.c.journal_id == journal_id, journal.c.device_id == sender.device_id)
    found = connection.execute(own.with_for_update()).one_or_none()
    if found is None:
        return
    if found.boot is not None and found.boot != clock.boot:
        keep_boot(connection, journal_id, found.boot, found.boot_offset_us)
    connection.execute(
        update(journal)
        .where(journal.c.journal_id == journal_id)
        .values(boot=clock.boot, boot_offset_us=received_us - clock.mono_us)
    )
