"""The staff's desk: today's numbers as far as they may be shown, the way to the collector, and what can be done."""

from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import StringProperty

from kiosk.domain.visit.survey import Survey
from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.page import paper
from kiosk.ui.staff.acts import ICONS, ActTile, act_words, draw_acts
from kiosk.ui.staff.numbers.day_panel import DayPanel
from kiosk.ui.staff.numbers.day_words import words_of_day
from kiosk.ui.staff.numbers.numbers_page import NumbersPage
from kiosk.ui.wiring.desk import Delivery, Seen

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

NUMBERS = ("days", "served")
"""The acts that belong to the numbers and stand below them."""


class DeskPage(NumbersPage):
    """The desk page: shows today's numbers and tells what the staff want to do."""

    title = StringProperty("")
    legend = StringProperty("")

    __events__ = ("on_act",)

    def __init__(self, survey: Survey, acts: tuple[str, ...]) -> None:
        super().__init__()
        self.panel = DayPanel(survey)
        self.add_widget(self.panel)
        self._acts = [ActTile(name=name, icon=ICONS[name]) for name in acts]
        for tile in self._acts:
            tile.bind(on_press=lambda pressed: self.dispatch("on_act", pressed.name))
            self.add_widget(tile)

    def on_act(self, name: str) -> None:
        """The staff want the act ``name`` done."""

    def act_tile(self, name: str) -> Any:
        """The tile of an act."""
        return next(tile for tile in self._acts if tile.name == name)

    def say(self, t: Any, choose: Any) -> None:
        """Take the words; ``arrange`` must follow."""
        super().say(t, choose)
        names = act_words(t)
        for tile in self._acts:
            tile.words = names[tile.name]

    def tell_desk(self, seen: Seen, delivery: Delivery | None, testing: bool) -> None:
        """Show today's numbers as far as they may be shown, and the way to the collector."""
        for tile in self._acts:
            tile.on = tile.name == "test_mode" and testing
        if delivery is not None:
            self.ids.delivered.tell(delivery, self._t)
        self._show(seen, delivery)

    def _draw(self, look: Look) -> None:
        """Numbers at the left, the way to the collector and the acts at the right; below in portrait."""
        u = look.u
        page = paper(look, bottom=2)
        words = words_of_day(self._seen, self._t)
        self.title, self.legend = words.title, words.legend
        names = sum(look.style(role).size * look.style(role).line for role in ("head", "small"))
        head = page.cut_top(max(look.part("mark"), names), 2 * u)
        width = self.ids.close.needed(look, look.part("tool"))
        self.ids.close.draw(look, head.cut_right(width, 2 * u).middle(width, look.part("tool")))
        self.ids.header.draw(look, head)
        side = page.cut_bottom(0.36 * page.height, 2 * u) if look.portrait else page.cut_right(34 * u, 2 * u)
        self._draw_side(look, side)
        self._draw_notes(look, page)
        acts = [tile for tile in self._acts if tile.name in NUMBERS]
        if acts:
            draw_acts(acts, look, page.cut_bottom(look.part("tool"), 1.4 * u), columns=len(acts))
        self.ids.title.fit(look, page.width, 4.4 * u, lines_max=1)
        self.ids.title.put(page.cut_top(3.8 * u, 0.8 * u), across=0)
        self.panel.draw(look, page, words)

    def _draw_notes(self, look: Look, page: Area) -> None:
        for words in (self.ids.notice, self.ids.legend):
            room = (6.4 if words is self.ids.notice else 13) * look.u
            high = words.fit(look, page.width, room, lines_max=6, balanced=False)
            high = high if words.words else 0
            words.put(page.cut_bottom(high, (1.2 if high else 0) * look.u), across=0)

    def _draw_side(self, look: Look, area: Area) -> None:
        u, told = look.u, self.ids.told
        delivered = self.ids.delivered
        # The rows give way a little, so that the acts keep their size.
        high = (14 if not delivered.log or not look.portrait else 11) + delivered.log_u(look)
        delivered.draw(look, area.cut_top(high * u, 1.2 * u))
        high = told.fit(look, area.width, 12 * u, lines_max=5, balanced=False) if self.told else 0
        told.put(area.cut_top(high, (1.2 if high else 0) * u), across=0)
        acts = [tile for tile in self._acts if tile.name not in NUMBERS]
        draw_acts(acts, look, area, columns=2 if look.portrait else 1)
