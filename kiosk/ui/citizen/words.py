"""The words page: a field, a warning and a keyboard for a sentence, only where the office asks for one."""

from collections.abc import Callable
from pathlib import Path

from kivy.lang import Builder
from kivy.properties import ListProperty, StringProperty

from kiosk.base.texts import Texts
from kiosk.domain.visit.survey import Words
from kiosk.domain.visit.words import MASK, WORDS_MAX
from kiosk.ui.look.area import Area
from kiosk.ui.look.lines import break_lines
from kiosk.ui.look.look import Look
from kiosk.ui.parts.draft import TONES, Draft
from kiosk.ui.parts.keyboard import ERASE, Keyboard
from kiosk.ui.parts.page import Page
from kiosk.ui.parts.parts import Part, even, text_width

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

ENGLISH = "en"
"""Whoever reads another language writes Vietnamese, or a language of Vietnam, with its keys."""


class WordsPage(Page):
    """Tells what is typed; forgets it when the citizen is gone."""

    warning = StringProperty("")

    __events__ = ("on_text", "on_skip", "on_done")

    def __init__(self) -> None:
        super().__init__()
        self._draft = Draft()
        self.keyboard = Keyboard()
        self.keyboard.bind(on_key=lambda _keyboard, name: self._strike(name))
        self.add_widget(self.keyboard)
        self._look: Look | None = None

    def on_text(self, text: str) -> None:
        """The text changed; this is all of it."""

    def on_skip(self) -> None:
        """The citizen writes nothing."""

    def on_done(self) -> None:
        """The citizen is done."""

    def say(self, t: Texts, _choose: Callable[[Words], str]) -> None:
        """Take the words of a language; ``arrange`` must follow."""
        self._asked = t("Please write no names, telephone numbers or identity numbers.")
        self._masked = t("Please write no names, telephone numbers or identity numbers. A row of digits was hidden.")
        self.warning = self._asked
        self._draft.telex = t.language != ENGLISH
        self.keyboard.say(t)

    def forget(self) -> None:
        """Empty the field: the citizen is gone."""
        if self._draft.text:
            self._draft = Draft(self._draft.telex)
            self.keyboard.reset()
            self._draw_text()

    def arrange(self, look: Look) -> None:
        """Title and actions, the field, the warning; the keyboard below."""
        self._look = look
        u = look.u
        page = Area(0, 0, look.width, look.height)
        page.cut_top(look.band_height)
        page.cut_bottom(look.time_line)
        keys = min(self.keyboard.high(look), 0.5 * look.height - look.band_height)
        self.keyboard.draw(look, page.cut_bottom(keys))
        page = page.inset(look.space("margin"), 0)
        page.cut_top(3 * u if look.text_scale == 1 else 1.5 * u)
        self._draw_head(look, page)
        page.cut_bottom(1.4 * u)
        self._warning_area = page.cut_bottom(self._warning_height(look, page.width), 1.4 * u)
        self.ids.field.put(page)
        self._draw_text()

    def _draw_head(self, look: Look, page: Area) -> None:
        u, title = look.u, self.ids.title
        row = page.cut_top(look.part("action"), 2 * u)
        if look.portrait or (not look.wide and look.text_scale == 1):
            high = title.fit(look, page.width, lines_max=1)
            even((self.ids.skip, self.ids.done), look, Area(row.x, row.y - high - u, row.width, row.height), 2 * u)
            page.cut_top(high + u)
            row = Area(row.x, row.top - high, row.width, high)
        else:
            for pill in (self.ids.done, self.ids.skip):
                width = max(pill.needed(look, row.height), (24 if look.text_scale == 1 else 16) * u)
                pill.draw(look, row.cut_right(width, 1.6 * u))
            title.fit(look, row.width, row.height, lines_max=2, size_max=4.6 * u)
        title.put(row, across=0)

    def _warning_height(self, look: Look, width: float) -> float:
        self.ids.warning.words = self._masked
        high = self.ids.warning.fit(look, width - self._lock(look), lines_max=2)
        self.ids.warning.words = self.warning
        return float(max(high, look.part("icon_tool")))

    def _lock(self, look: Look) -> float:
        return look.part("icon_tool") + 1.4 * look.u

    def _strike(self, name: str) -> None:
        if name == ERASE:
            self._draft.erase()
        elif name in TONES:
            self._draft.set_tone(name)
        else:
            self._draft.strike(name)
        self._draw_text()
        self.dispatch("on_text", self._draft.text)

    def _draw_text(self) -> None:
        look = self._look
        if look is None:
            return
        shown = self._draft.shown
        self.ids.field.draw(look, shown, self._draft.syllable)
        self.warning = self._masked if MASK in shown else self._asked
        strip = Area(*self._place_of_warning())
        size = look.part("icon_tool")
        self.ids.lock.draw(look, strip.cut_left(size, 1.4 * look.u), size)
        self.ids.warning.fit(look, strip.width, lines_max=2)
        self.ids.warning.put(strip, across=0)

    def _place_of_warning(self) -> tuple[float, float, float, float]:
        area = self._warning_area
        return area.x, area.y, area.width, area.height


class Field(Part):
    """What was typed, its end always in sight, with a caret and the syllable in the making underlined."""

    caret_pos = ListProperty([0, 0])
    caret_size = ListProperty([0, 0])
    stroke_pos = ListProperty([0, 0])
    stroke_size = ListProperty([0, 0])

    def draw(self, look: Look, shown: str, syllable: str) -> None:
        """Show the last lines that find room."""
        u, style = look.u, look.style("text")
        inside = Area(self.x, self.y, self.width, self.height).inset(2.6 * u, 1.2 * u)
        foot = look.style("small")
        count = inside.cut_bottom(min(foot.size * foot.line, 0.3 * inside.height))
        high = style.size * style.line
        lines = break_lines(shown, inside.width, lambda text: text_width(style, style.size, text), balanced=False)
        lines = lines[-max(1, int(inside.height // high)) :]
        text = self.ids.text
        text.words = "\n".join(lines)
        text.fit(look, inside.width + u, balanced=False)
        text.put(inside, across=0, down=0)
        self._draw_caret(look, lines, syllable, shown.endswith(" "))
        self._draw_count(look, count, len(shown))

    def _draw_caret(self, look: Look, lines: list[str], syllable: str, space: bool) -> None:
        text, style = self.ids.text, look.style("text")
        size = text.font_size
        end = text.x + text_width(style, size, lines[-1] + (" " if space else ""))
        begun = text_width(style, size, syllable) if syllable and not space else 0.0
        foot = text.y + 0.18 * size
        thick = max(2.0, 0.3 * look.u)
        self.caret_pos, self.caret_size = (end + thick, foot), (thick, 1.1 * size)
        self.stroke_pos, self.stroke_size = (end - begun, foot - thick / 2), (begun, thick if begun else 0)

    def _draw_count(self, look: Look, area: Area, n: int) -> None:
        count = self.ids.count
        count.words = f"{n}/{WORDS_MAX}"
        count.fit(look, area.width, lines_max=1)
        count.put(area, across=1)
