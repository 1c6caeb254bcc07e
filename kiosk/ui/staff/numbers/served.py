"""Transactions served: a number is typed for a day and a counter, and written into the journal."""

from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import StringProperty

from kiosk.domain.visit.rating import SERVED_MAX
from kiosk.numbers.tables import words_of
from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.page import paper
from kiosk.ui.parts.parts import even
from kiosk.ui.staff.numbers.bars import Card
from kiosk.ui.staff.numbers.day_words import counter_words
from kiosk.ui.staff.numbers.numbers_page import NumbersPage
from kiosk.ui.staff.pad_key import ERASE, PadKey
from kiosk.ui.wiring.desk import Delivery, Seen

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

CLEAR = "clear"
DIGITS_MAX = len(str(SERVED_MAX))


class ServedPage(NumbersPage):
    """Tells the number that was typed."""

    subject = StringProperty("")
    """The day, and in a hall the counter."""
    rated = StringProperty("")
    """In a hall: how the counter did."""
    typed = StringProperty("")
    shown = StringProperty("–")
    hint = StringProperty("")

    __events__ = ("on_number", "on_counter")

    def __init__(self) -> None:
        super().__init__()
        self._sheet = Card()
        self.add_widget(self._sheet, index=len(self.children))
        self._keys = [PadKey(name=name) for name in (*"123456789", CLEAR, "0", ERASE)]
        for key in self._keys:
            key.bind(on_press=lambda pressed: self._strike(pressed.name))
            self.add_widget(key)

    def on_number(self, n: int) -> None:
        """The staff typed that ``n`` transactions were served."""

    def on_counter(self, by: int) -> None:
        """The staff want the counter before, or the next one."""

    def pad_key(self, name: str) -> Any:
        """A key of the pad."""
        return next(key for key in self._keys if key.name == name)

    def keep(self) -> None:
        """Send the number that was typed; where none was, do nothing."""
        if self.typed:
            self.dispatch("on_number", int(self.typed))
            self.typed = ""
            self._redraw()

    def forget(self) -> None:
        """Forget what was typed."""
        self.typed = ""
        self._redraw()

    def tell_desk(self, seen: Seen, delivery: Delivery | None, testing: bool) -> None:
        """Which day and counter it is, and what was typed in before."""
        if (seen.day, seen.counter) != (self._seen.day, self._seen.counter):
            self.typed = ""
        super().tell_desk(seen, delivery, testing)

    def _strike(self, name: str) -> None:
        if name == CLEAR:
            self.typed = ""
        elif name == ERASE:
            self.typed = self.typed[:-1]
        elif len(self.typed) < DIGITS_MAX:
            self.typed = str(int(self.typed + name))
        self._redraw()

    def _say(self) -> None:
        t, seen = self._t, self._seen
        self.shown = t.number(int(self.typed)) if self.typed else "–"
        if seen.counted is None or seen.day is None:
            return
        tally = seen.counted.tally
        self.subject = f"{t.weekday(seen.day)} {t.day(seen.day)}"
        if tally.terms.counters:
            self.subject += f"\n{t('Counter')} {words_of(tally.terms.counters[seen.counter], t)}"
        self.rated = counter_words(seen, t)
        before = tally.of(seen.day).served_at.get(seen.counter)
        if self.told:
            self.hint = self.told
        elif before is None:
            self.hint = t("Type how many transactions were served. Nothing typed in yet.")
        else:
            self.hint = t("Typed in before: {n}. A new number takes its place.", n=t.number(before))

    def _draw(self, look: Look) -> None:
        """Words and the number at the left, the pad at the right; under each other in portrait."""
        self._say()
        u = look.u
        page = paper(look, bottom=5 if look.portrait else 3.6)
        size, gap = look.part("digit"), 1.8 * u
        pad = (3 * size + 2 * gap, 4 * size + 3 * gap)
        if look.portrait:
            cells = page.cut_bottom(pad[1], 4 * u).middle(*pad)
        else:
            cells = page.cut_right(pad[0], 7 * u).middle(*pad)
        for key, cell in zip(self._keys, cells.grid(3, 4, gap), strict=True):
            key.draw(look, cell, {CLEAR: self._t("Clear"), ERASE: ""}.get(key.name, key.name))
        self._draw_words(look, page)

    def _draw_words(self, look: Look, page: Area) -> None:
        u, ids = look.u, self.ids
        ids.title.put(page.cut_top(ids.title.fit(look, page.width, 7.6 * u, lines_max=1), 1.6 * u), across=0)
        ids.subject.put(page.cut_top(ids.subject.fit(look, page.width, 17 * u, lines_max=3), 1.6 * u), across=0)
        even((ids.back, ids.keep), look, page.cut_bottom(look.part("action"), 2.4 * u), 2 * u)
        self._draw_counters(look, page)
        high = ids.rated.fit(look, page.width, 4 * u, lines_max=1)
        ids.rated.put(page.cut_top(high if self.rated else 0, (1.2 if self.rated else 0) * u), across=0)
        sheet = page.cut_top(12 * u, 1.8 * u)
        self._sheet.put(sheet)
        ids.number.fit(look, sheet.width - 4 * u, sheet.height, lines_max=1)
        ids.number.put(sheet.inset(3 * u), across=1)
        ids.hint.fit(look, page.width, page.height, balanced=False)
        ids.hint.put(page, across=0, down=0)

    def _draw_counters(self, look: Look, page: Area) -> None:
        """In a hall: to the counter before and to the next."""
        in_hall = self._seen.counted is not None and bool(self._seen.counted.tally.terms.counters)
        for pill in (self.ids.before, self.ids.after):
            pill.opacity = 1 if in_hall else 0
        if in_hall:
            row = page.cut_top(look.part("tool"), 1.8 * look.u)
            even((self.ids.before, self.ids.after), look, row, 2 * look.u)
