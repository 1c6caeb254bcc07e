"""Command line of the collector: ``collector serve``, and what IT staff do around it."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from kiosk.terminal import run_commands, terminal_texts
from sync.collector.config import CollectorConfig, load_config
from sync.collector.database import Database, faults_named, open_database

app = typer.Typer(
    help="Receives what kiosks send and shows it. Example: collector serve --data-dir ./data",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
device_app = typer.Typer(help="Kiosks.", no_args_is_help=True)
unit_app = typer.Typer(help="Administrative units.", no_args_is_help=True)
counter_app = typer.Typer(help="Counters.", no_args_is_help=True)
app.add_typer(device_app, name="device")
app.add_typer(unit_app, name="unit")
app.add_typer(counter_app, name="counter")

ConfigFile = Annotated[Path | None, typer.Option("--config", help="Settings file; see config/collector.toml.")]
DataDir = Annotated[
    Path | None, typer.Option(help="Folder of the embedded database: DIR/collector/collector.db.", metavar="DIR")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print the result alone.")]


def main() -> None:
    """The installed command ``collector``."""
    run_commands(app, terminal_texts("collector"))


@app.command(epilog="Example: collector serve --data-dir ./data --port 8600")
def serve(
    config: ConfigFile = None,
    data_dir: DataDir = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on, instead of listen_host.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, instead of listen_port.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Show every number at once; the page says so.")] = False,
) -> None:
    """Receive ratings and show them, until Ctrl-C. Makes and migrates an empty embedded database by itself."""
    from sync.collector.server import run_server

    given = {"listen_host": host, "listen_port": port, "demo": demo or None}
    settings = load_config(config, data_dir, {key: value for key, value in given.items() if value is not None})
    database = _open_ready(settings)
    run_server(settings, database, lambda url: _tell("The collector listens at {url}", url=url))


@app.command(epilog="Example: collector migrate --config /etc/hailong/collector.toml")
def migrate(config: ConfigFile = None, data_dir: DataDir = None) -> None:
    """Bring the database up to this version's schema. Repeating it changes nothing; nothing is ever deleted."""
    from sync.collector.migrate import migrate as migrate_database

    settings = load_config(config, data_dir)
    database = open_database(settings.database, create=settings.embedded)
    before, after = migrate_database(database)
    if before == after:
        _tell("The database has schema {after} already; nothing to do.", after=after)
    else:
        _tell("The database was brought from schema {before} to {after}.", before=before or "-", after=after)


@device_app.command(
    "new",
    epilog="Example: collector device new --counter HC-01 --create-counter --counter-name 'Quầy 1' --unit 06040",
)
def device_new(
    counter: Annotated[str, typer.Option(help="Code of the counter where the kiosk will stand.")],
    config: ConfigFile = None,
    data_dir: DataDir = None,
    survey: Annotated[
        str | None, typer.Option(help="Survey the office sets, id@version; default: the kiosk's.")
    ] = None,
    create_counter: Annotated[
        bool, typer.Option("--create-counter", help="Make the counter if it is missing.")
    ] = False,
    counter_name: Annotated[str | None, typer.Option(help="Name of a new counter.")] = None,
    unit: Annotated[str | None, typer.Option(help="Code of a new counter's unit; default: the counter's code.")] = None,
    unit_name: Annotated[str | None, typer.Option(help="Makes the unit, with this name, if it is missing.")] = None,
    valid_hours: Annotated[int | None, typer.Option(help="Hours until the code expires.", min=1, max=2160)] = None,
    quiet: Quiet = False,
) -> None:
    """Print a one-time code for a new kiosk; on the kiosk: kiosk enroll URL CODE."""
    from sync.collector import devices, units

    settings = load_config(config, data_dir)
    database = _open_ready(settings, quiet=quiet)
    now = datetime.now(UTC)
    valid = timedelta(hours=valid_hours or settings.enrolment.code_valid_hours)

    def make(connection: Any) -> str:
        if create_counter and units.counter_id(connection, counter) is None:
            place = units.unit_for(connection, unit or counter, unit_name or (None if unit else counter))
            units.new_counter(connection, counter, counter_name or counter, place, now)
        return devices.new_code(connection, counter, survey, valid, now, _actor())

    code = _in_transaction(database, make)
    if quiet:
        typer.echo(code)
        return
    _tell("Code for counter {counter}: {code}", counter=counter, code=code)
    _tell("It works once, until {until}. On the kiosk: kiosk enroll {url} {code}", url=settings.url, code=code,
          until=(now + valid).astimezone(settings.zone).strftime("%H:%M %d/%m/%Y"))  # fmt: skip


@counter_app.command("new", epilog="Example: collector counter new HC-02 'Quầy 2' --unit 06040")
def counter_new(
    code: Annotated[str, typer.Argument(help="The counter's code, unique in this collector.", metavar="CODE")],
    name: Annotated[str, typer.Argument(help="Its name, as reports show it.", metavar="NAME")],
    unit: Annotated[str, typer.Option(help="Code of its unit.")],
    unit_name: Annotated[str | None, typer.Option(help="Makes the unit, with this name, if it is missing.")] = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """Make a counter."""
    from sync.collector import units

    database = _open_ready(load_config(config, data_dir))
    now = datetime.now(UTC)
    _in_transaction(
        database,
        lambda connection: units.new_counter(connection, code, name, units.unit_for(connection, unit, unit_name), now),
    )
    _tell("Counter {code} is there.", code=code)


@unit_app.command("import", epilog="Example: collector unit import --province 20 --province 01")
def unit_import(
    config: ConfigFile = None,
    data_dir: DataDir = None,
    province: Annotated[
        list[str] | None, typer.Option(help="Code of a province, two digits; may be repeated. Default: all.")
    ] = None,
) -> None:
    """Take provinces and communes over from the vietnam-provinces package. Repeating it renames what was renamed."""
    from sync.collector import units

    database = _open_ready(load_config(config, data_dir))
    show: units.Progress = lambda name, n: _tell("{name}: {n} communes", name=name, n=n)  # noqa: E731
    provinces, communes = _in_transaction(
        database, lambda connection: units.import_units(connection, province or [], show)
    )
    _tell("Provinces there: {provinces}. Communes there: {communes}.", provinces=provinces, communes=communes)


def _open_ready(settings: CollectorConfig, *, quiet: bool = False) -> Database:
    """The database with this version's schema; an empty embedded one is made first, and that is said."""
    from sync.collector.migrate import is_empty, migrate, require_current

    database = open_database(settings.database, create=settings.embedded)
    if settings.embedded and is_empty(database):
        migrate(database)
        if not quiet:
            _tell("Made the database {path}", path=database.writer.url.database)
    require_current(database)
    return database


def _in_transaction(database: Database, work: Callable[[Any], Any]) -> Any:
    with faults_named(database), database.writing() as connection:
        done = work(connection)
    database.close()
    return done


def _actor() -> str:
    import getpass

    with suppress(OSError, KeyError, ImportError):
        return f"command line: {getpass.getuser()}"
    return "command line"


def _tell(message: str, **values: object) -> None:
    typer.echo(terminal_texts("collector")(message, **values))
