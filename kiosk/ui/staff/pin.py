"""The PIN: a pad, and dots that show how many digits are typed, never which."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from kiosk.base.texts import Texts
from kiosk.domain.instant import Instant
from kiosk.domain.visit.door import PIN_DIGITS, Door
from kiosk.domain.visit.survey import Words
from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.parts import Part
from kiosk.ui.staff.pad_key import ERASE, PadKey
from kiosk.ui.staff.staff_page import StaffPage

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

CLEAR = "clear"


class PinPage(StaffPage):
    """Tells which digits are typed; shows only how many."""

    hint = StringProperty("")
    wrong = BooleanProperty(False)

    __events__ = ("on_digit", "on_erase")

    def __init__(self) -> None:
        super().__init__()
        self._keys = [PadKey(name=name) for name in (*"123456789", CLEAR, "0", ERASE)]
        for key in self._keys:
            key.bind(on_press=lambda pressed: self._strike(pressed.name))
            self.add_widget(key)
        self._look: Look | None = None

    def on_digit(self, digit: str) -> None:
        """A digit was struck."""

    def on_erase(self) -> None:
        """The staff take the last digit back."""

    def pad_key(self, name: str) -> Any:
        """A key of the pad."""
        return next(key for key in self._keys if key.name == name)

    def say(self, t: Texts, choose: Callable[[Words], str]) -> None:
        """Take the words; ``arrange`` must follow."""
        super().say(t, choose)
        self.hint = t("Type the PIN of {n} digits. After a wrong one the kiosk waits, longer each time.", n=PIN_DIGITS)

    def tell_door(self, door: Door, at: Instant, _told: str) -> None:
        """Dots for digits, and after a wrong PIN how long to wait."""
        self.ids.dots.on = door.digits
        wait = door.wait_s(at)
        self.wrong = wait > 0
        self.hint = (
            self._t("The PIN was wrong. Please try again in {n} s.", n=wait)
            if wait
            else self._t(
                "Type the PIN of {n} digits. After a wrong one the kiosk waits, longer each time.", n=PIN_DIGITS
            )
        )
        self._draw_hint()

    def arrange(self, look: Look) -> None:
        """Words at the left, the pad at the right; under each other in portrait."""
        self._look = look
        u = look.u
        page = Area(0, 0, look.width, look.height).inset((5.5 if look.portrait else 12) * u, 6 * u)
        size, gap = look.part("digit"), 1.8 * u
        pad = (3 * size + 2 * gap, 4 * size + 3 * gap)
        if look.portrait:
            self._arrange_pad(look, page.cut_bottom(0.55 * page.height).middle(*pad), gap)
        else:
            self._arrange_pad(look, page.cut_right(pad[0], 8 * u).middle(*pad), gap)
        title = self.ids.title.fit(look, page.width, lines_max=2)
        hint, dot, action = (
            3.2 * look.style("text").size * look.style("text").line,
            look.part("dot"),
            look.part("action"),
        )
        block = page.middle(page.width, title + hint + dot + action + 11 * u)
        self.ids.title.put(block.cut_top(title, 2 * u), across=0)
        self._hint_area = block.cut_top(hint, 2 * u)
        self.ids.dots.draw(look, block.cut_top(dot, 7 * u))
        self.ids.back.draw(look, block.cut_left(min(block.width, self.ids.back.needed(look, action))).cut_top(action))
        self._draw_hint()

    def _arrange_pad(self, look: Look, area: Area, gap: float) -> None:
        for key, cell in zip(self._keys, area.grid(3, 4, gap), strict=True):
            key.draw(look, cell, {CLEAR: self._t("Clear"), ERASE: ""}.get(key.name, key.name))

    def _draw_hint(self) -> None:
        look = self._look
        if look is None:
            return
        room = self._hint_area.inset(0)
        if self.wrong:
            size = look.style("text").size
            self.ids.mark.draw(look, room.cut_left(size, look.u).cut_top(1.45 * size), size)
        self.ids.hint.fit(look, room.width, room.height, balanced=False)
        self.ids.hint.put(room, across=0, down=0)

    def _strike(self, name: str) -> None:
        if name == CLEAR:
            for _ in range(PIN_DIGITS):
                self.dispatch("on_erase")
        elif name == ERASE:
            self.dispatch("on_erase")
        else:
            self.dispatch("on_digit", name)


class Dots(Part):
    """A row of dots: how many digits are typed."""

    on = NumericProperty(0)

    def __init__(self, **others: Any) -> None:
        super().__init__(**others)
        self._dots = [Dot() for _ in range(PIN_DIGITS)]
        for dot in self._dots:
            self.add_widget(dot)

    def draw(self, look: Look, area: Area) -> None:
        """Stand at the left of the area."""
        for dot in self._dots:
            dot.put(area.cut_left(area.height, 2.4 * look.u))

    def on_on(self, _dots: Any, typed: int) -> None:
        """Fill as many as are typed."""
        for place, dot in enumerate(self._dots):
            dot.on = place < typed


class Dot(Part):
    """The dot of one digit."""

    on = BooleanProperty(False)
