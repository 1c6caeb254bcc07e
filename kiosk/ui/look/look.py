"""Look: the theme's tokens, turned into the pixels and colours of one window.

Everything that has a size or a colour asks here. A look never changes; another window
size, text size or theme is another look.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kiosk.base.resources import resource
from kiosk.ui.look.languages import Fonts, shipped_fonts
from kiosk.ui.look.theme import CLEAR, PLAIN, Colour, read_colour, read_sizes, read_theme

TEXT_SCALES = (1.0, 1.5, 2.0)
FACE_SIZES = (120, 190, 280, 520)
ICON_SIZES = (48, 96, 192)

_NO_ROLES = {"clear": CLEAR, "plain": PLAIN, "code_ink": (0.0, 0.0, 0.0, 1.0)}


@dataclass(frozen=True)
class Style:
    """How one kind of words is set."""

    font: str
    size: float
    """Pixels."""
    line: float
    """Height of a line, in font sizes."""
    font_line: float
    """The same, of the font's own line."""
    script: str

    @property
    def line_height(self) -> float:
        """The factor that Kivy multiplies the font's own line with."""
        return self.line / self.font_line


_ROLES = {  # role: (size token, font, line token)
    "small": ("small", "Regular", "text"),
    "small_strong": ("small", "SemiBold", "text"),
    "body": ("body", "Regular", "text"),
    "body_strong": ("body", "SemiBold", "text"),
    "head": ("head", "SemiBold", "text"),
    "text": ("label", "Regular", "reading"),
    "label": ("label", "SemiBold", "label"),
    "row": ("row", "SemiBold", "label"),
    "title": ("title", "Bold", "title"),
    "display": ("display", "Bold", "title"),
    "number": ("number", "Bold", "title"),
    "figure": ("figure", "Bold", "title"),
    "cell": ("cell", "Regular", "text"),
    "cell_strong": ("cell", "SemiBold", "text"),
    "cell_small": ("cell_small", "Regular", "text"),
    "cell_small_strong": ("cell_small", "SemiBold", "text"),
    "digit": ("digit", "SemiBold", "title"),
    "key": ("key", "SemiBold", "title"),
    "key_word": ("key_word", "SemiBold", "title"),
}


@dataclass(frozen=True)
class Look:
    """One theme on one window at one text size."""

    theme: str
    width: int
    height: int
    text_scale: float = 1.0
    panel_inches: float = 15.6
    """The panel's diagonal; millimetres on the glass follow from it."""
    fonts: Fonts = field(default_factory=shipped_fonts)
    colours: Mapping[str, Colour] = field(default_factory=dict)
    """The office's own, by role."""
    band: bool = False
    """Whether a band lies over the head of every screen."""

    @property
    def page(self) -> tuple[float, float]:
        """The window."""
        return self.width, self.height

    @property
    def portrait(self) -> bool:
        """Higher than wide."""
        return self.width < self.height

    @property
    def wide(self) -> bool:
        """At least 3:2, the shape the screens were drawn for."""
        return self.width >= 1.5 * self.height

    @property
    def large(self) -> bool:
        """The largest text: screens are arranged another way."""
        return self.text_scale >= 2.0

    @property
    def u(self) -> float:
        """A hundredth of the short side, the measure of the whole design."""
        return min(self.width, self.height) / 100

    def of(self, group: str, token: str) -> float:
        """A length token in pixels; a theme's own value comes before the common one."""
        own = read_theme(self.theme).get(group, {}).get(token)
        value = read_sizes()[group][token] if own is None else own
        return float(value) * 100 * self.u

    def share(self, group: str, token: str) -> float:
        """A token that is a plain number."""
        own = read_theme(self.theme).get(group, {}).get(token)
        return float(read_sizes()[group][token] if own is None else own)

    def space(self, token: str) -> float:
        """A distance in pixels."""
        return self.of("space", token)

    def part(self, token: str) -> float:
        """The size of a part in pixels; what a finger must hit has at least its millimetres of glass."""
        size = self.of("part_portrait" if self.portrait and token in read_sizes()["part_portrait"] else "part", token)
        least_mm = read_sizes()["touch_mm"].get(token)
        return size if least_mm is None else max(size, least_mm * self.pixels_per_mm)

    def style(self, role: str) -> Style:
        """How words of this role are set."""
        token, font, line = _ROLES[role]
        sizes = read_sizes()
        size = sizes["type_portrait"].get(token) if self.portrait else None
        scale = min(self.text_scale, sizes["scale_max"][token])
        pixels = (sizes["type"][token] if size is None else size) * 100 * self.u * scale
        line_token = max(sizes["line"][line], 0.97 * self.fonts.line)
        return Style(self.fonts.files[font], pixels, line_token, self.fonts.line, self.fonts.script)

    def __getattr__(self, role: str) -> Colour:
        """A colour by its role: ``look.ink``."""
        if role.startswith("_"):
            raise AttributeError(role)
        return self.colour(role)

    def colour(self, role: str) -> Colour:
        """A colour by its role; "clear" is none, "plain" (white) leaves a picture as it is.

        A code is "code_ink", black, on "plain" in every theme: phones read no other.
        """
        if role in _NO_ROLES:
            return _NO_ROLES[role]
        return self.colours.get(role) or read_colour(self.theme, role)

    @property
    def edge(self) -> float:
        """The line around a tile."""
        return max(1.0, self.of("shape", "border"))

    @property
    def edge_button(self) -> float:
        """The line around a button, which must be seen."""
        return max(1.5, self.of("shape", "border"))

    @property
    def edge_pressed(self) -> float:
        """The line around what a finger holds."""
        return max(3.0, self.of("shape", "border_pressed"))

    @property
    def radius_tile(self) -> float:
        """The corner of a tile."""
        return self.of("shape", "radius_tile")

    @property
    def radius_key(self) -> float:
        """The corner of a key."""
        return self.of("shape", "radius_key")

    @property
    def time_line(self) -> float:
        """The bar that shows how long a step still lasts."""
        return self.of("shape", "time_line")

    @property
    def band_height(self) -> float:
        """The band over the head of a screen; nothing where there is none."""
        return 3.4 * self.u if self.band else 0.0

    @property
    def head_room(self) -> float:
        """How far below the upper edge a screen begins."""
        return self.band_height + 2.4 * self.u if self.band else 3.6 * self.u

    @property
    def shadow_reach(self) -> float:
        """How far the shadow's picture stands out over its tile; the picture was drawn for 8 pixels a unit."""
        return 20 * self.u / 8

    @property
    def shadow_corner(self) -> float:
        """The part of the shadow's picture that is not stretched."""
        return 64 * self.u / 8

    @property
    def shadow_drop(self) -> float:
        """Light comes from above."""
        return self.u / 2

    @property
    def shadow_tint(self) -> Colour:
        """The ink, thin as a shadow."""
        red, green, blue, _ = self.ink
        return red, green, blue, self.share("shape", "shadow")

    @property
    def scene(self) -> bool:
        """Whether the hills are drawn."""
        return bool(read_theme(self.theme)["shape"]["scene"])

    @property
    def scene_tint(self) -> Colour:
        """The hills as they are painted, or not at all."""
        return (1.0, 1.0, 1.0, 1.0) if self.scene else CLEAR

    def shade(self, depth: float) -> Colour:
        """A black veil, from none to solid."""
        return 0.0, 0.0, 0.0, depth

    def grey(self, light: float) -> Colour:
        """A plain grey, from black to white, to judge a panel by."""
        return light, light, light, 1.0

    def face_picture(self, face: int, size: float) -> str:
        """The picture of a face, large enough for ``size`` pixels."""
        return str(resource("assets", "generated", self.theme, f"level_{face}_{_at_least(FACE_SIZES, size)}.png"))

    def icon_picture(self, name: str, size: float) -> str:
        """The white picture of an icon, to be tinted."""
        return str(resource("assets", "generated", "icons", f"{name}_{_at_least(ICON_SIZES, size)}.png"))

    @property
    def hills_picture(self) -> str:
        """The landscape of the resting screen and the thanks."""
        return str(resource("assets", "generated", self.theme, "hills.png"))

    @property
    def sun_picture(self) -> str:
        """The sun over it."""
        return str(resource("assets", "generated", self.theme, "sun.png"))

    @property
    def pixels_per_mm(self) -> float:
        """How fine the glass is."""
        return float((self.width**2 + self.height**2) ** 0.5 / (self.panel_inches * 25.4))


def shadow_picture() -> str:
    """The nine-patch under a tile."""
    return str(resource("assets", "generated", "shadow_tile.png"))


def _at_least(sizes: tuple[int, ...], wanted: float) -> int:
    return next((size for size in sizes if size >= wanted), sizes[-1])
