"""X screen: the panel and our window as the X server has them, on a connection of our own.

SDL takes a window for full screen as soon as it has asked a window manager to make it so. On the bare server of a
kiosk there is none: the window stays as it was opened while SDL tells the panel's size (libsdl-org/SDL, issue 16342).
So the server itself is asked, and told. Nothing of Kivy is needed here.
"""

import ctypes
import os
from collections.abc import Mapping
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_uint, c_ulong, c_void_p
from typing import Any, NamedTuple


class Rectangle(NamedTuple):
    """Where something lies on the server's desk: pixels, from the upper left."""

    x: int
    y: int
    width: int
    height: int


class XScreen:
    """A connection to one X server."""

    def __init__(self) -> None:
        """Raises OSError when the machine has no Xlib or no server answers."""
        self._x, self._randr = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXrandr.so.2")
        _declare(self._x, self._randr)
        self._server = self._x.XOpenDisplay(None)
        if not self._server:
            raise OSError("the X server does not answer")
        self._desk = self._x.XDefaultRootWindow(self._server)

    def panel(self) -> Rectangle:
        """The first monitor, which is the one that is touched; the whole desk where the server names none."""
        n = c_int()
        monitors = self._randr.XRRGetMonitors(self._server, self._desk, 1, byref(n))
        found = [monitors[place] for place in range(n.value)]
        first = next((each for each in found if each.primary), found[0] if found else None)
        place = self.window(self._desk) if first is None else Rectangle(first.x, first.y, first.width, first.height)
        if monitors:
            self._randr.XRRFreeMonitors(monitors)
        return place

    def is_managed(self) -> bool:
        """Whether a window manager rules over sizes here."""
        name = self._x.XInternAtom(self._server, b"_NET_SUPPORTING_WM_CHECK", 0)
        kind, form, n, left, found = c_ulong(), c_int(), c_ulong(), c_ulong(), c_void_p()
        answer = (byref(kind), byref(form), byref(n), byref(left), byref(found))
        self._x.XGetWindowProperty(self._server, self._desk, name, 0, 1, 0, 0, *answer)
        if found:
            self._x.XFree(found)
        return bool(kind.value)

    def window(self, window: int) -> Rectangle:
        """Where a window lies."""
        desk, x, y, width, height, edge, depth = c_ulong(), c_int(), c_int(), c_uint(), c_uint(), c_uint(), c_uint()
        answer = (byref(desk), byref(x), byref(y), byref(width), byref(height), byref(edge), byref(depth))
        self._x.XGetGeometry(self._server, window, *answer)
        return Rectangle(x.value, y.value, width.value, height.value)

    def close(self) -> None:
        """Let go of the server."""
        self._x.XCloseDisplay(self._server)

    def put_window(self, window: int, place: Rectangle) -> None:
        """Move the window to the place, over everything else."""
        self._x.XMoveResizeWindow(self._server, window, *place)
        self._x.XRaiseWindow(self._server, window)
        self._x.XSync(self._server, 0)


def open_x_screen(environment: Mapping[str, str] = os.environ) -> XScreen | None:
    """The X server that a window opens on; None where windows are not X's."""
    if not environment.get("DISPLAY") or "x11" not in environment.get("SDL_VIDEODRIVER", "x11"):
        return None
    try:
        return XScreen()
    except OSError:
        return None


class _Monitor(ctypes.Structure):
    """XRRMonitorInfo of Xrandr.h."""

    _fields_ = (
        ("name", c_ulong), ("primary", c_int), ("automatic", c_int), ("outputs_n", c_int),
        ("x", c_int), ("y", c_int), ("width", c_int), ("height", c_int),
        ("width_mm", c_int), ("height_mm", c_int), ("outputs", c_void_p),
    )  # fmt: skip


def _declare(x: Any, randr: Any) -> None:
    x.XOpenDisplay.argtypes, x.XOpenDisplay.restype = [c_char_p], c_void_p
    x.XDefaultRootWindow.argtypes, x.XDefaultRootWindow.restype = [c_void_p], c_ulong
    x.XInternAtom.argtypes, x.XInternAtom.restype = [c_void_p, c_char_p, c_int], c_ulong
    x.XGetGeometry.argtypes = [c_void_p, c_ulong, *[c_void_p] * 7]
    x.XGetWindowProperty.argtypes = [c_void_p, c_ulong, c_ulong, c_long, c_long, c_int, c_ulong, *[c_void_p] * 5]
    x.XMoveResizeWindow.argtypes = [c_void_p, c_ulong, c_int, c_int, c_uint, c_uint]
    x.XRaiseWindow.argtypes = [c_void_p, c_ulong]
    x.XSync.argtypes = [c_void_p, c_int]
    x.XFree.argtypes = [c_void_p]
    x.XCloseDisplay.argtypes = [c_void_p]
    randr.XRRGetMonitors.argtypes = [c_void_p, c_ulong, c_int, c_void_p]
    randr.XRRGetMonitors.restype = POINTER(_Monitor)
    randr.XRRFreeMonitors.argtypes = [POINTER(_Monitor)]
