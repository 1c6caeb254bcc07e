import os
import subprocess
import sys

import msgspec
import pytest

from kiosk.cli import _place_names
from kiosk.config import load_kiosk_settings
from sync.agent.enroll import Device

START = """
import sys
from functools import partial

import kiosk.start
from kiosk.cli import main

SLOW = {"sqlalchemy", "pydantic", "requests", "cryptography", "structlog", "babel", "platformdirs", "fastapi"}


def first_frame(app):
    print("loaded:", *sorted(SLOW & sys.modules.keys()))
    app.stop()


kiosk.start.show_kiosk = partial(kiosk.start.show_kiosk, on_started=first_frame)
main()
"""


@pytest.mark.window
def test_first_frame_waits_for_nothing_that_the_screen_does_not_need(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-c", START, "run", "--data-dir", str(tmp_path)],
        env=os.environ
        | {"SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy", "HAILONG_KIOSK_SCREEN__FULLSCREEN": "false"},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (ended.returncode, ended.stdout) == (0, "loaded:\n"), ended.stderr
    assert (tmp_path / "kiosk" / "journal.db").is_file()


def test_screen_takes_the_names_that_the_agent_keeps(tmp_path):
    device = Device("https://example.vn", "id", "Q3", counter_name="Quầy 3", unit_name="Phường Bình An")
    (tmp_path / "kiosk").mkdir()
    (tmp_path / "kiosk" / "device.json").write_bytes(msgspec.json.encode(device))

    assert _place_names(load_kiosk_settings(None, tmp_path)) == ("Phường Bình An", "Quầy 3")


@pytest.mark.parametrize("damaged", [b"", b"[]", b"\xff", b'{"unit_name": 1}'])
def test_damaged_enrolment_leaves_the_screen_without_names(tmp_path, damaged):
    (tmp_path / "kiosk").mkdir()
    (tmp_path / "kiosk" / "device.json").write_bytes(damaged)

    assert _place_names(load_kiosk_settings(None, tmp_path)) == ("", "")
