"""``collector token``: made, shown once, listed and withdrawn."""

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sync.collector.commands.main import app
from sync.collector.errors import UsageWrong
from sync.collector.store.database import open_database
from tests.sync.collector.builders import open_office
from tests.sync.collector.sharing import migrated


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A collector's folder with a unit; a terminal that speaks English."""
    monkeypatch.setenv("HAILONG_LANGUAGE", "en")
    file = tmp_path / "collector" / "collector.db"
    file.parent.mkdir()
    shutil.copy(migrated(), file)
    database = open_database(f"sqlite:///{file}")
    open_office(database)
    database.close()
    return tmp_path


def token(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["token", *words, "--data-dir", str(folder)])


def test_a_token_is_shown_once_listed_and_withdrawn(folder: Path) -> None:
    made = token(folder, "new", "kho", "--unit", "XA", "--may", "numbers", "--may", "fleet", "--days", "30")
    for_a_program = token(folder, "new", "toan-tinh", "--quiet")
    listed = token(folder, "list")
    withdrawn = token(folder, "withdraw", "kho")
    after = token(folder, "list")

    secret = re.search(r"Token of kho: (hailong_[0-9A-Za-z]{43})\n", made.stdout)
    assert secret is not None
    assert re.fullmatch(r"hailong_[0-9A-Za-z]{43}\n", for_a_program.stdout)
    rows = [line.split("\t") for line in listed.stdout.splitlines()]
    assert [(name, unit, may, state, used) for name, unit, may, _, state, used, _ in rows] == [
        ("kho", "XA", "fleet numbers", "active", "-"),
        ("toan-tinh", "*", "numbers", "active", "-"),
    ]
    assert secret[1] not in listed.stdout + after.stdout
    assert withdrawn.stdout == "The token kho is withdrawn.\n"
    assert [line.split("\t")[4] for line in after.stdout.splitlines()] == ["withdrawn", "active"]


def test_a_token_for_what_is_not_there_is_refused(folder: Path) -> None:
    for words in (("new", "kho", "--unit", "XZ"), ("new", "kho", "--days", "9999"), ("withdraw", "kho")):
        assert isinstance(token(folder, *words).exception, UsageWrong)
    assert token(folder, "new", "kho", "--may", "words").exit_code == 2
    assert token(folder, "list").stdout == ""
