"""Parquet: the files that analysts take away, row by row, with what they say of themselves.

A level that nobody chose has no row; here it is nought, so that it is a sum as the others are.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
from sqlalchemy import select

from sync.collector.datasets.columns import SUMS
from sync.collector.datasets.months import Wanted, months_from, write_months
from sync.collector.store.schema import tally
from tests.attack.forms import Label
from tests.attack.harvest import Sheet
from tests.attack.months import pool_stories
from tests.attack.months.pool_stories import LAST, until
from tests.attack.names import Look
from tests.attack.plants_of_forms import FormPlant
from tests.attack.world import REASONS, World
from tests.sync.collector.postgres import memory

WHO = "an analyst"
_OF = "unit, counter, series, question, first_day, last_day, part"
_SAID = "concat_ws(' ', what, coalesce(reason, standing, level::VARCHAR))"
_ROWS = f"SELECT {_OF}, map_from_entries(list(({_SAID}, n) ORDER BY {_SAID})) FROM read_parquet(?) GROUP BY {_OF}"
_NAMED = "SELECT DISTINCT unit, unit_name, unit_path, counter, counter_name FROM read_parquet(?)"
_ABOUT = "SELECT decode(key), decode(value) FROM parquet_kv_metadata(?)"
_NOBODY = {f"{what} {level}": 0 for what in ("level", "aside") for level in range(1, 6)}
_NOBODY |= {f"reason {reason}": 0 for reason in REASONS}


def files_and_months(world: World) -> Iterator[Sheet]:
    """The files of October and November, beside what pages and a desk tell of the same days."""
    yield from pool_stories.months_of_all(world)
    yield from files(world)


def files(world: World) -> Iterator[Sheet]:
    """The files of October and November."""
    with TemporaryDirectory(prefix="hailong-attack-", dir=memory()) as folder:
        months = months_from("2026-10", "2026-11" if world.now.month == 11 else "", world.now.date())
        wanted = Wanted(SUMS, Path(folder), months)
        for place, (file, _) in enumerate(write_months(world.centre.services, wanted, lambda *_: None)):
            yield Sheet(WHO, "parquet", months[place].code, dict(_pieces(str(file))))


def _pieces(file: str) -> Iterator[tuple[Label, str]]:
    for *place, said in duckdb.execute(_ROWS, [file]).fetchall():
        for name, n in (_NOBODY | said).items():
            yield (*(str(each) for each in place), name), str(n)
    for row in sorted(duckdb.execute(_NAMED, [file]).fetchall(), key=str):
        yield ("named", *(str(each) for each in row)), "…"
    yield from ((("about", name), words) for name, words in duckdb.execute(_ABOUT, [file]).fetchall())
    yield ("bytes",), str(Path(file).stat().st_size)


def _every_rating(connection: Any, first: Any, last: Any) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Tallies in the place of blocks: whatever was pressed, however few."""
    for row in connection.execute(select(tally).where(tally.c.day.between(first, last))):
        levels = [row.n * (row.level == level) for level in range(1, 6)]
        yield [(row.counter_id, row.survey, row.question, "counted", "h", row.day, row.day, row.part, *levels)]


def _four_are_left(world: World, look: Look) -> None:
    """Four people on a month's last day."""
    until(world, LAST, 8)
    world.press("a", 4)
    until(world, LAST, 14)
    look()


FILE_OF_FOUR = FormPlant(
    "a file with whatever was pressed", {"sync.collector.datasets.months.shown_in": _every_rating}, ("parquet",),
    _four_are_left, files,
)  # fmt: skip
