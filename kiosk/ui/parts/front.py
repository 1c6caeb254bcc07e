"""Front: the page that is up and what lies over it: its time line, the band of a test, a sign and the cross-fade."""

from typing import TYPE_CHECKING

from kivy.animation import Animation
from kivy.clock import Clock as Frames
from kivy.graphics import Color, Rectangle
from kivy.uix.widget import Widget

from kiosk.ui.look.look import Look
from kiosk.ui.parts.page import Page

if TYPE_CHECKING:
    from kiosk.ui.parts.bands import Bands

SIGN_S = 4.0
"""How long a sign stays."""
FADE_S = 0.16
"""How long the cross-fade between two screens takes."""


class Front:
    """Puts the page and what lies over it on the root of one window."""

    def __init__(self, root: Widget) -> None:
        self._root = root
        self.cross_fade = CrossFade()
        self._built: Bands | None = None
        self._hide_sign = Frames.create_trigger(lambda _elapsed: self.clear_sign(), SIGN_S)

    def put_up(self, page: Page) -> None:
        """The page alone, under the cross-fade."""
        self._root.clear_widgets()
        for part in (page, self.cross_fade):
            self._root.add_widget(part)

    def show_time(self, share: float, look: Look) -> None:
        """Draw how much of the time is left."""
        line = self._bands(look).time_line
        line.share = share
        if line.parent is None:
            self._root.add_widget(line)

    def show_test(self, test: bool, look: Look) -> None:
        """Say over the screen of a test that it is one."""
        if test and self._bands(look).test_band.parent is None:
            self._root.add_widget(self._bands(look).test_band)
        elif not test and self._built is not None:
            self._root.remove_widget(self._built.test_band)

    def show_sign(self, words: str, look: Look) -> None:
        """Say something large over the head of the page, for some seconds."""
        sign = self._bands(look).sign
        sign.say(words)
        if sign.parent is None:
            self._root.add_widget(sign)
            band = self._bands(look).test_band
            if band.parent is not None:  # a test says so whatever else is said
                self._root.remove_widget(band)
                self._root.add_widget(band)
        self._hide_sign.cancel()
        self._hide_sign()

    def covers(self, point: tuple[float, float]) -> bool:
        """Whether a sign hides what is there: nobody means what they do not see."""
        sign = self._built.sign if self._built is not None else None
        return sign is not None and sign.parent is not None and bool(sign.collide_point(*point))

    def clear_sign(self) -> None:
        """What was said is over."""
        self._hide_sign.cancel()
        if self._built is not None:
            self._root.remove_widget(self._built.sign)

    def arrange(self, look: Look) -> None:
        """Take another look."""
        if self._built is not None:
            self._built.arrange(look)

    def _bands(self, look: Look) -> "Bands":
        """Built when they are first needed: the first screen shows none."""
        if self._built is None:
            from kiosk.ui.parts.bands import Bands

            self._built = Bands()
            self._built.arrange(look)
        return self._built


class CrossFade(Widget):
    """One rectangle of the ground's colour that lies over a new screen and becomes clear; the same for every level."""

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
