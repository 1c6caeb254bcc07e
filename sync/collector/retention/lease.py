"""Lease: of several programs over one database, one does the upkeep at a time.

A row and no lock of the server's: a pooler that lends its connections by transaction would lose that. Whoever is killed
is waited for until the lease ends.
"""

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, or_, select, update

from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import micros, upkeep_lease
from sync.collector.store.writer import Transact

LASTS = timedelta(minutes=10)
UPKEEP = "upkeep"


class Lease:
    """One holder's hold of one piece of work."""

    def __init__(self, transact: Transact, holder: str, name: str = UPKEEP) -> None:
        self._transact, self._holder, self._name = transact, holder, name

    def take(self, now: datetime) -> bool:
        """Hold it from now on, or longer; whether nobody else does."""
        return self._transact(partial(_take, name=self._name, holder=self._holder, now=now))

    def give_back(self, now: datetime, *, is_done: bool) -> None:
        """Let others do the next round; ``is_done`` where this one came to its end."""
        self._transact(partial(_give_back, name=self._name, holder=self._holder, now=now, is_done=is_done))


def last_done(connection: Connection, name: str = UPKEEP) -> datetime | None:
    """When it was last done to its end."""
    wanted = select(upkeep_lease.c.done_at).where(upkeep_lease.c.name == name)
    return connection.execute(wanted).scalar_one_or_none()


def read_hold(connection: Connection, name: str = UPKEEP) -> tuple[str, datetime]:
    """Who held it last, and until when."""
    c = upkeep_lease.c
    row = connection.execute(select(c.holder, c.until).where(c.name == name)).one()
    return row.holder, row.until


def _take(connection: Connection, name: str, holder: str, now: datetime) -> bool:
    c = upkeep_lease.c
    row = (name, holder, micros(now))
    insert_rows(connection, upkeep_lease, {}, ("name", "holder", "until"), [row], then="ON CONFLICT DO NOTHING")
    mine = update(upkeep_lease).where(c.name == name, or_(c.until <= now, c.holder == holder))
    return bool(connection.execute(mine.values(holder=holder, until=now + LASTS)).rowcount)


def _give_back(connection: Connection, name: str, holder: str, now: datetime, *, is_done: bool) -> None:
    c = upkeep_lease.c
    values = {"until": now, **({"done_at": now} if is_done else {})}
    connection.execute(update(upkeep_lease).where(c.name == name, c.holder == holder).values(values))
