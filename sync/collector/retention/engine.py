"""Engine: what the database itself needs now and then: statistics, a look whether its file is sound, its free room."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, text

from kiosk.journal.disk.engine import durability_for, sqlite_version
from sync.collector.errors import UsageWrong
from sync.collector.store.database import Database
from sync.collector.store.distributed import is_distributed
from sync.collector.store.patience import outside_transactions
from sync.collector.store.schema import PARTITIONED

ANALYSED_EVERY = timedelta(days=7)
_ROWS_LOOKED_AT = 400
"""So many rows of an index SQLite looks at for its statistics: some milliseconds, however large it is."""
_LAST = text("SELECT min(coalesce(last_analyze, 'epoch')) FROM pg_stat_user_tables WHERE relname = ANY(:names)")

_HERE = text("SELECT pg_database_size(current_database())")
_EVERYWHERE = text(
    "SELECT sum(result::bigint) FROM run_command_on_all_nodes('SELECT pg_database_size(current_database())') "
    "WHERE success"
)


class Room(NamedTuple):
    """How large the database is, and how much of it is free and is used before the file grows; in bytes."""

    size: int
    free: int


def needs_analysis(connection: Connection, now: datetime) -> bool:
    """Whether the statistics of parted tables are old: PostgreSQL renews those of the parts by itself, not theirs."""
    if connection.dialect.name != "postgresql":
        return True
    last = connection.execute(_LAST, {"names": list(PARTITIONED)}).scalar_one()
    return last is None or now - last >= ANALYSED_EVERY


def analyse(database: Database) -> None:
    """Renew the statistics by which statements are planned."""
    if database.is_sqlite:
        with database.writing() as connection:
            connection.exec_driver_sql(f"PRAGMA analysis_limit = {_ROWS_LOOKED_AT}")
            connection.exec_driver_sql("PRAGMA optimize")
        return
    for table in PARTITIONED:
        outside_transactions(database, f"ANALYZE {table}")


def read_room(database: Database) -> Room:
    """The size of the database, on all machines together, and what of it is free; PostgreSQL reuses that by itself."""
    with database.reading() as connection:
        if not database.is_sqlite:
            return Room(int(connection.execute(_EVERYWHERE if is_distributed(connection) else _HERE).scalar_one()), 0)
        page, pages, free = (
            int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
            for name in ("page_size", "page_count", "freelist_count")
        )
        return Room(page * pages, page * free)


def check_file(database: Database) -> str | None:
    """Look through the whole embedded file; what is wrong with it first, or None. Of PostgreSQL the server does that.

    Raises UsageWrong where kiosks would wait for it meanwhile.
    """
    if not database.is_sqlite:
        return None
    if durability_for(sqlite_version()).journal_mode != "wal":
        raise UsageWrong(
            "with this version of SQLite nobody can write while the file is looked through: check a copy instead, with "
            "collector backup"
        )
    with database.reading() as connection:
        said = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
    return None if said == "ok" else said


def compact(database: Database) -> None:
    """Write the embedded file anew without its free room. Nobody writes meanwhile, and as much room is needed again."""
    if database.is_sqlite:
        outside_transactions(database, "VACUUM")
