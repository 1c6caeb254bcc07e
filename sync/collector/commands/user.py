"""``collector user``: accounts of people who read the numbers.

What does the work is imported by each command, so that ``--help`` does not load the tables, pages and exports.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from sync.collector.commands.shared import ConfigFile, DataDir, Quiet, actor, in_transaction, open_ready, tell
from sync.collector.people.rights import Role
from sync.collector.settings.collector import load_config

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
    email: Annotated[str | None, typer.Option(help="Where mails about its units go; default: none.")] = None,
    quiet: Quiet = False,
) -> None:
    """Make an account and print its one-time password, which the person changes at the first sign-in.

    From the first account on, the pages are shown to people who sign in only.
    """
    from sync.collector.people.accounts import change_email, new_account

    database, now = open_ready(load_config(config, data_dir), begin=True, quiet=quiet), datetime.now(UTC)

    def make(connection: Any) -> str:
        password = new_account(connection, name, full_name or name, role, unit, now, actor())
        if email:
            change_email(connection, name, email, now, actor())
        return password

    _hand_over(name, in_transaction(database, make), quiet=quiet)


@user_app.command("email", epilog="Example: collector user email huong.nt huong.nt@example.gov.vn")
def user_email(
    name: Name,
    address: Annotated[str, typer.Argument(help="The mail address; an empty one ends the mails.", metavar="ADDRESS")],
    config: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """Say where an account's mails go: cases, signs, alerts of its units, each as its role is to hear of them."""
    from sync.collector.people.accounts import change_email

    database, now = open_ready(load_config(config, data_dir)), datetime.now(UTC)
    in_transaction(database, lambda connection: change_email(connection, name, address or None, now, actor()))
    tell("Mails of {name} go to: {address}", name=name, address=address or "-")


@user_app.command("reset", epilog="Example: collector user reset huong.nt")
def user_reset(name: Name, config: ConfigFile = None, data_dir: DataDir = None, quiet: Quiet = False) -> None:
    """Print a new one-time password, open the account again, and end wherever it is signed in."""
    from sync.collector.people.accounts import reset_account

    database, now = open_ready(load_config(config, data_dir), quiet=quiet), datetime.now(UTC)
    password = in_transaction(database, lambda connection: reset_account(connection, name, now, actor()))
    _hand_over(name, password, quiet=quiet)


@user_app.command("disable", epilog="Example: collector user disable huong.nt")
def user_disable(name: Name, config: ConfigFile = None, data_dir: DataDir = None) -> None:
    """Close an account and end wherever it is signed in. `collector user reset` opens it again."""
    from sync.collector.people.accounts import disable_account

    database, now = open_ready(load_config(config, data_dir)), datetime.now(UTC)
    in_transaction(database, lambda connection: disable_account(connection, name, now, actor()))
    tell("The account {name} is closed.", name=name)


@user_app.command("list", epilog="Example: collector user list")
def user_list(config: ConfigFile = None, data_dir: DataDir = None) -> None:
    """List accounts with their role and unit."""
    from sync.collector.people.accounts import list_accounts

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
