"""Pages: how long the collector works on a page of the demo province, and of one with 100 million ratings."""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx2 as httpx
import sqlalchemy
from fastapi import FastAPI

from sync.collector.calendar.presstime import LocalDays
from sync.collector.figures.release import Release
from sync.collector.fleet.surveys.library import shipped_surveys
from sync.collector.replica.outgoing.demonstration import spans_of as _spans
from sync.collector.replica.served import add_up_served
from sync.collector.run.app import create_app
from sync.collector.run.demo_data import write_province
from sync.collector.run.server import settle
from sync.collector.services.services import make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.database import Database, open_database
from sync.collector.store.migrate import migrate
from sync.collector.store.schema import transaction_count
from sync.collector.store.writer import T, Work
from tests.bench.harness import Figure
from tests.bench.held_rows import write_held
from tests.sync.collector.postgres import postgres_server

NOW = datetime(2026, 11, 20, 10, 10, tzinfo=UTC)
URL = "http://127.0.0.1:8600"
PAGE_S_MAX = 0.150
TIMES = 11
PAGES = (("overview", "/t"), ("unit", "/t/20.HCC"), ("reasons", "/ly-do"), ("year", "/t?ky=2026"))
UNITS, COUNTERS, YEARS = 66, 600, 5
"""A province: each counter is tallied in every half day of every working day."""
RATINGS = {10_000_000: "10 million", 100_000_000: "100 million"}


def figures() -> Iterator[Figure]:
    """Seconds of each page, the first after a start and the usual one, beside the budget; on both engines."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hailong-bench-")))
        demo = _opened(f"sqlite:///{folder / 'demo.db'}")
        survey = shipped_surveys()["sipas-5@1"]
        write_province(demo, "20", 6, 1, NOW, LocalDays(CollectorConfig().zone), survey, lambda *_: None)
        yield from _figures("demo province", demo, PAGES)
        engines = {"SQLite": lambda name: f"sqlite:///{folder / f'{name}.db'}"}
        if hasattr(os, "geteuid"):
            server = stack.enter_context(postgres_server())
            engines["PostgreSQL"] = lambda name: _new_database(server, name)
        for engine, address in engines.items():
            for ratings, words in RATINGS.items() if engine == "SQLite" else list(RATINGS.items())[-1:]:
                database = _opened(address(f"r{ratings}"))
                write_tallies(database, ratings)
                pages = (("overview", "/t"), ("unit", "/t/U1"), ("reasons", "/ly-do"), ("year", "/t?ky=2026"))
                yield from _figures(f"{words}, {engine}", database, pages)


def _figures(name: str, database: Database, pages: tuple[tuple[str, str], ...]) -> Iterator[Figure]:
    services = make_services(CollectorConfig(public_url=URL), database, lambda: NOW)
    services.release()
    services.writer.close()
    settle(create_app(services))
    for page, way in pages:
        usual, first = asyncio.run(_usual(database, way)), _first(database, way)
        yield Figure(f"page: {name}, {page}, server time, median", usual, "s", PAGE_S_MAX, 1)
        yield Figure(f"page: {name}, {page}, first after a start", first, "s", PAGE_S_MAX, None)
    database.close()


def _opened(url: str) -> Database:
    database = open_database(url, create=url.startswith("sqlite"))
    migrate(database)
    return database


def _new_database(server: str, name: str) -> str:
    database = open_database(server.format(database="postgres"))
    with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sqlalchemy.text(f"CREATE DATABASE {name}"))
    database.close()
    return server.format(database=name)


def write_tallies(database: Database, ratings: int) -> None:
    """A province's years, straight into what the reports read: the cost grows with these rows, not with ratings."""
    first = date(NOW.year - YEARS, 11, 23)
    days = [first + timedelta(days=n) for n in range((NOW.date() - first).days)]
    days = [day for day in days if day.weekday() < 5]
    a_level = max(1, ratings // (COUNTERS * len(days) * 2 * 5))
    with database.writing() as connection:
        run = connection.exec_driver_sql
        run("INSERT INTO unit (unit_id, code, name, kind, path) VALUES (1, '20', 'Tỉnh', 'province', '20/')")
        for unit in range(2, UNITS + 2):
            run(
                "INSERT INTO unit (unit_id, code, name, kind, parent_id, path) "
                f"VALUES ({unit}, 'U{unit - 1}', 'Xã {unit - 1}', 'commune', 1, '20/U{unit - 1}/')"
            )
        at = int(NOW.timestamp() * 1e6) if database.is_sqlite else NOW.isoformat()
        for counter in range(1, COUNTERS + 1):
            run(
                "INSERT INTO counter (counter_id, code, name, unit_id, created_at) "
                f"VALUES ({counter}, 'Q{counter}', 'Quầy {counter}', {2 + counter % UNITS}, '{at}')"
            )
        run("CREATE TEMPORARY TABLE half (day date, part text)")
        values = ", ".join(f"('{day}', '{part}')" for day in days for part in ("am", "pm"))
        run(f"INSERT INTO half VALUES {values}")
        # A remainder without its sign, which one engine's driver takes for a placeholder.
        rest = "c.counter_id * {0} - c.counter_id * {0} / 7 * 7"
        levels = ", ".join(f"{a_level} + {rest.format(level)}" for level in range(1, 6))
        reasons = {f"reason:{name}": f"{a_level}, 0, 0, 0, 0" for name in REASONS}
        for stream, counts in {"counted": levels, **reasons}.items():
            _write_stream(run, stream, counts, database.is_sqlite)
            run(f"INSERT INTO shown_stream VALUES ('{SERIES}', 'overall', '{stream}')")
        _sum_up_units(run)
        lately = [day for day in days if day > NOW.date() - timedelta(days=400)]
        _write_served(connection, lately)
        write_held(connection, SERIES, lately, is_sqlite=database.is_sqlite)
    if not database.is_sqlite:
        # What PostgreSQL does by itself within a minute of such a load: without it the overview takes seconds.
        with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sqlalchemy.text("ANALYZE"))
    # The first look writes down which versions of surveys and which minimum are known.
    _release().run(lambda work: _written(database, work))
    assert not _is_due(database)


def _written(database: Database, work: Work[T]) -> T:
    with database.writing() as connection:
        return work(connection)


SERIES = "sipas-5:12345"
REASONS = ("wait", "deadline", "guidance", "trips", "attitude", "papers", "place", "result", "fee", "other")


def _write_stream(run: object, stream: str, counts: str, is_sqlite: bool) -> None:
    dialect = "sqlite" if is_sqlite else "postgresql"
    names = "survey, question, stream, grain, first, last, part, counter_id, n1, n2, n3, n4, n5"
    # A reason's blocks are rarer than its half days: every other one. Of reasons, no page reads more than a year back.
    year = NOW.date() - timedelta(days=400)
    some = "" if stream == "counted" else f"WHERE h.part = 'pm' AND h.day > '{year}'"
    run(  # type: ignore[operator]
        f"INSERT INTO shown_count ({names}) SELECT '{SERIES}', 'overall', '{stream}', 'h', h.day, h.day, h.part, "
        f"c.counter_id, {counts} FROM half h CROSS JOIN counter c {some} ORDER BY h.day, h.part, c.counter_id"
    )
    sums = ", ".join(f"sum(s.n{level})" for level in range(1, 6))
    for first, last, grain, _ in _spans(dialect)[1:]:
        first, last = first.replace("s.day", "s.first"), last.replace("s.day", "s.first")
        run(  # type: ignore[operator]
            f"INSERT INTO shown_count ({names}) SELECT '{SERIES}', 'overall', '{stream}', '{grain}', "
            f"{first}, {last}, '', s.counter_id, {sums} FROM shown_count s WHERE s.grain = 'h' "
            f"AND s.stream = '{stream}' AND s.survey = '{SERIES}' AND s.question = 'overall' "
            f"GROUP BY {first}, {last}, s.counter_id"
        )


def _sum_up_units(run: object) -> None:
    sums = ", ".join(f"sum(s.n{level})" for level in range(1, 6))
    place = "s.survey, s.question, s.stream, s.grain, s.first, s.last, c.unit_id"
    run(  # type: ignore[operator]
        f"INSERT INTO shown_unit_count SELECT {place}, {sums} "
        f"FROM shown_count s JOIN counter c ON c.counter_id = s.counter_id WHERE s.grain <> 'h' GROUP BY {place}"
    )


def _write_served(connection: sqlalchemy.Connection, days: list[date]) -> None:
    """Each counter types its transactions in, every day of the year that pages read."""
    journal = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
    same = {"journal_id": journal, "received_at": NOW, "n": 400, "seq": 1}
    rows = [{**same, "counter_id": counter, "day": day} for day in days for counter in range(1, COUNTERS + 1)]
    connection.execute(sqlalchemy.insert(transaction_count), rows)
    add_up_served(connection, [(counter, day) for day in days for counter in range(1, COUNTERS + 1)])


def _release() -> Release:
    config = CollectorConfig()
    return Release(NOW, LocalDays(config.zone).today(NOW), config.policy, shipped_surveys())


def _is_due(database: Database) -> bool:
    with database.reading() as connection:
        return _release().is_due(connection)


async def _usual(database: Database, way: str) -> float:
    """Median of a page asked for again and again."""
    seconds: list[float] = []
    for _ in range(3):
        services = make_services(CollectorConfig(public_url=URL), database, lambda: NOW)
        seconds += (await _ask(create_app(services), way))[1:]
        services.writer.close()
    return statistics.median(seconds)


async def _ask(app: FastAPI, way: str) -> list[float]:
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app, client=("127.0.0.1", 1)), base_url=URL)
    seconds = []
    for _ in range(TIMES):
        began = time.perf_counter()
        answer = await client.get(way)
        seconds.append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise RuntimeError(f"{way}: {answer.status_code}")
    return seconds


def _first(database: Database, way: str) -> float:
    """Median of the first page of a collector that has just started, each time in a process of its own."""
    address, root = database.writer.url.render_as_string(hide_password=False), Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.bench.bench_pages", address, way]
    said = [subprocess.run(command, check=True, capture_output=True, text=True, cwd=root).stdout for _ in range(3)]
    return statistics.median(float(one.splitlines()[-1]) for one in said)


def _tell_first(address: str, way: str) -> None:
    services = make_services(CollectorConfig(public_url=URL), open_database(address), lambda: NOW)
    app = create_app(services)
    settle(app)
    print(asyncio.run(_ask(app, way))[0])
    services.writer.close()


if __name__ == "__main__" and sys.argv[1:]:
    _tell_first(*sys.argv[1:])
elif __name__ == "__main__":
    for figure in figures():
        print(f"{figure.name}: {1000 * figure.value:,.0f} ms, {figure.ratio:.2f} of the budget", flush=True)
