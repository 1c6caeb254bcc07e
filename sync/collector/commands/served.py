"""``collector served``: transactions served, which make the participation.

What does the work is imported by each command, so that ``--help`` does not load the tables, pages and exports.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sync.collector.commands.shared import ConfigFile, DataDir, actor, in_transaction, open_ready, tell
from sync.collector.errors import UsageWrong
from sync.collector.settings.collector import load_config

served_app = typer.Typer(help="Transactions served, which make the participation.", no_args_is_help=True)


@served_app.callback()
def served() -> None:
    """Transactions served, which make the participation."""


@served_app.command("import", epilog="Example: collector served import giao-dich-thang-10.csv")
def served_import(
    file: Annotated[Path, typer.Argument(help="CSV file, its first line the columns' names.", metavar="FILE")],
    config: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """Take over how many transactions each counter served on each day.

    The first line: unit,counter,day,n. The day is written 2026-10-28. What is taken over corrects what stood there for
    the same counter and day, also what was typed in on a kiosk or on the web; a later number corrects it in turn.
    """
    from sync.collector.profiles.served_file import take_served
    from sync.collector.profiles.typed import FILE, Source

    try:
        body = file.read_bytes()
    except OSError as error:
        raise UsageWrong("cannot read {file}: {why}", file=file, why=error) from error
    settings, now = load_config(config, data_dir), datetime.now(UTC)
    today = now.astimezone(settings.zone).date()
    source = Source(actor(), now, FILE, file.name)
    n = in_transaction(open_ready(settings), lambda connection: take_served(connection, body, today, source))
    tell("Lines taken over: {n}", n=n)
