"""A mistyped ``--data-dir``: no command speaks of a kiosk that is not there, and none leaves a file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from kiosk.commands.main import commands
from kiosk.commands.own_journal import NO_JOURNAL
from kiosk.journal.errors import JournalUnusable

BEGIN = {"kiosk run", "kiosk demo", "kiosk pin", "kiosk enroll", "kiosk setup", "kiosk restore", "kiosk sync"}
"""What makes a kiosk of a machine; and the agent, which waits for one."""
SETTINGS_ALONE = {"kiosk config check", "kiosk config show"}
ALSO_WITHOUT = {"kiosk doctor", "kiosk support-bundle"}
"""What is asked where a kiosk could not begin; both say that there is no journal."""
FROM_JOURNAL = {
    "kiosk sync --status": "",
    "kiosk sync --compare": "",
    "kiosk sync --once": "",
    "kiosk rotate-key": "",
    "kiosk server": "https://danhgia.example.vn",
    "kiosk log": "",
    "kiosk log --seen": "",
    "kiosk export": "out.hailong",
    "kiosk ack": "file.ack",
    "kiosk tally": "",
    "kiosk verify": "",
    "kiosk backup": "out.db",
}
"""Every command that rests on a journal, with what is typed behind it."""


def leaves(command: Any, path: str = "kiosk") -> Iterator[tuple[str, Any]]:
    """Every command that does something, by what is typed for it."""
    below = getattr(command, "commands", None)
    if below is None:
        yield path, command
    for name, each in (below or {}).items():
        yield from leaves(each, f"{path} {name}")


COMMANDS = dict(leaves(typer.main.get_command(commands)))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which is typed, with a file to be read."""
    (tmp_path / "file.ack").write_text("{}", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def type_in(path: str, more: str = "") -> None:
    """Run a command as a person would, with a folder that is not there."""
    name, _, option = path.partition(" --")
    typed = [f"--{option}"] * bool(option) + more.split()
    COMMANDS[name].main([*typed, "--data-dir", "mistyped"], standalone_mode=False)


def test_of_every_command_is_known_what_it_rests_on() -> None:
    from_journal = {path.partition(" --")[0] for path in FROM_JOURNAL}

    assert set(COMMANDS) == BEGIN | SETTINGS_ALONE | ALSO_WITHOUT | from_journal


@pytest.mark.parametrize("path", FROM_JOURNAL)
def test_without_a_journal_a_command_says_so_and_makes_nothing(path: str, here: Path) -> None:
    with pytest.raises(JournalUnusable) as refused:
        type_in(path, FROM_JOURNAL[path])

    assert refused.value.message == NO_JOURNAL
    assert refused.value.values["path"] == Path("mistyped", "kiosk", "journal.db")
    assert [found.name for found in here.iterdir()] == ["file.ack"]


@pytest.mark.parametrize("path", sorted(SETTINGS_ALONE))
def test_what_reads_settings_alone_makes_nothing(path: str, here: Path) -> None:
    type_in(path)

    assert [found.name for found in here.iterdir()] == ["file.ack"]


def test_a_support_bundle_of_no_kiosk_says_so(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    type_in("kiosk support-bundle", "out.zip")

    assert str(Path("mistyped", "kiosk", "journal.db")) in capsys.readouterr().err
    assert sorted(found.name for found in here.iterdir()) == ["file.ack", "out.zip"]
