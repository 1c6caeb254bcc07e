"""Transactions served, as last typed in for a day, kept beside the entries so that nobody must search for them."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import Connection

from kiosk.journal.disk.kept import Statements
from kiosk.journal.lines import CountLine, decode_line

_MARK = b'"kind":"count"'
_KEY = "served "

Served = Mapping[tuple[str, str], int]
"""By day (ISO) and the counter's code; the code is empty where the kiosk serves one counter only."""


def note_served(connection: Statements, line: CountLine) -> None:
    """Remember the number, in the transaction of its entry; a later one of the same day and counter corrects it."""
    key = f"{_KEY}{line.day} {line.counter or ''}"
    connection.exec_driver_sql("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, str(line.n)))


def note_served_of(connection: Connection, lines: Iterable[bytes]) -> None:
    """Remember the numbers among the lines of an older journal."""
    for encoded in lines:
        if _MARK in encoded and isinstance(line := decode_line(encoded), CountLine):
            note_served(connection, line)


def served_between(connection: Connection, first: date, last: date) -> Served:
    """The numbers of these local days, both included, within the caller's transaction."""
    ends = (f"{_KEY}{first.isoformat()} ", f"{_KEY}{last.isoformat()}!")  # "!" follows the space
    found = {}
    for key, n in connection.exec_driver_sql("SELECT key, value FROM meta WHERE key >= ? AND key < ?", ends):
        day, _, counter = str(key).removeprefix(_KEY).partition(" ")
        found[day, counter] = int(n)
    return found
