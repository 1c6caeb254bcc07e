"""Pane: reads every contact with the window from the X server itself, over a connection of its own.

SDL hands its fingers to Kivy, which throws them away on X11 and keeps one mouse; and SDL stamps what it reads with
the time of the reading, so two taps that fall into one slow frame look like one moment. The X server tells each finger
apart, turns and calibrates its place as the screen is turned, and says when it happened. An invisible window over
the kiosk's own takes fingers and mouse before SDL sees them: what is read here comes once, by construction.
"""

import time
from collections.abc import Hashable, Iterator
from ctypes import POINTER, byref, c_int, c_ubyte, c_ulong, c_void_p, cast
from dataclasses import dataclass
from enum import StrEnum

from kiosk.ui.panel import x11

_ALWAYS_COVERS = 32767
"""Pixels; the largest window there is, cut off where the kiosk's ends: it never has to follow a change of size."""
_LEFT_BUTTON = 1
_AGO_MS_MAX = 60_000
"""A server on another machine has another clock: what seems older happened now."""


class Phase(StrEnum):
    """What happened to a contact; the words are Kivy's."""

    BEGIN = "begin"
    UPDATE = "update"
    END = "end"


_PHASES = {
    x11.BEGIN: Phase.BEGIN,
    x11.UPDATE: Phase.UPDATE,
    x11.END: Phase.END,
    x11.PRESS: Phase.BEGIN,
    x11.MOTION: Phase.UPDATE,
    x11.RELEASE: Phase.END,
}


@dataclass(frozen=True, slots=True)
class Contact:
    """What one finger, or the mouse's left button, did."""

    finger: Hashable
    phase: Phase
    x: float
    y: float
    """Pixels from the window's upper left corner."""
    ago_s: float
    """How long before it was read it happened."""


class NoPane(Exception):
    """This window has no X server that tells fingers apart; another way of reading them must do."""


class Pane:
    """An invisible window over one of the kiosk's, which reads its contacts until ``close``."""

    def __init__(self, window: int) -> None:
        """Lay the pane over the window with this number. Raises NoPane."""
        try:
            self._x, self._xi = x11.load_libraries()
        except OSError as error:
            raise NoPane(str(error)) from error
        self._display = c_void_p(self._x.XOpenDisplay(None))
        if not self._display:
            raise NoPane("no X server answers")
        self.gone = False
        """Whether the pane went away with its window."""
        self._panels: dict[int, bool] = {}
        self._mouse_down = False
        try:
            self._opcode = self._ask_version()
            self._lay(window)
        except NoPane:
            self.close()
            raise

    def close(self) -> None:
        """Take the pane away."""
        if self._display:
            self._x.XCloseDisplay(self._display)
            self._display = c_void_p()

    def contacts(self) -> Iterator[Contact]:
        """What has happened since the last call, in the order in which it happened; never waits."""
        event = x11.Event()
        while self._display and self._x.XPending(self._display):
            self._x.XNextEvent(self._display, byref(event))
            self.gone = self.gone or event.cookie.type == x11.DESTROYED
            if event.cookie.type != x11.GENERIC_EVENT or event.cookie.extension != self._opcode:
                continue
            if self._x.XGetEventData(self._display, byref(event)):
                contact = self._read(event.cookie)
                self._x.XFreeEventData(self._display, byref(event))
                if contact is not None:
                    yield contact

    def _read(self, cookie: x11.Cookie) -> Contact | None:
        if cookie.evtype == x11.HIERARCHY:
            self._panels.clear()  # another device may have the number of one that was unplugged
            return None
        told = cast(cookie.data, POINTER(x11.DeviceEvent)).contents
        finger = self._finger(told) if told.evtype in (x11.BEGIN, x11.UPDATE, x11.END) else self._mouse(told)
        if finger is None:
            return None
        return Contact(finger, _PHASES[told.evtype], told.event_x, told.event_y, _ago_s(told.time))

    def _finger(self, told: x11.DeviceEvent) -> Hashable | None:
        return int(told.detail) if self._is_panel(told.sourceid) else None

    def _mouse(self, told: x11.DeviceEvent) -> Hashable | None:
        """The mouse's left button, and its way while that is held."""
        if told.flags & x11.EMULATED:
            return None
        if told.evtype == x11.MOTION:
            return "mouse" if self._mouse_down else None
        if told.detail != _LEFT_BUTTON:
            return None
        self._mouse_down = told.evtype == x11.PRESS
        return "mouse"

    def _is_panel(self, device: int) -> bool:
        if device not in self._panels:
            count = c_int()
            known = self._xi.XIQueryDevice(self._display, x11.ALL_DEVICES, byref(count))
            self._panels = {each.deviceid: each.is_panel for each in known[: count.value]}
            self._xi.XIFreeDeviceInfo(known)
        return self._panels.get(device, False)

    def _ask_version(self) -> int:
        opcode, unused = c_int(), c_int()
        if not self._x.XQueryExtension(self._display, b"XInputExtension", byref(opcode), byref(unused), byref(unused)):
            raise NoPane("the X server has no input extension")
        major, minor = (c_int(number) for number in x11.TOUCH_VERSION)
        refused = self._xi.XIQueryVersion(self._display, byref(major), byref(minor))
        if refused or (major.value, minor.value) < x11.TOUCH_VERSION:
            raise NoPane("the X server's input extension knows no fingers")
        return opcode.value

    def _lay(self, window: int) -> None:
        faults = []

        def note(_display: int, event: int) -> int:
            faults.append(event)
            return 0

        # The library's own handler ends the program; a window that is gone is no reason to.
        handler = x11.ErrorHandler(note)
        before = c_void_p(self._x.XSetErrorHandler(handler))
        try:
            place, unseen = (0, 0, _ALWAYS_COVERS, _ALWAYS_COVERS), (0, 0, x11.INPUT_ONLY, None, c_ulong(0), None)
            self.window = pane = self._x.XCreateWindow(self._display, c_ulong(window), *place, *unseen)
            self._x.XSelectInput(self._display, c_ulong(pane), x11.STRUCTURE_MASK)
            taken = (x11.PRESS, x11.RELEASE, x11.MOTION, x11.BEGIN, x11.UPDATE, x11.END)
            self._select(pane, x11.ALL_MASTERS, *taken)
            self._select(self._x.XDefaultRootWindow(self._display), x11.ALL_DEVICES, x11.HIERARCHY)
            self._x.XMapRaised(self._display, c_ulong(pane))
            self._x.XSync(self._display, 0)
        finally:
            self._x.XSetErrorHandler(before)
        if faults:
            raise NoPane("the window has no room for it")

    def _select(self, window: int, devices: int, *events: int) -> None:
        mask = (c_ubyte * 4)()
        for event in events:
            mask[event >> 3] |= 1 << (event & 7)
        wanted = x11.EventMask(devices, len(mask), cast(mask, POINTER(c_ubyte)))
        self._xi.XISelectEvents(self._display, c_ulong(window), byref(wanted), 1)


def _ago_s(server_ms: int) -> float:
    # The server counts milliseconds of the monotonic clock in 32 bits.
    ago_ms = (time.monotonic_ns() // 1_000_000 - server_ms) & 0xFFFFFFFF
    return ago_ms / 1000 if ago_ms <= _AGO_MS_MAX else 0.0
