"""Sums: in every place and period a file of sums says what the pages say."""

import random
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from sync.collector.calendar.periods import LAST_DAY
from sync.collector.datasets.columns import LINES, SUMS, Kind, described
from sync.collector.datasets.months import Wanted, months_from
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig
from tests.sync.collector.builders import Office
from tests.sync.collector.figures.test_release import move_some, some_weeks
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.leaving import CLOSED, PERIODS, leave
from tests.sync.collector.parquet import MANUAL, check_files, written
from tests.sync.collector.recount import days_of

FAR = days_of("2026-06-15", "2026-12-15")
READ = "SELECT unit, counter, level, standing, reason, n FROM read_parquet(?) WHERE first_day < DATE '2026-11-01'"


@pytest.fixture
def services(two_units: Office) -> Iterator[Services]:
    """The collector of the office, at noon of the day on which October is closed."""
    made = make_services(CollectorConfig(public_url=URL), two_units.database, lambda: CLOSED)
    yield made
    made.writer.close()


def test_what_is_left_of_a_month_stands_at_the_unit_that_has_it_together(
    services: Services, two_units: Office, tmp_path: Path
) -> None:
    leave(two_units, "Q1", (1, 4, 4, (5, "repeat"), (5, "repeat")))
    leave(two_units, "Q2", (2, 5))
    leave(two_units, "Q3", (3,))
    files = written(services, tmp_path, "2026-10", "2026-11")

    assert check_files(services, files, [*PERIODS]) > 0
    assert sorted(duckdb.execute(READ, [files]).fetchall(), key=str) == [
        ("XA", None, 1, None, None, 1), ("XA", None, 2, None, None, 1), ("XA", None, 4, None, None, 2),
        ("XA", None, 5, None, None, 1), ("XA", None, None, "repeat", None, 2),
        ("XA", None, None, None, "attitude", 3), ("XA", None, None, None, "wait", 2),
    ]  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_random_weeks_say_the_same_in_every_place_and_period(
    services: Services, two_units: Office, tmp_path: Path
) -> None:
    rng = random.Random(11)
    for _ in range(3):
        some_weeks(two_units, rng)
        with two_units.database.writing() as connection:
            move_some(connection, rng)
        services.release()
    files = written(services, tmp_path, "2026-06", "2026-12")

    assert check_files(services, files, [*PERIODS, FAR, days_of("2026-11-03", "2026-11-17")]) > 100


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_of_a_unit_there_is_what_lies_below_it(services: Services, two_units: Office, tmp_path: Path) -> None:
    leave(two_units, "Q1", (1, 4, 4))
    leave(two_units, "Q3", (3, 3))
    files = written(services, tmp_path, "2026-10", "2026-11", below="T/XB/")

    assert duckdb.execute("SELECT DISTINCT unit, counter FROM read_parquet(?)", [files]).fetchall() == [("XB", "Q3")]


@pytest.mark.parametrize("kind", [SUMS, LINES], ids=lambda kind: kind.name)
def test_the_manual_has_every_column_and_what_it_means(kind: Kind) -> None:
    assert described(kind) in MANUAL.read_text("utf-8")


def test_months_are_numbers_to_whoever_reads_them(tmp_path: Path) -> None:
    wanted = Wanted(SUMS, tmp_path, months_from("2026-09", "2026-10", LAST_DAY))

    assert [str(wanted.file(month).parent.relative_to(tmp_path)) for month in wanted.months] == [
        "year=2026/month=9", "year=2026/month=10",
    ]  # fmt: skip
