"""The commands about kiosks: a code for a new one, and what may happen to it later."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import typer

from sync.collector.commands.shared import AsJson, ConfigFile, DataDir, Quiet, actor, in_transaction, open_ready, tell
from sync.collector.errors import UsageWrong
from sync.collector.settings.collector import CollectorConfig, load_config

device_app = typer.Typer(help="Kiosks.", no_args_is_help=True)

DeviceName = Annotated[
    str,
    typer.Argument(metavar="DEVICE", help="Its id or the beginning of it, or the code of a counter with one kiosk."),
]


Serves = Annotated[
    list[str] | None,
    typer.Option(metavar="CODE", help="In a hall: a counter it may speak for too; may be given several times."),
]
Survey = Annotated[str | None, typer.Option(help="Survey the office sets, id@version; default: the kiosk's.")]


@device_app.command(
    "new",
    epilog="Example: collector device new --counter HC-01 --create-counter --counter-name 'Quầy 1' --unit 06040",
)
def device_new(
    counter: Annotated[str | None, typer.Option(help="Code of the counter where the kiosk will stand.")] = None,
    config: ConfigFile = None,
    data_dir: DataDir = None,
    serves: Serves = None,
    survey: Survey = None,
    create_counter: Annotated[
        bool, typer.Option("--create-counter", help="Make the counter if it is missing.")
    ] = False,
    counter_name: Annotated[str | None, typer.Option(help="Name of a new counter.")] = None,
    unit: Annotated[str | None, typer.Option(help="Code of a new counter's unit; default: the counter's code.")] = None,
    unit_name: Annotated[str | None, typer.Option(help="Makes the unit, with this name, if it is missing.")] = None,
    valid_hours: Annotated[int | None, typer.Option(help="Hours until the code expires.", min=1, max=2160)] = None,
    qr: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also draw the command as a QR picture, .png or .svg.")
    ] = None,
    table: Annotated[
        Path | None, typer.Option("--from", metavar="CSV", help="Make codes for many counters, one a line.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="With --from: folder for the setup files.")] = None,
    quiet: Quiet = False,
) -> None:
    """Print a one-time code for a new kiosk; on the kiosk: kiosk enroll URL CODE."""
    from sync.collector.commands.zero_touch import codes_for_table
    from sync.collector.fleet.devices import devices
    from sync.collector.fleet.places import units

    of_new = {"--counter-name": counter_name, "--unit": unit, "--unit-name": unit_name}
    of_one = {"--counter": counter, "--create-counter": create_counter, "--survey": survey, "--serves": serves}
    if table is not None:
        _refuse("beside", "--from", {**of_one, **of_new, "--qr": qr, "--quiet": quiet})
        codes_for_table(load_config(config, data_dir), table, out, valid_hours)
        return
    if counter is None:
        raise UsageWrong("name the counter with --counter, or a table of counters with --from")
    _refuse("without", "--from", {"--out": out})
    _refuse("without", "--create-counter", {} if create_counter else of_new)
    settings = load_config(config, data_dir)
    database, now = open_ready(settings, quiet=quiet), datetime.now(UTC)
    valid = timedelta(hours=valid_hours or settings.enrolment.code_valid_hours)

    def make(connection: Any) -> str:
        if create_counter:
            units.counter_for(connection, units.Wanted(counter, counter_name, unit, unit_name), now, actor())
        return devices.new_code(connection, counter, survey, valid, now, actor(), serves or ())

    code = in_transaction(database, make)
    if qr is not None:
        from sync.collector.commands.qr import draw_qr

        draw_qr(f"kiosk enroll {settings.url} {code}", qr)
    _tell_code(settings, counter, code, now + valid, quiet=quiet)


def _tell_code(settings: CollectorConfig, counter: str, code: str, until: datetime, *, quiet: bool) -> None:
    """Say the code, and what to do with it."""
    if quiet:
        typer.echo(code)
        return
    tell("Code for counter {counter}: {code}", counter=counter, code=code)
    tell("It works once, until {until}. On the kiosk: kiosk enroll {url} {code}", url=settings.url, code=code,
          until=until.astimezone(settings.zone).strftime("%H:%M %d/%m/%Y"))  # fmt: skip


def _refuse(beside: Literal["beside", "without"], option: str, given: Mapping[str, object]) -> None:
    """Raise UsageWrong for options that would be passed over beside another one, or without it."""
    names = ", ".join(name for name, value in given.items() if value)
    if names and beside == "beside":
        raise UsageWrong("{options} cannot be followed beside {other}", options=names, other=option)
    if names:
        raise UsageWrong("{options} cannot be followed without {other}", options=names, other=option)


@device_app.command("list", epilog="Example: collector device list --json")
def device_list(config: ConfigFile = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Every kiosk: where it stands, when it was last heard, and which of its journals forked or were continued."""
    from sync.collector.fleet.devices.roster import kiosk_lines, read_roster

    settings = load_config(config, data_dir)
    database = open_ready(settings)
    with database.reading() as connection:
        kiosks = read_roster(connection)
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
    from sync.collector.calendar.presstime import LocalDays
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
