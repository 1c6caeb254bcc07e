"""A panel that takes ten fingers, without hardware: Xorg's dummy screen with Xorg's own ``inputtest`` device.

The contacts go through the X server as a real panel's do: it tells them apart, transforms them, stamps them and hands
them to clients. Needs xserver-xorg-core and xserver-xorg-video-dummy; nobody has to be root.
"""

import os
import socket
import struct
import subprocess
import time
from pathlib import Path

XORG = Path("/usr/lib/xorg/Xorg")
_LONGEST = 65535.0
"""The device's own coordinates run from 0 to this."""
_TOUCH, _BUTTON, _MOTION, _SYNC, _VERSION = 6, 4, 2, 1, 0
_BEGIN, _UPDATE, _END = 18, 19, 20
_MATRICES = {
    0: "1 0 0 0 1 0 0 0 1",
    90: "0 1 0 -1 0 1 0 0 1",
    180: "-1 0 1 0 -1 1 0 0 1",
    270: "0 -1 1 1 0 0 0 0 1",
}
"""What turns the touch with the picture, as "xinput map-to-output" sets it."""

Point = tuple[float, float]


class Device:
    """One device of the ``inputtest`` driver; messages as in xf86-input-inputtest-protocol.h."""

    def __init__(self, path: Path) -> None:
        self._door = socket.socket(socket.AF_UNIX)
        self._door.settimeout(10)
        self._door.connect(str(path))
        self._send(_VERSION, struct.pack("=HH", 1, 1))
        self._door.recv(12)

    def close(self) -> None:
        self._door.close()

    def touch(self, finger: int, kind: int, raw: Point) -> None:
        self._send(_TOUCH, struct.pack("=II", finger, kind) + _valuators(raw))

    def move(self, raw: Point) -> None:
        self._send(_MOTION, struct.pack("=I4x", 1) + _valuators(raw))

    def button(self, down: bool, raw: Point, number: int = 1) -> None:
        self._send(_BUTTON, struct.pack("=iiI4x", 1, number, down) + _valuators(raw))

    def sync(self) -> None:
        """Return when the server has processed everything."""
        self._send(_SYNC, b"")
        self._door.recv(8)

    def _send(self, kind: int, body: bytes) -> None:
        self._door.sendall(struct.pack("=II", 8 + len(body), kind) + body)


def _valuators(raw: Point) -> bytes:
    return struct.pack("=I8s4x128d", 0, b"\x03" + bytes(7), *raw, *(0.0,) * 126)


class TouchPanel:
    """A screen of this size; ``rotation`` is how the panel behind it was turned, in degrees clockwise."""

    def __init__(self, folder: Path, size: tuple[int, int], rotation: int = 0) -> None:
        self.size, self._rotation, self._folder = size, rotation, folder
        (folder / "xorg.conf").write_text(_configuration(folder, size, _MATRICES[rotation]))
        read, write = os.pipe()
        self._server = subprocess.Popen(
            [XORG, "-config", folder / "xorg.conf", "-logfile", folder / "xorg.log", "-displayfd", str(write),
             "-noreset", "-nolisten", "tcp"],
            pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(write)
        with os.fdopen(read) as said:
            number = said.readline().strip()
        assert number, (folder / "xorg.log").read_text()[-3000:]
        self.display = f":{number}"
        self._panel, self._mouse = Device(folder / "panel"), Device(folder / "mouse")

    def close(self) -> None:
        # The server first, and for certain: one whose device is gone reads its end for ever, with a whole processor.
        self._server.terminate()
        try:
            self._server.wait(5)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait(5)
        self._panel.close()
        self._mouse.close()

    # Points are pixels from the upper left corner of what is seen.

    def down(self, finger: int, point: Point) -> None:
        self._panel.touch(finger, _BEGIN, self._raw(point))
        self._panel.sync()

    def slide(self, finger: int, point: Point) -> None:
        self._panel.touch(finger, _UPDATE, self._raw(point))
        self._panel.sync()

    def up(self, finger: int, point: Point) -> None:
        self._panel.touch(finger, _END, self._raw(point))
        self._panel.sync()

    def tap(self, point: Point, seconds: float = 0.08, finger: int = 1) -> None:
        self.hold([point], seconds, finger)

    def hold(self, points: list[Point], seconds: float, first: int = 1) -> None:
        """Lay a finger on each point at once, and lift all."""
        for finger, point in enumerate(points, first):
            self._panel.touch(finger, _BEGIN, self._raw(point))
        self._panel.sync()
        time.sleep(seconds)
        for finger, point in enumerate(points, first):
            self._panel.touch(finger, _END, self._raw(point))
        self._panel.sync()

    def click(self, point: Point, seconds: float = 0.08, button: int = 1) -> None:
        """With the mouse, which is turned by nobody."""
        raw = self._share(point)
        self._mouse.move(raw)
        self._mouse.button(True, raw, button)
        self._mouse.sync()
        time.sleep(seconds)
        self._mouse.button(False, raw, button)
        self._mouse.sync()

    def _share(self, point: Point) -> Point:
        return point[0] / self.size[0] * _LONGEST, point[1] / self.size[1] * _LONGEST

    def _raw(self, point: Point) -> Point:
        """Where on the panel's own axes a finger lies that is seen at this point."""
        x, y = self._share(point)
        return {
            0: (x, y),
            90: (_LONGEST - y, x),
            180: (_LONGEST - x, _LONGEST - y),
            270: (y, _LONGEST - x),
        }[self._rotation]


def _configuration(folder: Path, size: tuple[int, int], matrix: str) -> str:
    wide, high = size
    across, down = wide + 20, high + 20
    mode = f'"{wide}x{high}"'
    line = f"{across * down * 60 / 1e6:.2f} {wide} {wide + 5} {wide + 10} {across} {high} {high + 5} {high + 10} {down}"
    return f"""
Section "ServerFlags"
    Option "AutoAddDevices" "false"
    Option "DontVTSwitch" "true"
EndSection
Section "InputDevice"
    Identifier "panel"
    Driver "inputtest"
    Option "SocketPath" "{folder}/panel"
    Option "DeviceType" "Touch"
    Option "TouchCount" "10"
    Option "TransformationMatrix" "{matrix}"
EndSection
Section "InputDevice"
    Identifier "mouse"
    Driver "inputtest"
    Option "SocketPath" "{folder}/mouse"
    Option "DeviceType" "PointerAbsolute"
EndSection
Section "InputDevice"
    Identifier "keys"
    Driver "inputtest"
    Option "SocketPath" "{folder}/keys"
    Option "DeviceType" "Keyboard"
EndSection
Section "Device"
    Identifier "card"
    Driver "dummy"
    VideoRam 65536
EndSection
Section "Monitor"
    Identifier "glass"
    HorizSync 5.0 - 1000.0
    VertRefresh 5.0 - 200.0
    Modeline {mode} {line}
EndSection
Section "Screen"
    Identifier "screen"
    Device "card"
    Monitor "glass"
    DefaultDepth 24
    SubSection "Display"
        Depth 24
        Modes {mode}
        Virtual {wide} {high}
    EndSubSection
EndSection
Section "ServerLayout"
    Identifier "kiosk"
    Screen "screen"
    InputDevice "mouse" "CorePointer"
    InputDevice "keys" "CoreKeyboard"
    InputDevice "panel"
EndSection
"""
