"""The installed command as its users meet it: sentences and exit codes, never a traceback."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from kiosk.journal.disk.engine import sqlite_module
from kiosk.journal.journal import Journal
from tests import started
from tests.builders import FrozenClock, make_rating

EVERYTHING = {"HAILONG_KIOSK_DEMO": "true", "HAILONG_KIOSK_DISCLOSURE__PERCENT_MIN": "1"}
"""Hides nothing: three ratings are enough for a test."""


def kiosk(*arguments: str, language: str = "en", **environment: str) -> subprocess.CompletedProcess[str]:
    ended = started.run("kiosk", arguments, {**os.environ, "HAILONG_LANGUAGE": language, **environment})
    assert "Traceback" not in ended.stderr
    return ended


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with a journal of three ratings."""
    clock = FrozenClock()
    with Journal.open(tmp_path / "kiosk" / "journal.db", clock, "test") as journal:
        for level in (5, 4, 1):
            journal.append(make_rating(clock, level))
    return tmp_path


def commands_of(*group: str) -> set[str]:
    """The names of a group's commands, as its help lists them."""
    listed = kiosk(*group, "--help").stdout.partition("Commands:")[2]
    return {line.split()[0] for line in listed.splitlines() if line.startswith("  ") and line[2] != " "}


def test_every_command_has_help_with_an_example():
    groups = {("config",)}
    commands = {(name,) for name in commands_of()} - groups
    commands |= {(*group, name) for group in groups for name in commands_of(*group)}

    assert {("run",), ("enroll",), ("sync",), ("tally",), ("backup",), ("doctor",), ("config", "check")} <= commands
    for command in commands:
        said = kiosk(*command, "--help").stdout
        assert "Example: kiosk " in said, command
        assert "--data-dir" in said, command
        assert "--config" in said, command


def test_wrong_settings_are_told_all_at_once_in_the_readers_language(tmp_path):
    (tmp_path / "kiosk.toml").write_text("colour = 1\n[visit]\nthanks_s = 'long'\n")

    english = kiosk("run", "--config", str(tmp_path / "kiosk.toml"))
    vietnamese = kiosk("run", "--config", str(tmp_path / "kiosk.toml"), language="vi")

    assert english.returncode == vietnamese.returncode == 2
    assert len(english.stderr.splitlines()) == len(vietnamese.stderr.splitlines()) == 2
    assert "visit.thanks_s: must be a number, not 'long'" in english.stderr
    assert "visit.thanks_s: phải là một số" in vietnamese.stderr


def test_unknown_survey_names_the_known_ones(tmp_path):
    ended = kiosk("run", "--data-dir", str(tmp_path), HAILONG_KIOSK_SURVEY="nps")

    assert ended.returncode == 2
    assert "there is no survey 'nps'; known are sipas-5, tt01-2018, tt32-3" in ended.stderr


def test_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    ended = kiosk("enroll", "http://127.0.0.1:9", "ABCD", "--data-dir", str(tmp_path / "file"))

    assert ended.returncode == 1
    assert "cannot be written (Not a directory); make it writable" in ended.stderr


def test_collector_that_cannot_be_reached_is_one_sentence_and_keeps_the_key(tmp_path):
    ended = kiosk("enroll", "http://127.0.0.1:9", "ABCD-EFGH", "--data-dir", str(tmp_path))

    assert ended.returncode == 1
    assert ended.stderr.startswith("The collector cannot be reached. Check the network cable")
    assert (tmp_path / "kiosk" / "device.key").is_file()


def test_altered_entry_is_named_by_verify(folder):
    sound = "All 4 entries are as they were written.\nAll 0 blocks hold what their entries say.\n"
    assert kiosk("verify", "--data-dir", str(folder)).stdout == sound
    with sqlite_module().connect(folder / "kiosk" / "journal.db") as attacker:
        attacker.execute("DROP TRIGGER entry_is_never_changed")
        attacker.execute("UPDATE entry SET hash = zeroblob(32) WHERE seq = 3")

    said, as_json = kiosk("verify", "--data-dir", str(folder)), kiosk("verify", "--json", "--data-dir", str(folder))

    assert (said.returncode, as_json.returncode) == (1, 1)
    assert said.stderr.startswith("entry 3 was changed: ")
    assert json.loads(as_json.stdout)["fault"] == {"seq": 3, "wrong": "changed"}


def test_tally_shows_no_single_rating(folder):
    ended = kiosk("tally", "--day", "2026-11-23", "--json", "--data-dir", str(folder))

    (day, _all) = json.loads(ended.stdout)["days"]
    assert day["n"] == 0
    assert (day["recorded"], day["waiting"], day["centre"]) == (3, 3, 3)
    assert not any(isinstance(day[f"level_{level}"], int) for level in range(1, 6))


def test_tally_of_a_demonstration_shows_everything_and_says_so(folder):
    ended = kiosk("tally", "--day", "2026-11-23", "--data-dir", str(folder), language="vi", **EVERYTHING)

    assert "66,7" in ended.stdout
    assert re.search(r"Được hiện, n +3\b", ended.stdout)
    assert "Bản trình diễn" in ended.stdout
    assert re.search(r"Số lượt hài lòng +2\b", ended.stdout)
    assert "SIPAS" in ended.stdout


def test_tally_of_several_days_has_a_line_for_each_and_one_for_all(folder):
    ended = kiosk("tally", "--from", "2026-11-21", "--to", "2026-11-23", "--data-dir", str(folder), **EVERYTHING)

    lines = [line.split() for line in ended.stdout.splitlines() if "2026" in line or line.startswith("All days")]
    assert [line[:4] for line in lines[:3]] == [
        ["21", "November", "2026", "0"], ["22", "November", "2026", "0"], ["23", "November", "2026", "3"],
    ]  # fmt: skip
    assert lines[3][:6] == ["All", "days", "3", "3", "0", "2"]


def test_tally_writes_csv_to_its_output_and_a_spreadsheet_into_a_file(folder, tmp_path):
    days = ("--from", "2026-11-21", "--to", "2026-11-23", "--data-dir", str(folder))
    file = tmp_path / "november.xlsx"

    as_csv, as_xlsx = kiosk("tally", "--csv", *days, **EVERYTHING), kiosk("tally", "--xlsx", str(file), *days)

    assert as_csv.stdout.startswith("\ufeff")
    assert "2026-11-23,3,3,0,2,66.7" in as_csv.stdout
    assert str(file) in as_xlsx.stdout
    assert file.read_bytes().startswith(b"PK")


def test_no_command_writes_over_a_file_that_is_there(folder, tmp_path):
    file, nowhere = tmp_path / "there", str(tmp_path / "none" / "a.xlsx")
    file.write_text("somebody's")
    at = ("--data-dir", str(folder))

    for command in (("tally", "--xlsx"), ("export",), ("support-bundle",), ("backup",)):
        ended = kiosk(*command, str(file), *at)
        assert ended.returncode > 0, command
        assert ended.stderr.splitlines()[-1] == f"{file} exists already; name a new file", command
    assert file.read_text() == "somebody's"
    said = kiosk("tally", "--xlsx", nowhere, *at, language="vi").stderr
    assert said == f"không ghi được {nowhere} (không có tệp hoặc thư mục này)\n"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--to", "2026-11-23"), "--to needs --from"),
        (("--day", "2026-11-23", "--from", "2026-11-21"), "give either --day, or --from and --to"),
        (("--from", "2026-11-23", "--to", "2026-11-21"), "--from is later than --to"),
        (("--from", "1900-01-01"), "so many days cannot be told at once"),
        (("--json", "--csv"), "take one of --json, --csv and --xlsx"),
    ],
)
def test_options_that_do_not_fit_together_are_one_sentence(folder, options, sentence):
    ended = kiosk("tally", *options, "--data-dir", str(folder))

    assert ended.returncode == 2
    assert ended.stderr.startswith(sentence)


def test_doctor_fails_for_files_that_others_may_read(folder):
    (folder / "kiosk" / "journal.db").chmod(0o644)

    ended = kiosk("doctor", "--json", "--data-dir", str(folder))

    (rights,) = [finding for finding in json.loads(ended.stdout) if finding["about"] == "rights"]
    assert ended.returncode == 1
    assert rights["state"] == "FAIL"
    assert "journal.db" in rights["said"]


def test_every_remedy_of_the_doctor_is_said_in_the_readers_language(folder):
    english, vietnamese = (kiosk("doctor", "--data-dir", str(folder), language=each) for each in ("en", "vi"))

    assert len(english.stdout.splitlines()) == len(vietnamese.stdout.splitlines())
    assert "WARN  Máy này chưa được đăng ký" in vietnamese.stdout


def test_doctor_tells_a_continued_journal_with_what_was_lost(folder):
    (folder / "kiosk" / "journal.db").unlink()
    clock = FrozenClock()
    Journal.open(folder / "kiosk" / "journal.db", clock, "test").close()

    said = kiosk("doctor", "--data-dir", str(folder)).stdout

    assert "WARN" in said
    assert "(missing): 0 entries carried over, 4 could not be read" in said


def test_backup_and_restore_round_trip(folder, tmp_path):
    copy = tmp_path / "copy.db"

    assert "4 entries are in" in kiosk("backup", str(copy), "--data-dir", str(folder)).stdout
    assert "continue in a new journal" in kiosk("restore", str(copy), "--data-dir", str(folder)).stdout
    assert kiosk("verify", "--data-dir", str(folder)).returncode == 0


def test_missing_backup_is_one_sentence(folder):
    ended = kiosk("restore", "none.db", "--data-dir", str(folder))

    assert ended.returncode == 1
    assert ended.stderr == "there is no backup at none.db; name a file made by: kiosk backup\n"


def test_settings_in_order_are_named_with_their_files(tmp_path):
    (tmp_path / "kiosk.toml").write_text("survey = 'tt32-3'")

    ended = kiosk("config", "check", "--config", str(tmp_path / "kiosk.toml"))

    assert (ended.returncode, ended.stdout) == (0, f"The settings are in order: {tmp_path / 'kiosk.toml'}\n")


def test_faulty_settings_are_told_for_programs_too(tmp_path):
    (tmp_path / "kiosk.toml").write_text("survey = 1\n[screen]\ntheme = 'blue'")

    ended = kiosk("config", "check", "--json", "--config", str(tmp_path / "kiosk.toml"))

    assert ended.returncode == 2
    assert {fault["key"] for fault in json.loads(ended.stdout)["faults"]} == {"survey", "screen.theme"}


def test_only_what_somebody_set_is_shown_unless_asked_for_all(tmp_path):
    (tmp_path / "kiosk.toml").write_text("survey = 'tt32-3'")

    some = kiosk("config", "show", "--config", str(tmp_path / "kiosk.toml"))
    every = kiosk("config", "show", "--effective", "--json", "--config", str(tmp_path / "kiosk.toml"))

    assert some.stdout == f'survey = "tt32-3"  # file {tmp_path / "kiosk.toml"}\n'
    assert len(json.loads(every.stdout)) > 30
