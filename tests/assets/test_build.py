"""The build script: what is out of date is made again, nothing else, and what is missing is named."""

import importlib.util
import json
import os
import shutil
import tomllib
import wave
from array import array
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from kiosk.base.resources import resource

BUILD = resource("assets", "build.py")


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script with sources of its own: one theme, a few pictures, one catalogue."""
    spec = importlib.util.spec_from_file_location("assets_build", BUILD)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in (
        "days/vietnam.toml",
        "faces/level_1.svg",
        "icons/wait.svg",
        "scenes/hills.svg",
        "scenes/sun.svg",
        "scenes/shadow_tile.svg",
        "themes/light.toml",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(BUILD.parent / name, tmp_path / name)
    words = tmp_path / "locale" / "vi" / "LC_MESSAGES" / "kiosk.po"
    words.parent.mkdir(parents=True)
    words.write_text('msgid ""\nmsgstr "Language: vi\\n"\n\nmsgid "Done"\nmsgstr "Xong"\n', "utf-8")
    monkeypatch.setattr(module, "ASSETS", tmp_path)
    monkeypatch.setattr(module, "GENERATED", tmp_path / "generated")
    monkeypatch.setattr(module, "SURVEYS", tmp_path / "surveys")
    return module


def test_pictures_and_catalogues_are_made_once(builder: Any):
    assert builder.build(announce=False) == 4 + 3 + 2 + 1 + 1 + 2 + 1  # face, icon, scene, shadow, words, sounds, days

    assert builder.build(announce=False) == 0


def test_only_what_is_older_than_its_source_is_made_again(builder: Any):
    builder.build(announce=False)
    later = (builder.GENERATED / "icons" / "wait_48.png").stat().st_mtime + 10
    icon = builder.ASSETS / "icons" / "wait.svg"
    os.utime(icon, (later, later))

    assert builder.build(announce=False) == len(builder.ICON_SIZES)


def test_catalogue_made_later_from_the_same_words_is_the_same(builder: Any):
    words = builder.ASSETS / "locale" / "vi" / "LC_MESSAGES" / "kiosk.po"
    builder.compile_catalogue(words)

    assert b"POT-Creation-Date: 1980-01-01" in words.with_suffix(".mo").read_bytes()


def test_faces_wear_the_colours_of_the_theme(builder: Any):
    face = next(picture for picture in builder.pictures() if picture.source.name == "level_1.svg")

    assert "fill:#E59275" in face.style
    assert builder._drawn(face).startswith(b"\x89PNG")


def test_missing_source_is_named(builder: Any):
    (builder.ASSETS / "scenes" / "hills.svg").unlink()

    with pytest.raises(builder.AssetsMissing, match=r"hills\.svg is missing"):
        builder.build(announce=False)


def test_empty_folder_is_named(builder: Any):
    (builder.ASSETS / "faces" / "level_1.svg").unlink()

    with pytest.raises(builder.AssetsMissing, match="faces"):
        builder.build(announce=False)


def test_broken_picture_is_named(builder: Any):
    (builder.ASSETS / "icons" / "wait.svg").write_text("<svg", "utf-8")

    with pytest.raises(builder.AssetsMissing, match=r"wait\.svg cannot be drawn"):
        builder.build(announce=False)


def test_broken_catalogue_is_named(builder: Any):
    words = 'msgid "Done"\nmsgstr "Ghi lại"\n'.encode("utf-16")
    (builder.ASSETS / "locale" / "vi" / "LC_MESSAGES" / "kiosk.po").write_bytes(words)

    with pytest.raises(builder.AssetsMissing, match=r"kiosk\.po cannot be read"):
        builder.build(announce=False)


def test_sounds_are_short_soft_and_end_in_silence(builder: Any):
    for notes in builder.SOUNDS.values():
        with wave.open(BytesIO(builder.synthesised(notes))) as file:
            samples = array("h", file.readframes(file.getnframes()))
            assert file.getnframes() / file.getframerate() < 0.7
        assert 0.05 < max(map(abs, samples)) / 32768 < 0.3
        assert abs(samples[-1]) < 50


def test_questions_are_spoken_where_there_is_a_voice(builder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "surveys").mkdir()
    shutil.copy(BUILD.parent.parent / "config" / "surveys" / "tt32-3.toml", tmp_path / "surveys")
    voice = tmp_path / "bin" / "espeak-ng"
    voice.parent.mkdir()
    voice.write_text('#!/bin/sh\nwhile [ "$1" != "-w" ]; do shift; done\nprintf "%s" "$3" > "$2"\n', "utf-8")
    voice.chmod(0o755)
    monkeypatch.setenv("PATH", str(voice.parent), prepend=os.pathsep)

    for language in ("vi", "en"):
        words = Path("locale", language, "LC_MESSAGES", "kiosk.po")
        (tmp_path / words).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(BUILD.parent / words, tmp_path / words)

    assert builder.speak_questions() == 6
    assert builder.speak_questions() == 0
    spoken = tmp_path / "generated" / "audio" / "vi"
    assert (spoken / "tt32-3-overall.wav").read_text("utf-8").splitlines()[1:] == [
        "Chưa hài lòng.", "Hài lòng.", "Rất hài lòng.",
    ]  # fmt: skip
    assert "Chọn tối đa 3 điều" in (spoken / "tt32-3-reasons.wav").read_text("utf-8")
    assert (spoken / "counter.wav").read_text("utf-8").startswith("Quầy nào vừa phục vụ Ông/Bà?\n")


def test_without_a_voice_nothing_is_spoken(builder: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    assert builder.speak_questions() == 0


def test_table_of_days_off_is_made_anew_for_another_version_of_the_package(
    builder: Any, monkeypatch: pytest.MonkeyPatch
):
    builder.write_days_off()
    assert builder.write_days_off() == 0

    monkeypatch.setattr(builder, "version", lambda _name: "99")

    assert builder.write_days_off() == 1
    assert json.loads((builder.GENERATED / "days" / "vietnam.json").read_text("utf-8"))["source"] == "holidays 99"


def test_the_package_misses_every_swap_that_is_added_by_hand(builder: Any):
    """Whatever it knows by now comes out of the file again."""
    known, worked = builder._days_known()
    swaps = tomllib.loads((builder.ASSETS / "days" / "vietnam.toml").read_text("utf-8"))["swap"]

    assert swaps
    assert not {swap["off"] for swap in swaps} & known
    assert not {swap["worked"] for swap in swaps} & worked.keys()
