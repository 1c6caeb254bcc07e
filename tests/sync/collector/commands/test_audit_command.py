"""``collector audit-bundle``: a bundle that holds; lines only where a second person grants it, written down."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from sync.collector.commands.main import app
from sync.collector.errors import NotAllowed, UsageWrong
from sync.collector.people.rights import Role
from sync.collector.store import schema
from sync.collector.store.database import Database, open_database
from tests.journey.bundles import VERIFY
from tests.sync.collector.builders import open_office
from tests.sync.collector.closing import Closed
from tests.sync.collector.people.test_accounts import CHOSEN, make, settle
from tests.sync.collector.sharing import open_migrated

OF_MONTH = ("--period", "2026-11", "--unit", "XA")
GRANTED = ("--lines", "--purpose", "Kiểm toán quý IV", "--second-person")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a collector with a closed month, and people."""
    place = tmp_path_factory.mktemp("data")
    database = open_migrated(place / "collector" / "collector.db")
    closed = Closed(open_office(database))
    closed.press(*[4] * 40, *[2] * 3, repeats=7, reason="wait")
    closed.press(*[5] * 3, counter="Q2")
    closed.close()
    for name, role, unit in (
        ("toan", Role.AUDITOR, None),
        ("huong", Role.SUPERVISOR, "XA"),
        ("xb", Role.AUDITOR, "XB"),
    ):
        settle(database, name, role=role, unit=unit)
    make(database, "moi", Role.AUDITOR, None)
    closed.end()
    database.close()
    return place


@pytest.fixture
def database(folder: Path) -> Iterator[Database]:
    found = open_database(f"sqlite:///{folder / 'collector' / 'collector.db'}")
    yield found
    found.close()


def run(folder: Path, *arguments: str, password: str = "") -> Result:
    words = ["audit-bundle", *arguments, "--data-dir", str(folder)]
    return CliRunner().invoke(app, words, input=f"{password}\n")


def noted(database: Database) -> list[tuple[object, ...]]:
    c = schema.audit.c
    with database.reading() as connection:
        wanted = select(c.action, c.subject, c.details).where(c.action.startswith("audit ")).order_by(c.audit_id)
        return [tuple(row) for row in connection.execute(wanted)]


def test_a_bundle_is_written_for_its_owner_alone_and_holds(folder: Path, database: Database, tmp_path: Path) -> None:
    out = tmp_path / "b.zip"

    ended = run(folder, str(out), *OF_MONTH)

    bundle, told = VERIFY.verify(out)
    assert ended.exit_code == 0
    assert out.stat().st_mode & 0o777 == 0o600
    assert (told.differs, bundle.lines) == ([], None)
    assert noted(database)[-1] == ("audit bundle", "XA/", {"form": "zip", "period": "2026-11", "closed": 0})


def test_a_report_of_a_number_is_written_where_there_is_one(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "b.zip"

    ended = run(folder, str(out), *OF_MONTH, "--number", "0")
    none = run(folder, str(tmp_path / "c.zip"), *OF_MONTH, "--number", "1")

    assert (ended.exit_code, VERIFY.verify(out)[0].about["number"]) == (0, 0)
    assert isinstance(none.exception, UsageWrong)
    assert not (tmp_path / "c.zip").exists()


def test_lines_go_along_where_a_second_person_grants_it(folder: Path, database: Database, tmp_path: Path) -> None:
    out = tmp_path / "b.zip"

    ended = run(folder, str(out), *OF_MONTH, *GRANTED, "toan", password=CHOSEN)

    bundle, told = VERIFY.verify(out)
    assert ended.exit_code == 0
    assert bundle.lines is not None
    assert told.differs == []
    assert noted(database)[-1][0] == "audit lines"
    assert noted(database)[-1][2] == {
        "form": "zip", "period": "2026-11", "closed": 0, "second": "toan", "purpose": "Kiểm toán quý IV",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "password"),
    [("toan", "không phải mật khẩu"), ("huong", CHOSEN), ("xb", CHOSEN), ("moi", CHOSEN), ("khong.co", CHOSEN)],
)
def test_nobody_else_grants_lines(folder: Path, database: Database, tmp_path: Path, name: str, password: str) -> None:
    out, before = tmp_path / "b.zip", noted(database)

    ended = run(folder, str(out), *OF_MONTH, *GRANTED, name, password=password)

    assert isinstance(ended.exception, NotAllowed)
    assert not out.exists()
    assert noted(database) == before


@pytest.mark.parametrize(
    "missing", [("--lines",), ("--lines", "--second-person", "toan"), ("--lines", "--purpose", "x")]
)
def test_lines_need_a_name_and_a_purpose(folder: Path, tmp_path: Path, missing: tuple[str, ...]) -> None:
    ended = run(folder, str(tmp_path / "b.zip"), *OF_MONTH, *missing, password=CHOSEN)

    assert isinstance(ended.exception, UsageWrong)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_checkpoint_and_what_was_not_closed_is_refused(folder: Path, tmp_path: Path) -> None:
    nothing = tmp_path / "checkpoint"
    nothing.write_text("no note", "utf-8")

    for arguments in ((*OF_MONTH, "--since", str(nothing)), ("--period", "2026-10", "--unit", "XA")):
        assert isinstance(run(folder, str(tmp_path / "b.zip"), *arguments).exception, UsageWrong)
