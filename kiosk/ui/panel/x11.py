"""X11: the shapes of what the X server's input extension tells, as its C library has them."""

import ctypes
from ctypes import POINTER, c_char_p, c_double, c_int, c_ubyte, c_uint, c_ulong, c_void_p

DESTROYED, GENERIC_EVENT = 17, 35
STRUCTURE_MASK = 1 << 17
PRESS, RELEASE, MOTION, HIERARCHY, BEGIN, UPDATE, END = 4, 5, 6, 11, 18, 19, 20
ALL_DEVICES, ALL_MASTERS = 0, 1
EMULATED = 1 << 16
"""A flag: the server made this up, of a finger or of a wheel."""
INPUT_ONLY = 2
TOUCH_VERSION = (2, 2)
"""The version of the extension that knows fingers."""
_TOUCH_CLASS, _DIRECT_TOUCH = 8, 1


class Cookie(ctypes.Structure):
    """XGenericEventCookie."""

    _fields_ = (
        ("type", c_int), ("serial", c_ulong), ("send_event", c_int), ("display", c_void_p),
        ("extension", c_int), ("evtype", c_int), ("cookie", c_uint), ("data", c_void_p),
    )  # fmt: skip


class Event(ctypes.Union):
    """XEvent, which has room for every kind."""

    _fields_ = (("cookie", Cookie), ("room", c_ulong * 24))


class DeviceEvent(ctypes.Structure):
    """The part of XIDeviceEvent that is read."""

    _fields_ = (
        ("type", c_int), ("serial", c_ulong), ("send_event", c_int), ("display", c_void_p),
        ("extension", c_int), ("evtype", c_int), ("time", c_ulong), ("deviceid", c_int), ("sourceid", c_int),
        ("detail", c_int), ("root", c_ulong), ("event", c_ulong), ("child", c_ulong),
        ("root_x", c_double), ("root_y", c_double), ("event_x", c_double), ("event_y", c_double), ("flags", c_int),
    )  # fmt: skip


class EventMask(ctypes.Structure):
    """XIEventMask."""

    _fields_ = (("deviceid", c_int), ("mask_len", c_int), ("mask", POINTER(c_ubyte)))


class TouchClass(ctypes.Structure):
    """XITouchClassInfo; the other classes begin with their type, too."""

    _fields_ = (("type", c_int), ("sourceid", c_int), ("mode", c_int), ("num_touches", c_int))


class Device(ctypes.Structure):
    """XIDeviceInfo."""

    _fields_ = (
        ("deviceid", c_int), ("name", c_char_p), ("use", c_int), ("attachment", c_int), ("enabled", c_int),
        ("num_classes", c_int), ("classes", POINTER(POINTER(TouchClass))),
    )  # fmt: skip

    @property
    def is_panel(self) -> bool:
        """Whether its fingers touch what they mean; on a touch pad they only move the pointer."""
        classes = (known.contents for known in self.classes[: self.num_classes])
        return any(known.type == _TOUCH_CLASS and known.mode == _DIRECT_TOUCH for known in classes)


ErrorHandler = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p)


def load_libraries() -> tuple[ctypes.CDLL, ctypes.CDLL]:
    """Xlib and the input extension's part of it; raises OSError where the machine has none.

    Nothing is declared but what they return: a connection is passed as a c_void_p, a window as a c_ulong.
    """
    x, xi = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXi.so.6")
    x.XOpenDisplay.restype = x.XSetErrorHandler.restype = c_void_p
    x.XDefaultRootWindow.restype = x.XCreateWindow.restype = c_ulong
    xi.XIQueryDevice.restype = POINTER(Device)
    return x, xi
