"""Commands: what IT staff ask of a kiosk, for the next time it is heard. Each is done once and written down.

None of them touches a rating. A command goes with every answer until the kiosk says what came of it.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, literal, select, update

from sync.collector.errors import NotAllowed
from sync.collector.people.audit import note
from sync.collector.store.schema import device_command
from sync.protocol.excerpt import without_persons
from sync.protocol.messages import COMMANDS_MAX, CommandDone, DeviceCommand

GIVEN_UP_AFTER = timedelta(days=7)
"""Whoever comes back after so long has other things to do than what was asked then."""
EXCERPTS_KEPT_FOR = timedelta(days=14)


class Kind(StrEnum):
    """What IT staff can ask of a kiosk."""

    STATUS = "status"
    TOUCH_TEST = "touch_test"
    CLEANING_OFF = "cleaning_off"
    RESTART = "restart"
    LOG = "log"
    UPGRADE = "upgrade"
    PICTURE = "picture"


def order_command(connection: Connection, device_id: str, kind: Kind, now: datetime, actor: str) -> str:
    """Ask a kiosk for something; what is asked already is asked once. Raises NotAllowed when too much is under way."""
    waiting = connection.execute(_waiting(device_id, now).with_for_update()).all()
    for row in waiting:
        if row.kind == kind:
            return str(row.command_id)
    if len(waiting) >= COMMANDS_MAX:
        raise NotAllowed("the kiosk has not yet done what was asked before")
    command_id = str(uuid.uuid4())
    values = {"command_id": command_id, "device_id": device_id, "kind": str(kind), "made_at": now, "made_by": actor}
    connection.execute(insert(device_command).values(values))
    note(connection, now, actor, "device.command", device_id, {"kind": str(kind), "command": command_id})
    return command_id


def is_asked(device_id: ColumnElement[str], asked_after: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a kiosk is to do anything that was asked after a moment; a part of a larger question."""
    return select(literal(1)).where(*_is_waiting(device_id, asked_after)).exists()


def commands_for(connection: Connection, device_id: str, now: datetime) -> list[DeviceCommand]:
    """What a kiosk is to do, the oldest first; it is noted that they went out."""
    rows = connection.execute(_waiting(device_id, now)).all()
    new = [row.command_id for row in rows if row.handed_at is None]
    if new:
        going = update(device_command).where(device_command.c.command_id.in_(new))
        connection.execute(going.values(handed_at=now))
    return [DeviceCommand(str(row.command_id), row.kind) for row in rows[:COMMANDS_MAX]]


def settle_commands(connection: Connection, device_id: str, done: Sequence[CommandDone], now: datetime) -> None:
    """Keep what a kiosk says came of its commands; a repeat changes nothing, nor does another kiosk's word."""
    for one in done:
        known = update(device_command).where(
            device_command.c.command_id == one.id,
            device_command.c.device_id == device_id,
            device_command.c.done_at.is_(None),
        )
        excerpt = without_persons(one.excerpt) if one.excerpt else None
        settled = known.values(done_at=now, outcome=one.outcome, excerpt=excerpt)
        if connection.execute(settled).rowcount:
            said = {"command": one.id, "outcome": one.outcome}
            note(connection, now, f"device {device_id}", "device.done", device_id, said)


def read_commands(connection: Connection, device_id: str, most: int) -> Sequence[Row[Any]]:
    """What was asked of a kiosk lately, the newest first."""
    wanted = select(device_command).where(device_command.c.device_id == device_id)
    return connection.execute(
        wanted.order_by(device_command.c.made_at.desc(), device_command.c.command_id).limit(most)
    ).all()


def forget_excerpts(connection: Connection, now: datetime) -> None:
    """Let go of logs that were looked at long ago."""
    old = device_command.c.done_at < now - EXCERPTS_KEPT_FOR
    connection.execute(update(device_command).where(device_command.c.excerpt.is_not(None), old).values(excerpt=None))


def _waiting(device_id: str, now: datetime) -> Any:
    c = device_command.c
    return select(device_command).where(*_is_waiting(device_id, now - GIVEN_UP_AFTER)).order_by(c.made_at, c.command_id)


def _is_waiting(device_id: Any, asked_after: Any) -> tuple[ColumnElement[bool], ...]:
    c = device_command.c
    return c.device_id == device_id, c.done_at.is_(None), c.made_at > asked_after
