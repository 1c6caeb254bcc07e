"""Wishes: what a kiosk is to be, from ``hailong-setup.toml`` and from what the installer says over it.

server = "https://danhgia.example.gov.vn"
code = "BCDF-GHJK"        # one-time code from: collector device new
counter = "Q1"            # the counter that this code must belong to
log.vkey = "…"            # by which the collector's public log is known, with log.witnesses and log.quorum

[settings.screen]         # anything of kiosk.toml
theme = "dark"
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import field

from kiosk.base.settings.reading import Section, Settings, SettingsInvalid, faults_of, read_settings
from kiosk.base.settings.rules import between, private_address, secret
from kiosk.office.settings import KioskSettings
from kiosk.office.times_at_odds import faults_of_times
from kiosk.office.usb import MOUNTS
from kiosk.setup.errors import SetupFileMissing

SETUP_FILE = "hailong-setup.toml"


class WishedLog(Section, frozen=True):
    """By which keys the collector's public log is known; they win over what the collector says at enrolment."""

    vkey: str = ""
    witnesses: tuple[str, ...] = ()
    quorum: Annotated[int, between(0, 16)] = 0


class Wishes(Settings, frozen=True):
    """One setup file; environment variables win over it, so that a script need not put a PIN on a command line."""

    environment: ClassVar[str] = "HAILONG_SETUP_"

    server: Annotated[str, private_address] = ""
    code: Annotated[str, secret] = ""
    counter: str = ""
    pin: Annotated[str, secret] = ""
    pin_file: Path | None = None
    log: WishedLog = WishedLog()
    settings: dict[str, Any] = field(default_factory=dict)


def find_setup_file(counter: str = "", mounts: tuple[Path, ...] = MOUNTS) -> Path | None:
    """The setup file on a stick: the counter's own in a folder of its code, or the one at the root."""
    names = [f"{counter}/{SETUP_FILE}", SETUP_FILE] if counter else [SETUP_FILE]
    folders = (folder for mount in mounts for folder in (*sorted(mount.glob("*")), *sorted(mount.glob("*/*"))))
    sticks = [folder for folder in folders if folder.is_mount()]
    found = (stick / name for name in names for stick in sticks)
    return next((file for file in found if file.is_file()), None)


def read_wishes(file: Path | None, said: Mapping[str, Any]) -> Wishes:
    """What ``file`` holds, with what the installer said on top; empty answers say nothing.

    Raises SettingsInvalid with every fault, also those of the settings for ``kiosk.toml``, and SetupFileMissing.
    """
    if file is not None and not file.is_file():
        raise SetupFileMissing("there is no setup file {file}; make some with: collector device new --from", file=file)
    spoken = {key: value for key, value in said.items() if value not in ("", None, {})}
    wishes = read_settings(Wishes, file, overrides=spoken).settings
    where = "settings" if file is None else str(file)
    faults = faults_of(KioskSettings, wishes.settings, where, "settings.", faults_of_times)
    if faults:
        raise SettingsInvalid(faults)
    if not wishes.server:
        return wishes
    own = dict(wishes.settings)
    own["collector"] = {**own.get("collector", {}), "url": wishes.server}
    return msgspec.structs.replace(wishes, settings=own)
