"""``collector token``: with what programs of those entitled read numbers at ``/v1``.

What does the work is imported by each command, so that ``--help`` does not load the tables, pages and exports.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from sync.collector.commands.shared import ConfigFile, DataDir, Quiet, actor, in_transaction, moment, open_ready, tell
from sync.collector.people.token_order import DAYS_DEFAULT, DAYS_MAX, Readable, TokenOrder
from sync.collector.settings.collector import load_config

token_app = typer.Typer(help="Tokens with which programs read numbers.", no_args_is_help=True)

Name = Annotated[
    str, typer.Argument(help="Who reads with it: lower-case letters, digits, dots, hyphens.", metavar="NAME")
]


@token_app.command("new", epilog="Example: collector token new kho-du-lieu --unit 06040 --may numbers --days 180")
def token_new(
    name: Name,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    unit: Annotated[str | None, typer.Option(help="Code of the unit whose subtree it reads; default: all.")] = None,
    may: Annotated[
        list[Readable], typer.Option(help="What it reads: numbers, comments (how many), fleet; repeat it.")
    ] = [Readable.NUMBERS],  # noqa: B006 - typer only reads it
    days: Annotated[int, typer.Option(help=f"Days until it is over, at most {DAYS_MAX}.")] = DAYS_DEFAULT,
    quiet: Quiet = False,
) -> None:
    """Make a token and print it, this once: only its hash is kept. It reads and changes nothing."""
    from sync.collector.people.tokens import new_token

    settings, now = load_config(config, data_dir), datetime.now(UTC)
    database, order = open_ready(settings, quiet=quiet), TokenOrder(name, unit, may, days)
    made = in_transaction(database, lambda connection: new_token(connection, order, now, actor()))
    if quiet:
        typer.echo(made)
        return
    tell("Token of {name}: {token}", name=name, token=made)
    tell("It is shown once. Whoever has it reads what it may: keep it as a password.")


@token_app.command("list", epilog="Example: collector token list")
def token_list(config: ConfigFile = None, data_dir: DataDir = None) -> None:
    """List tokens: unit, what they read, until when, whether they are good, and the last day on which one was used."""
    from sync.collector.people.tokens import list_tokens

    settings, now = load_config(config, data_dir), datetime.now(UTC)
    database = open_ready(settings)
    for row in in_transaction(database, list_tokens):
        until, used = moment(row.expires_at, settings.zone), row.used_on.isoformat() if row.used_on else "-"
        typer.echo("\t".join([row.name, row.code or "*", row.may, until, _state(row, now), used, row.made_by]))


@token_app.command("withdraw", epilog="Example: collector token withdraw kho-du-lieu")
def token_withdraw(name: Name, config: ConfigFile = None, data_dir: DataDir = None) -> None:
    """Let a token open nothing any more, from now on. Nothing brings it back: make another one."""
    from sync.collector.people.tokens import withdraw_token

    database, now = open_ready(load_config(config, data_dir)), datetime.now(UTC)
    in_transaction(database, lambda connection: withdraw_token(connection, name, now, actor()))
    tell("The token {name} is withdrawn.", name=name)


def _state(row: Any, now: datetime) -> str:
    if row.withdrawn_at is not None:
        return "withdrawn"
    return "expired" if row.expires_at <= now else "active"
