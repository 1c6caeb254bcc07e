"""What the screens of the day's numbers have in common: told four times a second, drawn only when something changed."""

from typing import Any

from kivy.properties import StringProperty

from kiosk.domain.instant import Instant
from kiosk.domain.visit.door import Door
from kiosk.ui.look.look import Look
from kiosk.ui.staff.staff_page import StaffPage
from kiosk.ui.wiring.desk import Delivery, Seen


class NumbersPage(StaffPage):
    """A screen over what the staff may see of a day."""

    told = StringProperty("")
    """What was done last, and what became of it."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self._seen = Seen()
        self._look: Look | None = None
        self._drawn: tuple[object, ...] = ()

    def tell_door(self, _door: Door, _at: Instant, told: str) -> None:
        """What was done last."""
        self.told = told

    def tell_desk(self, seen: Seen, _delivery: Delivery | None, _testing: bool) -> None:
        """Show the numbers of the day that is looked at."""
        self._show(seen)

    def arrange(self, look: Look) -> None:
        """Take a look, and draw with it."""
        self._look = look
        self._redraw()

    def _show(self, seen: Seen, *beside: object) -> None:
        """Draw the numbers and what stands beside them, where any of it has changed: measuring words takes time."""
        self._seen = seen
        shows = (seen, *beside, self.told, self._look)
        if shows != self._drawn:
            self._drawn = shows
            self._redraw()

    def _redraw(self) -> None:
        if self._look is not None:
            self._draw(self._look)

    def _draw(self, look: Look) -> None:
        """Put every part in its place; each screen has its own."""
        raise NotImplementedError
