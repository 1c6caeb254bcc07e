"""The card of a face: the largest thing on the screen, and the whole of it is the button."""

from kivy.properties import ListProperty, NumericProperty, ObjectProperty, StringProperty

from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.parts import Tile, picture


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
