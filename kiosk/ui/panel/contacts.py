"""Contacts: Kivy's input provider over the pane. Each finger is one touch, each mouse press another."""

import logging
from collections.abc import Callable, Hashable
from typing import Any

from kivy.base import EventLoop
from kivy.input import MotionEvent, MotionEventProvider
from kivy.input.providers.mouse import MouseMotionEventProvider

from kiosk.ui.panel.pane import Contact, NoPane, Pane, Phase

_log = logging.getLogger(__name__)


class ContactTouch(MotionEvent):
    """One contact from down to up."""

    ago_s = 0.0
    """How long before it was handled the last of it happened."""

    def __init__(self, finger: Hashable, place: tuple[float, float]) -> None:
        super().__init__("pane", str(finger), place, is_touch=True, type_id="touch")

    def depack(self, args: tuple[float, float]) -> None:
        """Take a new place."""
        self.profile = ["pos"]
        self.sx, self.sy = args
        super().depack(args)


class Contacts(MotionEventProvider):
    """Hands over what happened since the last frame, one after the other, each with its own time and place."""

    def __init__(self, window: Any) -> None:
        """Lay a pane over the window. Raises NoPane."""
        super().__init__("pane", "")
        self._window = window
        self._pane = Pane(_number_of(window))
        self._touches: dict[Hashable, ContactTouch] = {}

    def stop(self) -> None:
        """Take the pane away; Kivy calls this at the end."""
        self._pane.close()

    def update(self, dispatch_fn: Callable[[str, MotionEvent], None]) -> None:
        """Kivy calls this in every frame."""
        del dispatch_fn  # it collects, and by the time it hands over, a touch is where it is last, not where it was
        for contact in self._pane.contacts():
            touch = self._touch_of(contact)
            if touch is not None:
                EventLoop.post_dispatch_input(contact.phase.value, touch)
        if self._pane.gone:
            self._lay_again()

    def _lay_again(self) -> None:
        """The window was made anew, which SDL may do: without another pane the kiosk would be deaf."""
        try:
            pane = Pane(_number_of(self._window))
        except NoPane as why:
            _log.warning("no finger can be read yet: %s", why)
            return
        self._pane.close()
        self._pane = pane

    def _touch_of(self, contact: Contact) -> ContactTouch | None:
        place = self._share(contact.x, contact.y)
        if contact.phase is Phase.BEGIN:
            touch = self._touches[contact.finger] = ContactTouch(contact.finger, place)
        elif contact.finger not in self._touches:
            return None
        else:
            touch = self._touches[contact.finger]
            touch.move(place)
        if contact.phase is Phase.END:
            del self._touches[contact.finger]
            touch.update_time_end()
        touch.ago_s = contact.ago_s
        return touch

    def _share(self, x: float, y: float) -> tuple[float, float]:
        """The place as shares of the window's width and height from its lower left corner, as Kivy has it."""
        width, height = self._window.system_size
        return x / max(1.0, width - 1.0), 1.0 - y / max(1.0, height - 1.0)


def read_contacts(window: Any) -> Contacts | None:
    """Read fingers and mouse from the X server, in the place of Kivy's mouse; where there is none, that one stays."""
    try:
        contacts = Contacts(window)
    except NoPane as why:
        _log.info("every finger is read as the mouse: %s", why)
        return None
    for provider in list(EventLoop.input_providers):
        # Two that read one panel would make two ratings of one press.
        if isinstance(provider, MouseMotionEventProvider):
            provider.stop()
            EventLoop.remove_input_provider(provider)
    EventLoop.add_input_provider(contacts)
    return contacts


def _number_of(window: Any) -> int:
    # Under Wayland, on the bare console and offscreen it has none.
    info = window.get_window_info()
    number = getattr(info, "window", None)
    if type(info).__name__ != "WindowInfoX11" or not isinstance(number, int):
        raise NoPane("the window is not on an X server")
    return number
