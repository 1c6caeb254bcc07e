"""Receipt: the code that a citizen may take along, to be photographed or written down."""

from pathlib import Path
from typing import Any

from kivy.graphics.texture import Texture
from kivy.lang import Builder
from kivy.properties import ObjectProperty, StringProperty

from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.parts import Part

Builder.load_file(str(Path(__file__).with_suffix(".kv")))

QUIET_MODULES = 4
"""The white rim without which a phone finds no code (ISO/IEC 18004)."""


def qr_texture(text: str) -> Any:
    """The QR code of a text as a picture of one pixel a module, its rim included."""
    # Only where the office gives receipts; the first face need not wait for it.
    import segno

    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=QUIET_MODULES)]
    texture = Texture.create(size=(len(rows[0]), len(rows)), colorfmt="luminance")
    texture.mag_filter = texture.min_filter = "nearest"
    # From the bottom up, as textures have it.
    pixels = bytes(0 if dark else 255 for row in reversed(rows) for dark in row)
    texture.blit_buffer(pixels, colorfmt="luminance", bufferfmt="ubyte")
    return texture


class QrPicture(Part):
    """A code as large as its place: sharp, not smooth."""

    texture = ObjectProperty(None, allownone=True)


class ReceiptCard(Part):
    """QR code and signs beside each other, black on white in every theme: phones read no other."""

    code = StringProperty("")
    site = StringProperty("")
    """Where to look it up, as it is printed."""
    texture = ObjectProperty(None, allownone=True)

    def tell(self, code: str, url: str) -> None:
        """Show a code; ``url`` is the page on which it is looked up."""
        if code != self.code:
            self.code, self.site = code, url.removeprefix("https://").removeprefix("http://")
            # Behind the "#": what stands there never reaches a server's log.
            self.texture = qr_texture(f"{url}#{code}")

    def forget(self) -> None:
        """Show no code any more."""
        self.code, self.texture = "", None

    def draw(self, look: Look, area: Area) -> None:
        """Fill the area: the picture at the left of a wide one, over the words of a high one."""
        self.put(area)
        room, u = area.inset(2 * look.u, 2 * look.u), look.u
        is_wide = room.width > room.height
        side = min(room.height, 0.4 * room.width) if is_wide else min(room.width, 0.6 * room.height)
        picture = room.cut_left(side, 3 * u) if is_wide else room.cut_top(side, 2 * u)
        self.ids.picture.put(picture.middle(side, side))
        parts = (self.ids.invitation, self.ids.signs, self.ids.where)
        gap = 2 * u
        free = room.height - 2 * gap
        # The sentence breaks into lines; code and address stay whole, to be copied.
        heights = [parts[0].fit(look, room.width, 0.5 * free, lines_max=6)]
        heights += [part.fit(look, room.width, 0.25 * free, lines_max=1) for part in parts[1:]]
        block = room.middle(room.width, sum(heights) + 2 * gap)
        for part, high in zip(parts, heights, strict=True):
            part.put(block.cut_top(high, gap), across=0 if is_wide else 0.5)
