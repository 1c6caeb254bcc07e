"""A short soak: many visits leave no more behind than few. The long one is ``make soak``."""

import subprocess
import sys

import pytest

from kiosk.base.resources import resource

pytestmark = pytest.mark.window


def test_visits_leave_nothing_behind():
    done = subprocess.run(
        [sys.executable, str(resource("tests", "soak.py")), "40"],
        capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    assert "100 visits thanked, 100 ratings in the journal" in done.stdout
