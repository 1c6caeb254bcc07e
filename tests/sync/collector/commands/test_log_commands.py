"""``collector log`` and ``collector verify``: what IT staff do with the public log at a terminal."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sync.collector.commands.main import app
from sync.collector.errors import DatabaseUnusable, NotAllowed
from sync.collector.store.database import open_database
from sync.collector.transparency.leaves.index import keep_state
from sync.collector.witness.kept import WitnessFiles
from sync.protocol.tlog.note import Signer
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


def verified(run: Run, *arguments: str) -> tuple[int, list[dict[str, str]]]:
    """The exit code, and what does not hold."""
    ended = run("verify", "--all", "--workers", "1", "--json", *arguments)
    return ended.exit_code, json.loads(ended.stdout)["findings"]


GONE = "The public log's files are not at {folder}: what is stored was not held to it. Put the folder back"


@pytest.mark.parametrize("gone", ["public", ""])
def test_verify_and_the_status_say_that_the_logs_files_are_gone(folder: Path, run: Run, gone: str) -> None:
    log = folder / "collector" / "log"
    assert verified(run) == (0, [])
    run("log", "run", "--yes")
    assert verified(run) == (0, [])
    (log / gone).rename(folder / "away")

    code, findings = verified(run, "--since", str(folder / "away" / ("" if gone else "public") / "checkpoint"))

    assert (code, findings[0]["what"], findings[0]["folder"]) == (1, "log_gone", str(log / "public"))
    assert findings[0]["sentence"].startswith(GONE.format(folder=log / "public"))
    told = run("log", "status")
    assert (told.exit_code, GONE.format(folder=log / "public") in told.output) == (1, True)
    assert "It stands still: " in told.output
    assert json.loads(run("log", "status", "--json").output)["fault_said"] in told.output
    # Whoever looks for the log makes its folder anew.
    stopped = run("log", "run").exception
    again = run("log", "status").output
    assert gone or str(stopped) in again
    assert re.search(r"It stands still since \d\d:\d\d \d+ \w+ \d{4}: ", again)
    assert verified(run)[0] == 1


@pytest.mark.parametrize("name", ["key", "day", "index"])
def test_verify_names_a_file_that_is_missing_beside_the_log(folder: Path, run: Run, name: str) -> None:
    run("log", "run", "--yes")
    file = folder / "collector" / "log" / name
    file.rename(folder / "away")

    code, (finding,) = verified(run)

    assert (code, finding["what"], finding["whose"], finding["file"]) == (1, "log_missing", "beside", str(file))


def test_a_tile_that_is_missing_is_named_once_and_blamed_on_nobody_at_the_database(folder: Path, run: Run) -> None:
    run("log", "run", "--yes")
    (folder / "collector" / "log" / "public" / "tile" / "0" / "000.p" / "2").unlink()

    _, (finding,) = verified(run)

    assert finding["sentence"] == (
        "The public log: tile/0/000.p/2 is missing. It lies beside the database: a backup without it, "
        "or somebody with access to this machine."
    )


def test_where_nothing_was_checked_verify_says_so_by_its_exit_code(folder: Path, run: Run) -> None:
    elsewhere = CliRunner().invoke(app, ["verify", "--all", "--data-dir", str(folder / "nowhere")])

    assert isinstance(elsewhere.exception, DatabaseUnusable)
    assert elsewhere.exception.exit_code == 2


def test_marks_that_are_not_there_yet_are_said_to_be_made(folder: Path, run: Run) -> None:
    marks = folder / "marks"
    every = ("verify", "--all", "--workers", "1", "--since", str(marks))

    assert f"There was no file {marks}: everything was checked from the beginning" in run(*every).stderr
    assert "There was no file" not in run(*every).stderr


def test_a_log_without_a_leaf_says_when_its_witnesses_are_asked(tmp_path: Path, run: Run) -> None:
    vkey = WitnessFiles(tmp_path / "witness").make("other-office.example/witness").vkey
    config = tmp_path / "collector.toml"
    config.write_text(f'[log]\nwitnesses = [{{ vkey = "{vkey}", url = "http://127.0.0.1:9" }}]\n')
    database = open_database(f"sqlite:///{tmp_path / 'collector' / 'collector.db'}")
    with database.writing() as connection:
        keep_state(connection, origin="danhgia.example/log", vkey="", size=0, root=b"", published_size=0, cosigned=0)
    database.close()

    assert "Witnesses are asked as soon as there is a leaf." in run("log", "status", "--config", str(config)).output


def test_a_witness_tells_when_it_cosigned_by_the_local_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {"origin": "danhgia.example/log", "size": 2, "at": "2026-11-30T17:29:01.017243+00:00"}
    monkeypatch.setenv("HAILONG_LANGUAGE", "en")
    files = WitnessFiles(tmp_path / "witness")
    files.make("other-office.example/witness")
    files.add_log("danhgia.example/log", Signer.generate("danhgia.example/log").verifier)
    monkeypatch.setattr("sync.collector.commands.witness._seen", lambda *_: seen)

    told = CliRunner().invoke(app, ["witness", "status", "--data-dir", str(tmp_path)]).output

    assert "danhgia.example/log: 2 leaves, cosigned at 00:29 1 December 2026" in told
