"""Cross-fade between screens: one rectangle of the ground's colour that becomes clear."""

from kivy.animation import Animation
from kivy.graphics import Color, Rectangle
from kivy.uix.widget import Widget

from kiosk.ui.look.look import Look

FADE_S = 0.16


class CrossFade(Widget):
    """Lies over a new screen and lifts; the same for every level."""

    def __init__(self) -> None:
        super().__init__()
        with self.canvas:
            self._colour = Color(0, 0, 0, 0)
            self._sheet = Rectangle()

    def lift(self, look: Look) -> None:
        """Cover the window, then clear up."""
        Animation.cancel_all(self._colour)
        self._colour.rgba = look.ground
        self._sheet.size = look.page
        Animation(a=0, duration=FADE_S).start(self._colour)
