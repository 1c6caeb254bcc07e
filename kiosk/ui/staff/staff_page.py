"""What the screens behind the staff door have in common."""

from collections.abc import Callable

from kiosk.base.texts import Texts
from kiosk.domain.instant import Instant
from kiosk.domain.visit.door import Door
from kiosk.domain.visit.survey import Words
from kiosk.ui.parts.page import Page
from kiosk.ui.wiring.desk import Delivery, Seen


class StaffPage(Page):
    """A screen behind the staff door."""

    __events__: tuple[str, ...] = ("on_back",)

    def on_back(self) -> None:
        """The staff are done here."""

    def say(self, t: Texts, _choose: Callable[[Words], str]) -> None:
        """Take the words; ``arrange`` must follow."""
        self._t = t

    def tell_desk(self, seen: Seen, delivery: Delivery | None, testing: bool) -> None:
        """Show the numbers, as far as they may be shown, and the way to the collector."""

    def tell_door(self, door: Door, at: Instant, told: str) -> None:
        """Show the state of the door, and ``told``: a sentence on what was done last."""
