"""Kept connection: the recorder's thread holds on to the writer's connection from one press to the next.

Its statements go straight to the driver: taking a connection from the engine's pool, and what SQLAlchemy makes ready
for each statement, cost several times of what SQLite does for a rating. What fails disposes the engine, and with it
this connection: the next press gets a new one.
"""

from types import TracebackType
from typing import Any, Protocol, Self

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DatabaseError


class Statements(Protocol):
    """What carries out statements within a transaction: this connection, and every other of SQLAlchemy's."""

    def exec_driver_sql(self, statement: str, parameters: tuple[Any, ...] = ..., /) -> Any:
        """Carry out the statement; a cursor on what it found."""


class KeptConnection:
    """The writer's one connection; ``with`` it one transaction, committed unless the block raises.

    Raises sqlalchemy's DatabaseError where the disk refuses or the file is damaged, as every other connection does.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._refusals: type[Exception] = engine.dialect.loaded_dbapi.DatabaseError
        self._kept: Connection | None = None
        self._driver: Any = None
        event.listen(engine, "engine_disposed", self._let_go)

    def __enter__(self) -> Self:
        if self._kept is None:
            self._kept = self._engine.connect()
            self._driver = self._kept.connection.driver_connection
        self.exec_driver_sql("BEGIN IMMEDIATE")
        return self

    def __exit__(self, raised: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        if raised is None:
            self.commit()
        elif self._driver.in_transaction:
            # Some errors end the transaction by themselves.
            self.exec_driver_sql("ROLLBACK")

    def exec_driver_sql(self, statement: str, parameters: tuple[Any, ...] = (), /) -> Any:
        """Carry out the statement; the driver's cursor, whose rows are to be read to the end."""
        try:
            return self._driver.execute(statement, parameters)
        except self._refusals as error:
            raise DatabaseError(statement, None, error) from error

    def commit(self) -> None:
        """End the transaction: from here on the disk has it."""
        self.exec_driver_sql("COMMIT")

    def _let_go(self, _engine: Engine) -> None:
        kept, self._kept, self._driver = self._kept, None, None
        if kept is not None:
            kept.invalidate()
            kept.close()
