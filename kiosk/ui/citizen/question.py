"""Step 1, press: the question, three to five faces, one press.

The pressed look is up with the next frame; what the press means, step 2 and 3 decide.
"""

from collections.abc import Callable
from pathlib import Path

from kivy.lang import Builder
from kivy.properties import StringProperty

from kiosk.base.texts import Texts
from kiosk.domain.visit.survey import Question, Words
from kiosk.ui.citizen.face_tile import FaceTile
from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.page import Page, paper
from kiosk.ui.parts.parts import Pill, even, fit_alike

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class QuestionPage(Page):
    """Tells which level was pressed; never shows what anybody pressed before."""

    question = StringProperty("")
    progress = StringProperty("")
    privacy = StringProperty("")

    __events__ = ("on_face", "on_listen", "on_text_size", "on_contrast", "on_language")

    def __init__(self, question: Question, place: int = 0, of: int = 1) -> None:
        super().__init__()
        self._question = question
        self._place, self._of = place, of
        self._faces = [FaceTile(level=level.value, face=level.face) for level in question.levels]
        for tile in self._faces:
            tile.bind(on_press=lambda pressed: self.dispatch("on_face", pressed.level))
            self.add_widget(tile)
        self._few = len(self._faces) <= 3

    def face_tile(self, level: int) -> FaceTile:
        """The tile of a level."""
        return next(tile for tile in self._faces if tile.level == level)

    def on_face(self, level: int) -> None:
        """The citizen chose this level; empty, as every event: ``kiosk.ui.stage.pages`` binds it to the flow."""

    def on_listen(self) -> None:
        """The citizen wants to hear the question."""

    def on_text_size(self) -> None:
        """The citizen wants larger letters."""

    def on_contrast(self) -> None:
        """The citizen wants more contrast."""

    def on_language(self) -> None:
        """The citizen wants the other language."""

    def say(self, t: Texts, choose: Callable[[Words], str]) -> None:
        """Take the words of a language; ``arrange`` must follow."""
        self.question = choose(self._question.text)
        self.progress = t("Question {n} of {of}", n=self._place + 1, of=self._of) if self._of > 1 else ""
        self._privacy_long = t("Anonymous: no name and no picture is taken. Officers cannot see single ratings.")
        self._privacy_short = t("Anonymous. Officers cannot see single ratings.")
        for tile, level in zip(self._faces, self._question.levels, strict=True):
            tile.words = choose(level.text)

    def arrange(self, look: Look) -> None:
        """Faces in columns on a wide page, in rows on a high one, beside the question for large text."""
        self.privacy = self._privacy_short if look.large else self._privacy_long
        if look.portrait:
            self._arrange_high(look, paper(look, bottom=5))
        elif look.large or not look.wide:
            self._arrange_beside(look, paper(look))
        else:
            self._arrange_wide(look, paper(look))

    def _arrange_wide(self, look: Look, page: Area) -> None:
        u = look.u
        self._draw_header(look, page.cut_top(look.part("mark")))
        self._draw_footer(look, page.cut_bottom(look.part("tool")))
        high = self.ids.title.fit(look, page.width, lines_max=2)
        pad, gap = (3, 2) if self._few else (4.6, 2.8)
        words = look.style("label").size * (1.6 if self._few else 2.56)
        frame = (pad + gap + 3) * u + words
        room = page.height - high - 10 * u - frame
        face = max(look.part("face_min"), min(look.part("face_few" if self._few else "face"), room))
        block = page.middle(page.width, high + 5 * u + frame + face)
        self.ids.title.put(block.cut_top(high, 5 * u))
        rooms = [
            tile.draw_column(look, cell, min(face, cell.width - 2.4 * u), pad, gap)
            for tile, cell in zip(self._faces, self._columns(look, block), strict=True)
        ]
        self._put_face_words(look, *rooms[0])

    def _columns(self, look: Look, block: Area) -> list[Area]:
        if not self._few:
            return block.grid(len(self._faces), 1, look.space("s"))
        gap, n = 3.5 * look.u, len(self._faces)
        return block.middle(min(block.width, n * 40 * look.u + (n - 1) * gap), block.height).grid(n, 1, gap)

    def _arrange_high(self, look: Look, page: Area) -> None:
        u = look.u
        self._draw_header(look, page.cut_top(look.part("mark"), (10 if look.text_scale < 2 else 5) * u))
        tools = page.cut_bottom(look.part("tool"), 3 * u)
        even(self._tools(), look, tools, 1.6 * u, bare=look.text_scale > 1)
        self._draw_privacy(look, page.cut_bottom(self._privacy_height(look, page.width), 5 * u))
        high = self.ids.title.fit(look, page.width, lines_max=4)
        self.ids.title.put(page.cut_top(high, (6 if look.text_scale < 2 else 4) * u), across=0)
        self._draw_rows(look, page, look.space("s"), 4 * u)

    def _arrange_beside(self, look: Look, page: Area) -> None:
        u = look.u
        left = page.cut_left(page.width * 66 / 149, 5 * u)
        self._draw_rows(look, page, 1.6 * u, 2.6 * u)
        self._draw_header(look, left.cut_top(max(look.part("mark"), 2.7 * look.style("head").size), 3 * u))
        tools = left.cut_bottom(look.part("tool"), 3 * u)
        even(self._tools(), look, tools, 1.6 * u, bare=True)
        self._draw_privacy(look, left.cut_bottom(self._privacy_height(look, left.width), 3 * u))
        self.ids.title.fit(look, left.width, left.height)
        self.ids.title.put(left, across=0)

    def _draw_header(self, look: Look, strip: Area) -> None:
        if self.progress:
            self.ids.progress.fit(look, strip.width / 3, lines_max=1)
            self.ids.progress.put(strip.cut_right(self.ids.progress.width, 2 * look.u), across=1)
        self.ids.header.draw(look, strip)

    def _draw_rows(self, look: Look, area: Area, gap: float, inner: float) -> None:
        cells = area.grid(1, len(self._faces), gap)
        rooms = [
            tile.draw_row(look, cell, min(look.part("face_row"), cell.height - 1.4 * look.u), inner)
            for tile, cell in zip(reversed(self._faces), cells, strict=True)
        ]
        self._put_face_words(look, *rooms[0])

    def _put_face_words(self, look: Look, width: float, height: float) -> None:
        fit_alike([tile.ids.word for tile in self._faces], look, width, height, lines_max=2)
        for tile in self._faces:
            tile.put_words()

    def _draw_footer(self, look: Look, strip: Area) -> None:
        gap = look.space("s")
        for bare in (False, True):
            widths = [tool.needed(look, strip.height, bare) for tool in self._tools()]
            left = strip.width - sum(widths) - gap * len(widths)
            if left > 0 and self._fit_privacy(look, left) <= 1.1 * strip.height and self.ids.private.fits:
                break
        row = strip.inset(0)
        for tool, width in zip(reversed(self._tools()), reversed(widths), strict=True):
            tool.draw(look, row.cut_right(width, gap), bare)
        self._draw_privacy(look, row)

    def _privacy_height(self, look: Look, width: float) -> float:
        return max(look.part("icon_private"), self._fit_privacy(look, width))

    def _fit_privacy(self, look: Look, width: float) -> float:
        return float(self.ids.private.fit(look, width - self._lock_width(look), lines_max=3))

    def _draw_privacy(self, look: Look, area: Area) -> None:
        self._fit_privacy(look, area.width)
        size = look.part("icon_private")
        if look.large:
            self.ids.lock.opacity = 0
        else:
            self.ids.lock.opacity = 1
            self.ids.lock.draw(look, area.cut_left(size, 1.6 * look.u), size)
        self.ids.private.put(area, across=0)

    def _lock_width(self, look: Look) -> float:
        return 0 if look.large else look.part("icon_private") + 1.6 * look.u

    def _tools(self) -> list[Pill]:
        tools = (self.ids.listen, self.ids.text_size, self.ids.contrast, self.ids.language)
        return [tool for tool in tools if tool.opacity]
