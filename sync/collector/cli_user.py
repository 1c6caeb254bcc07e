"""``collector user``: accounts of people who read the numbers."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from sync.collector.command import ConfigFile, DataDir, Quiet, actor, in_transaction, open_ready, tell
from sync.collector.config import load_config
from sync.collector.rights import Role

user_app = typer.Typer(help="Accounts of people who read the numbers.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Account name: lower-case letters, digits, dots, hyphens.", metavar="NAME")]


@user_app.command("new", epilog="Example: collector user new huong.nt --role supervisor --unit 06040")
def user_new(
    name: Name,
    role: Annotated[Role, typer.Option(help="What the account is for.")],
    config: ConfigFile = None,
    data_dir: DataDir = None,
    unit: Annotated[str | None, typer.Option(help="Code of the unit whose subtree it sees; default: all.")] = None,
    full_name: Annotated[str | None, typer.Option(help="The person's name, as pages show it.")] = None,
    quiet: Quiet = False,
) -> None:
    """Make an account and print its one-time password, which the person changes at the first sign-in.

    From the first account on, the pages are shown to people who sign in only.
    """
    from sync.collector.accounts import new_account

    database, now = open_ready(load_config(config, data_dir), quiet=quiet), datetime.now(UTC)
    password = in_transaction(
        database, lambda connection: new_account(connection, name, full_name or name, role, unit, now, actor())
    )
    _hand_over(name, password, quiet=quiet)


@user_app.command("reset", epilog="Example: collector user reset huong.nt")
def user_reset(name: Name, config: ConfigFile = None, data_dir: DataDir = None, quiet: Quiet = False) -> None:
    """Print a new one-time password, open the account again, and end wherever it is signed in."""
    from sync.collector.accounts import reset_account

    database, now = open_ready(load_config(config, data_dir), quiet=quiet), datetime.now(UTC)
    password = in_transaction(database, lambda connection: reset_account(connection, name, now, actor()))
    _hand_over(name, password, quiet=quiet)


@user_app.command("disable", epilog="Example: collector user disable huong.nt")
def user_disable(name: Name, config: ConfigFile = None, data_dir: DataDir = None) -> None:
    """Close an account and end wherever it is signed in. `collector user reset` opens it again."""
    from sync.collector.accounts import disable_account

    database, now = open_ready(load_config(config, data_dir)), datetime.now(UTC)
    in_transaction(database, lambda connection: disable_account(connection, name, now, actor()))
    tell("The account {name} is closed.", name=name)


@user_app.command("list", epilog="Example: collector user list")
def user_list(config: ConfigFile = None, data_dir: DataDir = None) -> None:
    """List accounts with their role and unit."""
    from sync.collector.accounts import list_accounts

    database = open_ready(load_config(config, data_dir))
    for row in in_transaction(database, list_accounts):
        typer.echo(
            "\t".join([row.name, row.role, row.code or "*", row.full_name, "disabled" if row.disabled_at else "active"])
        )


def _hand_over(name: str, password: str, *, quiet: bool) -> None:
    if quiet:
        typer.echo(password)
        return
    tell("One-time password of {name}: {password}", name=name, password=password)
    tell("It is shown once. At the first sign-in another one is chosen.")
