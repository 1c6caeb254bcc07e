"""The numbers of one day: three figures, the levels with their faces, and the parts of the day.

Nothing here shows a single rating: the numbers come from the table that decides what may be shown.
"""

from pathlib import Path

from kivy.lang import Builder
from kivy.properties import StringProperty

from kiosk.domain.office_day import PARTS
from kiosk.domain.visit.survey import Survey
from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.parts import Part
from kiosk.ui.staff.numbers.bars import LevelBar, PartBar
from kiosk.ui.staff.numbers.day_words import DayWords

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

CARD_SHARES = (0.34, 0.38, 0.28)
"""How much of the width each figure gets."""

WIDE_U = 140
"""From this width on, in hundredths of the short side, each figure's basis stands in one line."""


class DayPanel(Part):
    """One day's numbers; draw it again when they or the look have changed."""

    levels_head = StringProperty("")
    why = StringProperty("")

    def __init__(self, survey: Survey) -> None:
        super().__init__()
        self.levels = [LevelBar(face=level.face) for level in reversed(survey.questions[0].levels)]
        self.parts = [PartBar() for _ in PARTS]
        for bar in (*self.levels, *self.parts):
            self.add_widget(bar)

    def draw(self, look: Look, area: Area, words: DayWords) -> None:
        """Fill the area: figures on top, levels and parts of the day below."""
        u = look.u
        self.put(area)
        high = (16.6 if area.width > WIDE_U * u else 20) * u
        self._draw_figures(look, area.cut_top(min(high, 0.41 * area.height), 1.4 * u), words)
        if look.portrait and area.height > 50 * u:
            parts = area.cut_bottom(0.38 * area.height, 1.4 * u)
        else:
            parts = area.cut_right(0.37 * area.width, 1.4 * u)
        self._draw_levels(look, area, words)
        self._draw_parts(look, parts, words)

    def _draw_figures(self, look: Look, row: Area, words: DayWords) -> None:
        gap, width = 1.4 * look.u, row.width - 2.8 * look.u
        cards = (self.ids.counted, self.ids.satisfied, self.ids.answered)
        for card, share, figure in zip(cards, CARD_SHARES, words.figures, strict=True):
            card.draw(look, row.cut_left(share * width, gap), figure)

    def _draw_levels(self, look: Look, area: Area, words: DayWords) -> None:
        u = look.u
        self.ids.levels_card.put(area)
        inside = area.inset(2.2 * u, 1.6 * u)
        self.levels_head = words.levels_head
        self.ids.levels_name.fit(look, inside.width, 4 * u, lines_max=1)
        self.ids.levels_name.put(inside.cut_top(3.8 * u, 0.8 * u), across=0)
        self.why = words.why
        self.ids.why.fit(look, inside.width, inside.height)
        self.ids.why.put(inside)
        rows = inside.grid(1, len(self.levels), 0.4 * u)
        for bar in self.levels[len(words.levels) :]:
            bar.opacity = 0
        for bar, row, level in zip(self.levels, rows, words.levels, strict=False):
            bar.opacity = 1
            bar.draw(look, row, level, name_width=min(26 * u, 0.42 * inside.width))

    def _draw_parts(self, look: Look, area: Area, words: DayWords) -> None:
        u = look.u
        self.ids.parts_card.put(area)
        inside = area.inset(2.2 * u, 1.6 * u)
        self.ids.parts_name.fit(look, inside.width, 4 * u, lines_max=1)
        self.ids.parts_name.put(inside.cut_top(3.8 * u, 0.8 * u), across=0)
        for bar, cell, part in zip(self.parts, inside.grid(len(self.parts), 1, 2 * u), words.parts, strict=True):
            bar.draw(look, cell, part)
