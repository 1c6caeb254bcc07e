"""Settings files: TOML with drop-ins, overridden by the environment, with every fault reported at once.

Both sides read theirs through here, so that a wrong key or value looks the same to whoever mends it.
The citizen's first screen waits for this module.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from kiosk.base.settings.layers import Layers, Origin, Source
from kiosk.base.settings.values import SettingReader
from kiosk.domain.fault import Fault

S = TypeVar("S", bound="Settings")


class Section(msgspec.Struct, frozen=True):
    """One ``[section]`` of a settings file; unknown keys are faults."""


class Settings(Section, frozen=True):
    """A whole settings file.

    What the caller passes wins over the environment, the environment over the drop-ins, those over the main file.
    """

    environment: ClassVar[str]
    """How the names of its environment variables begin."""


class SettingsInvalid(ValueError):
    """The settings cannot be used; every fault is listed. Mend the file or the environment variable and start again."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True)
class Reading(Generic[S]):
    """Settings, and where each of their values comes from."""

    settings: S
    layers: Layers


def read_settings(
    settings: type[S], main: Path | None, *, needed: bool = True, overrides: Mapping[str, Any] | None = None
) -> Reading[S]:
    """The settings in ``main`` and its drop-ins, then the environment, then ``overrides`` by key: the last one wins.

    Without ``main`` they begin with the defaults; it may be missing unless it is ``needed``.
    Raises SettingsInvalid with every fault.
    """
    layers = Layers("settings" if main is None else str(main))
    if main is not None:
        layers.put_file(main, Source.FILE, needed=needed)
        layers.put_drop_ins(main)
    layers.put_environment(settings.environment)
    layers.put(overrides or {}, Origin(Source.COMMAND))
    reader = SettingReader(layers)
    read: S = reader.value("", settings, layers.table)
    if faults := (*layers.faults, *reader.faults):
        raise SettingsInvalid(faults)
    return Reading(read, layers)


def faults_of(
    settings: type[S],
    table: Mapping[str, Any],
    file: str,
    before: str = "",
    look_further: Callable[[S], Iterable[Fault]] = lambda _: (),
) -> tuple[Fault, ...]:
    """What is wrong with a table of settings that stands in ``file`` below the key ``before``.

    ``look_further`` finds what is wrong with settings that have no other fault.
    """
    layers = Layers(file)
    layers.put(table, Origin(Source.FILE, file))
    reader = SettingReader(layers)
    read: S = reader.value("", settings, layers.table)
    further = [] if reader.faults else [Fault(file, each.key, each.message, each.values) for each in look_further(read)]
    found = (*reader.faults, *further)
    return tuple(Fault(fault.file, f"{before}{fault.key}", fault.message, fault.values) for fault in found)


def user_data_dir() -> Path:
    """Where our files lie if nobody says otherwise."""
    import platformdirs  # only here: a kiosk that is told its folder does not wait for it

    return platformdirs.user_data_path("hailong")
