"""Bands: what lies over any screen: how long the step lasts, that nothing counts in test mode, and a sign."""

from pathlib import Path

from kivy.lang import Builder
from kivy.properties import NumericProperty, StringProperty

from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.parts import Part


class Bands:
    """The time line, the band of a test and the sign, and where they lie."""

    def __init__(self) -> None:
        self.time_line = TimeLine()
        self.test_band = TestBand()
        self.sign = Sign()

    def arrange(self, look: Look) -> None:
        """The time at the foot of the page, the test over its head."""
        page = Area(0, 0, look.width, look.height)
        self.time_line.put(page.cut_bottom(look.time_line))
        self.sign.draw(look, page.inset(0).cut_top(SIGN_U * look.u), look.band_height)
        self.test_band.draw(look, page.cut_top(look.band_height))


SIGN_U = 22.0
"""How high the sign is, in hundredths of the short side."""


class TimeLine(Part):
    """How long the step still lasts; no numbers."""

    share = NumericProperty(1)


class TestBand(Part):
    """Says that nothing counts in test mode."""

    __test__ = False  # pytest: not a test class

    def draw(self, look: Look, area: Area) -> None:
        """Fill the strip."""
        self.put(area)
        self.ids.word.fit(look, area.width, area.height, lines_max=1)
        self.ids.word.put(area)


class Sign(Part):
    """Says why nothing came of a touch."""

    words = StringProperty("")

    def say(self, words: str) -> None:
        """Take other words."""
        self.words = words
        self._draw_words()

    def draw(self, look: Look, area: Area, head: float) -> None:
        """Fill the area; its head is left to the band of a test."""
        self._look, self._head = look, head
        self.put(area)
        self._draw_words()

    def _draw_words(self) -> None:
        room = Area(self.x, self.y, self.width, self.height).inset(self._look.space("margin"), self._look.u)
        room.cut_top(self._head)
        self.ids.word.fit(self._look, room.width, room.height, lines_max=3)
        self.ids.word.put(room)


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
