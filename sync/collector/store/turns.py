"""Turns: of several processes over one database, on one machine or on several, one does each piece of work.

Whoever has a turn says so in the database again and again. When it says so no more, because it ended, was killed or
does not reach the database, another takes the turn over a minute later. A lock of a session would do the same, but
there is none behind a pooler that lends its connections by transaction.

At the moment of such a change two may do the same for a while: one that was cut off goes on with what it is at.
So a turn saves work, and every chore still sees to it by itself that what it does is done once.
"""

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import SQLAlchemyError

from sync.collector.errors import CollectorError
from sync.collector.store.schema import chore_turn
from sync.collector.store.writer import Transact

TURN_S = 60.0
"""So long a turn lasts after it was taken or renewed."""
RENEWED_S = 10.0
_log = structlog.get_logger("collector.turns")


class Turns:
    """The chores of one process that are its own for now."""

    def __init__(
        self, transact: Transact, chores: Iterable[str], monotonic: Callable[[], float] = time.monotonic, *,
        is_alone: bool = False,
    ) -> None:  # fmt: skip
        """With ``is_alone`` no other process has these chores: all of them are this one's, and nothing is written."""
        self._transact, self._chores, self._monotonic = transact, frozenset(chores), monotonic
        self._is_alone = is_alone
        self._me = f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"
        self._held: frozenset[str] = frozenset()
        self._held_until = float("-inf")
        self._stopping = threading.Event()
        # A daemon: a database that hangs must not hold up the end of the program.
        self._thread = threading.Thread(target=self._run, name="turns", daemon=True)

    def has(self, chore: str) -> bool:
        """Whether this process is to do it now."""
        return self._is_alone or (chore in self._held and self._monotonic() < self._held_until)

    def start(self) -> None:
        """Begin to ask for turns."""
        if self._chores and not self._is_alone:
            self._thread.start()

    def take(self) -> bool:
        """Ask at once, and again until they are given back; whether every chore is this process's now.

        Raises what the database says against it.
        """
        self.look()
        self.start()
        return all(map(self.has, self._chores))

    def stop(self, wait_s: float = 2.0) -> None:
        """Give every turn back, so that another need not wait for its end."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(wait_s)
            self._held = frozenset()
            self._tell_failure(partial(self._transact, partial(_give_back, me=self._me)))

    def look(self) -> None:
        """Renew what is this process's, and take what is nobody's. Raises what the database says against it."""
        began = self._monotonic()
        held = self._transact(partial(_look, me=self._me, chores=self._chores))
        # From before it was asked: by the database's clock it ends a little later.
        self._held, self._held_until = held, began + TURN_S

    def _run(self) -> None:
        while not self._stopping.is_set():
            before = self._held
            self._tell_failure(self.look)
            if taken := self._held - before:
                _log.info("chores taken", chores=sorted(taken))
            self._stopping.wait(RENEWED_S)

    def _tell_failure(self, act: Callable[[], object]) -> None:
        try:
            act()
        except (SQLAlchemyError, CollectorError, TimeoutError) as error:
            _log.warning("turns not known", why=str(error))


def read_holder(connection: Connection, chore: str) -> str:
    """Which program had the turn last: its machine and its process's number; empty where none ever had."""
    held = select(chore_turn.c.holder).where(chore_turn.c.chore == chore)
    return (connection.execute(held).scalar_one_or_none() or "").rpartition(" ")[0]


def read_done(connection: Connection, chore: str) -> datetime | None:
    """When the chore was last done to its end, of one that notes it."""
    return connection.execute(select(chore_turn.c.done_at).where(chore_turn.c.chore == chore)).scalar_one_or_none()


def note_done(connection: Connection, chore: str, at: datetime) -> None:
    """Keep when a chore was done to its end."""
    connection.execute(update(chore_turn).where(chore_turn.c.chore == chore).values(done_at=at))


class _Clock(NamedTuple):
    now: Any
    until: Any
    """The end of a turn that begins now."""


def _clock(connection: Connection) -> _Clock:
    """The one clock of all who share the database: the server's, or of an embedded one its machine's."""
    lasts = timedelta(seconds=TURN_S)
    if connection.dialect.name == "postgresql":
        return _Clock(func.now(), func.now() + lasts)
    now = datetime.now(UTC)
    return _Clock(now, now + lasts)


def _look(connection: Connection, me: str, chores: frozenset[str]) -> frozenset[str]:
    c, (now, until) = chore_turn.c, _clock(connection)
    renewed = update(chore_turn).where(c.holder == me).values(until=until).returning(c.chore)
    held = set(connection.execute(renewed).scalars())
    free = chores - held - set(connection.execute(select(c.chore).where(c.until > now)).scalars())
    if free:
        held |= _take(connection, me, sorted(free))
    return frozenset(held)


def _take(connection: Connection, me: str, chores: list[str]) -> set[str]:
    """Of these chores those that nobody took at the same moment."""
    now, until = _clock(connection)
    insert = pg_insert if connection.dialect.name == "postgresql" else sqlite_insert
    taken = insert(chore_turn).values([{"chore": chore, "holder": me, "until": until} for chore in chores])
    taken = taken.on_conflict_do_update(
        index_elements=["chore"], set_={"holder": me, "until": until}, where=chore_turn.c.until <= now
    )
    return set(connection.execute(taken.returning(chore_turn.c.chore)).scalars())


def _give_back(connection: Connection, me: str) -> None:
    c, now = chore_turn.c, _clock(connection).now
    connection.execute(update(chore_turn).where(c.holder == me, c.until > now).values(until=now))
