"""The counter page: a kiosk at the exit of a hall asks which counter served the citizen, before anything else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import BooleanProperty, StringProperty

from kiosk.base.texts import Texts
from kiosk.domain.visit.survey import Words
from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.page import Page, paper
from kiosk.ui.parts.parts import Tile, fit_alike
from kiosk.ui.wiring.wiring import HallCounter

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

TILES_MAX = 15
"""So many tiles at most stand on one page together …"""
TILES_OF_SEVERAL = 12
"""… where there are more, this many are shown at a time …"""
TILES_LARGE = 8
"""… and this many with large letters."""
TILE_U_MAX = 36
"""A tile is never higher than so many hundredths of the short side, however few there are."""


class CounterPage(Page):
    """Tells which counter the citizen chose."""

    several = BooleanProperty(False)

    __events__ = ("on_counter", "on_listen", "on_language")

    def __init__(self, counters: tuple[HallCounter, ...]) -> None:
        super().__init__()
        self._counters = counters
        self._tiles = [CounterTile(code=counter.code, number=counter.number) for counter in counters]
        for tile in self._tiles:
            tile.bind(on_press=lambda pressed: self.dispatch("on_counter", pressed.code))
            self.add_widget(tile)
        self._first = 0
        self._size = len(counters)
        self._look: Look | None = None

    def on_counter(self, code: str | None) -> None:
        """The citizen chose this counter, or does not remember."""

    def on_listen(self) -> None:
        """The citizen wants to hear the question."""

    def on_language(self) -> None:
        """The citizen wants the other language."""

    def counter_tile(self, code: str) -> Any:
        """The tile of a counter."""
        return next(tile for tile in self._tiles if tile.code == code)

    def say(self, _t: Texts, choose: Callable[[Words], str]) -> None:
        """Take the words of a language; ``arrange`` must follow."""
        for tile, counter in zip(self._tiles, self._counters, strict=True):
            tile.words = choose(counter.name)

    def forget(self) -> None:
        """Begin with the first counters again for each citizen."""
        if self._first:
            self._first = 0
            self._draw()

    def turn(self) -> None:
        """The next counters, and after the last the first ones again."""
        self._first += self._size
        if self._first >= len(self._tiles):
            self._first = 0
        self._draw()

    def arrange(self, look: Look) -> None:
        """Tiles in a grid; the way out below."""
        self._look, self._first = look, 0
        whole, part = (TILES_LARGE, TILES_LARGE) if look.text_scale > 1 else (TILES_MAX, TILES_OF_SEVERAL)
        self.several = len(self._tiles) > whole
        self._size = part if self.several else len(self._tiles)
        self._draw()

    def _draw(self) -> None:
        look = self._look
        if look is None:
            return
        u, large = look.u, look.text_scale > 1
        page = paper(look, bottom=5 if look.portrait else 3.6)
        head = page.cut_top(look.part("mark"), (2 if large else 4.4) * u)
        tools = Area(head.x, head.y + (head.height - look.part("tool")) / 2, head.width, look.part("tool"))
        for pill in (self.ids.language, self.ids.listen):
            if pill.opacity:
                width = pill.needed(look, tools.height, bare=large)
                pill.draw(look, tools.cut_right(width, 2 * u), bare=large)
                head.cut_right(width, 2 * u)
        self.ids.header.draw(look, head)
        self._draw_actions(look, page)
        high = self.ids.title.fit(look, page.width, lines_max=2)
        self.ids.title.put(page.cut_top(high, (2 if large else 3.4) * u), across=0)
        self._draw_tiles(look, page)

    def _draw_actions(self, look: Look, page: Area) -> None:
        u, gap = look.u, (1.5 if look.text_scale > 1 else 3) * look.u
        pills = [pill for pill in (self.ids.unsure, self.ids.more) if pill.opacity]
        hint = self.ids.hint
        if look.portrait:
            for pill in pills:
                pill.draw(look, page.cut_bottom(look.part("action"), gap))
            row = page.cut_bottom(hint.fit(look, page.width, lines_max=3), gap)
        else:
            row = page.cut_bottom(look.part("action"), gap)
            share = row.width / len(pills) - 2 * u
            for pill in pills:
                pill.draw(look, row.cut_right(min(share, pill.needed(look, row.height)), 2 * u))
        fits = row.width > 20 * u and hint.fit(look, row.width, row.height, lines_max=3) and hint.fits
        hint.opacity = 1 if fits and not look.large else 0
        hint.put(row, across=0)

    def _draw_tiles(self, look: Look, area: Area) -> None:
        size = self._size
        shown = self._tiles[self._first : self._first + size]
        for tile in self._tiles:
            tile.opacity = 1 if tile in shown else 0
        columns = _columns(size, look)
        rows = -(-size // columns)
        area = area.cut_top(min(area.height, rows * TILE_U_MAX * look.u))
        cells = area.grid(columns, rows, look.space("s") * (0.6 if look.text_scale > 1 else 1))
        rooms = [tile.draw(look, cell) for tile, cell in zip(shown, cells, strict=False)]
        fit_alike([tile.ids.word for tile in self._tiles], look, *rooms[0], lines_max=2)
        for tile in shown:
            tile.put_words()


class CounterTile(Tile):
    """The tile of one counter: its number, large, and what is done there."""

    code = StringProperty("")
    number = StringProperty("")
    words = StringProperty("")

    def draw(self, look: Look, area: Area) -> tuple[float, float]:
        """The number over the words, or beside them where there is little height; returns the words' room."""
        self.put(area)
        inside = area.inset(1.6 * look.u, look.u)
        high = look.style("number").size * 1.1
        self._beside = inside.height < high + 2.6 * look.style("label").size * min(1.0, look.text_scale)
        room = inside.cut_left(min(0.3 * inside.width, 14 * look.u), look.u) if self._beside else inside.cut_top(high)
        self.ids.number.fit(look, room.width, room.height, lines_max=1)
        self.ids.number.put(room)
        self._room = inside
        return inside.width, inside.height

    def put_words(self) -> None:
        """Put the words into their room, once they fit; the number comes close to them."""
        number, word = self.ids.number, self.ids.word
        if self._beside:
            word.put(self._room, across=0)
            return
        spare = (self._room.height - word.height) / 2
        number.y = round(number.y - 0.6 * spare)
        word.put(Area(self._room.x, self._room.y + 0.6 * spare, self._room.width, word.height))


def _columns(tiles: int, look: Look) -> int:
    if look.portrait:
        return 1 if tiles <= 3 else 2 if tiles <= TILES_OF_SEVERAL else 3
    if look.large or (look.text_scale > 1 and not look.wide):
        return 2
    if tiles <= 3:
        return tiles
    return 4 if tiles <= 8 or tiles == TILES_OF_SEVERAL else 5
