"""Changes: one mark that every transaction renews which changes kiosks, places or settings, for others to see cheaply.

Each process remembers what it knows of kiosks and of what they are told. Whether that still holds, one small question
tells for all of it, whoever made the change: another process, a chore or a command. No writer of those tables has to
think of it. The mark is a random number: one that only counted would come again, for another state, in a database that
was put back.
"""

import secrets
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, event, select, update
from sqlalchemy.sql.dml import UpdateBase

from sync.collector.store.schema import (
    counter,
    device,
    device_grant,
    enrolment_code,
    fleet_change,
    own_key,
    own_move,
    placement,
    rollout,
    rollout_device,
    survey_text,
    unit,
    words_key,
)

WATCHED = frozenset(
    {counter, device, device_grant, enrolment_code, placement, unit}
    | {own_key, own_move, rollout, rollout_device, survey_text, words_key}
)
_CHANGED = "hailong_fleet_changed"


def watch_changes(writer: Engine) -> None:
    """Renew the mark with each commit of this engine that changed one of the watched tables."""
    event.listen(writer, "after_execute", _note)
    event.listen(writer, "commit", _count)
    event.listen(writer, "rollback", _forget)


def read_change(connection: Connection) -> int:
    """The mark now; what is read between two that are the same is of this state."""
    return int(connection.execute(_MARK).scalar_one())


_MARK = select(fleet_change.c.n)
_RENEWED = update(fleet_change).values(n=bindparam("mark"))
_MARK_BITS = 62


def _note(connection: Connection, statement: Any, *_: object) -> None:
    if isinstance(statement, UpdateBase) and statement.table in WATCHED:
        connection.info[_CHANGED] = True


def _count(connection: Connection) -> None:
    # Last before the commit: whoever waits for this row waits for nothing but a commit, so nobody waits in a circle.
    # A database of an older version that is on its way to this one may have no such row yet.
    if connection.info.pop(_CHANGED, False) and connection.dialect.has_table(connection, fleet_change.name):
        connection.execute(_RENEWED, {"mark": secrets.randbits(_MARK_BITS)})


def _forget(connection: Connection) -> None:
    # Of a connection that broke off nothing is left, and to ask for it would hide why it did from whoever tries again.
    if not connection.invalidated:
        connection.info.pop(_CHANGED, None)
