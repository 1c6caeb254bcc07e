"""The collector's copy: made while it is written to, whole or not there, and only of its own kind of database."""

from pathlib import Path

import pytest
from sqlalchemy import text

from sync.collector.errors import UsageWrong
from sync.collector.store.backup import back_up
from sync.collector.store.database import Database, open_database
from tests.sync.collector.builders import Office
from tests.sync.collector.one_engine import database_url  # noqa: F401 - the embedded kind


def test_copy_holds_what_was_committed_and_nothing_that_was_not(
    office: Office, database: Database, tmp_path: Path
) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE unit SET name = 'not committed'"))
        back_up(database, tmp_path / "copy.db")

    copy = open_database(f"sqlite:///{tmp_path / 'copy.db'}")
    with copy.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM unit WHERE name = 'not committed'")).scalar() == 0
        assert connection.execute(text("SELECT count(*) FROM device")).scalar() == 1
    copy.close()


def test_copy_is_one_private_file(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()

    back_up(database, folder / "copy.db")

    assert [path.name for path in folder.iterdir()] == ["copy.db"]
    assert (folder / "copy.db").stat().st_mode & 0o777 == 0o600


def test_copy_never_takes_the_place_of_another(database: Database, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("yesterday's", "utf-8")

    with pytest.raises(UsageWrong, match="exists already"):
        back_up(database, tmp_path / "copy.db")

    assert (tmp_path / "copy.db").read_text("utf-8") == "yesterday's"


def test_place_that_cannot_be_written_is_named(database: Database, tmp_path: Path) -> None:
    with pytest.raises(UsageWrong, match=r"cannot write .*copy\.db"):
        back_up(database, tmp_path / "nowhere" / "copy.db")


def test_postgresql_is_copied_by_its_own_program(postgres: str, tmp_path: Path) -> None:
    database = open_database(postgres.format(database="template_hailong"))

    with pytest.raises(UsageWrong, match="pg_dump"):
        back_up(database, tmp_path / "copy.db")

    database.close()
