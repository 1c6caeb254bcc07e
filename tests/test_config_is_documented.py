"""Every key of the settings stands in the commented file, and what the file says is what the program does."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs, to_builtins

from kiosk.base.settings.reading import Section, Settings, read_settings
from kiosk.base.settings.values import parted
from kiosk.office.settings import KioskSettings
from sync.collector.settings.collector import CollectorConfig

CONFIG = Path(__file__).parent.parent / "config"
FILES = [(KioskSettings, "kiosk.toml"), (CollectorConfig, "collector.toml")]


@pytest.mark.parametrize(("settings", "file"), FILES, ids=[file for _, file in FILES])
def test_every_key_stands_in_the_commented_file(settings, file):
    text = (CONFIG / file).read_text("utf-8")

    undocumented = [key for key in keys(settings) if not documented(key, text)]

    assert undocumented == []


@pytest.mark.parametrize(("settings", "file"), FILES, ids=[file for _, file in FILES])
def test_values_in_the_commented_file_are_the_defaults(settings, file):
    shipped = tomllib.loads((CONFIG / file).read_text("utf-8"))

    assert subset(plain(read_settings(settings, CONFIG / file).settings), shipped) == subset(plain(settings()), shipped)


def keys(section: type[Section], before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for field in structs.fields(section):
        kind, _ = parted(field.type)
        if isinstance(kind, type) and issubclass(kind, Section):
            found += keys(kind, (*before, field.name))
        else:
            found.append((*before, field.name))
    return found


def plain(settings: Settings) -> dict[str, Any]:
    return to_builtins(settings, enc_hook=str)


def documented(key: tuple[str, ...], text: str) -> bool:
    """Whether ``key = …`` stands, commented out or not, below its section's head."""
    section = ".".join(key[:-1])
    part = text if not section else text.partition(f"[{section}]")[2].partition("\n[")[0]
    if not section:
        part = text.partition("\n[")[0]
    return re.search(rf"^#?\s?{re.escape(key[-1])}\s*=", part, re.MULTILINE) is not None


def subset(values: dict[str, Any], shape: dict[str, Any]) -> dict[str, Any]:
    return {
        key: subset(values[key], below) if isinstance(below, dict) and isinstance(values[key], dict) else values[key]
        for key, below in shape.items()
    }
