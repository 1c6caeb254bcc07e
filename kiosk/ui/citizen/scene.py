"""The landscape: hills, and on the resting screen a sun that moves slowly, which also spares the panel."""

from math import pi, sin
from pathlib import Path

from kivy.lang import Builder
from kivy.properties import ListProperty, NumericProperty, ObjectProperty

from kiosk.ui.look.look import Look
from kiosk.ui.parts.parts import Part, picture

HILLS = (1280, 260)
"""The picture's shape; it fills a page that is this wide or 480/800 as high."""
SUN = (985, 248)
"""The sun's place over the lower left corner of the picture."""
SUN_PORTRAIT_X = 660
RADIUS = 190
"""The radius of the sun's outer ring."""
CROSSING_S = 300.0
"""How long the sun takes from one side to the other."""
PAUSE_S = 8.0
"""How long it stands between two steps: to draw the page again costs a core without a graphics card two hundredths
of a second, and a kiosk rests all night."""
REACH = 46.0
"""How far the sun goes to either side, in the picture's units."""


class Hills(Part):
    """The hills alone."""

    hills = ObjectProperty(None, allownone=True)
    hills_pos = ListProperty([0, 0])
    hills_size = ListProperty([0, 0])
    scale = NumericProperty(1)

    def draw(self, look: Look) -> None:
        """Lie along the foot of the page."""
        if look.scene:
            self.scale = max(look.width / HILLS[0], 0.6 * look.height / 480)
            self.hills = picture(look.hills_picture)
            self.hills_size = HILLS[0] * self.scale, HILLS[1] * self.scale
            self.hills_pos = (look.width - self.hills_size[0]) / 2, 0


class Scene(Hills):
    """The hills with the sun behind them."""

    drift = ListProperty([0, 0])
    sun = ObjectProperty(None, allownone=True)
    sun_pos = ListProperty([0, 0])
    sun_size = ListProperty([0, 0])

    def draw(self, look: Look) -> None:
        """Put the sun into its place; in portrait it stands in the middle."""
        super().draw(look)
        if look.scene:
            # a picture, not circles: without a graphics card, circles of this size cost twenty megabytes
            self.sun = picture(look.sun_picture)
            radius = RADIUS * self.scale
            x = self.hills_pos[0] + (SUN_PORTRAIT_X if look.portrait else SUN[0]) * self.scale
            self.sun_pos, self.sun_size = (x - radius, SUN[1] * self.scale - radius), (2 * radius, 2 * radius)

    def move_sun(self, seconds: float) -> None:
        """Where it stands after so long; whole pixels and few steps, so that most ticks draw nothing."""
        seconds -= seconds % PAUSE_S
        across = REACH * self.scale * sin(pi * seconds / CROSSING_S)
        up = 0.25 * REACH * self.scale * sin(2 * pi * seconds / CROSSING_S)
        moved = [round(across), round(up)]
        if moved != self.drift:
            self.drift = moved


class Dusk(Part):
    """A shade over the whole page, at night."""

    depth = NumericProperty(0)
    """From 0, none, to 1, black."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
