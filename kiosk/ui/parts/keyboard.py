"""Keyboard: docked at the foot of the page. Telex by letters, and a first row for those who never learned it."""

from math import inf
from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import AliasProperty, BooleanProperty, OptionProperty, StringProperty

from kiosk.base.texts import Texts
from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.draft import TONES, VOWELS
from kiosk.ui.parts.parts import Part, PressTarget

SHIFT, ERASE, LAYER, SPACE, BREAK = "shift", "erase", "layer", "space", "break"
_LETTERS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SIGNS = ("1234567890", "-/:;()%&@", '?!"+=…·')
_INDENT = 7.0
"""The height of the second row, in hundredths of the short side."""

TONE_WIDTH = 1.35
"""How wide a key with the name of a tone is, where a vowel's is 1."""
ICON_SCALE_MAX = 1.5
"""The icons of keys grow with the text up to this factor."""
WORDS_SHARE = {"letter": 0.9, "vowel": 0.8, "wide": 0.84}
"""So much of a key's width its words take at most; the keys of the first row have lines around them."""
Cell = tuple[str, float]
"""A key's name and how wide it is."""


class Keyboard(Part):
    """Tells which keys are struck, by the character or the name."""

    __events__ = ("on_key",)

    def __init__(self) -> None:
        super().__init__()
        self._keys: dict[str, Key] = {}
        self._signs = False
        self._capital = False
        self._look: Look | None = None

    def on_key(self, name: str) -> None:
        """A key was struck: a character, or "erase", or the name of a tone."""

    def say(self, t: Texts) -> None:
        """Take the words of a language; ``draw`` must follow."""
        self._names = {SPACE: t("Space"), BREAK: t("New line"), LAYER: "123"}

    def high(self, look: Look) -> float:
        """The height it needs."""
        rows = len(_rows(signs=False, split=look.portrait))
        return 4 * look.part("key") + (rows - 4) * look.part("key_vowel") + (rows + 3) * look.u

    def draw(self, look: Look, area: Area) -> None:
        """Fill the strip."""
        self._look = look
        self.put(area)
        self._draw_keys()

    def key(self, name: str) -> "Key":
        """The key of a character or a name."""
        return self._keys[name]

    def reset(self) -> None:
        """Go back to small letters."""
        self._capital = self._signs = False
        self._draw_keys()

    def _draw_keys(self) -> None:
        look = self._look
        if look is None:
            return
        inside = Area(self.x, self.y, self.width, self.height).inset(look.space("margin") if self.width > 0 else 0)
        inside.cut_top(1.6 * look.u)
        inside.cut_bottom(2.4 * look.u)
        gap, rows = look.u, _rows(self._signs, split=look.portrait)
        highs = [*[look.part("key_vowel")] * (len(rows) - 4), *[look.part("key")] * 4]
        share = (inside.height - gap * (len(rows) - 1)) / sum(highs)
        shown: set[str] = set()
        for row, high in zip(rows, highs, strict=True):
            strip = inside.cut_top(high * share, gap)
            if row is rows[-3]:
                strip = strip.inset(_INDENT * look.u * min(1.0, strip.width / (120 * look.u)))
            self._draw_row(look, strip, row, gap)
            shown |= {name for name, _ in row}
        for name, key in self._keys.items():
            key.opacity = 1 if name in shown else 0
        self._fit_words(look, shown)

    def _fit_words(self, look: Look, shown: set[str]) -> None:
        """Letters alike, tones alike, and the words on the other keys alike; none comes near its key's line."""
        for names in ({name for name in shown if len(name) == 1}, shown & set(TONES), shown & {SPACE, BREAK, LAYER}):
            keys = [self._keys[name] for name in names]
            for key in keys:
                key.fit_words(look)
            smallest = min(key.ids.word.font_size for key in keys)
            for key in keys:
                key.fit_words(look, smallest)

    def _draw_row(self, look: Look, strip: Area, row: list[Cell], gap: float) -> None:
        unit = (strip.width - gap * (len(row) - 1)) / sum(wide for _, wide in row)
        for name, wide in row:
            self._made(name).draw(look, strip.cut_left(unit * wide, gap), self._label(name))

    def _made(self, name: str) -> "Key":
        if name not in self._keys:
            key = Key(name=name, kind=_kind(name), icon={SHIFT: "shift", ERASE: "backspace"}.get(name, ""))
            key.bind(on_press=lambda struck: self._strike(struck.name))
            self._keys[name] = key
            self.add_widget(key)
        key = self._keys[name]
        key.on = name == SHIFT and self._capital
        return key

    def _label(self, name: str) -> str:
        if name == LAYER and self._signs:
            return "ABC"
        if name in (SHIFT, ERASE):
            return ""
        if len(name) == 1 and self._capital:
            return name.upper()
        return self._names.get(name, name)

    def _strike(self, name: str) -> None:
        if name == LAYER:
            self._signs = not self._signs
        elif name == SHIFT:
            self._capital = not self._capital
        else:
            self.dispatch(
                "on_key", {SPACE: " ", BREAK: "\n"}.get(name, name.upper() if self._is_capital(name) else name)
            )
            if not self._is_capital(name):
                return
            self._capital = False
        self._draw_keys()

    def _is_capital(self, name: str) -> bool:
        return self._capital and len(name) == 1 and name.isalpha()


class Key(PressTarget):
    """One key of the keyboard."""

    key = True
    name = StringProperty("")
    icon = StringProperty("")
    words = StringProperty("")
    role = StringProperty("key")
    kind = OptionProperty("letter", options=["letter", "vowel", "wide"])
    on = BooleanProperty(False)

    def _fill(self) -> str:
        if self.pressed or self.on:
            return "surface_pressed" if self.kind != "wide" or self.on else "surface_sunk"
        return {"letter": "surface", "vowel": "ground", "wide": "surface_pressed"}[self.kind]

    def _rim(self) -> str:
        return "ink" if self.pressed or self.on else "border" if self.kind == "vowel" else "line"

    # colours by role: they follow from what the key is and whether a finger holds it
    fill = AliasProperty(_fill, bind=("kind", "on", "pressed"))
    rim = AliasProperty(_rim, bind=("kind", "on", "pressed"))

    def draw(self, look: Look, area: Area, words: str) -> None:
        """Fill the area."""
        self.put(area)
        self.words = words
        self.role = "key" if len(words) == 1 else "key_word"
        if self.icon:
            size = look.part("icon_key") * min(look.text_scale, ICON_SCALE_MAX)
            self.ids.icon.draw(look, area, min(size, 0.7 * area.height, 0.7 * area.width))
        self._area = area

    def fit_words(self, look: Look, size_max: float = inf) -> None:
        """Put the words on the key, no larger than this."""
        area, share = self._area, WORDS_SHARE[self.kind]
        self.ids.word.fit(look, share * area.width, 0.92 * area.height, lines_max=1, size_max=size_max)
        self.ids.word.put(area)


def _rows(signs: bool, split: bool) -> list[list[Cell]]:
    """From top to bottom; ``split`` where the page is too narrow for the names of tones beside the vowels."""
    upper, middle, lower = _SIGNS if signs else _LETTERS
    vowels, tones = [(name, 1.0) for name in VOWELS], [(name, TONE_WIDTH) for name in TONES]
    return [
        *([vowels, tones] if split else [[*vowels, *tones]]),
        [(name, 1.0) for name in upper],
        [(name, 1.0) for name in middle],
        [(SHIFT, 1.5), *((name, 1.0) for name in lower), (ERASE, 1.5)],
        [(LAYER, 1.5), (",", 1.0), (SPACE, 4.6), (".", 1.0), (BREAK, 2.9)],
    ]


def _kind(name: str) -> Any:
    if name in VOWELS or name in TONES:
        return "vowel"
    return "letter" if len(name) == 1 or name == SPACE else "wide"


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
