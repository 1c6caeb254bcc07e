"""Command line of the collector: ``collector serve``, and what IT staff do around it.

What does the work is imported by ``serve``, so that ``--help`` does not load the tables, pages and exports.
"""

from typing import Annotated

import typer

from kiosk.base.lifeline import hold_on
from kiosk.base.settings.reading import SettingsInvalid
from kiosk.base.terminal.terminal import run_commands, terminal_texts
from sync.collector.commands.audit import audit_bundle
from sync.collector.commands.config import config_app
from sync.collector.commands.counts import counts_app
from sync.collector.commands.database import backup, migrate, reproject
from sync.collector.commands.demo import demo_data
from sync.collector.commands.device import device_app
from sync.collector.commands.export import export_app
from sync.collector.commands.lines import lines_app
from sync.collector.commands.log import log_app
from sync.collector.commands.maintain import maintain
from sync.collector.commands.move import move
from sync.collector.commands.notices import notices_app
from sync.collector.commands.offline import ack_file, import_files
from sync.collector.commands.places import counter_app, unit_app
from sync.collector.commands.report import closed_app, report
from sync.collector.commands.served import served_app
from sync.collector.commands.shared import ConfigFile, DataDir, open_ready, tell
from sync.collector.commands.token import token_app
from sync.collector.commands.unread import unread
from sync.collector.commands.user import user_app
from sync.collector.commands.verify import verify
from sync.collector.commands.witness import witness_app
from sync.collector.commands.words_key import words_key_app
from sync.collector.settings.collector import CollectorConfig, load_config
from sync.collector.settings.workers import faults_of_workers

app = typer.Typer(
    help="Receives what kiosks send and shows it. Example: collector serve --data-dir ./data",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(device_app, name="device")
app.command("import", epilog="Example: collector import /media/usb/*.hailong")(import_files)
app.command("ack-file", epilog="Example: collector ack-file /media/usb/hailong.ack")(ack_file)
app.command(epilog="Example: collector reproject --config /etc/hailong/collector.toml")(reproject)
app.command(epilog="Example: collector unread --unit 06040")(unread)
app.command(epilog="Example: collector maintain --dry-run")(maintain)
app.add_typer(unit_app, name="unit")
app.add_typer(counter_app, name="counter")
app.add_typer(user_app, name="user")
app.add_typer(token_app, name="token")
app.add_typer(counts_app, name="counts")
app.add_typer(served_app, name="served")
app.add_typer(config_app, name="config")
app.add_typer(notices_app, name="notices")
app.command(epilog="Example: collector report thang-11.pdf --period 2026-11 --unit 06040")(report)
app.add_typer(closed_app, name="closed")
app.add_typer(export_app, name="export")
app.command("audit-bundle", epilog="Example: collector audit-bundle thang-11.zip --period 2026-11 --unit 06040")(
    audit_bundle
)
app.command(epilog="Example: collector backup /media/usb/collector-2026-11-22.db")(backup)
app.command(epilog="Example: collector verify --all --since /media/usb/proof.marks")(verify)
app.add_typer(lines_app, name="lines")
app.add_typer(words_key_app, name="words-key")
app.add_typer(log_app, name="log")
app.add_typer(witness_app, name="witness")
app.command(epilog="Example: collector move https://gop-y.example.gov.vn --day 2026-12-15")(move)
app.command("demo-data", epilog="Example: collector demo-data --data-dir ./demo --province 20 --months 6")(demo_data)


def main() -> None:
    """The installed command ``collector``."""
    run_commands(app, terminal_texts("collector"))


@app.command(epilog="Example: collector serve --data-dir ./data --port 8600")
def serve(
    config: ConfigFile = None,
    data_dir: DataDir = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on, instead of listen_host.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, instead of listen_port.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that serve, instead of workers.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Show every number at once; the page says so.")] = False,
) -> None:
    """Receive ratings and show them, until Ctrl-C. Makes and migrates an empty embedded database by itself."""
    hold_on()
    asked = {"listen_host": host, "listen_port": port, "workers": workers, "demo": demo or None}
    given = {key: value for key, value in asked.items() if value is not None}
    settings = load_config(config, data_dir, given)
    if faults := tuple(faults_of_workers(settings)):
        raise SettingsInvalid(faults)
    if settings.workers > 1:
        from sync.collector.run.workers.serve import run_workers

        run_workers(settings, config, data_dir, given, _announce)
    else:
        _serve_alone(settings)


def _serve_alone(settings: CollectorConfig) -> None:
    from sync.collector.replica.outgoing.demonstration import require_nothing_told
    from sync.collector.run.server import run_server

    database = open_ready(settings, begin=True)
    if settings.demo:
        with database.reading() as connection:
            require_nothing_told(connection)
    run_server(settings, database, _announce)


def _announce(url: str) -> None:
    tell("The collector listens at {url}", url=url)


app.command(epilog="Example: collector migrate --config /etc/hailong/collector.toml")(migrate)
