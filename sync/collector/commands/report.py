"""``collector report``: a report as a file, for a schedule or a stick; ``collector closed``: those of closed months.

What does the work is imported by each command, so that ``--help`` does not load the tables, pages and exports.
"""

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.base.texts import texts
from sync.collector.commands.shared import (
    AsJson,
    ClosedMonth,
    ConfigFile,
    DataDir,
    Language,
    OfUnit,
    note_down,
    services_of,
    tell,
    write_file,
)
from sync.collector.errors import UsageWrong
from sync.collector.people.rights import ANYBODY
from sync.collector.settings.collector import CollectorConfig, load_config

if TYPE_CHECKING:
    from sync.collector.services.closed import Shelf

closed_app = typer.Typer(help="Reports of closed months, as they were kept.", no_args_is_help=True)


@closed_app.callback()
def closed() -> None:
    """Reports of closed months, as they were kept."""


def report(
    out: Annotated[
        Path,
        typer.Argument(
            help="File to write; its ending says which kind: .csv, .xlsx, .pdf or .tidy.csv.", metavar="FILE"
        ),
    ],
    config: ConfigFile = None,
    data_dir: DataDir = None,
    period: Annotated[
        str, typer.Option(help="2026-11-20, 2026-W47, 2026-11, 2026-Q4, 2026 or A..B; default: this month")
    ] = "",
    compare: Annotated[str, typer.Option(help="Period to compare with; default: the one before.")] = "",
    unit: Annotated[str | None, typer.Option(help="Code of a unit; default: all.")] = None,
    counter: Annotated[str | None, typer.Option(help="Code of one of its counters.")] = None,
    measure: Annotated[str, typer.Option(help="top2box or mean5.")] = "top2box",
    versus: Annotated[str, typer.Option(help="UNIT or UNIT:COUNTER to put beside it.")] = "",
    language: Language = "vi",
) -> None:
    """Write a report of a unit or counter; the audit log tells of it."""
    from sync.collector.closed.named import form_named
    from sync.collector.export.forms import FORMS, file_of
    from sync.collector.services.reports import Query, read_book

    form = form_named(out.name)
    if form not in FORMS:
        raise UsageWrong("{file} must end in .csv, .xlsx, .pdf or .tidy.csv", file=out)
    settings = load_config(config, data_dir)
    services = services_of(settings)
    book = read_book(services, ANYBODY, Query(unit, counter, period, compare, measure=measure, versus=versus))
    body = file_of(services, book, form, texts("collector", language))
    services.writer.close()
    details = {"form": form, "period": book.period.code}
    note_down(services.database, "export", book.place.key or "*", details)
    write_file(out, body)


@closed_app.command("make", epilog="Example: collector closed make --config /etc/hailong/collector.toml")
def closed_make(config: ConfigFile = None, data_dir: DataDir = None) -> None:
    """Close now what is due, and make the corrections; a running collector does the same by itself."""
    from sync.collector.chores.every import transact
    from sync.collector.chores.months import CloseMonths

    settings = load_config(config, data_dir)
    if settings.demo:
        raise UsageWrong("a demonstration closes no month: it shows single presses")
    services = services_of(settings)
    kept = CloseMonths(services, partial(transact, services)).run_all(
        lambda month: tell("Closing {month}", month=month)
    )
    services.writer.close()
    services.database.close()
    tell("Reports kept: {n}", n=kept)


@closed_app.command("list", epilog="Example: collector closed list --unit 06040 --period 2026-11")
def closed_list(
    config: ConfigFile = None,
    data_dir: DataDir = None,
    unit: OfUnit = None,
    period: Annotated[str, typer.Option(help="2026-11; default: every month that was closed.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show the reports that were kept, with the SHA-256 of their numbers and files."""
    from msgspec import to_builtins

    from sync.collector.api.data.closed import kept_of

    found = [to_builtins(kept_of(shelf)) for shelf in _shelves(load_config(config, data_dir), unit, period)]
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for shelf in found:
        for report_of in shelf["reports"]:
            typer.echo(f"{shelf['period']} {shelf['place'] or '-'} {report_of['number']} {report_of['made_at']}")
            typer.echo(f"    json {report_of['sha256']}")
            for file in report_of["files"]:
                typer.echo(f"    {file['form']:4} {file['sha256']} {file['bytes']}")


@closed_app.command("export", epilog="Example: collector closed export thang-11.pdf --period 2026-11 --unit 06040")
def closed_export(
    out: Annotated[
        Path,
        typer.Argument(
            help="File to write; its ending says which kind: .csv, .xlsx, .pdf, .tidy.csv or .json.", metavar="FILE"
        ),
    ],
    period: ClosedMonth,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    unit: OfUnit = None,
    number: Annotated[
        int | None, typer.Option(help="0 is the first report, then its corrections; default: the newest.")
    ] = None,
) -> None:
    """Write a file of a closed month, byte for byte as it was made; the audit log tells of it."""
    from sync.collector.closed.named import form_named
    from sync.collector.services.closed import take_kept

    settings = load_config(config, data_dir)
    (shelf,) = _shelves(settings, unit, period)
    services = services_of(settings)
    number = shelf.closing.number if number is None else number
    form = form_named(out.name)
    body = take_kept(services, shelf, number, form)
    services.writer.close()
    details = {"form": form, "period": shelf.period.code, "closed": number}
    note_down(services.database, "export", shelf.place.key or "*", details)
    write_file(out, body)


def _shelves(settings: CollectorConfig, unit: str | None, period: str) -> "list[Shelf]":
    """What was kept of a unit: of one month, or of each."""
    from sync.collector.services.closed import find_shelf, months_kept

    services = services_of(settings)
    months = [period] if period else months_kept(services, ANYBODY, unit)
    found = [find_shelf(services, ANYBODY, unit, month) for month in months]
    services.writer.close()
    services.database.close()
    return found
