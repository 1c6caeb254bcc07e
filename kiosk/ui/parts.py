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
    ListProperty,
    NumericProperty,
    ObjectProperty,
    StringProperty,
)
from kivy.uix.label import Label
from kivy.uix.widget import Widget

from kiosk.ui.area import Area
from kiosk.ui.lines import break_lines, widest
from kiosk.ui.look import Look

_SHRINK = 0.94
_SHRUNK_MIN = 0.5


@cache
def picture(path: str) -> Any:
    """The texture of a PNG, loaded once; smooth when drawn smaller."""
    return Picture(path, mipmap=True).texture


@cache
def _letters(font: str, size: float) -> Any:
    return Letters(font_name=font, font_size=size)


def _text_width(font: str, size: float, text: str) -> float:
    return float(_letters(font, size).get_extents(text)[0])


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
            measure = partial(_text_width, style.font, round(size, 1))
            lines = break_lines(self.words, width, measure, balanced)
            wide = widest(lines, measure)
            high = len(lines) * size * style.line
            fits = wide <= width + 0.5 and high <= height + 0.5 and len(lines) <= lines_max
            if fits or size <= style.size * _SHRUNK_MIN:
                break
            size *= _SHRINK
        self.line_height = style.line_height
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

    __events__ = ("on_press",)

    def on_press(self) -> None:
        """A press, not any touch."""


class Tile(PressTarget):
    """A whole card that is a button."""

    dark = BooleanProperty(False)
    edge = NumericProperty(0)


class FaceTile(Tile):
    """A face and its words; in a column, or in a row beside each other."""

    level = NumericProperty(0)
    face = NumericProperty(0)
    words = StringProperty("")
    face_size = NumericProperty(0)
    shown = NumericProperty(0)
    face_center = ListProperty([0, 0])
    texture = ObjectProperty(None, allownone=True)

    def draw_column(self, look: Look, area: Area, face: float, pad: float, gap: float) -> tuple[float, float]:
        """The face over its words; returns the words' room, for ``fit_alike`` and then ``put_words``."""
        self.put(area)
        inside = area.inset(1.2 * look.u)
        inside.cut_top(pad * look.u)
        self._draw_face(look, inside.cut_top(face, gap * look.u), face)
        inside.cut_bottom(2 * look.u)
        self.ids.word.role = "label"
        self._room, self._across = inside, 0.5
        return inside.width, inside.height

    def draw_row(self, look: Look, area: Area, face: float, gap: float) -> tuple[float, float]:
        """The face beside its words; returns the words' room, for ``fit_alike`` and then ``put_words``."""
        self.put(area)
        inside = area.inset(gap)
        self._draw_face(look, inside.cut_left(face, gap), face)
        self.ids.word.role = "row"
        self._room, self._across = inside, 0.0
        return inside.width, inside.height - 1.2 * look.u

    def put_words(self) -> None:
        """Put the words into their room, once they fit."""
        self.ids.word.put(self._room, across=self._across)

    def _draw_face(self, look: Look, area: Area, size: float) -> None:
        self.face_size = size
        self.face_center = [round(area.x + area.width / 2), round(area.y + area.height / 2)]
        self.texture = picture(look.face_picture(int(self.face), size))


class ReasonTile(Tile):
    """An icon and a neutral noun."""

    reason = StringProperty("")
    icon = StringProperty("")
    words = StringProperty("")
    chosen = BooleanProperty(False)

    def draw_column(self, look: Look, area: Area) -> tuple[float, float]:
        """The icon over its words; returns the words' room, for ``fit_alike`` and then ``put_words``."""
        self.put(area)
        size, gap = look.part("icon_tile"), 1.8 * look.u
        style = look.style("label")
        block = area.middle(area.width - 4.8 * look.u, size + gap + 2 * style.size * style.line)
        self.ids.icon.draw(look, block.cut_top(size, gap), size)
        self._draw_tick(look, area, look.part("tick"))
        self._room, self._across = block, 0.5
        return block.width, block.height

    def draw_row(self, look: Look, area: Area) -> tuple[float, float]:
        """The icon beside its words; returns the words' room, for ``fit_alike`` and then ``put_words``."""
        self.put(area)
        large = look.text_scale > 1
        size = min(look.part("icon_tile"), 0.66 * area.height)
        inside = area.inset((2.4 if large else 3) * look.u)
        self.ids.icon.draw(look, inside.cut_left(size, (2 if large else 2.6) * look.u), size)
        tick = look.part("tick")
        inside.cut_right(tick if large else tick / 2)
        self._draw_tick(look, area, tick)
        self._room, self._across = inside, 0.0
        return inside.width, inside.height - look.u

    def put_words(self) -> None:
        """Put the words into their room, once they fit."""
        self.ids.word.put(self._room, across=self._across)

    def _draw_tick(self, look: Look, area: Area, size: float) -> None:
        corner = area.inset(1.3 * look.u, 1.3 * look.u)
        self.ids.tick.draw(look, corner.cut_top(size).cut_right(size))


class Tick(Part):
    """The round mark of what is chosen."""

    def draw(self, look: Look, area: Area) -> None:
        """Fill the area."""
        self.put(area)
        self.ids.icon.draw(look, area, area.width * 0.57)


class Pill(PressTarget):
    """A round button: an icon, words or both."""

    icon = StringProperty("")
    words = StringProperty("")
    role = StringProperty("label")
    on = BooleanProperty(False)
    """Switched on: its colours are turned around."""
    go = BooleanProperty(False)
    """The one that goes on."""

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
        if self.role == "label":
            return look.style("label").size * 1.35, 1.6 * look.u, (4.4 if look.text_scale == 1 else 3.6) * look.u
        return height * (0.66 if bare else 0.43), 1.2 * look.u, 2.4 * look.u


class Header(Part):
    """Which office, which counter."""

    office = StringProperty("")
    counter = StringProperty("")

    def draw(self, look: Look, area: Area) -> None:
        """Fill the strip: mark, name in one line or two, counter under it."""
        self.put(area)
        strip = area.inset(0)
        mark = look.part("mark")
        self.ids.mark.draw(look, strip.cut_left(mark, 2 * look.u), mark)
        office, counter = self.ids.office, self.ids.counter
        office.fit(look, strip.width, lines_max=2, balanced=False)
        one_line = "\n" not in office.text
        counter.opacity = 1 if one_line else 0
        high = counter.fit(look, strip.width, lines_max=1) if one_line and self.counter else 0
        block = strip.middle(strip.width, office.height + high)
        office.put(block.cut_top(office.height), across=0)
        counter.put(block, across=0)


class Chip(Part):
    """A short word about the rating: being recorded, recorded."""

    words = StringProperty("")
    kept = BooleanProperty(False)

    def draw(self, look: Look, area: Area, right: bool) -> None:
        """Stand at one end of the area."""
        self.put(area)
        word, icon = self.ids.word, 1.3 * look.style("small_strong").size
        word.fit(look, area.width - icon - 1.2 * look.u, area.height, lines_max=1)
        word.put(area, across=1 if right else 0)
        if not right:
            word.x = round(area.x + icon + 1.2 * look.u)
        left = Area(word.x - icon - 1.2 * look.u, area.y, icon, area.height)
        self.ids.icon.draw(look, left, icon)


class TimeLine(Part):
    """How long the step still lasts; no numbers."""

    share = NumericProperty(1)


class TestBand(Part):
    """Says that nothing counts."""

    __test__ = False  # pytest: not a test class

    def draw(self, look: Look, area: Area) -> None:
        """Fill the strip."""
        self.put(area)
        self.ids.word.fit(look, area.width, area.height, lines_max=1)
        self.ids.word.put(area)


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
