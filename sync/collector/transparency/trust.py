"""Trust: by which a kiosk knows this collector's log, told once: when it is enrolled, or with the own key."""

from sqlalchemy import Connection

from sync.collector.settings.log import Log
from sync.collector.transparency.leaves.index import read_state
from sync.protocol.tlog.messages import LogRoots


def roots_of(connection: Connection, settings: Log) -> LogRoots | None:
    """The log's present key and its witnesses; None where there is no log yet."""
    state = read_state(connection)
    if state is None:
        return None
    return LogRoots(state.vkey, [one.vkey for one in settings.witnesses], settings.needed)
