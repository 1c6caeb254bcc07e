"""Libraries: each of the journal's two modes with the SQLite that the kiosk would choose it for.

The mode follows from the library (``kiosk.journal.disk.engine``), so a fault is only proven
harmless when the real library of that mode meets it: Python's own for TRUNCATE+EXTRA,
pysqlite3 for WAL+FULL. Only the version told to the kiosk is fixed, so that the choice
stays the same on a machine whose own SQLite is newer.
"""

import importlib
from types import ModuleType
from typing import Protocol

from kiosk.journal.disk import engine

MODES = ("wal", "truncate")
_NAMES = {"wal": "pysqlite3.dbapi2", "truncate": "sqlite3"}
_VERSIONS = {"wal": (3, 53, 4), "truncate": (3, 40, 1)}


class Setter(Protocol):
    """``setattr``, or pytest's, which undoes it."""

    def __call__(self, target: object, name: str, value: object, /) -> None: ...


def set_existing(target: object, name: str, value: object) -> None:
    """``setattr`` that refuses a name which is not there: a mutation that changes nothing would prove nothing."""
    getattr(target, name)
    setattr(target, name, value)


def library(mode: str) -> ModuleType:
    """The SQLite of this mode."""
    return importlib.import_module(_NAMES[mode])


def use_mode(mode: str, setter: Setter = set_existing) -> None:
    """From now on every journal that this process opens is in ``mode``."""
    setter(engine, "sqlite_module", lambda: library(mode))
    setter(engine, "sqlite_version", lambda: _VERSIONS[mode])
