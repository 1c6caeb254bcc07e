"""Every key of the settings stands in the commented file, and what the file says is what the program does."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from kiosk.config import KioskSettings
from sync.collector.config import CollectorConfig

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
    defaults = settings().model_dump(mode="json")

    assert subset(settings(**shipped).model_dump(mode="json"), shipped) == subset(defaults, shipped)


def keys(model: type[BaseModel], before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, field in model.model_fields.items():
        below = field.annotation
        if isinstance(below, type) and issubclass(below, BaseModel):
            found += keys(below, (*before, name))
        else:
            found.append((*before, name))
    return found


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
