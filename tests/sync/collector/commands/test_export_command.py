"""``collector export parquet``: files for their owner alone, whole or not there; lines where a second person grants."""

import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import delete, select, update
from typer.testing import CliRunner, Result

from sync.collector.commands.main import app
from sync.collector.errors import NotAllowed, UsageWrong
from sync.collector.fleet.places.units import rename_counter, rename_unit
from sync.collector.people.rights import Role
from sync.collector.store import schema
from sync.collector.store.database import Database, open_database
from tests.sync.collector.builders import open_office
from tests.sync.collector.closing import Closed
from tests.sync.collector.people.test_accounts import CHOSEN, settle
from tests.sync.collector.sharing import open_migrated

GRANTED = ("--lines", "--purpose", "Nghiên cứu giờ cao điểm", "--second-person")
NOVEMBER = Path("year=2026/month=11")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a collector with a November, and people."""
    place = tmp_path_factory.mktemp("data")
    database = open_migrated(place / "collector" / "collector.db")
    closed = Closed(open_office(database))
    closed.press(*[4] * 40, *[2] * 3, repeats=7, reason="wait")
    closed.press(*[5] * 6, counter="Q3", day=17)
    settle(database, "toan", role=Role.AUDITOR, unit=None)
    settle(database, "huong", role=Role.SUPERVISOR, unit="XA")
    settle(database, "xb", role=Role.AUDITOR, unit="XB")
    settle(database, "moi", role=Role.AUDITOR, unit=None)
    with database.writing() as connection:
        connection.execute(update(schema.account).where(schema.account.c.name == "moi").values(one_time=True))
        rename_unit(connection, "XB", "Xã Mới", datetime(2026, 12, 3, tzinfo=UTC), "it")
        rename_counter(connection, "Q3", "Quầy mới", datetime(2026, 11, 3, tzinfo=UTC), "it")
        rename_counter(connection, "Q3", "Quầy mới hơn", datetime(2026, 12, 3, tzinfo=UTC), "it")
    closed.end()
    database.close()
    return place


@pytest.fixture
def database(folder: Path) -> Iterator[Database]:
    found = open_database(f"sqlite:///{folder / 'collector' / 'collector.db'}")
    yield found
    found.close()


def run(folder: Path, out: Path, *arguments: str, month: str = "2026-11", password: str = "") -> Result:
    words = ["export", "parquet", str(out), "--month", month, *arguments, "--data-dir", str(folder)]
    return CliRunner().invoke(app, words, input=f"{password}\n")


def noted(database: Database) -> list[tuple[object, ...]]:
    c = schema.audit.c
    with database.reading() as connection:
        wanted = select(c.action, c.subject, c.details).where(c.action.startswith("export")).order_by(c.audit_id)
        return [tuple(row) for row in connection.execute(wanted)]


def rows(file: Path, what: str = "*") -> list[tuple[Any, ...]]:
    return duckdb.execute(f"SELECT {what} FROM read_parquet(?)", [str(file)]).fetchall()


def test_a_month_is_written_for_its_owner_alone_and_says_what_it_is(
    folder: Path, database: Database, tmp_path: Path
) -> None:
    out = tmp_path / "so-lieu"

    ended = run(folder, out, "--to", "2026-12")

    file = out / NOVEMBER / "sums.parquet"
    kept = duckdb.execute("SELECT decode(key), decode(value) FROM parquet_kv_metadata(?)", [str(file)]).fetchall()
    about = dict(kept)
    assert ended.exit_code == 0, ended.output
    assert [path.stat().st_mode & 0o777 for path in (out, out / NOVEMBER, file)] == [0o700, 0o700, 0o600]
    assert sorted(path.name for path in out.rglob("*")) == ["month=11", "month=12", *["sums.parquet"] * 2, "year=2026"]
    assert rows(file, "sum(n)::BIGINT, min(first_day)") == [(43 + 43 + 7 + 7 + 6, date(2026, 11, 16))]
    assert about["hailong.schema"] == "1"
    assert about["hailong.collector"].startswith("http")
    assert {"hailong.made_at", "hailong.method", "hailong.column.n"} <= about.keys()
    assert duckdb.execute("SELECT DISTINCT compression FROM parquet_metadata(?)", [str(file)]).fetchall() == [("ZSTD",)]
    assert noted(database)[-1] == ("export", "*", {"form": "parquet", "period": "2026-11..2026-12"})


def test_places_have_the_names_of_that_month(folder: Path, tmp_path: Path) -> None:
    run(folder, tmp_path, "--unit", "XB")

    named = rows(tmp_path / NOVEMBER / "sums.parquet", "DISTINCT unit, unit_name, unit_path, counter, counter_name")
    assert named == [("XB", "Xã Nam Sơn", "XB/", "Q3", "Quầy mới")]


def test_single_ratings_go_out_where_a_second_person_grants_it(
    folder: Path, database: Database, tmp_path: Path
) -> None:
    ended = run(folder, tmp_path, *GRANTED, "toan", password=CHOSEN)

    file = tmp_path / NOVEMBER / "lines.parquet"
    assert ended.exit_code == 0, ended.output
    assert file.stat().st_mode & 0o777 == 0o600
    counted = duckdb.execute(
        "SELECT unit, counter, standing, level, first_level, reasons, day, part, count(*) FROM read_parquet(?) "
        "GROUP BY ALL ORDER BY ALL", [str(file)],
    ).fetchall()  # fmt: skip
    monday, tuesday = (date(2026, 11, 16), "am"), (date(2026, 11, 17), "am")
    assert counted == [
        ("XA", "Q1", "counted", 2, None, ["wait"], *monday, 3), ("XA", "Q1", "counted", 4, None, ["wait"], *monday, 40),
        ("XA", "Q1", "repeat", 5, None, [], *monday, 7), ("XB", "Q3", "counted", 5, None, [], *tuesday, 6),
    ]  # fmt: skip
    assert noted(database)[-1] == (
        "export lines", "*",
        {"form": "parquet", "period": "2026-11", "second": "toan", "purpose": "Nghiên cứu giờ cao điểm"},
    )  # fmt: skip


def test_lines_say_no_time_no_order_no_kiosk_and_nothing_that_was_written(folder: Path, tmp_path: Path) -> None:
    run(folder, tmp_path, *GRANTED, "toan", password=CHOSEN)

    lines = f"read_parquet('{tmp_path / NOVEMBER / 'lines.parquet'}', hive_partitioning = false)"
    names = {name: kind for name, kind, *_ in duckdb.execute(f"DESCRIBE FROM {lines}").fetchall()}
    assert set(names) == {
        "unit", "unit_name", "unit_path", "counter", "counter_name", "survey", "question", "day", "part", "standing",
        "level", "first_level", "reasons",
    }  # fmt: skip
    assert not {kind for kind in names.values() if "TIME" in kind}
    order = ", ".join(["unit_path", *names])
    said = duckdb.execute(f"FROM {lines}").fetchall()
    assert said == duckdb.execute(f"FROM {lines} ORDER BY {order}").fetchall()


@pytest.mark.parametrize(
    ("name", "password", "why"),
    [
        ("toan", "sai", "the second person's name or password is wrong"),
        ("huong", CHOSEN, "huong may not grant this: an auditor or administrator over the unit may"),
        ("xb", CHOSEN, "xb is over a part of this alone: "),
        ("moi", CHOSEN, "moi still has the one-time password: "),
    ],
)
def test_nobody_else_grants_lines_and_why_is_said(
    folder: Path, database: Database, tmp_path: Path, name: str, password: str, why: str
) -> None:
    with database.writing() as connection:
        connection.execute(delete(schema.signin_failure))
    before = noted(database)

    ended = run(folder, tmp_path / "out", *GRANTED, name, password=password)

    assert isinstance(ended.exception, NotAllowed)
    assert str(ended.exception).startswith(why)
    assert not (tmp_path / "out").exists()
    assert noted(database) == before


def test_a_unit_s_auditor_grants_the_lines_of_that_unit(folder: Path, tmp_path: Path) -> None:
    ended = run(folder, tmp_path, *GRANTED, "xb", "--unit", "XB", password=CHOSEN)

    assert ended.exit_code == 0, ended.output
    assert rows(tmp_path / NOVEMBER / "lines.parquet", "DISTINCT unit") == [("XB",)]


def test_what_is_there_is_written_over_only_where_it_is_said(folder: Path, tmp_path: Path) -> None:
    run(folder, tmp_path)
    file = tmp_path / NOVEMBER / "sums.parquet"
    file.write_bytes(b"before")

    refused = run(folder, tmp_path, "--to", "2026-12")
    assert isinstance(refused.exception, NotAllowed)
    assert (file.read_bytes(), (tmp_path / "year=2026/month=12").exists()) == (b"before", False)

    assert run(folder, tmp_path, "--replace").exit_code == 0
    assert len(rows(file)) > 4


def test_a_file_that_breaks_off_leaves_what_was_there(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(folder, tmp_path)
    file = tmp_path / NOVEMBER / "sums.parquet"
    before = file.read_bytes()
    monkeypatch.setattr("sync.collector.datasets.file.sorted_table", lambda _: "SELECT error('the disk is full')")

    ended = run(folder, tmp_path, "--replace")

    assert isinstance(ended.exception, UsageWrong)
    assert file.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["year=2026"]


@pytest.mark.parametrize(
    "arguments", [("--month", "2026"), ("--month", "2026-11", "--to", "2026-10"), ("--month", "2999-01"),
                  ("--month", "2026-11", "--unit", "XX"), ("--month", "2026-11", "--lines")],
)  # fmt: skip
def test_what_is_no_month_no_unit_and_not_granted_is_refused(
    folder: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    out = tmp_path / "out"

    ended = CliRunner().invoke(app, ["export", "parquet", str(out), *arguments, "--data-dir", str(folder)])

    assert isinstance(ended.exception, UsageWrong)
    assert not out.exists()


def test_without_the_library_it_says_what_to_install(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)

    ended = run(folder, tmp_path / "out")

    assert isinstance(ended.exception, UsageWrong)
    assert "hailong[parquet]" in str(ended.exception)
    assert not (tmp_path / "out").exists()
