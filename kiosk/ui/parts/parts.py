"""Parts: what the screens are made of. Each draws itself from the look and puts itself where it is told."""

from collections.abc import Iterable
from functools import cache, partial
from math import inf
from pathlib import Path
from typing import Any

from kivy.core.image import Image as Picture
from kivy.core.text import Label as Letters
from kivy.lang import Builder
from kivy.properties import (
    AliasProperty,
    BooleanProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)
from kivy.uix.label import Label
from kivy.uix.widget import Widget

from kiosk.ui.look.area import Area
from kiosk.ui.look.lines import break_lines, widest
from kiosk.ui.look.look import Look, Style

_SHRINK = 0.94
_SHRUNK_MIN = 0.5
_LOGO_SHARE = 0.25
"""So much of the header's width a wide logo takes at most."""


@cache
def picture(path: str) -> Any:
    """The texture of a PNG, loaded once.

    Without mipmaps: making them costs four milliseconds a picture, and the look always
    names one that is less than twice as large as it is drawn.
    """
    return Picture(path).texture


@cache
def _letters(font: str, script: str, size: float) -> Any:
    # Kivy takes the names of HarfBuzz's scripts; the option goes unused for Latin, which needs no shaping.
    return Letters(font_name=font, font_size=size, **({"font_script_name": script} if script else {}))


def text_width(style: Style, size: float, text: str) -> float:
    """How wide a line is, in pixels."""
    return float(_letters(style.font, style.script, size).get_extents(text)[0])


class Part(Widget):
    """Something with a place of its own."""

    def put(self, area: Area) -> None:
        """Fill this area; whole pixels, because half ones blur."""
        self.pos = round(area.x), round(area.y)
        self.size = round(area.width), round(area.height)


class Words(Label):
    """A text that breaks into balanced lines and, where it must, becomes smaller."""

    role = StringProperty("body")
    words = StringProperty("")
    ink = StringProperty("ink")
    """The role of its colour."""
    fits = True
    """Whether the last ``fit`` found room."""

    def fit(
        self,
        look: Look,
        width: float,
        height: float = inf,
        lines_max: int = 9,
        balanced: bool = True,
        size_max: float = inf,
    ) -> float:
        """Break the text for this room; the size gives way if it must. Returns the height it needs."""
        style = look.style(self.role)
        size = min(style.size, size_max)
        while True:
            measure = partial(text_width, style, round(size, 1))
            lines = break_lines(self.words, width, measure, balanced)
            wide = widest(lines, measure)
            high = len(lines) * size * style.line
            fits = wide <= width + 0.5 and high <= height + 0.5 and len(lines) <= lines_max
            if fits or size <= style.size * _SHRUNK_MIN:
                break
            size *= _SHRINK
        self.line_height = style.line_height
        self.font_name = style.font
        if style.script:
            self.font_script_name = style.script
        self.font_size = round(size, 1)
        self.text = "\n".join(lines)
        self.size = wide, high
        self.fits = fits
        return high

    def put(self, area: Area, across: float = 0.5, down: float = 0.5) -> None:
        """Stand in the area: 0 is left or top, 1 is right or bottom."""
        self.halign = "left" if across == 0 else "right" if across == 1 else "center"
        self.pos = (
            round(area.x + (area.width - self.width) * across),
            round(area.y + (area.height - self.height) * (1 - down)),
        )


class Icon(Part):
    """A white picture, tinted."""

    name = StringProperty("")
    texture = ObjectProperty(None, allownone=True)
    ink = StringProperty("ink")

    def draw(self, look: Look, area: Area, size: float) -> None:
        """Stand in the middle of the area."""
        self.put(area.middle(size, size))
        self.texture = picture(look.icon_picture(self.name, size))


class PressTarget(Part):
    """What a finger can press; the glass decides whether it did."""

    pressed = BooleanProperty(False)
    """Whether a finger holds it now."""
    key = False
    """Whether it is struck like a key, one right after the other."""

    __events__ = ("on_press",)

    def on_press(self) -> None:
        """A press, not any touch."""


class Tile(PressTarget):
    """A whole card that is a button."""

    dark = BooleanProperty(False)
    edge = NumericProperty(0)


class Pill(PressTarget):
    """A round button: an icon, words or both."""

    icon = StringProperty("")
    words = StringProperty("")
    role = StringProperty("label")
    on = BooleanProperty(False)
    """Whether what it stands for is switched on: its colours are then turned around."""
    go = BooleanProperty(False)
    """Whether this is the button that goes on to the next step."""

    def _fill(self) -> str:
        if self.go:
            return "accent_pressed" if self.pressed else "accent"
        return "surface_pressed" if self.pressed else "ink" if self.on else "surface"

    def _ink(self) -> str:
        if self.go:
            return "on_accent"
        return "ground" if self.on and not self.pressed else "ink"

    def _rim(self) -> str:
        return "ink" if self.pressed or self.on else "border"

    # colours by role: they follow from what the button is and whether a finger holds it
    fill = AliasProperty(_fill, bind=("go", "on", "pressed"))
    ink = AliasProperty(_ink, bind=("go", "on", "pressed"))
    rim = AliasProperty(_rim, bind=("go", "on", "pressed"))

    def needed(self, look: Look, height: float, bare: bool = False) -> float:
        """The width that its content takes at its full size."""
        icon, gap, pad = self._measures(look, height, bare)
        if bare:
            return max(height * 1.4, icon + 2 * pad)
        self.ids.word.fit(look, inf, height, balanced=False)
        return float(self.ids.word.width + 2 * pad + (icon + gap if self.icon else 0))

    def draw(self, look: Look, area: Area, bare: bool = False) -> None:
        """Fill the area; the content stands in its middle."""
        self.put(area)
        icon, gap, pad = self._measures(look, area.height, bare)
        beside = icon + gap if self.icon else 0
        word = self.ids.word
        word.opacity = 0 if bare else 1
        word.fit(look, area.width - beside - 1.4 * pad, area.height, lines_max=1)
        content = area.middle(icon if bare else beside + word.width, area.height)
        if self.icon:
            self.ids.icon.draw(look, content.cut_left(icon, gap), icon)
        word.put(content)

    def _measures(self, look: Look, height: float, bare: bool) -> tuple[float, float, float]:
        """Icon, gap, padding at the ends."""
        if self.icon == "touch":
            return look.part("icon_start"), 2.4 * look.u, 4.4 * look.u
        if self.role == "label":
            return look.style("label").size * 1.35, 1.6 * look.u, (4.4 if look.text_scale == 1 else 3.6) * look.u
        return height * (0.66 if bare else 0.43), 1.2 * look.u, 2.4 * look.u


class Header(Part):
    """The head of a screen: which office, which counter."""

    office = StringProperty("")
    counter = StringProperty("")
    logo = ObjectProperty(None, allownone=True)
    """The office's own, in the place of our mark."""

    def draw(self, look: Look, area: Area) -> None:
        """Fill the strip: mark, name in one line or two, counter under it."""
        self.put(area)
        strip = area.inset(0)
        mark = look.part("mark")
        if self.logo is None:
            self.ids.mark.draw(look, strip.cut_left(mark, 2 * look.u), mark)
        else:
            wide = min(_LOGO_SHARE * strip.width, mark * self.logo.width / self.logo.height)
            high = wide * self.logo.height / self.logo.width
            self.ids.mark.put(strip.cut_left(wide, 2 * look.u).middle(wide, high))
            self.ids.mark.texture, self.ids.mark.ink = self.logo, "plain"
        office, counter = self.ids.office, self.ids.counter
        office.fit(look, strip.width, lines_max=2, balanced=False)
        one_line = "\n" not in office.text
        counter.opacity = 1 if one_line else 0
        # Never larger than the office's name, which large letters leave little room to grow.
        shown = one_line and self.counter
        high = counter.fit(look, strip.width, lines_max=1, size_max=office.font_size) if shown else 0
        block = strip.middle(strip.width, office.height + high)
        office.put(block.cut_top(office.height), across=0)
        counter.put(block, across=0)


def fit_alike(words: Iterable[Words], look: Look, width: float, height: float, lines_max: int) -> None:
    """Fit texts that stand for equal choices: when one must be smaller, all are, so that none looks weightier."""
    texts = list(words)
    for text in texts:
        text.fit(look, width, height, lines_max)
    smallest = min((text.font_size for text in texts), default=inf)
    for text in texts:
        text.fit(look, width, height, lines_max, size_max=smallest)


def even(pills: Iterable[Pill], look: Look, area: Area, gap: float, bare: bool = False) -> None:
    """Put buttons side by side, equally wide."""
    row = list(pills)
    for pill, cell in zip(row, area.grid(len(row), 1, gap), strict=True):
        pill.draw(look, cell, bare)


Builder.load_file(str(Path(__file__).with_name("parts.kv")))
