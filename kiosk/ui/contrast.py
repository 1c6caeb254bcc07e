"""Contrast of two colours as WCAG 2.2 reckons it."""

from kiosk.ui.theme import Colour

TEXT_MIN = 4.5
"""AA, for words."""
SHAPE_MIN = 3.0
"""AA, for shapes that mean something."""


def contrast(one: Colour, other: Colour) -> float:
    """From 1, alike, to 21, black on white."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
