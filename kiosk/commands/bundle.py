"""``kiosk support-bundle``: one zip for whoever helps, without personal data or secrets.

The agent's libraries are imported when a bundle is made: the citizen's screen waits for none of them.
"""

import platform
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from kiosk.__about__ import SOFTWARE
from kiosk.base.clock import SystemClock
from kiosk.base.settings.layers import Origin, Source
from kiosk.base.settings.listing import Overlay, list_settings
from kiosk.base.settings.reading import Reading
from kiosk.commands.doctor import examine_kiosk
from kiosk.commands.own_journal import NO_JOURNAL
from kiosk.commands.shared import Config, DataDir, t
from kiosk.doctor.bundle import as_json, finding_part, journal_part, without_secrets, write_bundle
from kiosk.office.from_centre import with_office
from kiosk.office.settings import KioskSettings, read_kiosk_settings
from sync.agent.own_log import read_own_log

bundle_commands = typer.Typer()


@bundle_commands.command(
    "support-bundle",
    help=t("Write settings, versions, findings and the log's end into a zip, without personal data or secrets.")
    + "\n\n"
    + t("Example: kiosk support-bundle /media/usb"),
)
def support_bundle(
    to: Annotated[Path, typer.Argument(metavar="DIR|FILE", help=t("A folder, or the new file"))] = Path(),
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """What helps, and nothing that could hurt."""
    reading = read_kiosk_settings(config, data_dir)
    settings = reading.settings
    now = SystemClock(settings.zone).now().wall
    parts = {
        "versions.json": as_json({**_versions(), "made_at": now.isoformat(timespec="seconds")}),
        "settings.json": _settings_part(reading),
        "doctor.json": without_secrets(as_json([finding_part(finding) for finding in examine_kiosk(settings)])),
        "agent.json": _agent_part(settings, now),
        "journal.json": journal_part(settings.journal_path, now),
        "log.txt": _log_part(),
    }
    if not settings.journal_path.is_file():
        # Also made where a kiosk could not begin; whoever mistyped the folder is told that it is none of a kiosk's.
        typer.echo(t(NO_JOURNAL, path=settings.journal_path), err=True)
    file = write_bundle(to, parts, now)
    typer.echo(
        t("{file} holds no ratings, no personal data and no secrets; look into it before you send it.", file=file)
    )


def _versions() -> dict[str, str]:
    return {"software": SOFTWARE, "python": platform.python_version(), "system": platform.platform()}


def _settings_part(reading: Reading[KioskSettings]) -> str:
    in_force, version = with_office(reading.settings)
    overlay = None if version is None else Overlay(in_force, Origin(Source.OFFICE, version))
    return as_json([setting.as_dict() for setting in list_settings(reading, overlay)])


def _agent_part(settings: KioskSettings, now: datetime) -> str:
    from sync.agent.asked.closed import closed_status
    from sync.agent.asked.status import agent_status

    exact = agent_status(settings.folder, settings.journal_path, SystemClock(settings.zone))
    status = closed_status(exact, settings.folder, settings.journal_path, now)
    return without_secrets(as_json(status.as_dict()))


def _log_part() -> str:
    from sync.protocol.excerpt import without_persons

    try:
        return without_secrets(without_persons(read_own_log())) + "\n"
    except OSError as error:
        return f"{error}\n"
