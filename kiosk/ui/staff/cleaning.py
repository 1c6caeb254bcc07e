"""Cleaning: nothing can be pressed, and everybody sees for how long."""

from pathlib import Path

from kivy.lang import Builder
from kivy.properties import NumericProperty, StringProperty

from kiosk.domain.instant import Instant
from kiosk.domain.visit.door import Door
from kiosk.ui.citizen.scene import Hills
from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.page import paper
from kiosk.ui.parts.parts import Part
from kiosk.ui.staff.staff_page import StaffPage

__all__ = ["CleaningPage", "Countdown", "Hills"]  # the rules of this page's kv file name them

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class CleaningPage(StaffPage):
    """Nothing can be pressed, and everybody sees for how long."""

    seconds = StringProperty("")

    def tell_door(self, door: Door, at: Instant, _told: str) -> None:
        """Count down."""
        self.seconds = str(door.left_s(at))
        self.ids.countdown.share = door.time_left(at)
        self.ids.countdown.put_seconds()

    def arrange(self, look: Look) -> None:
        """Whose kiosk it is on top; the ring and the words in the middle, the landscape below."""
        u, ids = look.u, self.ids
        ids.hills.draw(look)
        page = paper(look)
        ids.header.draw(look, page.cut_top(look.part("mark"), 2 * u))
        page.cut_bottom(0.11 * look.width if look.scene else 0)
        ring = look.part("countdown")
        heights = [words.fit(look, page.width, lines_max=3) for words in (ids.title, ids.hint)]
        block = page.middle(page.width, min(page.height, ring + sum(heights) + 5 * u))
        ring = min(ring, block.height - sum(heights) - 5 * u)
        ids.countdown.draw(look, block.cut_top(ring, 3.4 * u).middle(ring, ring))
        ids.title.put(block.cut_top(heights[0], 1.6 * u))
        ids.hint.put(block)


class Countdown(Part):
    """The seconds that are left, in a ring that runs out."""

    seconds = StringProperty("")
    share = NumericProperty(1)
    radius = NumericProperty(0)
    thick = NumericProperty(1)

    def draw(self, look: Look, area: Area) -> None:
        """Fill the area: what is done over how long it still takes."""
        self.put(area)
        self._look = look
        self.radius, self.thick = 0.47 * area.width, 0.018 * area.width
        inside = area.inset(0.2 * area.width, 0.2 * area.height)
        icon = 0.36 * inside.height
        self.ids.icon.draw(look, inside.cut_top(icon), icon)
        self._room = inside
        self.put_seconds()

    def put_seconds(self) -> None:
        """Show the number that it has now."""
        self.ids.seconds.fit(self._look, self._room.width, self._room.height, lines_max=1)
        self.ids.seconds.put(self._room)
