"""``collector backup``: a checked copy of the embedded database, every night or before an upgrade."""

from pathlib import Path
from typing import Annotated

import typer

from sync.collector.commands.shared import ConfigFile, DataDir, tell
from sync.collector.settings.collector import load_config


def backup(
    file: Annotated[Path, typer.Argument(help="The new file.", metavar="FILE")],
    config: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """Copy the embedded database into a new file, while the collector runs, and check the copy."""
    from sync.collector.store.backup import back_up
    from sync.collector.store.database import faults_named, open_database

    database = open_database(load_config(config, data_dir).database)
    with faults_named(database):
        ratings = back_up(database, file)
    database.close()
    tell("{n} ratings are in {file}; the copy was checked.", n=ratings, file=file)
