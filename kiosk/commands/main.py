"""The ``kiosk`` command: the one place that wires the app, the journal and the sync agent together.

``kiosk run`` reads this file and all that it imports before the citizen's first frame. So what is slow to load, the
database, the network, argon2 and the screen itself, is imported by the command that needs it, when it runs.
"""

from typing import Annotated

import msgspec
import typer

from kiosk.__about__ import VERSION
from kiosk.base.log import write_log
from kiosk.base.system import start_again
from kiosk.base.terminal.terminal import run_commands
from kiosk.commands.bundle import bundle_commands
from kiosk.commands.config import config_commands
from kiosk.commands.doctor import doctor_commands
from kiosk.commands.errands import staff_errands
from kiosk.commands.journal import journal_commands
from kiosk.commands.setup import setup_commands
from kiosk.commands.shared import Config, DataDir, t
from kiosk.commands.sync import sync_commands
from kiosk.commands.tally import tally_commands
from kiosk.office.settings import KioskSettings, load_kiosk_settings

commands = typer.Typer(
    help=t("The kiosk at the counter: the citizen's screen, its journal and its sync agent."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
commands.add_typer(sync_commands)
commands.add_typer(tally_commands)
commands.add_typer(journal_commands)
commands.add_typer(doctor_commands)
commands.add_typer(setup_commands)
commands.add_typer(bundle_commands)
commands.add_typer(config_commands, name="config")


def main() -> None:
    """The installed command ``kiosk``."""
    run_commands(commands, t)


@commands.callback(invoke_without_command=True)
def show_version(version: Annotated[bool, typer.Option("--version", help=t("Print the version"))] = False) -> None:
    """Options before the command."""
    if version:
        typer.echo(VERSION)
        raise typer.Exit


@commands.command(
    help=t("Show the citizen's screen.") + "\n\n" + t("Example: kiosk run --config /etc/hailong/kiosk.toml")
)
def run(data_dir: DataDir = None, config: Config = None) -> None:
    """Start the app at the counter."""
    from kiosk.run.start import show_kiosk  # the screen: no other command waits for it

    settings = load_kiosk_settings(config, data_dir)
    write_log()
    if show_kiosk(settings, *_place_names(settings), errands=staff_errands(settings)):
        start_again()


@commands.command(
    help=t("Set the PIN of the staff door on this kiosk.") + "\n\n" + t("Example: kiosk pin --config kiosk.toml")
)
def pin(
    data_dir: DataDir = None,
    config: Config = None,
    print_only: Annotated[
        bool, typer.Option("--print", help=t("Print the hash for the settings of other kiosks; change nothing here"))
    ] = False,
) -> None:
    """Ask for it twice, keep its hash."""
    from kiosk.office.pin import hash_pin, keep_hash  # argon2: no other command waits for it

    settings = load_kiosk_settings(config, data_dir)
    hashed = hash_pin(typer.prompt(t("New PIN (6 digits)"), hide_input=True, confirmation_prompt=True, err=True))
    if print_only:
        typer.echo(hashed)
        return
    keep_hash(settings.pin_path, hashed)
    typer.echo(t("The PIN is set. Hold both upper corners of the screen, then type it; restart the kiosk first."))


@commands.command(
    help=t("Try everything on this machine.") + "\n\n" + t("Example: kiosk demo --presses 6 --exit-when-synced")
)
def demo(
    data_dir: DataDir = None,
    config: Config = None,
    presses: Annotated[
        int | None, typer.Option(min=0, max=100_000, help=t("Press this many faces by itself, with real touches"))
    ] = None,
    exit_when_synced: Annotated[
        bool, typer.Option("--exit-when-synced", help=t("End when the collector has everything"))
    ] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help=t("Port of the demo's collector"))] = 8600,
) -> None:
    """Collector, enrolment, agent and window in one command."""
    from kiosk.commands.demo import run_demo  # brings the screen, as kiosk run does

    raise typer.Exit(run_demo(t, data_dir, config, presses, exit_when_synced, port))


class _PlaceNames(msgspec.Struct, frozen=True):
    """What the screen shows of ``device.json``."""

    unit_name: str = ""
    counter_name: str = ""


def _place_names(settings: KioskSettings) -> tuple[str, str]:
    """Office and counter as the collector named them at enrolment; empty before."""
    # Not with the agent's load_device: all of the agent's network libraries come with it, and the citizen waits.
    try:
        named = msgspec.json.decode((settings.folder / "device.json").read_bytes(), type=_PlaceNames)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return "", ""
    return named.unit_name, named.counter_name


if __name__ == "__main__":
    main()
