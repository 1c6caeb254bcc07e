"""The reasons page: the same neutral tiles for every level, so that nobody watching can tell good from bad."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import BooleanProperty, NumericProperty

from kiosk.base.texts import Texts
from kiosk.domain.visit.survey import Survey, Words
from kiosk.flow import View
from kiosk.ui.citizen.reason_tile import Chip, ReasonTile, Tick
from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.page import Page, paper
from kiosk.ui.parts.parts import even, fit_alike

__all__ = ["Chip", "ReasonsPage", "Tick"]  # the rules of this page's kv file name them

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


_DIMMED = 0.35
"""How visible a tile is that cannot be chosen any more."""


class ReasonsPage(Page):
    """Tells which tiles were pressed and how the citizen went on."""

    kept = BooleanProperty(False)
    saving = BooleanProperty(False)
    most = NumericProperty(3)

    __events__ = ("on_reason", "on_full", "on_skip", "on_done", "on_choose_again", "on_listen")

    def __init__(self, survey: Survey) -> None:
        super().__init__()
        self.most = survey.reasons_max
        self._reasons = survey.reasons
        self._tiles = [ReasonTile(reason=reason.id, icon=reason.icon) for reason in survey.reasons]
        for tile in self._tiles:
            tile.bind(on_press=self._press)
            self.add_widget(tile)
        self._chosen = 0
        self._look: Look | None = None
        self.bind(kept=self._draw_state, saving=self._draw_state)

    def reason_tile(self, place: int) -> ReasonTile:
        """The tile at a place, counted around."""
        return self._tiles[place % len(self._tiles)]

    def on_reason(self, reason: str) -> None:
        """The citizen chose this reason or took it back."""

    def on_full(self) -> None:
        """The citizen wants one more reason than are taken."""

    def on_skip(self) -> None:
        """The citizen gives no reasons."""

    def on_done(self) -> None:
        """The chosen reasons are all that the citizen gives."""

    def on_listen(self) -> None:
        """The citizen wants to hear the question and the reasons."""

    def on_choose_again(self) -> None:
        """The citizen wants another face."""

    def say(self, t: Texts, choose: Callable[[Words], str]) -> None:
        """Take the words of a language; ``arrange`` must follow."""
        self._t = t
        self._again_long, self._again_short = t("Choose another face"), t("Choose again")
        for tile, reason in zip(self._tiles, self._reasons, strict=True):
            tile.words = choose(reason.text)

    def tell(self, view: View) -> None:
        """Mark what is chosen; say that the rating is kept only once it is."""
        self.kept, self.saving = view.kept, view.saving
        for tile in self._tiles:
            tile.chosen = tile.reason in view.chosen
            tile.opacity = _DIMMED if len(view.chosen) >= self.most and not tile.chosen else 1
        self._chosen = len(view.chosen)
        self._draw_state()

    def arrange(self, look: Look) -> None:
        """Tiles under each other in columns on a wide page, two in a row on a high one and for large text."""
        self._look = look
        self.ids.again.words = self._again_long
        if look.portrait:
            self._arrange_high(look, paper(look, bottom=5))
        elif look.text_scale > 1:
            self._arrange_large(look, paper(look, bottom=3))
        else:
            self._arrange_wide(look, paper(look))
        self._draw_state()

    def _arrange_wide(self, look: Look, page: Area) -> None:
        u = look.u
        head = page.cut_top(look.part("mark"), 4.4 * u)
        self._draw_listen(look, head)
        self._chip_area = head.cut_right(30 * u, 2 * u)
        self._show_header(look, head)
        self._draw_actions(look, page.cut_bottom(look.part("action"), 3.4 * u))
        high = self.ids.title.fit(look, page.width, lines_max=2)
        self.ids.title.put(page.cut_top(high, 0.8 * u), across=0)
        self._draw_hint(look, page.cut_top(look.style("body").size * look.style("body").line, 2.8 * u))
        columns = 5 if len(self._tiles) > 8 else 4
        self._draw_tiles(look, page, columns, look.space("s"), in_rows=False)

    def _arrange_high(self, look: Look, page: Area) -> None:
        u, plain = look.u, look.text_scale == 1
        if plain:
            head = page.cut_top(look.part("mark"), 7 * u)
            self._draw_listen(look, head)
            self._show_header(look, head)
            small = look.style("small_strong")
            self._chip_area = page.cut_top(small.size * small.line, 2 * u)
        else:
            self._leave_out_header()
        action = look.part("action")
        even((self.ids.skip, self.ids.done), look, page.cut_bottom(action, 2 * u), 2 * u)
        self.ids.again.draw(look, page.cut_bottom(action, (4 if plain else 2) * u))
        if plain:
            high = self.ids.title.fit(look, page.width, lines_max=3)
            self.ids.title.put(page.cut_top(high, 1.6 * u), across=0)
        else:
            self._draw_title_to_hear(look, page, lines_max=2, gap=1.6 * u)
        self._draw_hint(look, page.cut_top(look.style("body").size * look.style("body").line, (4 if plain else 2) * u))
        self._draw_tiles(look, page, 2, (2 if plain else 1.2) * u, in_rows=True)

    def _arrange_large(self, look: Look, page: Area) -> None:
        u = look.u
        self._leave_out_header()
        self._draw_title_to_hear(look, page, lines_max=1, gap=2 * u)
        room = self._draw_actions(look, page.cut_bottom(look.part("action"), 2 * u))
        self._draw_tiles(look, page, 2, 1.2 * u, in_rows=True)
        self._count_area, self._count_across = room, 0.5

    def _draw_listen(self, look: Look, strip: Area, bare: bool = False) -> None:
        """At the right end of the strip, where there is something to hear."""
        if not self.can_listen:
            return
        high = look.part("tool")
        width = self.ids.listen.needed(look, high, bare)
        place = strip.cut_right(width, 2 * look.u)
        self.ids.listen.draw(look, Area(place.x, place.top - (place.height + high) / 2, width, high), bare)

    def _draw_title_to_hear(self, look: Look, page: Area, lines_max: int, gap: float) -> None:
        """The question with the way to hear it beside it, where the header is left out."""
        tool = look.part("tool") if self.can_listen else 0.0
        beside = self.ids.listen.needed(look, tool, bare=True) + 2 * look.u if self.can_listen else 0.0
        high = self.ids.title.fit(look, page.width - beside, lines_max=lines_max)
        row = page.cut_top(max(high, tool), gap)
        self._draw_listen(look, row, bare=True)
        self.ids.title.put(row, across=0)

    def _show_header(self, look: Look, area: Area) -> None:
        self.ids.header.opacity = self.ids.hint.opacity = self.ids.chip.opacity = 1
        self.ids.header.draw(look, area)

    def _leave_out_header(self) -> None:
        """Large letters need the room; the office's name was on the screen before."""
        self.ids.header.opacity = self.ids.hint.opacity = self.ids.chip.opacity = 0
        self._chip_area = Area(0, 0, 0, 0)
        self.ids.again.words = self._again_short

    def _draw_hint(self, look: Look, row: Area) -> None:
        if not self.ids.hint.opacity:
            self._count_area, self._count_across = row, 0.0
            return
        self._count_area, self._count_across = row.cut_right(16 * look.u, 2 * look.u), 1.0
        self.ids.hint.fit(look, row.width, row.height, lines_max=1)
        self.ids.hint.put(row, across=0)

    def _draw_actions(self, look: Look, row: Area) -> Area:
        """ "Choose again" at the left; skip and done at the right. Returns the room between them."""
        gap = look.space("s")
        for pill in (self.ids.done, self.ids.skip):
            width = max(pill.needed(look, row.height), 24 * look.u)
            pill.draw(look, row.cut_right(width, gap))
        if self.ids.again.needed(look, row.height) > row.width:
            self.ids.again.words = self._again_short
        self.ids.again.draw(look, row.cut_left(min(row.width, self.ids.again.needed(look, row.height)), gap))
        return row

    def _draw_tiles(self, look: Look, area: Area, columns: int, gap: float, in_rows: bool) -> None:
        rows = -(-len(self._tiles) // columns)
        cells = area.grid(columns, rows, gap)
        rooms = [
            tile.draw_row(look, cell) if in_rows else tile.draw_column(look, cell)
            for tile, cell in zip(self._tiles, cells, strict=False)
        ]
        fit_alike([tile.ids.word for tile in self._tiles], look, *rooms[0], lines_max=2)
        for tile in self._tiles:
            tile.put_words()

    def _press(self, tile: ReasonTile) -> None:
        if self._chosen >= self.most and not tile.chosen:
            self.dispatch("on_full")
        else:
            self.dispatch("on_reason", tile.reason)

    def _draw_state(self, *_: Any) -> None:
        """The chip and the count: they change while the page is up."""
        look = self._look
        if look is None:
            return
        self.ids.chip.draw(look, self._chip_area, right=not look.portrait)
        count = self.ids.count
        count.words = self._t("{n} of {most} chosen", n=self._chosen, most=self.most) if self._chosen else ""
        count.fit(look, self._count_area.width, lines_max=1)
        count.opacity = 1 if count.fits else 0
        count.put(self._count_area, across=self._count_across)
