"""Layers of settings: the main file, its drop-ins in order of name, the environment; each says more than the one below.

Beside ``kiosk.toml`` lies the folder ``kiosk.toml.d``: a file in it, ``50-setup.toml``, need only say what it changes.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from kiosk.base.handed_in import read_handed_in
from kiosk.domain.fault import Fault

DROP_INS = ".d"
"""What the name of a file's folder of drop-ins ends in."""

_ABSENT = (FileNotFoundError, NotADirectoryError)


class Source(StrEnum):
    """What kind of place a value comes from."""

    DEFAULT = "default"
    FILE = "file"
    DROP_IN = "drop-in"
    SECRET_FILE = "secret file"  # noqa: S105 - the name of a kind
    ENVIRONMENT = "environment"
    COMMAND = "command line"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from."""

    source: Source
    name: str = ""
    """The file, the variable, or the version of the office's settings."""


@dataclass(frozen=True, slots=True)
class Variable:
    """What an environment variable says: text whatever its setting's kind, and blamed by its own name."""

    name: str
    text: str


class Layers:
    """Tables laid over one another, and who said what."""

    def __init__(self, base: str) -> None:
        """``base`` is named where nobody in particular can be: for a key that is missing."""
        self.table: dict[str, Any] = {}
        self.files: list[Path] = []
        """Those that were read, lowest first."""
        self.faults: list[Fault] = []
        """Files that could not be read."""
        self._base = base
        self._origins: dict[str, Origin] = {}

    def put(self, table: Mapping[str, Any], origin: Origin) -> None:
        """Lay a table over what is there: tables merge, everything else is replaced."""
        self.table = merge_tables(self.table, table)
        self._origins.update(dict.fromkeys(_leaves(table), origin))

    def put_file(self, file: Path, source: Source, *, needed: bool = True) -> None:
        """Lay a file over what is there; one that cannot be read is a fault, and the others still count."""
        try:
            table = tomllib.loads(read_handed_in(file))
        except OSError as error:
            if isinstance(error, _ABSENT) and not needed:
                return
            self._file_fault(file, "cannot be read: {why}", error.strerror)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            self._file_fault(file, "is not valid TOML in UTF-8: {why}", str(error))
        else:
            self.files.append(file)
            self.put(table, Origin(source, str(file)))

    def put_drop_ins(self, main: Path) -> None:
        """Lay the drop-ins of the file ``main`` over it, in order of name; it need not be there itself."""
        folder = main.with_name(main.name + DROP_INS)
        try:
            # Not glob(): a folder that may not be read would look like an empty one.
            names = sorted(os.listdir(folder))  # noqa: PTH208
        except _ABSENT:
            return
        except OSError as error:
            self._file_fault(folder, "cannot be read: {why}", error.strerror)
            return
        for name in names:
            if name.endswith(".toml") and not name.startswith("."):
                self.put_file(folder / name, Source.DROP_IN)

    def put_environment(self, prefix: str) -> None:
        """Lay our environment variables over what is there."""
        # From last to first: one that names a whole section comes after those of its keys, and is told as a fault.
        for name in sorted((name for name in os.environ if name.startswith(prefix)), reverse=True):
            table: Any = Variable(name, os.environ[name])
            for key in reversed(name.removeprefix(prefix).lower().split("__")):
                table = {key: table}
            self.put(table, Origin(Source.ENVIRONMENT, name))

    def note(self, key: str, origin: Origin) -> None:
        """The value of ``key`` comes from there."""
        self._origins[key] = origin

    def origin(self, key: str) -> Origin:
        """Where the value of ``key`` comes from: what stands in a list or a table comes from where that does."""
        above = key
        while above:
            if above in self._origins:
                return self._origins[above]
            above = above.rpartition("[" if above.endswith("]") else ".")[0]
        below = (self._origins[each] for each in self._origins if each.startswith(f"{key}."))
        return next(below, Origin(Source.DEFAULT))

    def file_of(self, key: str) -> str:
        """The file to blame for a fault at ``key``."""
        return self.origin(key).name or self._base

    def _file_fault(self, file: Path, message: str, why: str | None) -> None:
        self.faults.append(Fault(str(file), "file", message, {"why": why}))


def merge_tables(table: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """The table with the one above laid over it: tables within merge, everything else is replaced."""
    merged = dict(table)
    for key, value in above.items():
        below = merged.get(key)
        merged[key] = merge_tables(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _leaves(table: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """The dotted keys of everything that is no table."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{before}{key}.")
        else:
            yield f"{before}{key}"
