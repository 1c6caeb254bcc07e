"""Theme: the token files in ``assets/themes``, read once each."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from kiosk.resources import resource
from kiosk.ui.errors import ThemeInvalid

Colour = tuple[float, float, float, float]
"""Red, green, blue and how solid, each from 0 to 1."""

CLEAR: Colour = (0.0, 0.0, 0.0, 0.0)


def themes() -> list[str]:
    """The themes there are, by name."""
    return sorted(path.stem for path in resource("assets", "themes").glob("*.toml") if path.stem != "sizes")


@cache
def read_colour(theme: str, role: str) -> Colour:
    """A theme's colour by role, each part from 0 to 1.

    Raises ThemeInvalid when the theme has no such colour.
    """
    try:
        written = str(read_theme(theme)["colour"][role])
        red, green, blue = (int(written[at : at + 2], 16) / 255 for at in (1, 3, 5))
    except (KeyError, ValueError) as error:
        file = resource("assets", "themes", f"{theme}.toml")
        raise ThemeInvalid(
            "{file}: the colour {role!r} is missing or not like #14322E", file=file, role=role
        ) from error
    return red, green, blue, 1.0


@cache
def read_theme(name: str) -> Mapping[str, Any]:
    """One theme's own tokens; raises ThemeInvalid when its file cannot be read."""
    return _read(resource("assets", "themes", f"{name}.toml"))


@cache
def read_sizes() -> Mapping[str, Any]:
    """The tokens that all themes share; raises ThemeInvalid when they cannot be read."""
    return _read(resource("assets", "themes", "sizes.toml"))


def _read(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ThemeInvalid("{file}: the theme cannot be read ({why})", file=path, why=error) from error
