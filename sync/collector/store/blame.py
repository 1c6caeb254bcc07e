"""Blame: whether an error lies in the data that was handed in, or in the database that should have kept it.

What lies in the data comes again however often it is tried, so the data is set aside and all others go on.
What lies in the database (a full disk, a lost connection, a lock) says nothing about the data: it is tried again,
and nothing may be set aside for it.
"""

from concurrent.futures import CancelledError

from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
    StatementError,
)

from sync.collector.errors import CollectorError

_OF_THE_DATA = ("21", "22", "23", "428", "54")
"""PostgreSQL's classes of errors: cardinality, data, constraints, types that do not fit, limits of a row."""
_ODD = (
    "too many SQL variables",
    "string or blob too big",
    "Expression tree is too large",
    "JSON cannot hold BLOB values",
    "Could not decode to UTF-8",
)
"""What SQLite says of data beyond its limits or of no form, in the class in which it says that the disk is full."""


def lies_in_the_data(error: Exception) -> bool:
    """Whether the same data would fail again on a sound database."""
    match error:
        case CollectorError() | MemoryError() | OSError() | CancelledError():
            return False
        case DBAPIError():
            return not error.connection_invalidated and _says_so(error)
        case StatementError():
            return True
        case SQLAlchemyError():
            return False
        case _:
            # Ours: a number that no column holds, a day that no calendar has, a text that cannot be encoded.
            return True


def _says_so(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_OF_THE_DATA)
    if str(error.orig).startswith(_ODD):
        return True
    return not isinstance(error, OperationalError | InternalError | InterfaceError) and type(error) is not DatabaseError
