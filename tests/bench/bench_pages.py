"""Pages: how long the collector works on a page of the demo province, and that the first one is light."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2 as httpx

from sync.collector.app import create_app
from sync.collector.config import CollectorConfig
from sync.collector.database import Database, open_database
from sync.collector.demo_data import write_province
from sync.collector.migrate import migrate
from sync.collector.presstime import LocalDays
from sync.collector.services import make_services
from sync.collector.surveys.library import shipped_surveys
from tests.bench.harness import Figure

NOW = datetime(2026, 11, 20, 10, 10, tzinfo=UTC)
URL = "http://127.0.0.1:8600"
PAGE_S_MAX = 0.150
TIMES = 15


def figures() -> Iterator[Figure]:
    """Seconds of each page over six months of a province, beside the budget."""
    with tempfile.TemporaryDirectory(prefix="hailong-bench-") as folder:
        database = _province(Path(folder))
        for name, way in (("overview", "/t"), ("unit", "/t/20.HCC"), ("reasons", "/ly-do")):
            warm, cold = asyncio.run(_seconds(database, way))
            yield Figure(f"page: {name}, server time, median", warm, "s", PAGE_S_MAX, 1)
            yield Figure(f"page: {name}, first in five minutes", cold, "s", PAGE_S_MAX, None)
        database.close()


def _province(folder: Path) -> Database:
    database = open_database(f"sqlite:///{folder / 'collector.db'}", create=True)
    migrate(database)
    survey = shipped_surveys()["sipas-5@1"]
    write_province(database, "20", 6, 1, NOW, LocalDays(CollectorConfig().zone), survey, lambda *_: None)
    return database


async def _seconds(database: Database, way: str) -> tuple[float, float]:
    """Median of a page asked for again and again, and of one for which every week is counted anew."""
    services = make_services(CollectorConfig(public_url=URL), database, lambda: NOW)
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(services), client=("127.0.0.1", 1)), base_url=URL
    )
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(2 * TIMES + 1):
        anew = number % 2 == 0
        if anew:
            services.shelf.__init__()  # type: ignore[misc]
        began = time.perf_counter()
        answer = await client.get(way)
        if number:
            times[anew].append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise RuntimeError(f"{way}: {answer.status_code}")
    services.writer.close()
    return statistics.median(times[False]), statistics.median(times[True])


if __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name}: {1000 * figure.value:,.0f} ms, {figure.ratio:.2f} of the budget")
