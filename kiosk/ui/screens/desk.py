"""The staff's desk: today's tally as far as it may be shown, the way to the collector, and what can be done.

Nothing here shows a single rating: the numbers come from the one function that decides what may be shown.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kivy.lang import Builder
from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty

from kiosk.domain.door import Door
from kiosk.domain.instant import Instant
from kiosk.domain.survey import Survey
from kiosk.ui.area import Area
from kiosk.ui.desk import Delivery
from kiosk.ui.look import Look
from kiosk.ui.parts import Part, Tile, fit_alike, picture
from kiosk.ui.screens.page import paper
from kiosk.ui.screens.staff_page import StaffPage

if TYPE_CHECKING:
    from kiosk.tally import DayTally

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

HOUR_S = 3600
DAY_S = 24 * HOUR_S


class DeskPage(StaffPage):
    """Tells what the staff want to do."""

    subtitle = StringProperty("")
    counted = StringProperty("")
    aside = StringProperty("")
    share = StringProperty("")
    basis = StringProperty("")
    why = StringProperty("")
    notice = StringProperty("")
    waiting = StringProperty("")
    contact = StringProperty("")
    told = StringProperty("")

    __events__ = ("on_act",)

    def __init__(self, survey: Survey, acts: tuple[str, ...]) -> None:
        super().__init__()
        self._survey = survey
        self._bars = [LevelBar(face=level.face) for level in reversed(survey.questions[0].levels)]
        self._acts = [ActTile(name=name, icon=ICONS[name]) for name in acts]
        for bar in self._bars:
            self.add_widget(bar)
        for tile in self._acts:
            tile.bind(on_press=lambda pressed: self.dispatch("on_act", pressed.name))
            self.add_widget(tile)
        self._look: Look | None = None
        self._counts: list[int] = []

    def on_act(self, name: str) -> None:
        """The staff want this done."""

    def act_tile(self, name: str) -> Any:
        """The tile of an act."""
        return next(tile for tile in self._acts if tile.name == name)

    def say(self, t: Any, choose: Any) -> None:
        """Take the words; ``arrange`` must follow."""
        super().say(t, choose)
        self.notice = t("Recorded at the counter from people who chose to answer. Neither the SIPAS nor the 766 index.")
        names = {
            "cleaning": t("Clean the screen"),
            "touch_test": t("Touch test"),
            "checks": t("Sound and brightness"),
            "test_mode": t("Test mode"),
            "enrolment": t("Enrol this kiosk"),
            "export": t("Export to USB"),
            "restart": t("Restart"),
            "leave": t("Leave the kiosk mode"),
        }
        for tile in self._acts:
            tile.words = names[tile.name]
        for bar, level in zip(self._bars, reversed(self._survey.questions[0].levels), strict=True):
            bar.words = choose(level.text)

    def tell_door(self, _door: Door, _at: Instant, told: str) -> None:
        """What was done last."""
        self.told = told

    def tell_desk(self, tally: "DayTally | None", delivery: Delivery | None, testing: bool) -> None:
        """Show the numbers that may be shown, and how it stands."""
        for tile in self._acts:
            tile.on = tile.name == "test_mode" and testing
        if tally is not None:
            self._tell_tally(tally)
        if delivery is not None:
            self._tell_delivery(delivery)
        self._draw()

    def arrange(self, look: Look) -> None:
        """Numbers at the left, the way to the collector and the acts at the right; below in portrait."""
        self._look = look
        self._draw()

    def _tell_tally(self, tally: "DayTally") -> None:
        from kiosk.domain.disclosure import Shown
        from kiosk.tally import share_of

        t, shown = self._t, tally.shown.get(self._survey.ref, Shown())
        self.subtitle = t.day(tally.day)
        self.counted = t.number(shown.n) if shown.n else "–"
        aside = sum(tally.aside.values())
        self.aside = t("Set aside: {n} (repeats, tests, out of hours)", n=t.number(aside)) if aside else ""
        share = share_of(shown, self._survey)
        percent = share.percent(1) if share else None
        interval = share.interval() if share else None
        if share is None or percent is None or interval is None:
            self.share = "–"
            self.basis = t("Too few ratings for a percentage.")
        else:
            self.share = t.percent(percent)
            self.basis = t(
                "{k} of {n} · 95% interval {low} to {high}",
                k=t.number(share.numerator), n=t.number(share.denominator),
                low=t.percent(interval[0]), high=t.percent(interval[1]),
            )  # fmt: skip
        self._counts = [shown.counts.get(level.value, 0) for level in reversed(self._survey.questions[0].levels)]
        if shown.hidden:
            self._counts, self.why = [], t("Too few ratings to be shown without giving single ones away.")
        elif not shown.n:
            self._counts, self.why = [], t("No ratings to show yet. That is not 0%: nobody's opinion is known.")
        else:
            self.why = ""
        if shown.waiting and not shown.n:
            self.why = t("Newer ratings are shown when this part of the day is over and there are enough of them.")

    def _tell_delivery(self, delivery: Delivery) -> None:
        t, age = self._t, delivery.contact_age_s
        if not delivery.enrolled:
            self.contact = t("Not known to a collector yet")
        elif age is None:
            self.contact = t("No contact since the start")
        elif age < HOUR_S:
            self.contact = t("Contact: less than an hour ago")
        elif age < DAY_S:
            self.contact = t("Contact: {n} hours ago", n=age // HOUR_S)
        else:
            self.contact = t("Contact: {n} days ago", n=age // DAY_S)
        waiting = delivery.waiting
        self.waiting = t("Entries waiting: {n}", n="?" if waiting is None else t.number(waiting - waiting % 5))
        if waiting is not None and 0 < waiting < 5:
            self.waiting = t("Entries waiting: fewer than 5")

    def _draw(self) -> None:
        look = self._look
        if look is None:
            return
        u = look.u
        page = paper(look, bottom=2)
        head = page.cut_top(look.part("mark"), 2.4 * u)
        width = self.ids.close.needed(look, look.part("tool"))
        self.ids.close.draw(look, head.cut_right(width, 2 * u).middle(width, look.part("tool")))
        self.ids.header.draw(look, head)
        side = page.cut_bottom(0.42 * page.height, 2 * u) if look.portrait else page.cut_right(36 * u, 2.4 * u)
        self._draw_side(look, side)
        high = self.ids.notice.fit(look, page.width, lines_max=4)
        self.ids.notice.put(page.cut_bottom(high, 1.6 * u), across=0)
        self._draw_cards(look, page.cut_top(17.6 * u, 1.6 * u))
        self._draw_levels(look, page)

    def _draw_cards(self, look: Look, row: Area) -> None:
        u, ids = look.u, self.ids
        left = row.cut_left(0.42 * row.width, 1.6 * u)
        for card, name, figure, basis, area in (
            (ids.counted_card, ids.counted_name, ids.counted, ids.aside, left),
            (ids.share_card, ids.share_name, ids.share, ids.basis, row),
        ):
            card.put(area)
            inside = area.inset(2.4 * u, 1.6 * u)
            name.fit(look, inside.width, lines_max=1)
            name.put(inside.cut_top(3.2 * u), across=0)
            figure.fit(look, inside.width, lines_max=1)
            figure.put(inside.cut_top(6.6 * u), across=0)
            basis.fit(look, inside.width, inside.height, lines_max=2, balanced=False)
            basis.put(inside, across=0)

    def _draw_levels(self, look: Look, area: Area) -> None:
        self.ids.levels_card.put(area)
        inside = area.inset(2.4 * look.u, 2 * look.u)
        self.ids.why.fit(look, inside.width, inside.height)
        self.ids.why.put(inside)
        most = max(self._counts, default=0) or 1
        for bar, cell, place in zip(self._bars, inside.grid(1, len(self._bars), 0.6 * look.u), range(9), strict=False):
            bar.opacity = 1 if self._counts else 0
            count = self._counts[place] if self._counts else 0
            bar.draw(look, cell, count / most, self._t.number(count) if self._counts else "")

    def _draw_side(self, look: Look, area: Area) -> None:
        u = look.u
        for icon, words in ((self.ids.waiting_icon, self.ids.waiting), (self.ids.contact_icon, self.ids.contact)):
            row = area.cut_top(5 * u, 0.6 * u)
            icon.draw(look, row.cut_left(4.4 * u, 1.6 * u), 4.4 * u)
            words.fit(look, row.width, row.height, lines_max=1)
            words.put(row, across=0)
        told = self.ids.told
        high = told.fit(look, area.width, lines_max=5, balanced=False) if self.told else 0
        told.put(area.cut_top(high, (1.6 if high else 0) * u), across=0)
        columns = 2 if look.portrait else 1
        rows = -(-len(self._acts) // columns)
        cells = area.grid(columns, rows, u)
        rooms = [tile.draw(look, cell) for tile, cell in zip(self._acts, cells, strict=False)]
        fit_alike([tile.ids.word for tile in self._acts], look, *rooms[0], lines_max=2)
        for tile in self._acts:
            tile.put_words()


class Card(Part):
    """A sheet under some numbers."""


class LevelBar(Part):
    """One level: face, words, bar, number."""

    words = StringProperty("")
    number = StringProperty("")
    texture = ObjectProperty(None, allownone=True)
    face_pos = ListProperty([0, 0])
    face_size = ListProperty([0, 0])
    bar_pos = ListProperty([0, 0])
    bar_size = ListProperty([0, 0])

    def __init__(self, face: int) -> None:
        super().__init__()
        self._face = face

    def draw(self, look: Look, area: Area, share: float, number: str) -> None:
        """Fill the row; ``share`` is of the longest bar."""
        u = look.u
        self.put(area)
        self.number = number
        size = min(area.height, 6 * u)
        cell = area.cut_left(size, 1.6 * u).middle(size, size)
        self.texture = picture(look.face_picture(self._face, size))
        self.face_pos, self.face_size = (round(cell.x), round(cell.y)), (size, size)
        room = area.cut_left(24 * u, u)
        self.ids.word.fit(look, room.width, room.height, lines_max=1)
        self.ids.word.put(room, across=0)
        room = area.cut_right(8 * u, u)
        self.ids.number.fit(look, room.width, room.height, lines_max=1)
        self.ids.number.put(room, across=1)
        high = 2.6 * u
        self.bar_pos = round(area.x), round(area.y + (area.height - high) / 2)
        self.bar_size = round(area.width * share), round(high)


class ActTile(Tile):
    """Something to be done."""

    name = StringProperty("")
    icon = StringProperty("")
    words = StringProperty("")
    on = BooleanProperty(False)

    def draw(self, look: Look, area: Area) -> tuple[float, float]:
        """The icon beside the words; returns the words' room."""
        self.put(area)
        inside = area.inset(2 * look.u)
        size = min(4 * look.u, 0.7 * area.height)
        self.ids.icon.draw(look, inside.cut_left(size, 1.6 * look.u), size)
        self._room = inside
        return inside.width, inside.height - 0.6 * look.u

    def put_words(self) -> None:
        """Put the words into their room, once they fit."""
        self.ids.word.put(self._room, across=0)


ICONS = {
    "cleaning": "clean",
    "touch_test": "touch_test",
    "checks": "sound",
    "test_mode": "trial",
    "enrolment": "private",
    "export": "papers",
    "restart": "restart",
    "leave": "leave",
}
