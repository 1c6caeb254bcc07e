"""Trust: by which a kiosk knows this collector's log, told once: when it is enrolled, or with the own key."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from sync.collector.settings.log import Log
from sync.collector.transparency.leaves.index import read_state
from sync.collector.transparency.public import PublicLog, Published
from sync.protocol.tlog.errors import NoteWrong
from sync.protocol.tlog.messages import LogRoots
from sync.protocol.tlog.note import Note

WITNESSED_FOR = timedelta(days=7)
"""So long a cosignature says that everybody is shown the same."""
AHEAD = timedelta(days=1)
"""One of a later time than that says nothing: it would for years (c2sp.org/tlog-cosignature lets it be refused)."""


def roots_of(connection: Connection, settings: Log, log: PublicLog) -> LogRoots | None:
    """The log's present key and its witnesses; None where there is no log yet.

    Where the log's files lie here, a key that they do not have is not told, whatever the database says.
    """
    state, known = read_state(connection), [one.vkey for one in log.verifiers()]
    if state is None:
        return None
    vkey = state.vkey if state.vkey in known or not known else known[0]
    return LogRoots(vkey, [one.vkey for one in settings.witnesses], settings.needed)


def witnessed_by(published: Published, settings: Log, now: datetime) -> int:
    """How many of the witnesses cosigned what is published, not longer ago than ``WITNESSED_FOR`` by their clocks."""
    try:
        found = Note.parse(published.text).verified_by([one.verifier for one in settings.witnesses])
    except NoteWrong:
        return 0
    since, until = (now - WITNESSED_FOR).timestamp(), (now + AHEAD).timestamp()
    return sum(one.time is not None and since <= one.time <= until for one in found)
