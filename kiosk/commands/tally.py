"""The command for a kiosk's numbers: the same as on its screen, for a terminal, a program or a spreadsheet.

The numbers and their database library are imported when the command runs: the citizen's screen waits for neither.
"""

import json
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kiosk.base.clock import SystemClock
from kiosk.base.errors import SpokenError
from kiosk.commands.own_journal import settings_of_kiosk
from kiosk.commands.shared import AsJson, Config, DataDir, t
from kiosk.office.from_centre import with_office
from kiosk.office.settings import KioskSettings
from kiosk.office.usb import StickRefused, write_whole

if TYPE_CHECKING:
    from kiosk.numbers.days import Tally
    from kiosk.numbers.files import Sheet

DAYS_MAX = 3660

tally_commands = typer.Typer()

Day = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help=t("The local day; today if not given")),
]
First = Annotated[
    datetime | None,
    typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help=t("The first of several days")),
]
Last = Annotated[
    datetime | None,
    typer.Option("--to", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help=t("The last of them; today if not given")),
]


class UsageWrong(SpokenError):
    """The options do not fit together: give others."""

    exit_code = 2


class FileNotWritten(SpokenError):
    """The spreadsheet cannot be written there: name another file."""


@tally_commands.command(
    help=t("Count the ratings of one day or of several on this kiosk.")
    + "\n\n"
    + t("Example: kiosk tally --from 2026-11-01 --to 2026-11-30 --xlsx november.xlsx")
)
def tally(
    data_dir: DataDir = None,
    config: Config = None,
    day: Day = None,
    first: First = None,
    last: Last = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help=t("Print CSV for a spreadsheet"))] = False,
    xlsx: Annotated[
        Path | None, typer.Option("--xlsx", metavar="FILE", help=t("Write a spreadsheet into this file"))
    ] = None,
) -> None:
    """The numbers, without a network, as far as they may be shown."""
    settings, _version = with_office(settings_of_kiosk(config, data_dir))
    now = SystemClock(settings.zone).now().wall
    days = _days(day and day.date(), first and first.date(), last and last.date(), now.date())
    if sum((as_json, as_csv, xlsx is not None)) > 1:
        raise UsageWrong("take one of --json, --csv and --xlsx at a time")
    if xlsx is not None and xlsx.exists():
        raise UsageWrong("{file} exists already; name a new file", file=xlsx)
    found = _read(settings, *days, now)
    if as_json:
        from kiosk.numbers.tables import table_json, tables_of

        rows = {table.key: table_json(table) for table in tables_of(found, t)}
        typer.echo(json.dumps({"survey": found.terms.survey.ref, **rows}, ensure_ascii=False))
    elif as_csv or xlsx is not None:
        _write_file(_sheet(found, settings, now), xlsx)
    else:
        from kiosk.numbers.lines import tally_lines

        typer.echo("\n".join(tally_lines(found, t)))


def _days(day: date | None, first: date | None, last: date | None, today: date) -> tuple[date, date]:
    if day is not None and (first or last):
        raise UsageWrong("give either --day, or --from and --to")
    if first is None and last is not None:
        raise UsageWrong("--to needs --from")
    days = (day or today, day or today) if first is None else (first, last or today)
    if days[0] > days[1]:
        raise UsageWrong("--from lies after --to")
    if days[1] - days[0] > timedelta(days=DAYS_MAX):
        raise UsageWrong("so many days cannot be told at once; take at most {n}", n=DAYS_MAX)
    return days


def _read(settings: KioskSettings, first: date, last: date, now: datetime) -> "Tally":
    from kiosk.journal.reader import JournalReader
    from kiosk.numbers.days import read_tally, terms_of

    with JournalReader(settings.journal_path) as reader:
        return read_tally(reader, first, last, now, terms_of(settings))


def _sheet(found: "Tally", settings: KioskSettings, now: datetime) -> "Sheet":
    from kiosk.numbers.files import Sheet
    from kiosk.numbers.tables import words_of

    names = (words_of(settings.office.name, t), words_of(settings.office.counter, t))
    return Sheet(found, " · ".join(name for name in names if name) or t("This kiosk"), now, t)


def _write_file(sheet: "Sheet", xlsx: Path | None) -> None:
    from kiosk.numbers.files import csv_file, xlsx_file

    if xlsx is None:
        sys.stdout.buffer.write(csv_file(sheet))
        return
    try:
        write_whole(xlsx, xlsx_file(sheet))
    except StickRefused as error:
        raise FileNotWritten("{file} cannot be written ({why})", file=xlsx, why=error.values["why"]) from error
    typer.echo(t("The numbers are in {file}.", file=xlsx))
