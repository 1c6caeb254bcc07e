"""PDF: the processor time of a report on paper, beside that of the page that tells the same.

Both are asked of one collector, in turn, once it is warm. The demo province's centre, in the month that is not over.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2 as httpx

from sync.collector.calendar.presstime import LocalDays
from sync.collector.fleet.surveys.library import shipped_surveys
from sync.collector.run.app import create_app
from sync.collector.run.demo_data import write_province
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.database import open_database
from sync.collector.store.migrate import migrate
from tests.bench.harness import Figure

NOW = datetime(2026, 11, 20, 10, 10, tzinfo=UTC)
URL = "http://127.0.0.1:8600"
MONTHS = 6
TIMES = 7
TIMES_PAGE_MAX = 5.0
PLACE = "20.HCC?ky=2026-11"


def figures(months: int = MONTHS) -> Iterator[Figure]:
    """Milliseconds of both, and how often one goes into the other."""
    with tempfile.TemporaryDirectory(prefix="hailong-bench-") as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'demo.db'}", create=True)
        migrate(database)
        survey = shipped_surveys()["sipas-5@1"]
        write_province(database, "20", months, 1, NOW, LocalDays(CollectorConfig().zone), survey, lambda *_: None)
        services = make_services(CollectorConfig(public_url=URL), database, lambda: NOW)
        services.release()
        page, paper = asyncio.run(_cpu_of(services, f"/t/{PLACE}", f"/xuat/pdf/{PLACE}"))
        services.writer.close()
        database.close()
    yield Figure("a report as PDF, processor time, beside its page", paper * 1e3, "ms", page * 1e3, TIMES_PAGE_MAX)


async def _cpu_of(services: Services, *ways: str) -> list[float]:
    """The median of the processor's seconds for each address, asked in turn; the first round is not counted."""
    transport = httpx.ASGITransport(create_app(services), client=("127.0.0.1", 1))
    seconds: list[list[float]] = [[] for _ in ways]
    async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
        for _ in range(TIMES + 1):
            for taken, way in zip(seconds, ways, strict=True):
                began = time.process_time()
                answer = await client.get(way)
                taken.append(time.process_time() - began)
                answer.raise_for_status()
    return [statistics.median(taken[1:]) for taken in seconds]


if __name__ == "__main__":
    for figure in figures(*map(int, sys.argv[1:])):
        print(f"{figure.name}: {figure.value:.1f} {figure.unit}, page {figure.baseline:.1f}, {figure.ratio:.1f} times")
