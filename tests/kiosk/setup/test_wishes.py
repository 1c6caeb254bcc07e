from pathlib import Path

import pytest

from kiosk.base.settings.reading import SettingsInvalid
from kiosk.setup.errors import SetupFileMissing
from kiosk.setup.wishes import WishedLog, find_setup_file, read_wishes

WHOLE = """
server = "https://danhgia.example.vn/"
code = "BCDF-GHJK"
counter = "Q1"
[settings.screen]
theme = "dark"
dim_start = 18:30:00
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "hailong-setup.toml"
    path.write_text(WHOLE, "utf-8")
    return path


def test_file_says_everything(file):
    wishes = read_wishes(file, {})

    assert (wishes.code, wishes.counter) == ("BCDF-GHJK", "Q1")
    assert wishes.settings["screen"]["theme"] == "dark"
    assert wishes.settings["collector"] == {"url": "https://danhgia.example.vn"}


def test_log_of_the_file_is_read_as_the_collector_writes_it(file):
    file.write_text(
        'server = "https://danhgia.example.vn/"\nlog.vkey = "a+00000000+AA=="\n'
        'log.witnesses = ["w+00000000+BA=="]\nlog.quorum = 1\n'
    )

    assert read_wishes(file, {}).log == WishedLog("a+00000000+AA==", ("w+00000000+BA==",), 1)


def test_installer_wins_over_the_file_and_empty_answers_say_nothing(file):
    wishes = read_wishes(file, {"code": "", "counter": "Q2", "settings": {"screen": {"theme": "light"}}})

    assert (wishes.code, wishes.counter, wishes.settings["screen"]["theme"]) == ("BCDF-GHJK", "Q2", "light")


def test_pin_may_come_from_the_environment(file, monkeypatch):
    monkeypatch.setenv("HAILONG_SETUP_PIN", "284915")

    assert read_wishes(file, {}).pin == "284915"


def test_every_fault_is_told_at_once_and_no_secret_with_it(file):
    file.write_text(
        'server = "http://danhgia.example.vn"\npin = 284915\ncolour = "red"\n'
        '[settings.screen]\ntheme = "blue"\n[settings.journal]\nretention_days = 1\n'
    )

    with pytest.raises(SettingsInvalid) as first:
        read_wishes(file, {})
    file.write_text('[settings.screen]\ntheme = "blue"\n[settings.journal]\nretention_days = 1\n')
    with pytest.raises(SettingsInvalid) as second:
        read_wishes(file, {})

    assert {fault.key for fault in first.value.faults} == {"server", "pin", "colour"}
    assert "284915" not in str(first.value)
    assert {fault.key for fault in second.value.faults} == {"settings.screen.theme", "settings.journal.retention_days"}
    assert str(second.value).startswith(f"{file}: settings.")


def test_missing_file_is_told_with_where_files_come_from(tmp_path):
    with pytest.raises(SetupFileMissing, match="collector device new --from"):
        read_wishes(tmp_path / "none.toml", {})


def test_file_is_found_on_the_stick(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "is_mount", lambda path: path.name == "STICK")
    (tmp_path / "empty").mkdir()
    (tmp_path / "officer" / "STICK").mkdir(parents=True)
    file = tmp_path / "officer" / "STICK" / "hailong-setup.toml"
    file.write_text(WHOLE)

    assert find_setup_file(mounts=(tmp_path,)) == file
    assert find_setup_file(mounts=(tmp_path / "nowhere",)) is None


def test_one_stick_may_serve_many_counters(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "is_mount", lambda path: path.name == "STICK")
    for name in ("STICK/Q1", "STICK/Q2"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "hailong-setup.toml").write_text(WHOLE)

    assert find_setup_file("Q2", (tmp_path,)) == tmp_path / "STICK" / "Q2" / "hailong-setup.toml"
    assert find_setup_file("Q3", (tmp_path,)) is None
