import json
import os
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from kiosk.commands.main import _place_names
from kiosk.journal.errors import JournalUnusable
from kiosk.journal.reader import JournalReader
from kiosk.office.settings import load_kiosk_settings
from sync.agent.device.enroll import Device
from tests.offscreen import OFFSCREEN

START = """
import sys
from functools import partial

import kiosk.run.start
from kiosk.commands.main import main

SLOW = {"sqlalchemy", "pydantic", "requests", "cryptography", "structlog", "babel", "platformdirs", "fastapi"}
SLOW |= {"xlsxwriter", "kiosk.numbers.days", "kiosk.numbers.tables", "kiosk.numbers.files"}


def first_frame(app):
    print("loaded:", *sorted(SLOW & sys.modules.keys()))
    app.stop()


kiosk.run.start.show_kiosk = partial(kiosk.run.start.show_kiosk, on_started=first_frame)
main()
"""


@pytest.mark.window
def test_first_frame_waits_for_nothing_that_the_screen_does_not_need(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-c", START, "run", "--data-dir", str(tmp_path)],
        env=os.environ | OFFSCREEN,
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


@pytest.mark.window
def test_what_the_office_set_comes_to_a_running_screen_between_visits(tmp_path):
    """The screen starts again at rest; the journal then says which settings are in force."""
    started = subprocess.Popen(
        [str(Path(sys.executable).with_name("kiosk")), "run", "--data-dir", str(tmp_path)],
        env=os.environ | OFFSCREEN | {"HAILONG_KIOSK_VISIT__QUESTION_S": "5"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        folder = tmp_path / "kiosk"
        await_true(lambda: (folder / "journal.db").is_file() and kinds(folder)[:1] == ["opened"])
        content = {"version": "7", "settings": {"survey": "tt32-3@1", "counter": "Q1"}}
        (folder / "settings.new").write_text(json.dumps(content))
        (folder / "settings.new").rename(folder / "settings.json")

        await_true(lambda: ("settings", "tt32-3@1") in settings_in(folder))
        assert started.poll() is None
    finally:
        started.terminate()
        started.communicate(timeout=30)


def settings_in(folder: Path) -> list[tuple[str, str]]:
    with JournalReader(folder / "journal.db") as reader:
        lines = [msgspec.json.decode(entry.line) for entry in reader.entries()]
    return [(line["kind"], line["survey"]) for line in lines if line["kind"] == "settings"]


def kinds(folder: Path) -> list[str]:
    try:
        with JournalReader(folder / "journal.db") as reader:
            return [msgspec.json.decode(entry.line)["kind"] for entry in reader.entries()]
    except JournalUnusable:
        return []


def await_true(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
