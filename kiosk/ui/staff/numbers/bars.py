"""Bars: numbers as cards, rows and columns."""

from pathlib import Path
from typing import Any

from kivy.graphics import Color, SmoothRoundedRectangle
from kivy.lang import Builder
from kivy.properties import ListProperty, ObjectProperty, StringProperty

from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.parts import Part, picture
from kiosk.ui.staff.numbers.day_words import Bar, Figure


class Stripe(Part):
    """A bar."""

    def draw(self, look: Look, area: Area, on_accent: bool = False) -> None:
        """Fill the area; ``on_accent`` where what lies below has the colour of bars."""
        self.put(area)
        self.canvas.clear()
        if min(self.size) < 1:
            return
        with self.canvas:
            Color(*look.colour("on_accent" if on_accent else "accent"))
            SmoothRoundedRectangle(pos=self.pos, size=self.size, radius=[min(0.5 * look.u, min(self.size) / 2)])


class Card(Part):
    """A plain sheet that lies under some numbers."""


class FigureCard(Card):
    """A large number, its name over it and what it rests on under it."""

    name = StringProperty("")
    number = StringProperty("")
    basis = StringProperty("")

    def draw(self, look: Look, area: Area, figure: Figure) -> None:
        """Fill the area."""
        u = look.u
        self.put(area)
        self.name, self.number, self.basis = figure.name, figure.number, figure.basis
        inside = area.inset(2.2 * u, 1.4 * u)
        self.ids.name.fit(look, inside.width, 3.4 * u, lines_max=1)
        self.ids.name.put(inside.cut_top(3.4 * u), across=0)
        self.ids.number.fit(look, inside.width, 6.6 * u, lines_max=1)
        self.ids.number.put(inside.cut_top(6.6 * u), across=0)
        self.ids.basis.fit(look, inside.width, inside.height, lines_max=4, balanced=False)
        self.ids.basis.put(inside, across=0, down=0)


class LevelBar(Part):
    """One level: face, words, bar, number."""

    name = StringProperty("")
    number = StringProperty("")
    texture = ObjectProperty(None, allownone=True)
    face_pos = ListProperty([0, 0])
    face_size = ListProperty([0, 0])

    def __init__(self, face: int) -> None:
        super().__init__()
        self._face = face

    def draw(self, look: Look, area: Area, bar: Bar, name_width: float) -> None:
        """Fill the row."""
        u = look.u
        self.put(area)
        self.name, self.number = bar.name, bar.number
        size = min(area.height, 5.6 * u)
        cell = area.cut_left(size, 1.4 * u).middle(size, size)
        self.texture = picture(look.face_picture(self._face, size))
        self.face_pos, self.face_size = (round(cell.x), round(cell.y)), (size, size)
        room = area.cut_left(name_width, 1.4 * u)
        self.ids.name.fit(look, room.width, room.height, lines_max=2, balanced=False)
        self.ids.name.put(room, across=0)
        room = area.cut_right(8 * u, u)
        self.ids.number.fit(look, room.width, room.height, lines_max=1)
        self.ids.number.put(room, across=1)
        high = min(2.6 * u, area.height)
        self.ids.stripe.draw(look, Area(area.x, area.y + (area.height - high) / 2, area.width * bar.share, high))


class PartBar(Part):
    """One part of the day: its number on a column, its name and hours below."""

    name = StringProperty("")
    number = StringProperty("")
    under = StringProperty("")

    def draw(self, look: Look, area: Area, bar: Bar) -> None:
        """Fill the column."""
        u = look.u
        self.put(area)
        self.name, self.number, self.under = bar.name, bar.number, bar.under
        under = area.cut_bottom(_fit(self.ids.under, look, area.width, 3.2 * u))
        self.ids.under.put(under)
        name = area.cut_bottom(_fit(self.ids.name, look, area.width, 3.8 * u), 0.6 * u)
        self.ids.name.put(name)
        number = _fit(self.ids.number, look, area.width, 3.8 * u)
        room = area.height - number - 0.6 * u
        high = max(0.3 * u, room * bar.share)
        wide = min(7 * u, 0.7 * area.width)
        column = area.cut_bottom(high, 0.4 * u)
        self.ids.stripe.draw(look, column.middle(wide, high))
        self.ids.number.put(area.cut_bottom(number))


def _fit(words: Any, look: Look, width: float, height: float) -> float:
    return float(words.fit(look, width, height, lines_max=1))


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
