from pathlib import Path

import pytest

from kiosk.config import load_kiosk_settings
from kiosk.domain.survey import SurveyInvalid
from kiosk.settings import SettingsInvalid


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
