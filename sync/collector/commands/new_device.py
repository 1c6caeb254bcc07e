"""``collector device new``: one-time codes, for one kiosk or for a table of counters.

What does the work is imported by each command, so that ``--help`` does not load the tables, pages and exports.
"""

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from kiosk.base.terminal.terminal import terminal_texts
from sync.collector.commands.shared import ConfigFile, DataDir, Quiet, actor, in_transaction, open_ready, tell
from sync.collector.errors import UsageWrong
from sync.collector.settings.collector import CollectorConfig, load_config

Serves = Annotated[
    list[str] | None,
    typer.Option(metavar="CODE", help="In a hall: a counter it may speak for too; may be given several times."),
]
Survey = Annotated[str | None, typer.Option(help="Survey the office sets, id@version; default: the kiosk's.")]
_PICTURES = {".png": 8, ".svg": 4}
"""Kinds of QR picture, and how large a module is drawn."""


def device_new(
    counter: Annotated[str | None, typer.Option(help="Code of the counter where the kiosk will stand.")] = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    serves: Serves = None,
    survey: Survey = None,
    create_counter: Annotated[
        bool, typer.Option("--create-counter", help="Make the counter if it is missing.")
    ] = False,
    counter_name: Annotated[str | None, typer.Option(help="Name of a new counter.")] = None,
    unit: Annotated[str | None, typer.Option(help="Code of a new counter's unit; default: the counter's code.")] = None,
    unit_name: Annotated[str | None, typer.Option(help="Makes the unit, with this name, if it is missing.")] = None,
    valid_hours: Annotated[int | None, typer.Option(help="Hours until the code expires.", min=1, max=2160)] = None,
    qr: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also draw the command as a QR picture, .png or .svg.")
    ] = None,
    table: Annotated[
        Path | None, typer.Option("--from", metavar="CSV", help="Make codes for many counters, one a line.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="With --from: folder for the setup files.")] = None,
    quiet: Quiet = False,
) -> None:
    """Print a one-time code for a new kiosk; on the kiosk: kiosk enroll URL CODE."""
    from sync.collector.fleet.devices import devices
    from sync.collector.fleet.places import units

    of_new = {"--counter-name": counter_name, "--unit": unit, "--unit-name": unit_name}
    of_one = {"--counter": counter, "--create-counter": create_counter, "--survey": survey, "--serves": serves}
    if table is not None:
        _refuse("beside", "--from", {**of_one, **of_new, "--qr": qr, "--quiet": quiet})
        _make_codes(load_config(config, data_dir), table, out, valid_hours)
        return
    if counter is None:
        raise UsageWrong("name the counter with --counter, or a table of counters with --from")
    _refuse("without", "--from", {"--out": out})
    _refuse("without", "--create-counter", {} if create_counter else of_new)
    settings = load_config(config, data_dir)
    database, now = open_ready(settings, begin=create_counter, quiet=quiet), datetime.now(UTC)
    valid = timedelta(hours=valid_hours or settings.enrolment.code_valid_hours)

    def make(connection: Any) -> str:
        if create_counter:
            units.counter_for(connection, units.Described(counter, counter_name, unit, unit_name), now, actor())
        return devices.new_code(connection, counter, survey, valid, now, actor(), serves or ())

    code = in_transaction(database, make)
    if qr is not None:
        _draw_qr(f"kiosk enroll {settings.url} {code}", qr)
    _tell_code(settings, counter, code, now + valid, quiet=quiet)


def _tell_code(settings: CollectorConfig, counter: str, code: str, until: datetime, *, quiet: bool) -> None:
    """Say the code, and what to do with it."""
    if quiet:
        typer.echo(code)
        return
    tell("Code for counter {counter}: {code}", counter=counter, code=code)
    tell(
        "It works once, until {until}. On the kiosk: kiosk enroll {url} {code}",
        url=settings.url,
        code=code,
        until=until.astimezone(settings.zone).strftime("%H:%M %d/%m/%Y"),
    )


def _refuse(beside: Literal["beside", "without"], option: str, given: Mapping[str, object]) -> None:
    """Raise UsageWrong for options that would be passed over beside another one, or without it."""
    names = ", ".join(name for name, value in given.items() if value)
    if names and beside == "beside":
        raise UsageWrong("{options} cannot be followed beside {other}", options=names, other=option)
    if names:
        raise UsageWrong("{options} cannot be followed without {other}", options=names, other=option)


def _make_codes(settings: CollectorConfig, table: Path, out: Path | None, valid_hours: int | None) -> None:
    """Read the table, make what is missing, and say what came of it."""
    from sync.collector.fleet.devices.zero_touch import Terms, make_codes
    from sync.collector.fleet.places.counter_table import read_table
    from sync.collector.fleet.surveys.library import Library
    from sync.collector.transparency.public import PublicLog
    from sync.collector.transparency.trust import roots_of

    if out is None:
        raise UsageWrong("name the folder for the setup files with --out")
    if not settings.public_url:
        raise UsageWrong("set public_url first: kiosks on other machines must find this collector")
    database, now = open_ready(settings, begin=True), datetime.now(UTC)
    rows = read_table(table, Library(database))
    until = now + timedelta(hours=valid_hours or settings.enrolment.code_valid_hours)
    with database.reading() as connection:
        roots = roots_of(connection, settings.log, PublicLog(settings.log_directory))
    t = terminal_texts("collector")
    with typer.progressbar(length=len(rows), label=t("Making codes"), file=sys.stderr) as bar:
        made = make_codes(
            database,
            rows,
            table,
            out,
            Terms(settings.url, now, until, actor(), roots),
            lambda done, _of: bar.update(done - bar.pos),
        )
    database.close()
    tell(
        "Codes made: {made}. Kept from before: {kept}. Counters with a kiosk already: {running}.",
        made=t.number(made.made),
        kept=t.number(made.kept),
        running=t.number(made.running),
    )
    tell(
        "The setup files are in {folder}, a folder for each counter; codes.csv says until when each code holds.",
        folder=out,
    )


def _draw_qr(text: str, file: Path) -> None:
    """Draw ``text`` into the new or existing ``file``, readable by its owner alone: it holds a code.

    Raises UsageWrong for another kind than .png and .svg, and where the file cannot be written.
    """
    import segno

    kind = file.suffix.lower()
    if kind not in _PICTURES:
        raise UsageWrong("{file} must end in .png or .svg", file=file)
    try:
        handle = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as picture:
            segno.make_qr(text, error="m").save(picture, kind=kind[1:], scale=_PICTURES[kind])
    except OSError as error:
        raise UsageWrong("{file} cannot be written ({why})", file=file, why=error.strerror) from error
