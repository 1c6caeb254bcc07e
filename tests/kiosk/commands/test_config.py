from datetime import datetime
from pathlib import Path

import pytest

from kiosk.base.settings.reading import SettingsInvalid
from kiosk.domain.visit.rating import Standing
from kiosk.domain.visit.survey import SurveyInvalid
from kiosk.office.settings import load_kiosk_settings
from tests.builders import ZONE, FrozenClock


def write(folder: Path, text: str) -> Path:
    path = folder / "kiosk.toml"
    path.write_text(text, "utf-8")
    return path


def test_data_dir_holds_the_kiosks_files_in_a_folder_of_their_own(tmp_path):
    settings = load_kiosk_settings(None, tmp_path)

    assert settings.journal_path == tmp_path / "kiosk" / "journal.db"


def test_settings_file_in_the_data_dir_is_found(tmp_path):
    (tmp_path / "kiosk").mkdir()
    write(tmp_path / "kiosk", "[screen]\ntheme = 'dark'")

    assert load_kiosk_settings(None, tmp_path).screen.theme == "dark"


def test_environment_wins_over_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("HAILONG_KIOSK_VISIT__THANKS_S", "7.5")

    assert load_kiosk_settings(write(tmp_path, "[visit]\nthanks_s = 2"), None).visit.thanks_s == 7.5


def test_every_fault_is_told_at_once_with_key_and_remedy(tmp_path):
    path = write(
        tmp_path,
        "foo = 1\ntime_zone = 'Mars'\n[screen]\ntheme = 'blue'\nwidth_px = 'wide'\n[visit]\nthanks_s = 0\n"
        "[collector]\nurl = 'http://example.vn'\n",
    )

    with pytest.raises(SettingsInvalid) as refused:
        load_kiosk_settings(path, None)

    said = {fault.key: str(fault) for fault in refused.value.faults}
    assert set(said) == {"foo", "time_zone", "screen.theme", "screen.width_px", "visit.thanks_s", "collector.url"}
    assert all(sentence.startswith(f"{path}: ") for sentence in said.values())
    assert "must be one of 'light', 'dark', 'high-contrast', not 'blue'" in said["screen.theme"]
    assert "must be at least 0.2" in said["visit.thanks_s"]
    assert "https://" in said["collector.url"]


@pytest.mark.parametrize("text", ["[screen", "\xff"])
def test_file_that_is_no_toml_is_one_clear_fault(tmp_path, text):
    path = tmp_path / "kiosk.toml"
    path.write_bytes(text.encode("latin-1"))

    with pytest.raises(SettingsInvalid, match="is not valid TOML in UTF-8"):
        load_kiosk_settings(path, None)


def test_missing_file_is_one_clear_fault(tmp_path):
    with pytest.raises(SettingsInvalid, match=r"none.toml: file: cannot be read: No such file"):
        load_kiosk_settings(tmp_path / "none.toml", None)


def test_unknown_survey_is_answered_with_the_known_ones(tmp_path):
    settings = load_kiosk_settings(write(tmp_path, "survey = 'sipas'"), None)

    with pytest.raises(SettingsInvalid, match="there is no survey 'sipas'; known are sipas-5, tt01-2018, tt32-3"):
        settings.load_survey()


def test_faulty_survey_of_ones_own_is_refused(tmp_path):
    (tmp_path / "own.toml").write_text("id = 'own'")
    settings = load_kiosk_settings(write(tmp_path, f"survey = '{tmp_path / 'own.toml'}'"), None)

    with pytest.raises(SurveyInvalid, match="at least one"):
        settings.load_survey()


def test_hours_become_openings_of_the_domain(tmp_path):
    settings = load_kiosk_settings(
        write(tmp_path, "[visit]\nhours = [{ days = ['mon', 'sun'], start = '07:30', end = '11:30' }]"), None
    )

    (opening,) = settings.rules.calendar.openings
    assert opening.weekdays == {0, 6}
    assert (opening.start.hour, opening.end.minute) == (7, 30)


WORKED_SATURDAY = """
[visit]
hours = [ { days = ["mon","tue","wed","thu","fri"], start = "07:30", end = "11:30" },
          { days = ["mon","tue","wed","thu","fri"], start = "13:30", end = "17:00" } ]
holidays = ["2026-08-31", "2026-09-01", "2026-09-02"]
"""


@pytest.mark.parametrize(
    ("more", "day"),
    [
        ("", "2026-08-22"),  # a Saturday worked for a Monday, by decree
        ('public_holidays = "none"\nworked = ["2026-08-22 as mon"]', "2026-08-22"),
        ('worked = ["2026-08-29 as 2026-08-28"]', "2026-08-29"),  # by the office's own word
        ("worked = [2026-08-29]", "2026-08-29"),
        ('worked = ["2026-11-24"]', "2026-11-24"),  # a day off of the country, worked here
    ],
)
def test_forty_presses_on_a_worked_day_count(tmp_path, more, day):
    rules = load_kiosk_settings(write(tmp_path, WORKED_SATURDAY + more), None).rules
    clock = FrozenClock(datetime.fromisoformat(f"{day}T07:30:00+07:00"))

    pressed = []
    for _ in range(40):
        pressed.append(rules.standing_of(clock.now(), None))
        clock.advance(5 * 60)
    clock.advance(45 * 60)

    assert pressed == [Standing.COUNTED] * 40
    assert rules.standing_of(clock.now(), None) is Standing.OUT_OF_HOURS  # 11:35, closed for lunch as on a Monday


@pytest.mark.parametrize("day", ["2026-08-31", "2026-08-29", "2026-02-17", "2026-11-24", "2026-01-02"])
def test_presses_on_a_day_off_are_set_aside(tmp_path, day):
    rules = load_kiosk_settings(write(tmp_path, WORKED_SATURDAY), None).rules

    assert not rules.is_open(datetime.fromisoformat(f"{day}T09:00:00+07:00"))


def test_day_of_every_year_is_off_in_each(tmp_path):
    rules = load_kiosk_settings(write(tmp_path, "[visit]\nholidays = ['12-24', 2026-12-30]"), None).rules

    assert [rules.is_open(datetime(year, 12, 24, 9, tzinfo=ZONE)) for year in (2026, 2031)] == [False, False]
    assert not rules.is_open(datetime(2026, 12, 30, 9, tzinfo=ZONE))
    assert rules.is_open(datetime(2027, 12, 30, 9, tzinfo=ZONE))


@pytest.mark.parametrize(
    ("line", "key", "said"),
    [
        ("holidays = ['31/08/2026']", "visit.holidays[1]", "2026-02-17"),
        ("holidays = [31]", "visit.holidays[1]", "2026-02-17"),
        ("worked = ['2026-08-22 as Monday']", "visit.worked[1]", "2026-08-22 as mon"),
        ("worked = [{ day = '2026-08-22' }]", "visit.worked[1]", "2026-08-22 as mon"),
        ("public_holidays = 'laos'", "visit.public_holidays", "vietnam"),
        ("holidays = ['2026-08-22']\nworked = ['2026-08-22 as mon']", "visit", "2026-08-22"),
    ],
)
def test_day_that_is_none_is_told_with_how_to_write_it(tmp_path, line, key, said):
    with pytest.raises(SettingsInvalid) as error:
        load_kiosk_settings(write(tmp_path, f"[visit]\n{line}"), None)

    (fault,) = error.value.faults
    assert fault.key == key
    assert said in str(fault)


def test_fault_beside_the_days_is_told_without_another(tmp_path):
    with pytest.raises(SettingsInvalid) as error:
        load_kiosk_settings(write(tmp_path, "[visit]\nthanks_s = 0\nworked = ['2026-08-22']"), None)

    assert [fault.key for fault in error.value.faults] == ["visit.thanks_s"]


def test_days_come_from_the_environment_too(tmp_path, monkeypatch):
    monkeypatch.setenv("HAILONG_KIOSK_VISIT__WORKED", '["2026-08-29 as mon"]')

    settings = load_kiosk_settings(write(tmp_path, WORKED_SATURDAY), None)

    assert settings.rules.is_open(datetime(2026, 8, 29, 9, tzinfo=ZONE))
