"""The build script: what is out of date is made again, nothing else, and what is missing is named."""

import importlib.util
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from kiosk.resources import resource

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
        "faces/level_1.svg",
        "icons/wait.svg",
        "scenes/hills.svg",
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
    return module


def test_pictures_and_catalogues_are_made_once(builder: Any):
    assert builder.build(announce=False) == 4 + 3 + 1 + 1 + 1  # face, icon, hills, shadow, words

    assert builder.build(announce=False) == 0


def test_only_what_is_older_than_its_source_is_made_again(builder: Any):
    builder.build(announce=False)
    later = (builder.GENERATED / "icons" / "wait_48.png").stat().st_mtime + 10
    icon = builder.ASSETS / "icons" / "wait.svg"
    os.utime(icon, (later, later))

    assert builder.build(announce=False) == len(builder.ICON_SIZES)


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
