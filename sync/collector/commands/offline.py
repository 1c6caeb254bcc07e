"""The commands for kiosks without a network: take their files, and give back what proves that they came.

What does the work is imported by each command, so that ``--help`` does not load the tables, pages and exports.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from kiosk.base.private_file import open_to_readers
from kiosk.base.terminal.terminal import terminal_texts
from sync.collector.calendar.presstime import LocalDays
from sync.collector.commands.shared import ConfigFile, DataDir, open_ready, tell
from sync.collector.errors import UsageWrong
from sync.collector.settings.collector import load_config
from sync.protocol.messages import encode_message


def import_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Files made by: kiosk export")],
    config: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """Take what kiosks without a network exported; any order, any number of times, while the collector runs or not."""
    from sync.collector.chores.intake import FileResult, Intake

    settings = load_config(config, data_dir)
    database = open_ready(settings)
    t = terminal_texts("collector")

    def show(result: FileResult) -> None:
        tell(
            "{file}: {added} new entries, {known} known already",
            file=result.file.name,
            added=t.number(result.added),
            known=t.number(result.known),
        )

    intake = Intake(database, settings.url, LocalDays(settings.zone), lambda: datetime.now(UTC))
    results = intake.take(files, show)
    database.close()
    for result in results:
        for trouble in result.troubles.values():
            typer.echo(t("{file}: not all was taken: {why}", file=result.file.name, why=trouble.said(t)), err=True)
    raise typer.Exit(1 if any(result.troubles for result in results) else 0)


def ack_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    config: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """Write what the collector has of every kiosk; on a kiosk without a network: kiosk ack FILE."""
    from sync.collector.chores.intake import acknowledgement
    from sync.collector.transparency.public import PublicLog

    settings = load_config(config, data_dir)
    database = open_ready(settings)
    with database.reading() as connection:
        found = acknowledgement(connection, PublicLog(settings.log_directory))
    database.close()
    try:
        file.write_bytes(encode_message(found))
        # It is carried to kiosks, where another user reads it; there is no secret in it.
        open_to_readers(file)
    except OSError as error:
        raise UsageWrong("{file} cannot be written ({why})", file=file, why=error.strerror) from error
    tell("{file} holds the acknowledgement for {n} kiosks.", file=file, n=len(found.kiosks))
