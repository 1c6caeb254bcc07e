"""The last days, week by week: a strip of seven, and the numbers of the one that was touched."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from kivy.lang import Builder
from kivy.properties import BooleanProperty, StringProperty

from kiosk.domain.instant import monday_of
from kiosk.domain.visit.survey import Survey
from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.page import paper
from kiosk.ui.parts.parts import Pill, PressTarget, even
from kiosk.ui.staff.numbers.day_panel import DayPanel
from kiosk.ui.staff.numbers.day_words import Bar, strip_words, week_words, words_of_day
from kiosk.ui.staff.numbers.numbers_page import NumbersPage

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

NOTICE_U = 60
"""The notice needs so much width, in hundredths of the short side, to stand beside the buttons."""


class DaysPage(NumbersPage):
    """Tells which day or week the staff want to see."""

    title = StringProperty("")
    summary = StringProperty("")
    """The week in one line."""
    legend = StringProperty("")

    __events__ = ("on_day", "on_week", "on_served", "on_save")

    def __init__(self, survey: Survey, can_save: bool) -> None:
        super().__init__()
        self.panel = DayPanel(survey)
        self.add_widget(self.panel)
        self.tiles = [DayTile() for _ in range(7)]
        for tile in self.tiles:
            tile.bind(on_press=lambda pressed: self.dispatch("on_day", pressed.day))
            self.add_widget(tile)
        self._can_save = can_save

    def on_day(self, day: date) -> None:
        """The staff want to see this day."""

    def on_week(self, by: int) -> None:
        """The staff want to see the week before, or after."""

    def on_served(self) -> None:
        """The staff want to type in the transactions of this day."""

    def on_save(self) -> None:
        """The staff want to carry the numbers away."""

    def targets(self) -> Iterator[PressTarget]:
        """Without the days of the strip that have no numbers, and without weeks that are not there."""
        return (target for target in super().targets() if not getattr(target, "off", False))

    def _draw(self, look: Look) -> None:
        """The week on top, its day below."""
        u = look.u
        page = paper(look, bottom=2)
        words = words_of_day(self._seen, self._t)
        self.title, self.legend = words.title, self.told or words.legend
        self._tell_week()
        self._draw_head(look, page)
        strip = page.cut_top((14.6 if look.portrait else 11.6) * u, 1.6 * u)
        for tile, cell, bar in zip(self.tiles, strip.grid(7, 1, 1.2 * u), self._bars, strict=True):
            tile.draw(look, cell, bar)
        self._draw_notes(look, page)
        self.panel.draw(look, page, words)

    def _draw_head(self, look: Look, page: Area) -> None:
        """Which day, which week; the weeks beside it and the way back at the right, in portrait below."""
        u, ids, high = look.u, self.ids, look.part("tool")
        head = page.cut_top(max(high, 12.8 * u), 1.2 * u)
        width = ids.close.needed(look, high)
        ids.close.draw(look, head.cut_right(width, 1.4 * u).middle(width, high))
        if look.portrait:
            even((ids.earlier, ids.later), look, page.cut_top(high, 1.4 * u), 1.4 * u)
        else:
            for pill in (ids.later, ids.earlier):
                width = pill.needed(look, high, bare=not look.wide)
                pill.draw(look, head.cut_right(width, 1.4 * u).middle(width, high), bare=not look.wide)
        ids.title.fit(look, head.width, 6.4 * u, lines_max=1)
        ids.title.put(head.cut_top(6.4 * u), across=0, down=0)
        ids.summary.fit(look, head.width, head.height, lines_max=2, balanced=False)
        ids.summary.put(head, across=0, down=0.3)

    def _tell_week(self) -> None:
        counted, day = self._seen.counted, self._seen.day
        self._bars = [Bar("", "", 0)] * 7
        if counted is None or day is None:
            return
        days = [monday_of(day) + timedelta(days=place) for place in range(7)]
        first, last = counted.tally.days[0].day, counted.tally.days[-1].day
        self._bars = strip_words(counted.table, counted.tally, days, self._t)
        self.summary = week_words(counted.tally, days[0], days[-1], self._t)
        self._close(self.ids.earlier, days[0] <= first)
        self._close(self.ids.later, days[-1] >= last)
        for tile, each in zip(self.tiles, days, strict=True):
            tile.day, tile.off, tile.chosen = each, not first <= each <= last, each == day

    def _close(self, pill: Pill, there_is_none: bool) -> None:
        """A week that is not there cannot be turned to."""
        pill.off = there_is_none
        pill.opacity = 0.35 if there_is_none else 1

    def _draw_notes(self, look: Look, page: Area) -> None:
        """What can be done, and how to read the numbers; what was done last takes the legend's place."""
        u, ids = look.u, self.ids
        acts = [ids.served, ids.save] if self._can_save else [ids.served]
        ids.save.opacity = 1 if self._can_save else 0
        row = page.cut_bottom(look.part("tool"), 1.4 * u)
        if not look.wide:
            even(acts, look, row, 1.4 * u)
            row.width = 0
        for pill in acts if look.wide else ():
            pill.draw(look, row.cut_left(pill.needed(look, row.height), 1.4 * u))
        if row.width < NOTICE_U * u:
            row = page.cut_bottom(6.6 * u, 0.8 * u)
        ids.notice.fit(look, row.width, row.height, lines_max=3, balanced=False)
        ids.notice.put(row, across=0)
        if self.legend:
            room = (16 if look.portrait else 10.4) * u
            high = ids.legend.fit(look, page.width, room, lines_max=6, balanced=False)
            ids.legend.put(page.cut_bottom(high, 1.2 * u), across=0)
        else:
            ids.legend.fit(look, page.width)


class DayTile(PressTarget):
    """One day of the strip."""

    name = StringProperty("")
    under = StringProperty("")
    number = StringProperty("")
    ink = StringProperty("ink")
    fill = StringProperty("surface")
    dark = BooleanProperty(False)
    chosen = BooleanProperty(False)
    off = BooleanProperty(False)
    """Not one of the days that can be looked at."""
    day: date | None = None

    def draw(self, look: Look, area: Area, bar: Bar) -> None:
        """The weekday and its date on top, the number over its bar below."""
        u = look.u
        self.put(area)
        self.ink = "on_accent" if self.chosen else "ink_muted" if self.off else "ink"
        self.fill = "accent" if self.chosen else "ground" if self.off else "surface"
        one_line = area.height < 12 * u
        self.name = f"{bar.name} · {bar.under}" if one_line else bar.name
        self.under, self.number = bar.under, bar.number
        self.ids.under.opacity = 0 if one_line else 1
        inside = area.inset(1.2 * u, 1.2 * u)
        for words in (self.ids.name,) if one_line else (self.ids.name, self.ids.under):
            words.fit(look, inside.width, 3.3 * u, lines_max=1)
            words.put(inside.cut_top(3.3 * u))
        self._draw_bar(look, inside.cut_bottom(0.9 * u, 0.4 * u), bar)
        self.ids.number.fit(look, inside.width, inside.height, lines_max=1)
        self.ids.number.put(inside)

    def _draw_bar(self, look: Look, area: Area, bar: Bar) -> None:
        wide = 0.0 if self.off else area.width * bar.share
        self.ids.stripe.draw(look, area.middle(wide, area.height), on_accent=self.chosen)
