"""The last touch test's result, kept beside the entries: the agent tells it with every status and must not search."""

from collections.abc import Iterable

from sqlalchemy import Connection

from kiosk.journal.disk.kept import Statements
from kiosk.journal.lines import MaintenanceLine, decode_line

_MARK = b'"kind":"maintenance"'


def note_touch_test(connection: Statements, line: MaintenanceLine) -> None:
    """Remember the result of a test, in the transaction of its entry; other work has none."""
    if line.hits:
        result = (result_of(line),)
        connection.exec_driver_sql("INSERT OR REPLACE INTO meta VALUES ('touch_test', ?)", result)


def last_touch_test(connection: Connection) -> str | None:
    """The result of the last test; None before the first."""
    found = connection.exec_driver_sql("SELECT value FROM meta WHERE key = 'touch_test'").scalar_one_or_none()
    return None if found is None else str(found)


def note_touch_tests_of(connection: Connection, lines: Iterable[bytes]) -> None:
    """Remember the last result among the lines of an older journal."""
    for encoded in lines:
        if _MARK in encoded and isinstance(line := decode_line(encoded), MaintenanceLine):
            note_touch_test(connection, line)


def result_of(line: MaintenanceLine) -> str:
    """``1,1,1,1,1 2026-11-21T09:12:33+07:00``: the hits in the faces' order, ``+n`` for stray touches, and when."""
    strays = f"+{line.strays}" if line.strays else ""
    return f"{','.join(map(str, line.hits))}{strays} {line.at}"
