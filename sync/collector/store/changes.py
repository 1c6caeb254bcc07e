"""Changes: one number that every transaction raises which changes kiosks or places, so that processes see it cheaply.

Each process remembers what it knows of kiosks. Whether that still holds, one small question tells for all of them,
whoever made the change: another process, a chore or a command. No writer of those tables has to think of it.
"""

from typing import Any

from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.sql.dml import UpdateBase

from sync.collector.store.schema import (
    counter,
    device,
    device_grant,
    enrolment_code,
    fleet_change,
    placement,
    unit,
)

WATCHED = frozenset({counter, device, device_grant, enrolment_code, placement, unit})
_CHANGED = "hailong_fleet_changed"


def watch_changes(writer: Engine) -> None:
    """Raise the number with each commit of this engine that changed one of the watched tables."""
    event.listen(writer, "after_execute", _note)
    event.listen(writer, "commit", _count)
    event.listen(writer, "rollback", _forget)


def read_change(connection: Connection) -> int:
    """The number now; what is read after it, in a later view of the database, is at least as new."""
    return int(connection.execute(_NUMBER).scalar_one())


_NUMBER = select(fleet_change.c.n)


def _note(connection: Connection, statement: Any, *_: object) -> None:
    if isinstance(statement, UpdateBase) and statement.table in WATCHED:
        connection.info[_CHANGED] = True


def _count(connection: Connection) -> None:
    # Last before the commit: whoever waits for this row waits for nothing but a commit, so nobody waits in a circle.
    # A database of an older version that is on its way to this one may have no such row yet.
    if connection.info.pop(_CHANGED, False) and connection.dialect.has_table(connection, fleet_change.name):
        connection.exec_driver_sql("UPDATE fleet_change SET n = n + 1")


def _forget(connection: Connection) -> None:
    connection.info.pop(_CHANGED, None)
