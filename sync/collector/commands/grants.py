"""The commands about the counters that a kiosk may speak for.

What does the work is imported by each command, so that ``--help`` does not load the tables, pages and exports.
"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from kiosk.base.terminal.terminal import terminal_texts
from sync.collector.commands.device import DeviceName
from sync.collector.commands.shared import AsJson, ConfigFile, DataDir, actor, in_transaction, open_ready, tell
from sync.collector.settings.collector import load_config

Counters = Annotated[
    list[str], typer.Option("--counter", metavar="CODE", help="Code of a counter; may be given several times.")
]


def device_grant(device: DeviceName, counter: Counters, config: ConfigFile = None, data_dir: DataDir = None) -> None:
    """Let the kiosk of a hall speak for these counters besides its own."""
    from sync.collector.fleet.devices.credentials import find_device
    from sync.collector.fleet.devices.grants import grant_counters
    from sync.collector.fleet.kiosks.beyond import read_asides

    settings = load_config(config, data_dir)
    database = open_ready(settings)

    def grant(connection: Any) -> tuple[str, int]:
        found = find_device(connection, device)
        grant_counters(connection, found, counter, (now := datetime.now(UTC)), actor())
        asides = read_asides(connection, found, "", now, settings.zone)
        return found, sum(one.n for one in asides if one.code in counter)

    found, kept = in_transaction(database, grant)
    tell("Kiosk {device} may speak for {counters} too.", device=found, counters=", ".join(counter))
    if kept:
        n = terminal_texts("collector").number(kept)
        tell("{n} entries for them were set aside before; count them with: collector reproject", n=n)


def device_ungrant(device: DeviceName, counter: Counters, config: ConfigFile = None, data_dir: DataDir = None) -> None:
    """Take nothing from the kiosk for these counters any more that is pressed from now on."""
    from sync.collector.fleet.devices.credentials import find_device
    from sync.collector.fleet.devices.grants import end_grants

    database = open_ready(load_config(config, data_dir))

    def end(connection: Any) -> str:
        found = find_device(connection, device)
        end_grants(connection, found, counter, datetime.now(UTC), actor())
        return found

    found = in_transaction(database, end)
    tell("Kiosk {device} speaks for {counters} no longer.", device=found, counters=", ".join(counter))


def device_counters(
    device: DeviceName, config: ConfigFile = None, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """For which counters a kiosk may speak, and what it sent beyond that: kept, set aside and not counted."""
    from sync.collector.fleet.devices.credentials import find_device
    from sync.collector.fleet.devices.grants import read_grants
    from sync.collector.fleet.kiosks.beyond import read_asides

    settings = load_config(config, data_dir)
    database = open_ready(settings)
    with database.reading() as connection:
        found = find_device(connection, device)
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
