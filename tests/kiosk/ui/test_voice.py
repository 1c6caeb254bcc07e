"""What is heard: the question and its answers, the office's own words too, where the machine can read them out."""

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from kiosk.domain.visit.visit import Step
from kiosk.ui.stage.voice import Voice

COUNTER = ("vi", "Quầy nào vừa phục vụ Ông/Bà?\n1: Hộ tịch.")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An espeak-ng that writes what it is to read out into the file, and each call beside itself."""
    program = tmp_path / "bin" / "espeak-ng"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "$2" >>"$0.calls"\nprintf "%s" "$8" >"$6"\n', "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    return program


def prepared(voice: Voice, *wanted: tuple[str, str]) -> Voice:
    done = threading.Event()
    voice.prepare(wanted, done.set)
    assert done.wait(60)
    return voice


def test_what_nobody_recorded_is_read_out_once_and_kept(tmp_path: Path, program: Path):
    folder = tmp_path / "audio"
    first = prepared(Voice(folder), COUNTER)
    file = first.file(COUNTER)
    assert file is not None
    assert file.read_text("utf-8") == COUNTER[1]
    assert file.stat().st_mode & 0o777 == 0o600

    again = prepared(Voice(folder), COUNTER)

    assert again.file(COUNTER) == file
    assert Path(f"{program}.calls").read_text() == "vi\n"


@pytest.mark.usefixtures("program")
def test_what_is_asked_no_more_is_not_kept(tmp_path: Path):
    folder = tmp_path / "audio"
    prepared(Voice(folder), COUNTER)

    voice = prepared(Voice(folder), ("en", "Which counter served you?"))

    assert len(list(folder.iterdir())) == 1
    assert voice.file(COUNTER) is None


def test_voice_that_fails_or_is_not_there_leaves_silence(tmp_path: Path, program: Path, monkeypatch: Any):
    program.write_text("#!/bin/sh\nexit 1\n", "utf-8")
    assert prepared(Voice(tmp_path / "audio"), COUNTER).file(COUNTER) is None

    monkeypatch.setenv("PATH", str(tmp_path))
    voice = Voice(tmp_path / "audio")
    voice.prepare([COUNTER], lambda: pytest.fail("there is nobody to read"))
    assert voice.file(COUNTER) is None


@pytest.mark.window
@pytest.mark.usefixtures("program")
def test_counters_of_a_hall_are_read_out_with_their_names(open_kiosk: Any, tmp_path: Path):
    app = open_kiosk(counters=2, more={"voice_dir": tmp_path / "audio", "sound": True}).app
    shipped = app.preferences.spoken(Step.COUNTER, 0)
    assert shipped is not None
    assert shipped.name == "counter.wav"

    prepared(
        app.preferences.voice, *app.preferences.unspoken([(Step.COUNTER, 0), (Step.REASONS, 0), (Step.QUESTION, 0)])
    )

    heard = app.preferences.spoken(Step.COUNTER, 0)
    assert heard is not None
    assert heard.read_text("utf-8").splitlines() == [
        "Quầy nào vừa phục vụ Ông/Bà?", "1: Đất đai – Môi trường.", "2: Đăng ký kinh doanh.", "Tôi không nhớ.",
    ]  # fmt: skip
    assert len(list((tmp_path / "audio").iterdir())) == 2, "the shipped recordings have the question and the reasons"


@pytest.mark.window
def test_nothing_is_heard_where_nothing_is_asked(kiosk: Any):
    assert kiosk.app.preferences.spoken(Step.THANKS, 0) is None
    assert kiosk.app.preferences.spoken(Step.WORDS, 0) is None
