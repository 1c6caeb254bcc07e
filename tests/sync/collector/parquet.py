"""Parquet: the files of some months, and what they say, held to what the pages read."""

import contextlib
import io
import re
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import select

from sync.collector.calendar.periods import LAST_DAY
from sync.collector.datasets.columns import SUMS
from sync.collector.datasets.months import Wanted, months_from, write_months
from sync.collector.figures.places import Places, read_places
from sync.collector.figures.queries.asked import Asked
from sync.collector.figures.queries.grains import Days
from sync.collector.services.services import Services
from sync.collector.store.schema import shown_stream
from tests.sync.collector.recount import Told, read_numbers

MANUAL = Path(__file__).parents[3] / "config" / "OPERATIONS.md"
SAID = """
    SELECT unit_path, coalesce(counter, ''), what, coalesce(reason, standing, level::VARCHAR), sum(n)::BIGINT
    FROM read_parquet(?) WHERE series = ? AND question = ? AND first_day >= ? AND last_day <= ? GROUP BY ALL
"""


def written(services: Services, out: Path, first: str, last: str = "", **values: Any) -> str:
    """The files of some months; how DuckDB finds them."""
    wanted = Wanted(SUMS, out, months_from(first, last, LAST_DAY), **values)
    assert [n for _, n in write_months(services, wanted, lambda *_: None)]
    return f"{out}/*/*/sums.parquet"


def notebook(folder: Path) -> tuple[list[Any], list[Any]]:
    """What the manual's example with DuckDB finds, run as it is written in a folder with ``so-lieu``."""
    (example,) = re.findall(r"```python\n(.*?)```", MANUAL.read_text("utf-8"), re.DOTALL)
    found: dict[str, Any] = {}
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        exec(example, found)
        # DuckDB looks at the files when somebody asks.
        return found["year"].fetchall(), found["months"].fetchall()


def told_by(files: str, places: Places, asked: Asked, days: Days) -> Told:
    """What the files tell of a question in some days, place by place, as whoever adds them up finds it."""
    found = Told({}, {}, {}, {})
    for path, counter, what, name, n in duckdb.execute(SAID, [files, *asked, *days]).fetchall():
        key = f"{path}:{counter}" if counter else path
        numbers = {"level": found.counted, "aside": found.aside, "reason": found.reasons, "standing": found.standings}
        said = int(name) if what in ("level", "aside") else f"reason:{name}" if what == "reason" else name
        for place in places.up_from(key):
            numbers[what].setdefault(place, Counter())[said] += n
    return found


def check_files(services: Services, files: str, spans: list[Days]) -> int:
    """Hold what the files tell to what the pages read; how many ratings that is."""
    shown = 0
    with services.database.reading() as connection:
        places = read_places(connection, services.missed(connection))
        keys = select(shown_stream.c.survey, shown_stream.c.question).distinct()
        for asked in [Asked(*row) for row in connection.execute(keys)]:
            for days in spans:
                read, told = read_numbers(connection, places, asked, days), told_by(files, places, asked, days)
                for name in Told.__dataclass_fields__:
                    assert _some(getattr(told, name)) == _some(getattr(read, name)), (name, asked, days)
                shown += sum(read.counted.get("", Counter()).values())
    return shown


def _some(numbers: dict[str, Any]) -> dict[str, dict[Any, int]]:
    found = {place: {name: n for name, n in said.items() if n} for place, said in numbers.items()}
    return {place: said for place, said in found.items() if said}
