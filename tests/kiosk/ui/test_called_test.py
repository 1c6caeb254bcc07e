"""A touch test that IT staff called from afar runs on the resting screen, and leads back to the citizens'."""

from typing import Any

import pytest

from kiosk.domain.maintenance import Work
from kiosk.domain.visit.door import Room
from kiosk.domain.visit.visit import Step
from kiosk.ui.app import call_touch_test

pytestmark = pytest.mark.window


def test_a_called_touch_test_is_recorded_and_leads_back_outside(open_kiosk: Any, monkeypatch: pytest.MonkeyPatch):
    kiosk = open_kiosk()
    monkeypatch.setattr("kivy.app.App.get_running_app", lambda: kiosk.app)

    call_touch_test()
    kiosk.until(lambda: kiosk.app.step_shown is Room.TOUCH_TEST)
    page = kiosk.app.page
    for level in range(1, 6):
        kiosk.tap(page.face_tile(level))
    kiosk.tap(page.ids.done)
    kiosk.app._tick(0)

    kiosk.until(lambda: kiosk.app.step_shown in (Step.QUESTION, Step.RESTING))
    assert [(fact.work, fact.hits) for fact in kiosk.disk.facts] == [(Work.TEST, (1, 1, 1, 1, 1))]
