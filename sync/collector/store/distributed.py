"""Distributed: the same schema over several machines, by Citus, an extension of PostgreSQL.

What appends write is spread by ``journal_id`` and lies together, so that all of an append is on one machine. What is
joined to it there, places and people, is a copy on each of them. Everything else stays on the coordinator, the one
machine that programs connect to. No statement of this program knows which of the two it runs on.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from sqlalchemy import Connection, ForeignKeyConstraint, Table, text
from sqlalchemy.schema import AddConstraint

from sync.collector.errors import DatabaseUnusable
from sync.collector.store.bulk import is_spread
from sync.collector.store.database import Database
from sync.collector.store.schema import (
    DISTRIBUTION,
    account,
    counter,
    device,
    device_grant,
    device_key,
    journal,
    metadata,
    placement,
    pool,
    unit,
    unit_follower,
)

COPIED: tuple[Table, ...] = (unit, unit_follower, counter, account, device, device_grant, device_key, placement, pool)
"""Few rows that change seldom: whole on each machine, after those to which they refer."""


class Progress(NamedTuple):
    """How far a database is on its way."""

    table: str
    number: int
    of: int


def spread_tables() -> list[Table]:
    """The tables of which each row belongs to one journal: their key begins with it. ``journal`` is the first."""
    found = [table for table in metadata.sorted_tables if is_spread(table)]
    return [journal, *(table for table in found if table is not journal)]


def is_distributed(connection: Connection) -> bool:
    """Whether this database was distributed, be it halfway."""
    if connection.dialect.name != "postgresql" or not _has_citus(connection):
        return False
    return bool(connection.execute(_PLACED).first())


def distribute(database: Database, show: Callable[[Progress], None]) -> int:
    """Spread and copy the tables that are not yet, one by one; how many that were.

    Each in a transaction of its own, so that what was interrupted goes on where it stood, and again changes nothing.
    Raises DatabaseUnusable where the server cannot do that.
    """
    with database.writing() as connection:
        _require_citus(database, connection)
        steps = list(_missing({row.name: row.kind for row in connection.execute(_PLACED)}))
    for number, (table, statements) in enumerate(steps, 1):
        show(Progress(table, number, len(steps)))
        with database.writing() as connection:
            for statement in statements:
                connection.execute(text(statement))
    for setting in (_SETTING, _DURABLE):
        with database.writing() as connection:
            connection.execute(text(setting))
    # The setting is one of new connections.
    database.close()
    return len(steps)


def _missing(placed: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    spread = spread_tables()
    # A table that refers to a copied one would be Citus' own too, and it takes fewer statements of such.
    staying = [table for table in metadata.sorted_tables if table not in spread and table not in COPIED]
    for table in COPIED:
        if placed.get(table.name) != _COPY:
            loosened = [_loosen(tie) for tie in _ties(staying, table)]
            yield table.name, [*loosened, f"SELECT create_reference_table('{table.name}')"]
    # Between spread tables: to one that is not yet, none of those may refer that are, and the other way round.
    ties = {table: [tie for tie in table.foreign_key_constraints if tie.referred_table in spread] for table in spread}
    loosened = [_loosen(tie) for tie in chain(*ties.values())]
    for table in spread:
        if placed.get(table.name) != _SPREAD:
            before = loosened if table is journal else []
            beside = "" if table is journal else f", colocate_with => '{journal.name}'"
            made = f"SELECT create_distributed_table('{table.name}', '{DISTRIBUTION}'{beside})"
            yield table.name, [*before, made, *(str(AddConstraint(tie)) for tie in ties[table])]


def _ties(tables: Iterable[Table], to: Table) -> Iterator[ForeignKeyConstraint]:
    for table in tables:
        yield from (tie for tie in table.foreign_key_constraints if tie.referred_table is to)


def _loosen(tie: ForeignKeyConstraint) -> str:
    return f"ALTER TABLE {tie.table} DROP CONSTRAINT IF EXISTS {tie.name}"


def _require_citus(database: Database, connection: Connection) -> None:
    if database.is_sqlite:
        raise DatabaseUnusable(
            "an embedded database cannot be distributed: that takes PostgreSQL with the extension Citus (database_url)"
        )
    if not _has_citus(connection):
        raise DatabaseUnusable(
            "the database {where} has no extension Citus; install it on every machine, name it in "
            "shared_preload_libraries, and run there: CREATE EXTENSION citus",
            where=database.writer.url.render_as_string(hide_password=True),
        )
    if connection.execute(_COORDINATOR).first() is None:
        raise DatabaseUnusable(
            "the other machines are not told where the database {where} is; run there: "
            "SELECT citus_set_coordinator_host('HOST', 5432)",
            where=database.writer.url.render_as_string(hide_password=True),
        )


def _has_citus(connection: Connection) -> bool:
    return connection.execute(_EXTENSION).first() is not None


_COPY, _SPREAD = "copy", "spread"
_EXTENSION = text("SELECT 1 FROM pg_extension WHERE extname = 'citus'")
_COORDINATOR = text("SELECT 1 FROM pg_dist_node WHERE groupid = 0")
_PLACED = text(
    f"SELECT logicalrelid::text AS name, CASE WHEN partmethod = 'h' THEN '{_SPREAD}' ELSE '{_COPY}' END AS kind "  # noqa: S608
    "FROM pg_dist_partition WHERE partmethod = 'h' OR repmodel = 't'"
)
# A transaction that has read many shards at once may not write a copied table: so each goes over them one by one.
_SETTING = """
    DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET citus.multi_shard_modify_mode = ''sequential''', current_database());
    END $$
"""
# Citus passes this on to every machine. An answer is sent after COMMIT, which must mean the disk where the rows are:
# what a session says of it stays on the coordinator, and a machine whose default is "off" loses what was answered.
_DURABLE = """
    DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET synchronous_commit = on', current_database());
    END $$
"""
