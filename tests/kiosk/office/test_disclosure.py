"""Five is fixed: a kiosk's setting may only raise it, and says so."""

import pytest

from kiosk.base.settings.reading import SettingsInvalid
from kiosk.office.settings import load_kiosk_settings


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"cell_min": 4}, "fewer than 5 ratings are never told together; this may only be raised, not 4"),
        ({"step": 0}, "fewer than 5 ratings are never told together; this may only be raised, not 0"),
        ({"cell_min": 1001}, "must be at most 1000, not 1001"),
        ({"delay": False}, "a half day is told when it is over; only a demonstration"),
    ],
)
def test_less_than_five_or_at_once_is_refused_with_why(tmp_path, said, message):
    with pytest.raises(SettingsInvalid, match=message):
        load_kiosk_settings(None, tmp_path, {"disclosure": said})


@pytest.mark.parametrize(("said", "least"), [({}, 5), ({"cell_min": 8}, 8), ({"cell_min": 8, "step": 10}, 10)])
def test_larger_one_of_both_is_the_least(tmp_path, said, least):
    assert load_kiosk_settings(None, tmp_path, {"disclosure": said}).disclosure.least == least
