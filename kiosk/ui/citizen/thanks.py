"""Thanks: the same neutral words and picture for every level, shown only when the disk has it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import NumericProperty, StringProperty

from kiosk.base.texts import Texts
from kiosk.domain.visit.rating import Standing
from kiosk.domain.visit.survey import Words
from kiosk.flow import View
from kiosk.ui.citizen.receipt import ReceiptCard
from kiosk.ui.citizen.scene import Hills
from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.page import Page, paper
from kiosk.ui.parts.parts import Part

__all__ = ["Hills", "ReceiptCard", "ThanksPage"]  # the rules of this page's kv file name them

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class ThanksPage(Page):
    """Says that the rating is recorded, and truly how it counts; where the office gives receipts, with a code."""

    sentence = StringProperty("")
    receipt = StringProperty("")
    """The code that is shown; empty where there is none."""

    __events__ = ("on_done",)

    def __init__(self, receipt_url: str = "", **options: Any) -> None:
        """``receipt_url`` is the page on which receipts are looked up."""
        super().__init__(**options)
        self._receipt_url = receipt_url

    def on_done(self) -> None:
        """The citizen has the code, or wants none."""

    def say(self, t: Texts, _choose: Callable[[Words], str]) -> None:
        """Take the words of a language; ``arrange`` must follow."""
        self._sentences = {
            Standing.COUNTED: t("Your rating has been recorded."),
            Standing.REPEAT: t(
                "This touch came right after the one before, so it is recorded apart and not counted in the results."
            ),
            Standing.OUT_OF_HOURS: t(
                "The office is closed now, so this touch is recorded apart and not counted in the results."
            ),
            Standing.TEST: t("This was a test. It is recorded apart and not counted in the results."),
        }

    def tell(self, view: View) -> None:
        """Say how the rating counts."""
        self.sentence = self._sentences[view.standing]
        had, self.receipt = self.receipt, (view.receipt or "") if self._receipt_url else ""
        if self.receipt:
            self.ids.card.tell(self.receipt, self._receipt_url)
        if self.receipt or had:
            self.arrange(self._look)
        else:
            self._put_words()

    def forget(self) -> None:
        """Nobody else sees the code."""
        if self.receipt:
            self.receipt = ""
            self.ids.card.forget()
            self.arrange(self._look)

    def tell_time(self, share: float) -> None:
        """Draw the ring."""
        self.ids.ring.share = share

    def arrange(self, look: Look) -> None:
        """Ring and words in the upper half, the landscape below; with a code, words, code and button."""
        self._look = look
        for part in (self.ids.card, self.ids.done):
            part.opacity = 1 if self.receipt else 0
        self.ids.ring.opacity = self.ids.hills.opacity = 0 if self.receipt else 1
        if self.receipt:
            self._put_receipt(paper(look, bottom=4))
            return
        page = Area(0, 0, look.width, look.height).inset(look.space("margin"))
        page.cut_bottom(0.27 * look.width if not look.portrait else 0.4 * look.width)
        page.cut_top(0.06 * look.width)
        self._room = page
        self._put_words()
        self.ids.hills.draw(look)

    def _put_receipt(self, page: Area) -> None:
        look, u = self._look, self._look.u
        title = self.ids.title.fit(look, page.width, lines_max=2, size_max=look.style("title").size)
        self.ids.title.put(page.cut_top(title, 1.2 * u))
        words = self.ids.sentence.fit(look, page.width, lines_max=3, size_max=look.style("text").size)
        self.ids.sentence.put(page.cut_top(words, 2.4 * u))
        row = page.cut_bottom(look.part("action"), 2.4 * u)
        done = self.ids.done
        done.draw(look, row.middle(max(done.needed(look, row.height), 24 * u), row.height))
        wide = page.width if look.portrait else min(page.width, 130 * u)
        self.ids.card.draw(look, page.middle(wide, page.height))

    def _put_words(self) -> None:
        look, u = self._look, self._look.u
        ring = look.part("ring")
        title = self.ids.title.fit(look, self._room.width, lines_max=2)
        words = self.ids.sentence.fit(look, min(self._room.width, 110 * u), lines_max=4)
        block = self._room.middle(self._room.width, ring + 4.5 * u + title + 1.6 * u + words)
        self.ids.ring.draw(look, block.cut_top(ring, 4.5 * u).middle(ring, ring))
        self.ids.title.put(block.cut_top(title, 1.6 * u))
        self.ids.sentence.put(block)


class Ring(Part):
    """A mark of something done, with a ring that shows how long the words stay."""

    share = NumericProperty(1)
    radius = NumericProperty(0)
    thick = NumericProperty(1)

    def draw(self, look: Look, area: Area) -> None:
        """Fill the area."""
        self.put(area)
        self.radius = 0.45 * area.width
        self.thick = 0.02 * area.width
        self.ids.icon.draw(look, area, area.width)
