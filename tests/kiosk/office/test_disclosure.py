"""Five is fixed: a setting of a kiosk or a collector may only raise it, and says so."""

import pytest

from kiosk.base.settings.reading import SettingsInvalid
from kiosk.office.settings import load_kiosk_settings
from sync.collector.settings.collector import load_config


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"cell_min": 4}, "fewer than 5 ratings are never told together; this may only be raised, not 4"),
        ({"step": 0}, "fewer than 5 ratings are never told together; this may only be raised, not 0"),
        ({"cell_min": 1001}, "must be at most 1000, not 1001"),
        ({"delay": False}, "a half day is told when it is over; only a demonstration"),
    ],
)
@pytest.mark.parametrize("load", [load_kiosk_settings, load_config])
def test_less_than_five_or_at_once_is_refused_with_why(tmp_path, load, said, message):
    with pytest.raises(SettingsInvalid, match=message):
        load(None, tmp_path, {"disclosure": said})


@pytest.mark.parametrize(("said", "least"), [({}, 5), ({"cell_min": 8}, 8), ({"cell_min": 8, "step": 10}, 10)])
def test_larger_one_of_both_is_the_least(tmp_path, said, least):
    assert load_kiosk_settings(None, tmp_path, {"disclosure": said}).disclosure.least == least


def test_collector_takes_the_larger_one_and_the_demo_alone_takes_none(tmp_path):
    raised = {"disclosure": {"cell_min": 8, "step": 6}}

    assert load_config(None, tmp_path, raised).policy.block_min == 8
    assert load_config(None, tmp_path, {**raised, "demo": True}).policy.block_min == 1
