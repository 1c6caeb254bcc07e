"""Enrolment: a one-time code is typed and spent."""

from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import StringProperty

from kiosk.domain.instant import Instant
from kiosk.domain.visit.door import Door
from kiosk.ui.look.look import Look
from kiosk.ui.parts.page import paper
from kiosk.ui.parts.parts import even
from kiosk.ui.staff.pad_key import ERASE, PadKey
from kiosk.ui.staff.staff_page import StaffPage

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""What a one-time code is made of, as the collector makes it."""
CODE_LENGTH = 8


class EnrolmentPage(StaffPage):
    """A code is typed and spent."""

    plain = StringProperty("")
    typed = StringProperty("")
    """The code as people write it."""
    told = StringProperty("")

    __events__ = ("on_code",)

    def __init__(self) -> None:
        super().__init__()
        self._keys = [PadKey(name=name) for name in (*CODE_LETTERS, ERASE)]
        for key in self._keys:
            key.bind(on_press=lambda pressed: self._strike(pressed.name))
            self.add_widget(key)
        self._look: Look | None = None

    def on_code(self, code: str) -> None:
        """The staff send the code that was typed."""

    def pad_key(self, name: str) -> Any:
        """A key of the pad."""
        return next(key for key in self._keys if key.name == name)

    def forget(self) -> None:
        """Forget what was typed."""
        self.plain = ""
        self._draw()

    def tell_door(self, _door: Door, _at: Instant, told: str) -> None:
        """Show what became of the code."""
        self.told = told or self._t("The code has {n} letters.", n=CODE_LENGTH)
        self._draw()

    def arrange(self, look: Look) -> None:
        """The letters in rows, what was typed over them."""
        self._look = look
        u = look.u
        page = paper(look, bottom=5 if look.portrait else 3.6)
        self.ids.title.put(page.cut_top(self.ids.title.fit(look, page.width, lines_max=2), u), across=0)
        even((self.ids.back, self.ids.send), look, page.cut_bottom(look.part("action"), 3 * u), 2 * u)
        self._code_area = page.cut_top(9 * u)
        self._told_area = page.cut_top(11 * u, 2 * u)
        columns = 7
        for key, cell in zip(self._keys, page.grid(columns, 3, 1.4 * u), strict=True):
            key.draw(look, cell, "" if key.name == ERASE else key.name)
        self._draw()

    def _strike(self, name: str) -> None:
        self.plain = self.plain[:-1] if name == ERASE else (self.plain + name)[:CODE_LENGTH]
        self._draw()

    def _draw(self) -> None:
        if self._look is None:
            return
        parts = (self.plain[:4], self.plain[4:])
        self.typed = "-".join(part for part in parts if part)
        self.ids.code.fit(self._look, self._code_area.width, lines_max=1)
        self.ids.code.put(self._code_area, across=0)
        self.ids.told.fit(self._look, self._told_area.width, self._told_area.height, balanced=False)
        self.ids.told.put(self._told_area, across=0, down=0)
