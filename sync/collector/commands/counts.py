"""``collector counts``: counts that another system gave.

What does the work is imported by each command, so that ``--help`` does not load the tables, pages and exports.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from sync.collector.commands.shared import ConfigFile, DataDir, actor, in_transaction, open_ready, tell
from sync.collector.errors import UsageWrong
from sync.collector.settings.collector import load_config

counts_app = typer.Typer(help="Counts that another system gave.", no_args_is_help=True)


@counts_app.callback()
def counts() -> None:
    """Counts that another system gave."""


@counts_app.command("import", epilog="Example: collector counts import 766-thang-10.csv")
def counts_import(
    file: Annotated[Path, typer.Argument(help="CSV file, its first line the columns' names.", metavar="FILE")],
    config: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """Take over a month's dossiers and petitions by unit, for the ratios of Decision 766.

    The first line: unit,month,dossiers,dissatisfied,complained,overdue,not_satisfied,petitions,petitions_on_time,
    petitions_bad. The month is written 2026-10; not_satisfied counts a dossier once that is any of the three before it.
    Importing a unit's month again replaces it.
    """
    from sync.collector.profiles.reading import Source, take_counts

    try:
        body = file.read_bytes()
    except OSError as error:
        raise UsageWrong("cannot read {file}: {why}", file=file, why=error) from error
    settings, now = load_config(config, data_dir), datetime.now(UTC)
    source = Source(file.name, actor(), "", now.astimezone(settings.zone).date(), now)
    found = in_transaction(open_ready(settings), lambda connection: take_counts(connection, body, source))
    tell("Months taken over: {n}", n=len(found.counts))
