"""Cleaning: nothing can be pressed, and everybody sees for how long."""

from pathlib import Path

from kivy.lang import Builder
from kivy.properties import StringProperty

from kiosk.domain.door import Door
from kiosk.domain.instant import Instant
from kiosk.ui.look import Look
from kiosk.ui.screens.page import paper
from kiosk.ui.screens.staff_page import StaffPage

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class CleaningPage(StaffPage):
    """Nothing can be pressed, and everybody sees for how long."""

    seconds = StringProperty("")

    def tell_door(self, door: Door, at: Instant, _told: str) -> None:
        """Count down."""
        self.seconds = str(door.left_s(at))
        self._draw()

    def arrange(self, look: Look) -> None:
        """All in the middle."""
        self._look = look
        self._draw()

    def _draw(self) -> None:
        look, page = self._look, paper(self._look)
        parts = (self.ids.seconds, self.ids.title, self.ids.hint)
        heights = [part.fit(look, page.width, lines_max=3) for part in parts]
        block = page.middle(page.width, sum(heights) + 6 * look.u)
        for part, high in zip(parts, heights, strict=True):
            part.put(block.cut_top(high, 3 * look.u))
