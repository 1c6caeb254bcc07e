"""``kiosk config``: whether the settings can be used, and which are in force from where."""

from collections.abc import Iterator
from typing import Annotated

import typer

from kiosk.base.errors import SpokenError
from kiosk.base.settings.layers import Origin, Source
from kiosk.base.settings.listing import Overlay
from kiosk.base.settings.reading import SettingsInvalid
from kiosk.base.terminal.settings import check_settings, missing_files, show_settings
from kiosk.commands.shared import AsJson, Config, DataDir, t
from kiosk.domain.fault import Fault
from kiosk.domain.visit.survey import SurveyInvalid
from kiosk.office.from_centre import with_office
from kiosk.office.settings import KioskSettings, read_kiosk_settings
from kiosk.office.times_at_odds import faults_of_times
from kiosk.ui.look.languages import load_languages
from kiosk.ui.look.theme import read_office_colours

config_commands = typer.Typer(help=t("The settings of this kiosk."), no_args_is_help=True)


@config_commands.command(
    help=t("Say every fault of the settings, and of the files they name.")
    + "\n\n"
    + t("Example: kiosk config check --config /etc/hailong/kiosk.toml")
)
def check(data_dir: DataDir = None, config: Config = None, as_json: AsJson = False) -> None:
    """Every fault at once; the exit code is 2 if there is one."""
    code = check_settings(
        lambda: read_kiosk_settings(config, data_dir), lambda found: list(_named(found)), t, as_json=as_json
    )
    raise typer.Exit(code)


@config_commands.command(
    help=t("Show what is set, and where; secrets are masked.")
    + "\n\n"
    + t("Example: kiosk config show --effective --json")
)
def show(
    effective: Annotated[
        bool, typer.Option("--effective", help=t("Every key in force, the defaults and the office's settings too"))
    ] = False,
    data_dir: DataDir = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Each key with its value and where it comes from."""
    reading = read_kiosk_settings(config, data_dir)
    in_force, version = with_office(reading.settings)
    overlay = None if version is None else Overlay(in_force, Origin(Source.OFFICE, version))
    show_settings(reading, t, overlay, effective=effective, as_json=as_json)


def _named(settings: KioskSettings) -> Iterator[Fault]:
    """What is wrong with the files that the settings name, and with times beside one another."""
    screen, office = settings.screen, settings.office
    yield from faults_of_times(settings)
    try:
        settings.load_survey()
    except (SettingsInvalid, SurveyInvalid) as error:
        yield from error.faults
    yield from missing_files(
        "settings",
        {
            "collector.ca_file": settings.collector.ca_file,
            "office.logo": office.logo,
            "screen.language_dir": screen.language_dir,
        },
    )
    for key, look in (
        ("screen.languages", lambda: load_languages(screen.languages, screen.language_dir)),
        ("office.colours", lambda: read_office_colours(screen.theme, office.colours)),
    ):
        try:
            look()
        except SpokenError as error:
            yield Fault("settings", key, error.message, error.values)
