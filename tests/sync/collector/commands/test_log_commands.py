"""``collector log`` and ``collector verify``: what IT staff do with the public log at a terminal."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sync.collector.commands.main import app
from sync.collector.errors import NotAllowed
from sync.collector.store.database import open_database
from tests.sync.collector.builders import Pen, open_office
from tests.sync.collector.kiosk_client import enrolled_key
from tests.sync.collector.sharing import open_migrated

Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The data folder of a collector with one kiosk's journal."""
    database = open_migrated(tmp_path / "collector" / "collector.db")
    office = open_office(database)
    enrolled_key(database, office.device.device_id)
    pen = Pen()
    pen.opened()
    pen.rating()
    office.append(pen)
    database.close()
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("HAILONG_LANGUAGE", "en")

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--data-dir", str(folder)], catch_exceptions=True)

    return call


def test_the_log_is_begun_shown_given_another_key_and_begun_anew(folder: Path, run: Run) -> None:
    assert "There is no public log yet" in run("log", "status").output
    assert run("log", "run", "--yes").exit_code == 0
    state = json.loads(run("log", "status", "--json").output)
    assert (state["origin"], state["size"], state["published_size"]) == ("127.0.0.1:8600/log", 2, 2)
    assert "0 leaves were fetched; the log has 2." in run("log", "rebuild").output

    changed = run("log", "new-key", "--yes").output
    assert "Its key, for whoever witnesses it: 127.0.0.1:8600/log+" in changed
    assert "signs from the next checkpoint on, and the old key beside it until" in changed
    assert f"Back up {folder / 'collector' / 'log'} now" in changed.replace("\n", "")
    waiting = json.loads(run("log", "status", "--json").output)["next_vkey"]
    assert f"collector witness add-log '{waiting}'" in changed
    assert f"A new key waits, and signs from the next checkpoint on: {waiting}" in run("log", "status").output
    assert isinstance(run("log", "restart", "--yes").exception, NotAllowed)
    assert "follows it." in run("log", "restart", "--yes", "--although-whole").output
    assert run("log", "run").exit_code == 0

    state = json.loads(run("log", "status", "--json").output)
    assert (state["origin"], state["published_size"]) == ("127.0.0.1:8600/log/2", 3)
    assert "A new key waits" not in run("log", "status").output
    assert "No witness is set" in run("log", "status").output


def test_a_log_that_would_be_called_by_this_machines_address_begins_when_somebody_says_so(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = run("log", "run")
    assert "will be called 127.0.0.1:8600/log for good" in refused.output
    assert refused.exit_code != 0
    assert "There is no public log yet" in run("log", "status").output

    monkeypatch.setenv("HAILONG_COLLECTOR_PUBLIC_URL", "https://danhgia.example.vn")
    assert "for good" not in run("log", "run").output
    assert "Log danhgia.example.vn/log" in run("log", "status").output


def test_verify_holds_the_log_to_a_checkpoint_that_was_kept_elsewhere(folder: Path, run: Run) -> None:
    run("log", "run", "--yes")
    kept = folder / "checkpoint"
    kept.write_bytes((folder / "collector" / "log" / "public" / "checkpoint").read_bytes())
    every = ("verify", "--all", "--workers", "1", "--since", str(kept))
    assert run(*every).exit_code == 0

    kept.write_text(kept.read_text().replace("\n2\n", "\n1\n"))
    assert run(*every).exit_code != 0
    database = open_database(f"sqlite:///{folder / 'collector' / 'collector.db'}")
    with database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM device_key")
    database.close()
    findings = json.loads(run("verify", "--all", "--workers", "1", "--json").stdout)["findings"]

    assert "log_key" in [finding["what"] for finding in findings]
