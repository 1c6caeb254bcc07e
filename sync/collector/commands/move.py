"""``collector move``: the collector gets another address, and every kiosk follows by itself.

What does the work is imported by each command, so that ``--help`` does not load the tables, pages and exports.
"""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any

import typer

from kiosk.base.settings.rules import Unfit, private_address
from kiosk.base.terminal.terminal import terminal_texts
from sync.collector.commands.shared import ConfigFile, DataDir, actor, in_transaction, open_ready, tell
from sync.collector.errors import UsageWrong
from sync.collector.settings.collector import CollectorConfig, load_config


def move(
    url: Annotated[str | None, typer.Argument(metavar="URL", help="Its address from that day on.")] = None,
    day: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="First day of the new address; default: from now on.")
    ] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="Take the announcement back.")] = False,
    config: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """Announce the collector's next address to every kiosk; without an address, say how far the move is.

    Kiosks follow once the day has come and this very collector answers there; nobody enrols again.
    """
    from sync.collector.fleet.devices import own

    settings = load_config(config, data_dir)
    database, now = open_ready(settings), datetime.now(UTC)
    if cancel:
        was_there = in_transaction(database, lambda connection: own.cancel_move(connection, now, actor()))
        tell("The announcement is taken back." if was_there else "No move is announced.")
        return
    if url is None:
        with database.reading() as connection:
            _say(settings, connection)
        database.close()
        return
    address, at = _address(url), _moment(day, settings) or now
    in_transaction(database, lambda connection: own.plan_move(connection, address, at, now, actor()))
    tell(
        "From {time} on this collector is at {url}; kiosks hear of it at their next contact.",
        time=_time(at, settings),
        url=address,
    )


def _address(url: str) -> str:

    try:
        return private_address(url)
    except Unfit as error:
        words = terminal_texts("collector")(error.message, **{**error.values, "input": url})
        raise UsageWrong("{url}: {why}", url=url, why=words) from error


def _moment(day: str | None, settings: CollectorConfig) -> datetime | None:

    if day is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(day), time(), settings.zone)
    except ValueError as error:
        raise UsageWrong("{day} is no day; write it as 2026-12-15", day=day) from error


def _say(settings: CollectorConfig, connection: Any) -> None:
    from sync.collector.fleet.devices.own import count_kiosks, read_followed, read_move, read_stuck

    planned, followed, every = read_move(connection), read_followed(connection), count_kiosks(connection)
    tell("By its settings this collector is at {url}.", url=settings.url)
    if planned is None:
        tell("No move is announced.")
    else:
        tell("From {time} on it is at {url}.", time=_time(planned.at, settings), url=planned.url)
    for address, n in sorted(followed.items()):
        if address:
            tell("Kiosks that call it at {url}: {n} of {all}", url=address, n=n, all=every)
    for code, why in read_stuck(connection):
        tell("{counter} cannot follow: {why}", counter=code, why=why)


def _time(at: datetime, settings: CollectorConfig) -> str:
    return at.astimezone(settings.zone).strftime("%H:%M %d/%m/%Y")
