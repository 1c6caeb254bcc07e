"""Resting: an invitation. The whole glass is its button, and the first touch only wakes."""

from collections.abc import Callable
from pathlib import Path

from kivy.lang import Builder

from kiosk.base.texts import Texts
from kiosk.domain.visit.survey import Words
from kiosk.ui.citizen.scene import Dusk, Scene
from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.page import Page, paper
from kiosk.ui.parts.parts import PressTarget

__all__ = ["Dusk", "RestingPage", "Scene"]  # the rules of this page's kv file name them

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class RestingPage(Page):
    """Tells that somebody came, and perhaps in which language."""

    __events__ = ("on_wake", "on_language")

    def on_wake(self) -> None:
        """Somebody touched the glass."""

    def on_language(self) -> None:
        """The citizen wants the other language."""

    def say(self, _t: Texts, _choose: Callable[[Words], str]) -> None:
        """The words come with the app's language."""

    def rest(self, seconds: float, dusk: float) -> None:
        """Move the sun to where it stands after so long, and draw the shade of the night."""
        self.ids.scene.move_sun(seconds)
        self.ids.dusk.depth = dusk

    def target_at(self, x: float, y: float) -> PressTarget | None:
        """The language's button; everything else is the start."""
        return super().target_at(x, y) or self.ids.start

    def arrange(self, look: Look) -> None:
        """Words and button in the upper left, the landscape below."""
        u = look.u
        self.ids.scene.draw(look)
        self.ids.dusk.put(Area(0, 0, look.width, look.height))
        page = paper(look, bottom=5 if look.portrait else 0.6 if self.ids.doubt.words else 3.6)
        head = page.cut_top(look.part("mark") if not look.large else 2.7 * look.style("head").size)
        self._draw_language(look, page.cut_bottom(look.part("tool")) if look.portrait else head)
        self.ids.header.draw(look, head)
        page.cut_top((16 if look.portrait else 8) * u if look.text_scale == 1 else 4 * u)
        self._draw_words(look, page)

    def _draw_language(self, look: Look, strip: Area) -> None:
        pill = self.ids.language
        width = pill.needed(look, look.part("tool"))
        row = Area(strip.x, strip.y + (strip.height - look.part("tool")) / 2, strip.width, look.part("tool"))
        pill.draw(look, row.cut_right(width))
        if not look.portrait:
            strip.cut_right(width, 2 * look.u)

    def _draw_words(self, look: Look, page: Area) -> None:
        u = look.u
        width = page.width if look.portrait else 0.72 * page.width
        high = self.ids.title.fit(look, width, lines_max=4)
        self.ids.title.put(page.cut_top(high, 3 * u), across=0)
        high = self.ids.sentence.fit(look, width, lines_max=3)
        gap = 2 if self.ids.doubt.words and look.text_scale > 1 else 7 if look.portrait else 5.4
        self.ids.sentence.put(page.cut_top(high, gap * u), across=0)
        start, button = self.ids.start, look.part("start")
        row = page.cut_top(button)
        start.draw(look, row.cut_left(row.width if look.portrait else min(row.width, start.needed(look, button))))
        self._draw_doubt(look, page)

    def _draw_doubt(self, look: Look, page: Area) -> None:
        """Quietly below the button, beside the sun: it concerns everybody, and keeps nobody from rating."""
        doubt, width = self.ids.doubt, page.width if look.portrait or look.text_scale > 1 else 0.6 * page.width
        page.cut_top((1.6 if look.text_scale == 1 else 0.8) * look.u)
        high = doubt.fit(look, width, page.height, lines_max=3) if doubt.words else 0
        doubt.put(page.cut_top(high), across=0)
