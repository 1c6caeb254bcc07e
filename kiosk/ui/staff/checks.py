"""Sound and brightness: something to be heard, and greys to be told apart."""

from collections.abc import Callable
from pathlib import Path

from kivy.lang import Builder
from kivy.properties import NumericProperty, StringProperty

from kiosk.base.texts import Texts
from kiosk.domain.visit.survey import Words
from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.page import paper
from kiosk.ui.parts.parts import Part, even
from kiosk.ui.staff.staff_page import StaffPage

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

GREYS = 11


class ChecksPage(StaffPage):
    """A sound to be heard, and greys to be told apart."""

    hint = StringProperty("")

    __events__ = ("on_play",)

    def __init__(self) -> None:
        super().__init__()
        self._wedges = [Wedge(light=place / (GREYS - 1)) for place in range(GREYS)]
        for wedge in self._wedges:
            self.add_widget(wedge)

    def on_play(self) -> None:
        """The staff want to hear the sound."""

    def say(self, t: Texts, choose: Callable[[Words], str]) -> None:
        """Take the words; ``arrange`` must follow."""
        super().say(t, choose)
        self.hint = t("If not, set the brightness and the contrast of the panel; the loudness, in the system.")

    def arrange(self, look: Look) -> None:
        """The greys across the page."""
        u = look.u
        page = paper(look, bottom=5 if look.portrait else 3.6)
        self.ids.header.draw(look, page.cut_top(look.part("mark"), 6 * u))
        row = page.cut_bottom(look.part("action"), 4 * u)
        if look.portrait:
            even((self.ids.play, self.ids.done), look, row, 2 * u)
        else:
            for pill in (self.ids.done, self.ids.play):
                pill.draw(look, row.cut_right(max(pill.needed(look, row.height), 24 * u), 2 * u))
        self.ids.title.put(page.cut_top(self.ids.title.fit(look, page.width, lines_max=3), 2 * u), across=0)
        self.ids.hint.put(page.cut_top(self.ids.hint.fit(look, page.width, lines_max=4), 4 * u), across=0)
        self._draw_wedges(page.middle(page.width, min(page.height, 30 * u)))

    def _draw_wedges(self, area: Area) -> None:
        """Edge to edge on whole pixels: half a pixel would be a seam, where every step is to be told by its grey."""
        edges = [round(area.x + area.width * place / GREYS) for place in range(GREYS + 1)]
        low, high = round(area.y), round(area.top)
        for wedge, left, right in zip(self._wedges, edges, edges[1:], strict=False):
            wedge.put(Area(left, low, right - left, high - low))


class Wedge(Part):
    """A stripe of one grey."""

    light = NumericProperty(0)
