"""Turns: of several processes over one database, on one machine or on several, one does each chore.

Whoever has a chore says so in the database again and again. When it says so no more, because it ended, was killed or
does not reach the database, another takes the chore over a minute later. A lock of a session would do the same, but
there is none behind a pooler that lends its connections by transaction.

At the moment of such a change two may do the same for a while: one that was cut off goes on with the round it is in.
So a turn saves work, and every chore still sees to it by itself that what it does is done once.
"""

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from sync.collector.store.database import Database

TURN_S = 60.0
"""So long a turn lasts after it was taken or renewed."""
RENEWED_S = 10.0
_log = structlog.get_logger("collector.turns")

_UNTIL = f"now() + interval '{TURN_S:g} seconds'"
_RENEW = text(f"UPDATE chore_turn SET until = {_UNTIL} WHERE holder = :me RETURNING chore")  # noqa: S608
_OTHERS = text("SELECT chore FROM chore_turn WHERE until > now()")
_TAKE = text(
    f"""
    INSERT INTO chore_turn (chore, holder, until)
    SELECT chore, :me, {_UNTIL} FROM unnest(CAST(:chores AS text[])) AS chore ORDER BY chore
    ON CONFLICT (chore) DO UPDATE SET holder = excluded.holder, until = excluded.until
    WHERE chore_turn.until <= now() RETURNING chore
    """  # noqa: S608
)
_GIVE_BACK = text("UPDATE chore_turn SET until = now() WHERE holder = :me AND until > now()")


class Turns:
    """The chores of one process that are its own for now; on SQLite, which has one process, all of them are."""

    def __init__(
        self, database: Database, chores: Iterable[str], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database, self._chores, self._monotonic = database, frozenset(chores), monotonic
        self._me = f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"
        self._held: frozenset[str] = frozenset()
        self._held_until = float("-inf")
        self._stopping = threading.Event()
        # A daemon: a database that hangs must not hold up the end of the program.
        self._thread = threading.Thread(target=self._run, name="turns", daemon=True)

    def has(self, chore: str) -> bool:
        """Whether this process is to do it now."""
        if self._database.is_sqlite:
            return True
        return chore in self._held and self._monotonic() < self._held_until

    def start(self) -> None:
        """Begin to ask for turns."""
        if self._chores and not self._database.is_sqlite:
            self._thread.start()

    def stop(self, wait_s: float = 2.0) -> None:
        """Give every turn back, so that another need not wait for its end."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(wait_s)
            self._held = frozenset()
            self._tell_failure(partial(self._database.transact, partial(_give_back, me=self._me)))

    def look(self) -> None:
        """Renew what is this process's, and take what is nobody's. Raises what the database says against it."""
        began = self._monotonic()
        held = self._database.transact(partial(_look, me=self._me, chores=self._chores))
        if taken := held - self._held:
            _log.info("chores taken", chores=sorted(taken))
        # From before it was asked: by the database's clock it ends a little later.
        self._held, self._held_until = held, began + TURN_S

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._tell_failure(self.look)
            self._stopping.wait(RENEWED_S)

    def _tell_failure(self, act: Callable[[], object]) -> None:
        try:
            act()
        except SQLAlchemyError as error:
            _log.warning("turns not known", why=str(error))


def _look(connection: Connection, me: str, chores: frozenset[str]) -> frozenset[str]:
    held = set(connection.execute(_RENEW, {"me": me}).scalars())
    free = chores - held - set(connection.execute(_OTHERS).scalars())
    if free:
        held |= set(connection.execute(_TAKE, {"me": me, "chores": sorted(free)}).scalars())
    return frozenset(held)


def _give_back(connection: Connection, me: str) -> None:
    connection.execute(_GIVE_BACK, {"me": me})
