"""Patience: statements that change tables while others work, each by itself, with short locks and tried again."""

import random
import time
from collections.abc import Callable
from functools import partial

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from sync.collector.store.database import Database

TRIES_MAX = 40
WAIT_S_MAX = 0.5
LOCK_WAIT_MS = 500
"""Whoever reads or writes behind a lock that is waited for, waits too: so long at most."""
_AGAIN = {"40001", "40P01", "55P03"}
"""Serialisation failure, deadlock, a lock that was not given in time: nothing was changed."""


def patiently(database: Database, statement: str) -> None:
    """Run a statement that may have to wait for a table, in a transaction of its own, as often as it takes.

    Raises DBAPIError after ``TRIES_MAX`` tries, or what else is the matter.
    """
    transact_patiently(database, partial(_run, statement=statement))


def transact_patiently(database: Database, work: Callable[[Connection], None]) -> None:
    """The same for whatever changes tables."""
    for left in reversed(range(TRIES_MAX)):
        try:
            with database.writing() as connection:
                if not database.is_sqlite:
                    connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_WAIT_MS}"))
                work(connection)
            return
        except DBAPIError as error:
            if not left or getattr(error.orig, "sqlstate", None) not in _AGAIN:
                raise
            time.sleep(random.uniform(0.1, WAIT_S_MAX))  # noqa: S311 - so that two do not meet again


def _run(connection: Connection, statement: str) -> None:
    connection.execute(text(statement))


def outside_transactions(database: Database, statement: str) -> None:
    """Run a statement that no transaction may hold, such as VACUUM."""
    with database.writer.connect() as connection:
        if database.is_sqlite:
            # The driver begins nothing by itself, and so nothing has begun here.
            connection.connection.driver_connection.execute(statement)  # type: ignore[union-attr]
            return
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(statement))
