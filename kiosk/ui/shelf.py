"""Shelf: the screens that were built, each arranged anew when it is taken down after the look has changed."""

from collections.abc import Callable, Iterable

from kiosk.domain.survey import Words
from kiosk.texts import Texts
from kiosk.ui.look import Look
from kiosk.ui.pages import Place
from kiosk.ui.screens.page import Page


class Shelf:
    """One page for each place; building one takes a moment, so it is kept."""

    def __init__(self, build: Callable[[Place], Page]) -> None:
        self._build = build
        self._pages: dict[Place, Page] = {}
        self._stale: set[Place] = set()

    def page(self, place: Place) -> Page:
        """The page of a place; ``arrange`` must follow."""
        if place not in self._pages:
            self._pages[place] = self._build(place)
            self._stale.add(place)
        return self._pages[place]

    def arrange(self, place: Place, look: Look) -> None:
        """Give the page its look, if it has an older one."""
        if place in self._stale:
            self._stale.discard(place)
            self._pages[place].arrange(look)

    def change_look(self) -> None:
        """From now on every page has an older look."""
        self._stale = set(self._pages)

    def say(self, t: Texts, choose: Callable[[Words], str]) -> None:
        """Give every page the words of a language; ``change_look`` must follow."""
        for page in self._pages.values():
            page.say(t, choose)

    def forget(self) -> None:
        """Nothing of the last citizen's is left on any page."""
        for page in self._pages.values():
            page.forget()

    def first_missing(self, places: Iterable[Place]) -> Place | None:
        """The first of these that is not built yet."""
        return next((place for place in places if place not in self._pages), None)
