"""The touch test: what arrives on each face, and what arrives elsewhere."""

from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, ObjectProperty, StringProperty

from kiosk.domain.instant import Instant
from kiosk.domain.visit.door import Door
from kiosk.domain.visit.survey import Question
from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.page import paper
from kiosk.ui.parts.parts import Tile, even, picture
from kiosk.ui.staff.staff_page import StaffPage

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class TouchTestPage(StaffPage):
    """Counts what arrives on each face, and what arrives elsewhere."""

    result = StringProperty("")
    strays = StringProperty("")
    passed = BooleanProperty(False)

    __events__ = ("on_face", "on_again", "on_stray")

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._faces = [TestFace(level=level.value, face=level.face) for level in question.levels]
        for tile in self._faces:
            tile.bind(on_press=lambda pressed: self.dispatch("on_face", pressed.level))
            self.add_widget(tile)
        self._look: Look | None = None

    def on_face(self, level: int) -> None:
        """A press arrived here."""

    def on_again(self) -> None:
        """The staff want to begin again."""

    def on_stray(self) -> None:
        """A touch was no press."""

    def tell_stray(self) -> None:
        """Count a touch that was no press against the glass."""
        self.dispatch("on_stray")

    def face_tile(self, level: int) -> Any:
        """The tile of a level."""
        return next(tile for tile in self._faces if tile.level == level)

    def tell_door(self, door: Door, _at: Instant, _told: str) -> None:
        """Show the counts so far."""
        for tile in self._faces:
            tile.number = str(door.hits[int(tile.level)])
        self.passed = door.passes
        counts = ", ".join(tile.number for tile in self._faces)
        self.result = self._t("Passed: each face got exactly one press") if self.passed else counts
        self.strays = self._t("Stray touches: {n}", n=door.strays)
        self._draw_result()

    def arrange(self, look: Look) -> None:
        """Faces side by side with their counts."""
        self._look = look
        u = look.u
        page = paper(look, bottom=5 if look.portrait else 3.6)
        self.ids.header.draw(look, page.cut_top(look.part("mark"), 3 * u))
        row = page.cut_bottom(look.part("action"), 4 * u)
        if look.portrait:
            even((self.ids.again, self.ids.done), look, row, 2 * u)
            row = page.cut_bottom(4 * u)
        else:
            for pill in (self.ids.done, self.ids.again):
                pill.draw(look, row.cut_right(max(pill.needed(look, row.height), 24 * u), 2 * u))
        self._strays_area = row
        title = self.ids.title.fit(look, page.width, lines_max=2)
        face = min(22 * u, (page.width - 2 * u * (len(self._faces) - 1)) / len(self._faces) - 2 * u)
        block = page.middle(page.width, title + face + 30 * u)
        self.ids.title.put(block.cut_top(title, u))
        self._result_area = block.cut_top(6 * u, 3 * u)
        for tile, cell in zip(self._faces, block.grid(len(self._faces), 1, 2 * u), strict=True):
            tile.draw(look, cell, face)
        self._draw_result()

    def _draw_result(self) -> None:
        if self._look is not None:
            for tile in self._faces:
                tile.put_number()
            self.ids.result.fit(self._look, self._result_area.width, lines_max=1)
            self.ids.result.put(self._result_area)
            self.ids.strays.fit(self._look, self._strays_area.width, lines_max=2)
            self.ids.strays.put(self._strays_area, across=0)


class TestFace(Tile):
    """A face and how often it was pressed."""

    __test__ = False  # pytest: not a test class
    level = NumericProperty(0)
    face = NumericProperty(0)
    number = StringProperty("0")
    texture = ObjectProperty(None, allownone=True)
    face_pos = ListProperty([0, 0])
    face_size = ListProperty([0, 0])

    def draw(self, look: Look, area: Area, size: float) -> None:
        """The face over its count."""
        self.put(area)
        inside = area.inset(look.u, 2 * look.u)
        self._look = look
        cell = inside.cut_top(size).middle(size, size)
        self.texture = picture(look.face_picture(int(self.face), size))
        self.face_pos, self.face_size = (round(cell.x), round(cell.y)), (size, size)
        self._room = inside
        self.put_number()

    def put_number(self) -> None:
        """Show the count that it has now."""
        self.ids.number.fit(self._look, self._room.width, lines_max=1)
        self.ids.number.put(self._room)
