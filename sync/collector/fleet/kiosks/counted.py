"""Counted: how many kiosks there are by what is wrong with them, kept where every process finds it."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import kiosk_count

_REPLACES = "ON CONFLICT (state) DO UPDATE SET n = excluded.n"


def keep_counts(connection: Connection, counts: Mapping[str, int]) -> None:
    """Keep what was counted at a look at all kiosks."""
    insert_rows(connection, kiosk_count, {}, ("state", "n"), sorted(counts.items()), then=_REPLACES)


def read_counts(connection: Connection) -> dict[str, int]:
    """The same as it was kept last; empty before the first look."""
    return {row.state: row.n for row in connection.execute(select(kiosk_count))}
