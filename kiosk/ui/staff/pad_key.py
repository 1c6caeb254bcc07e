"""The key of a pad: for the PIN and for one-time codes."""

from pathlib import Path

from kivy.lang import Builder
from kivy.properties import StringProperty

from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.parts import Tile

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

ERASE = "erase"


class PadKey(Tile):
    """One key of a pad: a digit, a letter or an icon."""

    key = True
    name = StringProperty("")
    icon = StringProperty("")
    words = StringProperty("")

    def draw(self, look: Look, area: Area, words: str) -> None:
        """Fill the area."""
        self.put(area)
        self.words = words
        self.ids.word.role = "digit" if len(words) == 1 else "body_strong"
        self.icon = "backspace" if self.name == ERASE else ""
        if self.icon:
            self.ids.icon.draw(look, area, 5.6 * look.u)
        self.ids.word.fit(look, 0.9 * area.width, area.height, lines_max=2)
        self.ids.word.put(area)
