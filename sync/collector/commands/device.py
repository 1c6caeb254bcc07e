"""The commands about kiosks: a code for a new one, what may happen to it later, and for which counters it may speak.

What does the work is imported by each command, so that ``--help`` does not load the tables, pages and exports.
"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from kiosk.base.terminal.terminal import terminal_texts
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
Counters = Annotated[
    list[str], typer.Option("--counter", metavar="CODE", help="Code of a counter; may be given several times.")
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
    from sync.collector.fleet.devices.credentials import revoke_device

    database = open_ready(load_config(config, data_dir))

    def revoke(connection: Any) -> str:
        found = _find(connection, device)
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
    from sync.collector.fleet.devices.credentials import move_device
    from sync.collector.services.device_moves import move_device_since
    from sync.collector.services.moves import Act

    settings, now = load_config(config, data_dir), datetime.now(UTC)
    moment = None if since is None else _moment(since, settings.zone)
    database = open_ready(settings)

    def move(connection: Any) -> tuple[str, int]:
        found = _find(connection, device)
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


@device_app.command("grant", epilog="Example: collector device grant 3f2504e0 --counter Q2 --counter Q3")
def device_grant(device: DeviceName, counter: Counters, config: ConfigFile = None, data_dir: DataDir = None) -> None:
    """Let the kiosk of a hall speak for these counters besides its own."""
    from sync.collector.fleet.devices.grants import grant_counters
    from sync.collector.fleet.kiosks.beyond import read_asides

    settings = load_config(config, data_dir)
    database = open_ready(settings)

    def grant(connection: Any) -> tuple[str, int]:
        found = _find(connection, device)
        grant_counters(connection, found, counter, (now := datetime.now(UTC)), actor())
        asides = read_asides(connection, found, "", now, settings.zone)
        return found, sum(one.n for one in asides if one.code in counter)

    found, kept = in_transaction(database, grant)
    tell("Kiosk {device} may speak for {counters} too.", device=found, counters=", ".join(counter))
    if kept:
        n = terminal_texts("collector").number(kept)
        tell("{n} entries for them were set aside before; count them with: collector reproject", n=n)


@device_app.command("ungrant", epilog="Example: collector device ungrant 3f2504e0 --counter Q3")
def device_ungrant(device: DeviceName, counter: Counters, config: ConfigFile = None, data_dir: DataDir = None) -> None:
    """Take nothing from the kiosk for these counters any more that is pressed from now on."""
    from sync.collector.fleet.devices.grants import end_grants

    database = open_ready(load_config(config, data_dir))

    def end(connection: Any) -> str:
        found = _find(connection, device)
        end_grants(connection, found, counter, datetime.now(UTC), actor())
        return found

    found = in_transaction(database, end)
    tell("Kiosk {device} speaks for {counters} no longer.", device=found, counters=", ".join(counter))


@device_app.command("counters", epilog="Example: collector device counters 3f2504e0 --json")
def device_counters(
    device: DeviceName, config: ConfigFile = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """For which counters a kiosk may speak, and what it sent beyond that: kept, set aside and not counted."""
    from sync.collector.fleet.devices.grants import read_grants
    from sync.collector.fleet.kiosks.beyond import read_asides

    settings = load_config(config, data_dir)
    database = open_ready(settings)
    with database.reading() as connection:
        found = _find(connection, device)
        grants = read_grants(connection, found).get(found, [])
        asides = read_asides(connection, found, "", datetime.now(UTC), settings.zone)
    database.close()
    if as_json:
        said = {"device": found, "grants": [asdict(one) for one in grants], "aside": [asdict(one) for one in asides]}
        typer.echo(json.dumps(said, ensure_ascii=False, default=datetime.isoformat))
        return
    t = terminal_texts("collector")
    for grant in grants:
        typer.echo(f"{grant.code}  {grant.name}  {_state(grant, t, settings.zone)}")
    for one in asides:
        typer.echo(f"{t('set aside')}: {' '.join(filter(None, (one.reason, one.code)))}  {t.number(one.n)}")


def _state(grant: Any, t: Any, zone: Any) -> str:
    if grant.until is not None:
        return str(t("ended {time}", time=grant.until.astimezone(zone).strftime("%H:%M %d/%m/%Y")))
    time = grant.granted_at.astimezone(zone).strftime("%H:%M %d/%m/%Y")
    if grant.is_unseen:
        return str(t("by the update, {time}", time=time))
    return str(t("granted {time} by {who}", time=time, who=grant.granted_by))


def _find(connection: Any, device: str) -> str:
    from sync.collector.fleet.devices.credentials import find_device

    return find_device(connection, device)


def _moment(text: str, zone: ZoneInfo) -> datetime:
    """A moment by the office's clock; a day alone is its beginning."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageWrong("{text!r} is no time: write 2026-11-20 or 2026-11-20T13:00", text=text[:40]) from error
    return found.replace(tzinfo=zone) if found.tzinfo is None else found.astimezone(zone)
