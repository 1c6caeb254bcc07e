"""``collector config``: whether the settings can be used, and which are in force from where."""

from typing import Annotated

import typer

from kiosk.base.terminal.settings import check_settings, show_settings
from kiosk.base.terminal.terminal import terminal_texts
from sync.collector.commands.shared import AsJson, ConfigFile, DataDir
from sync.collector.settings.collector import read_config
from sync.collector.settings.times_at_odds import faults_of_times
from sync.collector.settings.workers import faults_of_workers

config_app = typer.Typer(help="The settings of the collector.", no_args_is_help=True)


@config_app.command(epilog="Example: collector config check --config /etc/hailong/collector.toml")
def check(config: ConfigFile = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Say every fault of the settings; the exit code is 2 if there is one."""
    code = check_settings(
        lambda: read_config(config, data_dir),
        lambda found: [*faults_of_times(found), *faults_of_workers(found)],
        terminal_texts("collector"),
        as_json=as_json,
    )
    raise typer.Exit(code)


@config_app.command(epilog="Example: collector config show --effective --json")
def show(
    effective: Annotated[bool, typer.Option("--effective", help="Every key in force, the defaults too.")] = False,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show what is set, and where; secrets are masked."""
    show_settings(read_config(config, data_dir), terminal_texts("collector"), effective=effective, as_json=as_json)
