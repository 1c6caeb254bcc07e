"""Bands: what lies over any screen: how long the step lasts, and that nothing counts in test mode."""

from pathlib import Path

from kivy.lang import Builder
from kivy.properties import NumericProperty

from kiosk.ui.area import Area
from kiosk.ui.look import Look
from kiosk.ui.parts import Part


class Bands:
    """Both of them, and where they lie."""

    def __init__(self) -> None:
        self.time_line = TimeLine()
        self.test_band = TestBand()

    def arrange(self, look: Look) -> None:
        """The time at the foot of the page, the test over its head."""
        page = Area(0, 0, look.width, look.height)
        self.time_line.put(page.cut_bottom(look.time_line))
        self.test_band.draw(look, page.cut_top(look.band_height))


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


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
