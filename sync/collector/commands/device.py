"""The commands about kiosks: a code for a new one, and what may happen to it later.

What does the work is imported by each command, so that ``--help`` does not load the tables, pages and exports.
"""

import json
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from sync.collector.calendar.presstime import LocalDays
from sync.collector.commands.new_device import device_new
from sync.collector.commands.shared import AsJson, ConfigFile, DataDir, actor, in_transaction, open_ready, tell
from sync.collector.errors import UsageWrong
from sync.collector.settings.collector import load_config

device_app = typer.Typer(help="Kiosks.", no_args_is_help=True)

DeviceName = Annotated[
    str,
    typer.Argument(metavar="DEVICE", help="Its id or the beginning of it, or the code of a counter with one kiosk."),
]

device_app.command(
    "new",
    epilog="Example: collector device new --counter HC-01 --create-counter --counter-name 'Quầy 1' --unit 06040",
)(device_new)


@device_app.command("list", epilog="Example: collector device list --json")
def device_list(config: ConfigFile = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Every kiosk: where it stands, when it was last heard, and which of its journals forked or were continued."""
    from sync.collector.fleet.devices.roster import kiosk_lines, read_roster

    settings = load_config(config, data_dir)
    database = open_ready(settings)
    with database.reading() as connection:
        kiosks = read_roster(connection, datetime.now(UTC), settings.zone)
    database.close()
    if as_json:
        typer.echo(json.dumps([kiosk.as_dict() for kiosk in kiosks], ensure_ascii=False))
        return
    for kiosk in kiosks:
        for line in kiosk_lines(kiosk, settings.zone):
            typer.echo(line)


@device_app.command("revoke", epilog="Example: collector device revoke 3f2504e0")
def device_revoke(device: DeviceName, config: ConfigFile = None, data_dir: DataDir = None) -> None:
    """Withdraw a kiosk's credential; it keeps what it has not sent for: kiosk enroll --new-key."""
    from sync.collector.fleet.devices.credentials import find_device, revoke_device

    database = open_ready(load_config(config, data_dir))

    def revoke(connection: Any) -> str:
        found = find_device(connection, device)
        revoke_device(connection, found, datetime.now(UTC), actor())
        return found

    tell("The credential of kiosk {device} is withdrawn.", device=in_transaction(database, revoke))


@device_app.command("move", epilog="Example: collector device move 3f2504e0 --counter Q2 --since 2026-11-20T13:00")
def device_move(
    device: DeviceName,
    counter: Annotated[str, typer.Option(help="Code of the counter where the kiosk stands from now on.")],
    since: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="When it was carried there, as 2026-11-20 or 2026-11-20T13:00; default: now."
        ),
    ] = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
) -> None:
    """Count what is pressed from now on for another counter; what was pressed before stays where it was pressed.

    With --since, what was pressed from then on and has come already goes along.
    """
    from sync.collector.fleet.devices.credentials import find_device, move_device
    from sync.collector.services.device_moves import move_device_since
    from sync.collector.services.moves import Act

    settings, now = load_config(config, data_dir), datetime.now(UTC)
    moment = None if since is None else _moment(since, settings.zone)
    database = open_ready(settings)

    def move(connection: Any) -> tuple[str, int]:
        found = find_device(connection, device)
        if moment is None:
            move_device(connection, found, counter, now, actor())
            return found, 0
        act = Act(now, actor(), LocalDays(settings.zone))
        return found, move_device_since(connection, found, counter, moment, act)

    found, ratings = in_transaction(database, move)
    if moment is None:
        tell("Kiosk {device} stands at counter {counter} from now on.", device=found, counter=counter)
    else:
        tell("Kiosk {device} stands at counter {counter} since {time}; ratings that go along: {n}", device=found,
              counter=counter, time=moment.strftime("%H:%M %d/%m/%Y"), n=ratings)  # fmt: skip


def _moment(text: str, zone: ZoneInfo) -> datetime:
    """A moment by the office's clock; a day alone is its beginning."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageWrong("{text!r} is no time: write 2026-11-20 or 2026-11-20T13:00", text=text[:40]) from error
    return found.replace(tzinfo=zone) if found.tzinfo is None else found.astimezone(zone)
