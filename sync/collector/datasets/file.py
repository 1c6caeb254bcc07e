"""File: makes one Parquet file with DuckDB, within bounded memory; whole or not there, for its owner alone."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kiosk.base.private_file import sync_directory
from sync.collector.datasets.columns import Kind, about
from sync.collector.datasets.tables import sorted_table
from sync.collector.errors import UsageWrong

AT_ONCE = 8000
"""Rows that DuckDB is given by one statement."""
MEMORY_MAX = "256MB"
"""DuckDB keeps so much in memory; what is more lies in a folder beside the files until they are made."""
_PLACE = "number INTEGER, unit VARCHAR, unit_name VARCHAR, unit_path VARCHAR, counter VARCHAR, counter_name VARCHAR"
_UNMADE = ".hailong-export-"
"""What the name of a folder begins with in which files are made."""


class Making:
    """A file while it is made: what was read of places and of a month is put in, and comes out in order."""

    def __init__(self, connection: Any, folder: Path) -> None:
        self._connection, self._folder = connection, folder

    def put_places(self, places: Sequence[Sequence[Any]]) -> None:
        """What counters and units are called; what is read of others is left out."""
        self._begin("place", _PLACE)
        self._put("place", _PLACE, places)

    def put(self, columns: str, portions: Iterable[Sequence[Sequence[Any]]]) -> Iterator[int]:
        """Take in what was read, portion by portion; how many rows it was by then."""
        self._begin("read", columns)
        taken, waiting = 0, list[Sequence[Any]]()
        for rows in portions:
            waiting += rows
            if len(waiting) >= AT_ONCE:
                # Few large statements: each costs as much as a thousand rows.
                self._put("read", columns, waiting)
                waiting = []
            taken += len(rows)
            yield taken
        self._put("read", columns, waiting)

    def write(self, kind: Kind, out: Path, said: Mapping[str, str]) -> int:
        """Put the file at ``out`` in one step, durably; how many rows it has."""
        made = self._folder / "month"
        told = ", ".join(f'"{name}": {_quoted(words)}' for name, words in about(kind, said))
        options = f"FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{told}}}"
        (n,) = self._connection.execute(f"COPY ({sorted_table(kind)}) TO {_quoted(str(made))} ({options})").fetchone()
        made.chmod(0o600)
        with made.open("rb+") as file:
            os.fsync(file.fileno())
        out.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made.replace(out)
        sync_directory(out.parent)
        return int(n)

    def _begin(self, table: str, columns: str) -> None:
        self._connection.execute(f"CREATE OR REPLACE TABLE {table} ({columns})")

    def _put(self, table: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
        # Column by column: a statement for each row would take a hundred times as long.
        kinds = [column.split()[1] for column in columns.split(", ")]
        values = ", ".join(f"unnest(?::{kind}[])" for kind in kinds)
        if rows:
            by_column = [list(one) for one in zip(*rows, strict=True)]
            self._connection.execute(f"INSERT INTO {table} SELECT {values}", by_column)


@contextmanager
def making(folder: Path) -> Iterator[Making]:
    """Make files below ``folder``; what lies there meanwhile is for this user alone, and goes.

    Raises UsageWrong where DuckDB is not installed, or a file cannot be written.
    """
    duckdb = _library()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=_UNMADE, dir=folder))
    except OSError as error:
        raise UsageWrong("cannot write {file}: {why}", file=folder, why=error.strerror) from error
    settings = {"memory_limit": MEMORY_MAX, "temp_directory": str(beside / "spilled"), "threads": 1,
                "autoinstall_known_extensions": False, "autoload_known_extensions": False}  # fmt: skip
    try:
        with duckdb.connect(":memory:", config=settings) as connection:
            yield Making(connection, beside)
    except (OSError, duckdb.Error) as error:
        why = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        raise UsageWrong("cannot write {file}: {why}", file=folder, why=why) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _library() -> Any:
    # Only here: whoever takes no data away need not have it, and it loads for a tenth of a second.
    try:
        import duckdb
    except ImportError as error:
        raise UsageWrong(
            "Parquet files need DuckDB, which is not installed here: pip install 'hailong[parquet]'"
        ) from error
    return duckdb


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"
