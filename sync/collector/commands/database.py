"""What IT staff do with the database: bring its schema up to date, copy it, read anew what was kept unread.

What does the work is imported by each command, so that ``--help`` does not load the tables, pages and exports.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from kiosk.base.terminal.terminal import terminal_texts
from sync.collector.calendar.presstime import LocalDays
from sync.collector.commands.shared import ConfigFile, DataDir, actor, open_ready, tell
from sync.collector.settings.collector import load_config
from sync.collector.store.backup import back_up
from sync.collector.store.database import Database, faults_named, open_database

Distributed = Annotated[
    bool, typer.Option("--distributed", help="Then spread it over the machines of a Citus cluster; nobody writes then.")
]


def migrate(config: ConfigFile = None, data_dir: DataDir = None, distributed: Distributed = False) -> None:
    """Bring the database up to this version's schema. Repeating it changes nothing; nothing is ever deleted."""
    from sync.collector.store.migrate import migrate as migrate_database

    settings = load_config(config, data_dir)
    database = open_database(settings.database, create=not distributed)
    before, after = migrate_database(database)
    if before is None:
        tell("A new database was made (schema {after}).", after=after)
    elif before == after:
        tell("The database has schema {after} already; nothing to do.", after=after)
    else:
        tell("The database was brought from schema {before} to {after}.", before=before, after=after)
    if distributed:
        _distribute(database)


def _distribute(database: Database) -> None:
    from sync.collector.store.distributed import Progress, distribute

    def show(step: Progress) -> None:
        tell("Table {number} of {of}: {table}", number=step.number, of=step.of, table=step.table)

    with faults_named(database):
        done = distribute(database, show)
    if done:
        tell("The database is distributed now. Start the collectors anew.")
    else:
        tell("The database is distributed already; nothing to do.")


def backup(
    file: Annotated[Path, typer.Argument(help="The new file.", metavar="FILE")],
    config: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """Copy the embedded database into a new file, while the collector runs, and check the copy."""
    database = open_database(load_config(config, data_dir).database)
    with faults_named(database):
        ratings = back_up(database, file)
    database.close()
    tell("{n} ratings are in {file}; the copy was checked.", n=ratings, file=file)


def reproject(config: ConfigFile = None, data_dir: DataDir = None) -> None:
    """Read anew the entries that an older version kept but could not read; again changes nothing.

    After an upgrade, while the collector runs or not. Nothing is lost where this is never done: the entries are kept.
    """
    from sync.collector.chores.reproject import Journal, Reading
    from sync.collector.chores.reproject import reproject as read_anew

    settings = load_config(config, data_dir)
    database, t = open_ready(settings), terminal_texts("collector")

    def show(journal: Journal) -> None:
        tell(
            "Journal {number} of {of}: {read} entries read, {left} left",
            number=t.number(journal.number),
            of=t.number(journal.of),
            read=t.number(journal.read),
            left=t.number(journal.left),
        )

    with faults_named(database):
        read, left = read_anew(database, Reading(datetime.now(UTC), actor(), LocalDays(settings.zone)), show)
    database.close()
    tell("{read} entries were read anew; {left} stay unread.", read=t.number(read), left=t.number(left))
