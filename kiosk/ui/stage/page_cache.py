"""Page cache: the screens that were built; each is arranged anew when anything it was arranged with has changed."""

from collections.abc import Callable, Hashable, Iterable

from kiosk.base.texts import Texts
from kiosk.domain.visit.survey import Words
from kiosk.ui.look.look import Look
from kiosk.ui.parts.page import Page
from kiosk.ui.stage.pages import Place


class PageCache:
    """One page for each place; building one takes a moment, so it is kept."""

    def __init__(
        self, build: Callable[[Place], Page], heard: Callable[[Place], bool], state: Callable[[], Hashable]
    ) -> None:
        """``heard``: whether a screen can be listened to; ``state``: what else the screens are arranged with."""
        self._build, self._heard, self._state = build, heard, state
        self._pages: dict[Place, Page] = {}
        self._arranged: dict[Place, tuple[Look, bool, Hashable]] = {}

    def page(self, place: Place) -> Page:
        """The page of a place; ``arrange`` must follow."""
        if place not in self._pages:
            self._pages[place] = self._build(place)
        return self._pages[place]

    def arrange(self, place: Place, look: Look) -> None:
        """Arrange the page, if it was arranged with something else before."""
        page = self._pages[place]
        now = (look, self._heard(place), self._state())
        if self._arranged.get(place) != now:
            self._arranged[place] = now
            page.can_listen = now[1]
            page.arrange(look)

    def say(self, t: Texts, choose: Callable[[Words], str]) -> None:
        """Give every page the words of a language; ``arrange`` must follow."""
        for page in self._pages.values():
            page.say(t, choose)

    def forget(self) -> None:
        """Leave nothing of the last citizen's on any page."""
        for page in self._pages.values():
            page.forget()

    def first_missing(self, places: Iterable[Place]) -> Place | None:
        """The first of these that is not built yet."""
        return next((place for place in places if place not in self._pages), None)
