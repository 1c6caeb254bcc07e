"""Times that are each in their range and cannot work together are told by the check, before a citizen meets them."""

from pathlib import Path

import pytest

from kiosk.base.settings.reading import SettingsInvalid
from kiosk.office.settings import KioskSettings, load_kiosk_settings
from kiosk.office.times_at_odds import faults_of_times
from kiosk.setup.wishes import read_wishes
from tests import started

HALL = '[hall]\ncounters = [{ code = "Q1", number = "1" }]\n'


def faulty(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "kiosk.toml"
    file.write_text(text, "utf-8")
    return [fault.key for fault in faults_of_times(load_kiosk_settings(file, None))]


@pytest.mark.parametrize(
    ("visit", "key"),
    [
        ("question_s = 60", "visit.question_s"),
        ("question_s = 45", "visit.question_s"),
        ("reasons_s = 45", "visit.reasons_s"),
        ("not_recorded_s = 60\nquestion_s = 5\nreasons_s = 5", "visit.not_recorded_s"),
        ("words = true", "visit.words_s"),
        ("counter_s = 60", "visit.counter_s"),
    ],
)
def test_step_that_outlasts_the_light_is_told(tmp_path, visit, key):
    hall = HALL if "counter_s" in key else ""

    assert key in faulty(tmp_path, f"[screen]\nblank_min = 1\n[visit]\n{visit}\n{hall}")
    assert faulty(tmp_path, f"[screen]\nblank_min = 0\n[visit]\n{visit}\n{hall}") == []
    assert faulty(tmp_path, f"[screen]\nblank_min = 5\n[visit]\n{visit}\n{hall}") == []


@pytest.mark.parametrize("visit", ["words_s = 600", "counter_s = 600", "question_s = 44"])
def test_step_that_is_not_shown_or_ends_in_time_is_no_fault(tmp_path, visit):
    assert faulty(tmp_path, f"[screen]\nblank_min = 1\n[visit]\n{visit}\n") == []


@pytest.mark.parametrize(
    "hours",
    ['days = ["mon"], start = "17:00", end = "07:30"', 'days = ["mon"], start = "07:30", end = "07:30"',
     'days = [], start = "07:30", end = "11:30"'],
)  # fmt: skip
def test_hours_that_never_are_are_told(tmp_path, hours):
    good = '{ days = ["tue"], start = "07:30", end = "11:30" }'

    assert faulty(tmp_path, f"[visit]\nhours = [{good}, {{ {hours} }}]\n") == ["visit.hours[2]"]


def test_shipped_settings_work_together():
    assert list(faults_of_times(KioskSettings())) == []


def test_setup_refuses_them_too(tmp_path):
    file = tmp_path / "hailong-setup.toml"
    file.write_text("[settings.screen]\nblank_min = 1\n[settings.visit]\nquestion_s = 90\n")

    with pytest.raises(SettingsInvalid, match=r"settings\.visit\.question_s: .*105 s.*60 s"):
        read_wishes(file, {})


@pytest.mark.parametrize(
    ("program", "text", "said"),
    [
        ("kiosk", "[screen]\nblank_min = 1\n[visit]\nquestion_s = 600\n", "visit.question_s: kể cả"),
        ("collector", '[fleet]\nopens = "17:00"\ncloses = "07:30"\n', "fleet.closes: 07:30"),
    ],
)
def test_check_says_it_in_the_readers_language_and_fails(tmp_path, program, text, said):
    file = tmp_path / f"{program}.toml"
    file.write_text(text)

    checked = started.run(program, ["config", "check", "--config", file], {"HAILONG_LANGUAGE": "vi", "HOME": "/"})

    assert checked.returncode == 2
    assert said in checked.stdout, checked.stdout + checked.stderr
