"""Theme: the token files in ``assets/themes``, read once each."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from kiosk.base.handed_in import read_handed_in
from kiosk.base.resources import resource
from kiosk.ui.look.errors import ThemeInvalid

Colour = tuple[float, float, float, float]
"""Red, green, blue and how solid, each from 0 to 1."""

CLEAR: Colour = (0.0, 0.0, 0.0, 0.0)

PLAIN: Colour = (1.0, 1.0, 1.0, 1.0)
"""Leaves a picture as it is."""

OFFICE_ROLES = ("accent", "accent_pressed", "on_accent")
"""What an office may colour: the button that goes on. Faces and words keep the contrast they were drawn with."""

TEXT_MIN = 4.5
"""AA, for words."""
SHAPE_MIN = 3.0
"""AA, for shapes that mean something."""


def themes() -> list[str]:
    """The themes there are, by name."""
    return sorted(path.stem for path in resource("assets", "themes").glob("*.toml") if path.stem != "sizes")


@cache
def read_colour(theme: str, role: str) -> Colour:
    """A theme's colour by role, each part from 0 to 1.

    Raises ThemeInvalid when the theme has no such colour.
    """
    written = str(read_theme(theme)["colour"].get(role, ""))
    return _colour(written, resource("assets", "themes", f"{theme}.toml"), role)


def read_office_colours(theme: str, written: Mapping[str, str]) -> dict[str, Colour]:
    """The office's own colours by role, over those of the theme.

    Raises ThemeInvalid when a role is not the office's to choose, or when words would be hard to read.
    """
    unknown = sorted(set(written) - set(OFFICE_ROLES))
    if unknown:
        raise ThemeInvalid(
            "office.colours: {role!r} cannot be set; those that can are {known}",
            role=unknown[0],
            known=", ".join(OFFICE_ROLES),
        )
    own = {role: _colour(code, f"office.colours.{role}", role) for role, code in written.items()}
    if own:
        _require_contrast(theme, own)
    return own


def _require_contrast(theme: str, own: Mapping[str, Colour]) -> None:
    """Raise ThemeInvalid where words or buttons in the office's colours would be hard to see."""
    used = {role: own.get(role) or read_colour(theme, role) for role in OFFICE_ROLES}
    pairs = (
        ("on_accent", used["on_accent"], "accent", used["accent"], TEXT_MIN),
        ("on_accent", used["on_accent"], "accent_pressed", used["accent_pressed"], TEXT_MIN),
        ("accent", used["accent"], "surface", read_colour(theme, "surface"), SHAPE_MIN),
        ("accent", used["accent"], "ground", read_colour(theme, "ground"), SHAPE_MIN),
    )
    for name, colour, other, ground, least in pairs:
        found = contrast(colour, ground)
        if found < least:
            raise ThemeInvalid(
                "office.colours: {role} on {ground} has a contrast of {found}, and {least} is needed to be read",
                role=name,
                ground=other,
                found=f"{found:.1f}",
                least=least,
            )


def contrast(one: Colour, other: Colour) -> float:
    """From 1, alike, to 21, black on white."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


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
        return tomllib.loads(read_handed_in(path))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ThemeInvalid("{file}: the theme cannot be read ({why})", file=path, why=error) from error


def _colour(written: str, file: object, role: str) -> Colour:
    try:
        red, green, blue = (int(written[at : at + 2], 16) / 255 for at in (1, 3, 5))
    except ValueError as error:
        raise ThemeInvalid(
            "{file}: the colour {role!r} is missing or not like #14322E", file=file, role=role
        ) from error
    return red, green, blue, 1.0


def _luminance(colour: Colour) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
