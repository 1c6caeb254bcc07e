"""A mistyped ``--data-dir``: no command speaks of an empty database that it made itself, and none leaves a file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from sync.collector.commands.main import app
from sync.collector.errors import DatabaseUnusable, UsageWrong
from sync.collector.store.database import open_database
from sync.protocol.tlog.note import Cosigner

BEGIN = {
    "collector serve", "collector migrate", "collector demo-data", "collector unit import", "collector unit new",
    "collector user new", "collector witness init",
}  # fmt: skip
"""What puts the first things there, and so begins a database, or a witness, where there is none."""
SETTINGS_ALONE = {"collector config check", "collector config show"}
FROM_DATABASE = {
    "collector import": "file.csv",
    "collector ack-file": "out.ack",
    "collector reproject": "",
    "collector unread": "",
    "collector lines list": "",
    "collector lines archive": "out.gz --month 2025-01",
    "collector lines drop": "file.csv --month 2025-01",
    "collector lines withdraw": "--month 2025-01",
    "collector maintain": "",
    "collector report": "out.pdf",
    "collector audit-bundle": "out.zip --period 2026-10",
    "collector backup": "out.db",
    "collector verify": "--all --since out.marks",
    "collector move": "",
    "collector device new": "--counter Q3",
    "collector device list": "",
    "collector device revoke": "3f25",
    "collector device move": "3f25 --counter Q3",
    "collector device grant": "3f25 --counter Q3",
    "collector device ungrant": "3f25 --counter Q3",
    "collector device counters": "3f25",
    "collector unit rename": "XA Xa",
    "collector unit end": "XA --into XB",
    "collector unit reopen": "XA",
    "collector counter new": "Q3 Quay --unit XA",
    "collector counter move": "Q3 --unit XA",
    "collector counter rename": "Q3 Quay",
    "collector user email": "huong.nt huong.nt@example.gov.vn",
    "collector user reset": "huong.nt",
    "collector user disable": "huong.nt",
    "collector user list": "",
    "collector token new": "kho",
    "collector token list": "",
    "collector token withdraw": "kho",
    "collector counts import": "file.csv",
    "collector served import": "file.csv",
    "collector notices list": "",
    "collector notices test": "--webhook",
    "collector closed make": "",
    "collector closed list": "",
    "collector closed export": "out.pdf --period 2026-10",
    "collector export parquet": "out --month 2026-10",
    "collector words-key new": "",
    "collector words-key list": "",
    "collector log status": "",
    "collector log run": "--yes",
    "collector log rebuild": "",
    "collector log restart": "--yes",
    "collector log new-key": "--yes",
}
"""Every command that rests on what is in a database, with what is typed behind it."""
FROM_WITNESS = {
    "collector witness add-log": Cosigner.generate("nhat-ky.example.vn/log").vkey,
    "collector witness status": "",
    "collector witness serve": "",
}


def leaves(command: Any, path: str = "collector") -> Iterator[tuple[str, Any]]:
    """Every command that does something, by what is typed for it."""
    below = getattr(command, "commands", None)
    if below is None:
        yield path, command
    for name, each in (below or {}).items():
        yield from leaves(each, f"{path} {name}")


COMMANDS = dict(leaves(typer.main.get_command(app)))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which is typed, with a file to be read."""
    (tmp_path / "file.csv").write_text("unit,month,dossiers\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def type_in(path: str, more: str) -> None:
    """Run a command as a person would, with a folder that is not there."""
    COMMANDS[path].main([*more.split(), "--data-dir", "mistyped"], standalone_mode=False)


def test_of_every_command_is_known_what_it_rests_on() -> None:
    assert set(COMMANDS) == BEGIN | SETTINGS_ALONE | set(FROM_DATABASE) | set(FROM_WITNESS)


@pytest.mark.parametrize("path", FROM_DATABASE)
def test_without_a_database_a_command_says_so_and_makes_nothing(path: str, here: Path) -> None:
    with pytest.raises(DatabaseUnusable) as refused:
        type_in(path, FROM_DATABASE[path])

    assert str(here / "mistyped" / "collector" / "collector.db") in str(refused.value.values["path"])
    assert "check --data-dir and the settings, or make a new one" in refused.value.message
    assert [found.name for found in here.iterdir()] == ["file.csv"]


@pytest.mark.parametrize("path", FROM_WITNESS)
def test_without_a_witness_a_command_says_so_and_makes_nothing(path: str, here: Path) -> None:
    with pytest.raises(UsageWrong, match="there is no witness in") as refused:
        type_in(path, FROM_WITNESS[path])

    assert "collector witness init" in refused.value.message
    assert [found.name for found in here.iterdir()] == ["file.csv"]


@pytest.mark.parametrize("path", sorted(SETTINGS_ALONE))
def test_what_reads_settings_alone_makes_nothing(path: str, here: Path) -> None:
    type_in(path, "")

    assert [found.name for found in here.iterdir()] == ["file.csv"]


def test_a_place_that_cannot_be_looked_at_is_told_with_the_remedy() -> None:
    with pytest.raises(DatabaseUnusable, match="cannot be reached") as refused:
        open_database(f"sqlite:////tmp/{'a' * 300}/collector.db")

    assert refused.value.values["why"] == "File name too long"
