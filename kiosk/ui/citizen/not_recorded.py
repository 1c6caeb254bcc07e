"""Not recorded: the disk refused. Honest, calm, never red, never blaming, and silent about the face."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import StringProperty

from kiosk.base.texts import Texts
from kiosk.domain.visit.survey import Words
from kiosk.flow import View
from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.page import Page, paper
from kiosk.ui.parts.parts import Part, even

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

_SHARE_MIN = 0.5
"""Words never become smaller than this share of their size."""


class NotRecordedPage(Page):
    """Says what was not kept and what the citizen can do."""

    title = StringProperty("")
    reason = StringProperty("")

    __events__ = ("on_end", "on_retry")

    def on_end(self) -> None:
        """The citizen leaves it at that and ends the visit."""

    def on_retry(self) -> None:
        """The citizen tries again."""

    def say(self, t: Texts, _choose: Callable[[Words], str]) -> None:
        """Take the words of a language; ``arrange`` must follow."""
        self._rating_words = (
            t("This machine could not record your rating"),
            t(
                "Sorry, something is wrong with this machine and your last touch was not saved. "
                "The fault is the machine's, not yours."
            ),
        )
        self._later_words = (
            t("This machine could not record what you chose"),
            t(
                "Your rating is kept. Something is wrong with this machine, and what you chose after it was not saved. "
                "The fault is the machine's, not yours."
            ),
        )

    def tell(self, view: View) -> None:
        """Say whether it was the rating or only what followed it."""
        self.title, self.reason = self._rating_words if view.rating_refused else self._later_words
        self._put_words()

    def arrange(self, look: Look) -> None:
        """The plate beside the words on a wide page, over them on a high one."""
        self._look = look
        page = paper(look, bottom=5)
        self.ids.header.draw(look, page.cut_top(look.part("mark"), 3 * look.u))
        self._draw_actions(look, page.cut_bottom(look.part("action"), 3 * look.u))
        self._room = page if look.portrait else page.inset(5.5 * look.u)
        self._put_words()

    def _put_words(self) -> None:
        look, u = self._look, self._look.u
        room = self._room.inset(0)
        # large words need the picture's room
        plate = look.part("plate") if look.text_scale == 1 else 0.0
        self.ids.plate.opacity = 1 if plate else 0
        if plate and not look.portrait:
            self.ids.plate.draw(look, room.cut_left(plate, 8 * u).middle(plate, plate))
        over = plate + 6 * u if plate and look.portrait else 0.0
        gaps = (3 * u, 1.6 * u, 0.0)
        heights = self._fit_words(room.width, room.height - over - sum(gaps))
        block = room.middle(room.width, sum(heights) + sum(gaps) + over)
        if over:
            self.ids.plate.draw(look, block.cut_top(plate, 6 * u).cut_left(plate))
        for part, high, gap in zip(self._words(), heights, gaps, strict=True):
            part.put(block.cut_top(high, gap), across=0)

    def _fit_words(self, width: float, height: float) -> list[float]:
        """Fit the three texts; where they are too much, all become smaller alike."""
        share = 1.0
        while True:
            heights = [
                part.fit(
                    self._look,
                    width,
                    balanced=part is self.ids.title,
                    size_max=share * self._look.style(part.role).size,
                )
                for part in self._words()
            ]
            if sum(heights) <= height or share < _SHARE_MIN:
                return heights
            share *= 0.95

    def _words(self) -> tuple[Any, Any, Any]:
        return self.ids.title, self.ids.reason, self.ids.remedy

    def _draw_actions(self, look: Look, row: Area) -> None:
        if look.portrait:
            even((self.ids.end, self.ids.retry), look, row, 2 * look.u)
            return
        for pill in (self.ids.retry, self.ids.end):
            width = max(pill.needed(look, row.height), 24 * look.u)
            pill.draw(look, row.cut_right(width, look.space("s")))


class Plate(Part):
    """The calm round picture beside the words."""

    def draw(self, look: Look, area: Area) -> None:
        """Fill the area."""
        self.put(area)
        self.ids.icon.draw(look, area, 0.55 * area.width)
