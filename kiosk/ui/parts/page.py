"""Page: what all screens have in common."""

from collections.abc import Callable, Iterator

from kivy.properties import BooleanProperty
from kivy.uix.widget import Widget

from kiosk.base.texts import Texts
from kiosk.domain.visit.survey import Words
from kiosk.flow import View
from kiosk.ui.look.area import Area
from kiosk.ui.look.look import Look
from kiosk.ui.parts.parts import PressTarget


class Page(Widget):
    """One screen of a visit. It is built once, arranged when the look or the words change, and told what to show."""

    can_listen = BooleanProperty(False)
    """Whether what stands here can be heard; whoever sets it arranges the page anew."""

    def say(self, t: Texts, choose: Callable[[Words], str]) -> None:
        """Take the words of a language; ``choose`` picks it from the office's own texts. ``arrange`` must follow."""

    def arrange(self, look: Look) -> None:
        """Put every part in its place."""
        raise NotImplementedError

    def tell(self, view: View) -> None:
        """Show this moment of the visit."""

    def tell_time(self, share: float) -> None:
        """Show how much of the step's time is left."""

    def rest(self, seconds: float, dusk: float) -> None:
        """Move a little, so many seconds after some beginning; darken, from 0 to 1."""

    def forget(self) -> None:
        """The citizen is gone: nothing of what they typed stays."""

    def tell_stray(self) -> None:
        """A touch was no press; only a test of the glass wants to know."""

    def targets(self) -> Iterator[PressTarget]:
        """What can be pressed now."""
        return (part for part in self.walk(restrict=True) if isinstance(part, PressTarget) and part.opacity)

    def target_at(self, x: float, y: float) -> PressTarget | None:
        """The target under a point."""
        return next((target for target in self.targets() if target.collide_point(x, y)), None)


def paper(look: Look, bottom: float = 3.6) -> Area:
    """The page inside its margins; ``bottom`` in hundredths of the short side."""
    area = Area(0, 0, look.width, look.height).inset(look.space("margin"))
    area.cut_top(look.head_room)
    area.cut_bottom(bottom * look.u)
    return area
