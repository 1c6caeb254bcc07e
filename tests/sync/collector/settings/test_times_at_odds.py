"""Times of the collector that cannot work together are told by the check."""

from pathlib import Path

import pytest

from sync.collector.settings.collector import CollectorConfig, load_config
from sync.collector.settings.times_at_odds import faults_of_times


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[fleet]\nopens = "17:00"\ncloses = "07:30"', "fleet.closes"),
        ('[fleet]\nopens = "08:00"\ncloses = "08:00"', "fleet.closes"),
        ("[notices]\ngive_up_hours = 10", "notices.give_up_hours"),
        ('[notices]\nquiet_from = "12:00"\nquiet_until = "11:00"\ngive_up_hours = 23', "notices.give_up_hours"),
        ('[notices]\nquiet_from = "06:00"\nquiet_until = "06:00"\ngive_up_hours = 1\ngap_minutes = 60',
         "notices.gap_minutes"),
        ("[notices]\nkeep_days = 2", "notices.keep_days"),
    ],
)  # fmt: skip
def test_times_that_cannot_work_together_are_told(tmp_path: Path, text: str, key: str) -> None:
    file = tmp_path / "collector.toml"
    file.write_text(text)

    assert [fault.key for fault in faults_of_times(load_config(file, None))] == [key]


@pytest.mark.parametrize(
    "text", ["[notices]\ngive_up_hours = 11", '[notices]\nquiet_until = "20:00"\ngive_up_hours = 1']
)
def test_times_that_just_fit_are_no_fault(tmp_path: Path, text: str) -> None:
    file = tmp_path / "collector.toml"
    file.write_text(text)

    assert list(faults_of_times(load_config(file, None))) == []


def test_shipped_settings_work_together() -> None:
    assert list(faults_of_times(CollectorConfig())) == []
