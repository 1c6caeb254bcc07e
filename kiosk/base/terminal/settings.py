"""Settings on a terminal: what ``config check`` and ``config show`` of both command lines print."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import typer

from kiosk.base.settings.layers import Source
from kiosk.base.settings.listing import Overlay, list_settings, setting_line
from kiosk.base.settings.reading import Reading, S, SettingsInvalid
from kiosk.base.terminal.terminal import UNUSABLE
from kiosk.base.texts import Texts
from kiosk.domain.fault import Fault


def check_settings(
    read: Callable[[], Reading[S]], look_further: Callable[[S], Sequence[Fault]], t: Texts, *, as_json: bool
) -> int:
    """Say every fault of the settings at once, or which files they come from; the exit code.

    ``look_further`` finds what is wrong with the things that faultless settings name.
    """
    files: list[Path] = []
    try:
        reading = read()
        files = reading.layers.files
        faults: Sequence[Fault] = look_further(reading.settings)
    except SettingsInvalid as error:
        faults = error.faults
    if as_json:
        told = [{"file": fault.file, "key": fault.key, "said": fault.said(t)} for fault in faults]
        typer.echo(json.dumps({"files": list(map(str, files)), "faults": told}, ensure_ascii=False))
    elif faults:
        typer.echo("\n".join(fault.said(t) for fault in faults))
    elif files:
        typer.echo(t("The settings are in order: {files}", files=", ".join(map(str, files))))
    else:
        typer.echo(t("There is no settings file; the defaults are in force."))
    return UNUSABLE if faults else 0


def show_settings(
    reading: Reading[S], t: Texts, overlay: Overlay | None = None, *, effective: bool, as_json: bool
) -> None:
    """Print what somebody set; with ``effective`` every key, the defaults too."""
    settings = [
        setting
        for setting in list_settings(reading, overlay)
        if effective or setting.origin.source is not Source.DEFAULT
    ]
    if as_json:
        typer.echo(json.dumps([setting.as_dict() for setting in settings], ensure_ascii=False))
        return
    for setting in settings:
        typer.echo(setting_line(setting, t))


def missing_files(file: str, named: dict[str, Path | None]) -> list[Fault]:
    """A fault for each key that names a file or folder which is not there."""
    return [
        Fault(file, key, "{path} is not there", {"path": path})
        for key, path in named.items()
        if path is not None and not path.exists()
    ]
