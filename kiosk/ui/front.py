"""Front: the page that is up and what lies before it, the line of its time, the band of a test and the veil."""

from typing import TYPE_CHECKING

from kivy.uix.widget import Widget

from kiosk.ui.look import Look
from kiosk.ui.screens.page import Page
from kiosk.ui.veil import Veil

if TYPE_CHECKING:
    from kiosk.ui.bands import Bands


class Front:
    """On the root of one window."""

    def __init__(self, root: Widget) -> None:
        self._root = root
        self.veil = Veil()
        self._built: Bands | None = None

    def put_up(self, page: Page) -> None:
        """The page alone, under the veil."""
        self._root.clear_widgets()
        for part in (page, self.veil):
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

    def arrange(self, look: Look) -> None:
        """Take another look."""
        if self._built is not None:
            self._built.arrange(look)

    def _bands(self, look: Look) -> "Bands":
        """Built when they are first needed: the first screen shows none."""
        if self._built is None:
            from kiosk.ui.bands import Bands

            self._built = Bands()
            self._built.arrange(look)
        return self._built
