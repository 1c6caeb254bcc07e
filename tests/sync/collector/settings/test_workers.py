"""Several processes are refused over SQLite, in the settings and on the command line, with one sentence."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from kiosk.base.settings.reading import SettingsInvalid
from sync.collector.commands.main import app
from sync.collector.settings.collector import CollectorConfig
from sync.collector.settings.workers import faults_of_workers


@pytest.mark.parametrize(
    ("url", "workers", "keys"),
    [("", 1, []), ("", 2, ["workers"]), ("sqlite:///a.db", 4, ["workers"]), ("postgresql://h@/h", 4, [])],
)
def test_several_need_postgresql(url: str, workers: int, keys: list[str]) -> None:
    assert [fault.key for fault in faults_of_workers(CollectorConfig(database_url=url, workers=workers))] == keys


@pytest.mark.parametrize("where", ["file", "command line"])
def test_serve_says_so_and_makes_no_database(tmp_path: Path, where: str) -> None:
    (tmp_path / "collector").mkdir()
    (tmp_path / "collector" / "collector.toml").write_text("workers = 2\n" if where == "file" else "")
    given = [] if where == "file" else ["--workers", "2"]

    done = CliRunner().invoke(app, ["serve", "--data-dir", str(tmp_path), *given])

    assert isinstance(done.exception, SettingsInvalid)
    assert "which has one writer" in str(done.exception)
    assert not list(tmp_path.rglob("*.db"))
