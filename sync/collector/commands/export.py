"""``collector export parquet``: data by month for an office's own analysts; the audit log tells of it.

What does the work is imported by the command, so that ``--help`` does not load the tables, pages and exports.
"""

import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.base.terminal.terminal import terminal_texts
from sync.collector.commands.shared import (
    ConfigFile,
    DataDir,
    OfUnit,
    Purpose,
    Quiet,
    SecondPerson,
    actor,
    granted,
    services_of,
    tell,
)
from sync.collector.settings.collector import load_config

if TYPE_CHECKING:
    from sync.collector.calendar.periods import Period

_EVERY_S = 1.0
"""So often progress is told at most."""

export_app = typer.Typer(help="Data for the office's own analysts.", no_args_is_help=True)


@export_app.callback()
def export() -> None:
    """Data for the office's own analysts."""


@export_app.command("parquet", epilog="Example: collector export parquet /srv/so-lieu --month 2026-01 --to 2026-12")
def parquet(
    out: Annotated[Path, typer.Argument(help="Folder to write to: year=2026/month=11/sums.parquet.", metavar="OUT")],
    month: Annotated[str, typer.Option(help="First month: 2026-11.")],
    config: ConfigFile = None,
    data_dir: DataDir = None,
    to: Annotated[str, typer.Option(help="Last month; default: the first alone.")] = "",
    unit: OfUnit = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write over files that are there.")] = False,
    lines: Annotated[
        bool, typer.Option("--lines", help="Single ratings instead: lines.parquet. A second person grants it.")
    ] = False,
    second_person: SecondPerson = None,
    purpose: Purpose = "",
    quiet: Quiet = False,
) -> None:
    """Write what may be shown as Parquet files by month, sums of whole blocks; the audit log tells of it.

    Each month is whole or not there: what broke off goes on with --month. --lines writes single ratings by half day.
    """
    from sync.collector.chores.every import transact
    from sync.collector.datasets.columns import LINES, SUMS
    from sync.collector.datasets.months import Wanted, months_from, require_free, write_months
    from sync.collector.fleet.places.units import find_unit
    from sync.collector.people.audit import note
    from sync.collector.replica.dropped import dropped_through

    services = services_of(load_config(config, data_dir))
    try:
        now = services.now()
        months = months_from(month, to, date.fromisoformat(services.days.today(now)[0]))
        with services.database.reading() as connection:
            below = "" if unit is None else str(find_unit(connection, unit).path)
        wanted = Wanted(LINES if lines else SUMS, out, months, below, replace)
        require_free(wanted)
        details = {"form": "parquet", "period": wanted.period}
        if lines:
            details |= granted(services, second_person, purpose, below)
        action = "export lines" if lines else "export"
        # Written down before the first file is: nobody has one without that.
        transact(services, partial(note, at=now, actor=actor(), action=action, subject=below or "*", details=details))
        for file, n in write_months(services, wanted, _progress(quiet=quiet)):
            tell("Wrote {file}: {n} rows", file=file, n=terminal_texts("collector").number(n))
        if lines:
            with services.database.reading() as connection:
                _tell_lacking(dropped_through(connection, months[0].first))
    finally:
        services.writer.close()
        services.database.close()


def _tell_lacking(last: date | None) -> None:
    """Say that files lack single ratings that were there: an empty one alone would say that nobody pressed."""
    t = terminal_texts("collector")
    if last is not None:
        said = t(
            "Of days up to {day} lines were dropped when their time was over: these files lack their ratings, sums do "
            "not.",
            day=last.isoformat(),
        )
        typer.echo(said, err=True)


def _progress(*, quiet: bool) -> "Callable[[Period, int], None]":
    """Tells how far it is, on the error stream, so that the files stand alone on the other."""
    t, told_at = terminal_texts("collector"), [time.monotonic()]

    def show(month: "Period", rows: int) -> None:
        if not quiet and time.monotonic() - told_at[0] >= _EVERY_S:
            told_at[0] = time.monotonic()
            typer.echo(t("{month}: {n} rows read", month=month.code, n=t.number(rows)), err=True)

    return show
