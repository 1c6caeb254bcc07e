"""Acts: what the staff can have done at the kiosk, and how it stands with the way to the collector."""

from collections.abc import Sequence
from pathlib import Path

from kivy.lang import Builder
from kivy.properties import BooleanProperty, StringProperty

from kiosk.base.texts import Texts
from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.parts import Part, PressTarget, fit_alike
from kiosk.ui.wiring.desk import Delivery

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

WORDS_PAD_U = 1.1
"""Between the words and the line around their tile, in hundredths of the short side."""
ONE_LINE_MIN = 0.85
"""Words that must be smaller than this share of their size for one line take two."""
HOUR_S = 3600
DAY_S = 24 * HOUR_S
ICONS = {
    "days": "days",
    "served": "served",
    "cleaning": "clean",
    "touch_test": "touch_test",
    "checks": "sound",
    "test_mode": "trial",
    "enrolment": "private",
    "export": "papers",
    "restart": "restart",
    "leave": "leave",
}


def act_words(t: Texts) -> dict[str, str]:
    """What each act is called."""
    return {
        "days": t("Numbers of the last days"),
        "served": t("Type in the transactions"),
        "cleaning": t("Clean the screen"),
        "touch_test": t("Touch test"),
        "checks": t("Sound and brightness"),
        "test_mode": t("Test mode"),
        "enrolment": t("Enrol this kiosk"),
        "export": t("Deliver by USB"),
        "restart": t("Restart"),
        "leave": t("Leave the kiosk mode"),
    }


class ActTile(PressTarget):
    """The tile of one thing that can be done."""

    dark = BooleanProperty(False)

    name = StringProperty("")
    icon = StringProperty("")
    words = StringProperty("")
    on = BooleanProperty(False)

    def draw(self, look: Look, area: Area) -> tuple[float, float]:
        """The icon beside the words; returns the words' room."""
        self.put(area)
        inside = area.inset(1.8 * look.u, WORDS_PAD_U * look.u)
        size = min(3.8 * look.u, 0.7 * area.height)
        self.ids.icon.draw(look, inside.cut_left(size, 1.3 * look.u), size)
        self._room = inside
        return inside.width, inside.height

    def put_words(self) -> None:
        """Put the words into their room, once they fit."""
        self.ids.word.put(self._room, across=0)


def draw_acts(tiles: Sequence[ActTile], look: Look, area: Area, columns: int) -> None:
    """Draw equal tiles in columns, all words in one size."""
    if not tiles:
        return
    cells = area.grid(columns, -(-len(tiles) // columns), look.u)
    rooms = [tile.draw(look, cell) for tile, cell in zip(tiles, cells, strict=False)]
    words = [tile.ids.word for tile in tiles]
    fit_alike(words, look, *rooms[0], lines_max=1)
    if words[0].font_size < ONE_LINE_MIN * look.style(words[0].role).size:
        fit_alike(words, look, *rooms[0], lines_max=2)
    for tile in tiles:
        tile.put_words()


class Delivered(Part):
    """What waits for the collector, when it last answered, both coarsely, and how far the public log holds it."""

    waiting = StringProperty("")
    contact = StringProperty("")
    log = StringProperty("")

    def tell(self, delivery: Delivery, t: Texts) -> None:
        """Take the words; ``draw`` must follow."""
        self.contact, self.log = _contact_words(delivery, t), delivery.log
        waiting = delivery.waiting
        if waiting is not None and 0 < waiting < 5:
            self.waiting = t("Entries waiting: fewer than 5")
        else:
            self.waiting = t("Entries waiting: {n}", n="?" if waiting is None else t.number(waiting - waiting % 5))

    def log_u(self, look: Look) -> float:
        """How high what is said of the public log stands: a line where the page is wide there, else two."""
        return 0 if not self.log else 3 if look.portrait else 6

    def draw(self, look: Look, area: Area) -> None:
        """Two rows at the top of the area, and below them what is said of the public log."""
        self.put(area)
        u, ids = look.u, self.ids
        below = area.cut_bottom(self.log_u(look) * u) if self.log else None
        for icon, words in ((ids.waiting_icon, ids.waiting), (ids.contact_icon, ids.contact)):
            row = area.cut_top(0.47 * area.height if words is ids.waiting else area.height, 0.6 * u)
            icon.draw(look, row.cut_left(4.4 * u, 1.6 * u), 4.4 * u)
            words.fit(look, row.width, row.height, lines_max=2)
            words.put(row, across=0)
        ids.log.fit(look, area.width, below.height if below else 0, lines_max=3)
        ids.log.put(below or area.cut_bottom(0), across=0)


def _contact_words(delivery: Delivery, t: Texts) -> str:
    age = delivery.contact_age_s
    if not delivery.enrolled:
        return t("Not known to a collector yet")
    if age is None:
        return t("No contact since the start")
    if age < HOUR_S:
        return t("Contact: less than an hour ago")
    if age < DAY_S:
        return t("Contact: {n} hours ago", n=age // HOUR_S)
    return t("Contact: {n} days ago", n=age // DAY_S)
