import sys
from pathlib import Path

import pytest

from kiosk.base.system import start_again, system_file


def test_settings_lie_where_the_administrators_of_each_system_look():
    assert system_file("kiosk.toml", "linux", {}) == Path("/etc/hailong/kiosk.toml")
    assert system_file("kiosk.toml", "win32", {"PROGRAMDATA": "D:/ProgramData"}) == Path(
        "D:/ProgramData/hailong/kiosk.toml"
    )
    assert system_file("kiosk.toml", "win32", {}) == Path("C:/ProgramData/hailong/kiosk.toml")


def test_linux_starts_the_same_program_in_its_place(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["kiosk", "run"])
    replaced = []

    start_again("linux", lambda program, words: replaced.append((program, words)))

    assert replaced == [(sys.executable, [sys.executable, "kiosk", "run"])]


def test_windows_ends_and_is_started_by_the_shell_launcher():
    with pytest.raises(SystemExit) as ended:
        start_again("win32", lambda *_: pytest.fail("a second program would run beside the first"))

    assert ended.value.code == 0
