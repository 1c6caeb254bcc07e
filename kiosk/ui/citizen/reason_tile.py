"""The parts of the reasons' screen: the tile of a reason, its mark, and the word that the rating is kept."""

from kivy.properties import BooleanProperty, StringProperty

from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.parts import Part, Tile


class ReasonTile(Tile):
    """The tile of one reason: an icon and a neutral noun."""

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
