"""``collector device new --from``: a table of counters becomes codes and setup files in one command."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import typer

from kiosk.base.terminal.terminal import terminal_texts
from sync.collector.commands.shared import actor, open_ready, tell
from sync.collector.errors import UsageWrong
from sync.collector.settings.collector import CollectorConfig


def codes_for_table(settings: CollectorConfig, table: Path, out: Path | None, valid_hours: int | None) -> None:
    """Read the table, make what is missing, and say what came of it."""
    from sync.collector.fleet.devices.zero_touch import Terms, make_codes
    from sync.collector.fleet.places.counter_table import read_table
    from sync.collector.fleet.surveys.library import Library

    if out is None:
        raise UsageWrong("name the folder for the setup files with --out")
    if not settings.public_url:
        raise UsageWrong("set public_url first: kiosks on other machines must find this collector")
    database, now = open_ready(settings), datetime.now(UTC)
    rows = read_table(table, Library(database))
    until = now + timedelta(hours=valid_hours or settings.enrolment.code_valid_hours)
    t = terminal_texts("collector")
    with typer.progressbar(length=len(rows), label=t("Making codes"), file=sys.stderr) as bar:
        made = make_codes(
            database, rows, table, out, Terms(settings.url, now, until, actor()),
            lambda done, _of: bar.update(done - bar.pos),
        )  # fmt: skip
    database.close()
    tell("Codes made: {made}. Kept from before: {kept}. Counters with a kiosk already: {running}.",
         made=t.number(made.made), kept=t.number(made.kept), running=t.number(made.running))  # fmt: skip
    tell("The setup files are in {folder}, a folder for each counter; codes.csv says until when each code holds.",
         folder=out)  # fmt: skip
