#!/usr/bin/env bash
# Kivy 2.3.1 with the SDL 2.30.7 of its own wheel, on Linux.
#
# SDL tells every finger of a touch screen (SDL_FINGERDOWN and so on), and Kivy has a provider that would make touches of
# them. But WindowSDL.mainloop() feeds it on Android and iOS alone: elsewhere each finger event is read and dropped, and a
# panel for ten fingers is one mouse, made of the first. No setting changes it, nor is anything logged.
# Seen: of two fingers that SDL reports, no touch arrives; a mouse press that SDL reports is one touch.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet kivy==2.3.1
cd "$folder"
KIVY_HOME=$folder/home KIVY_NO_ARGS=1 KIVY_NO_CONSOLELOG=1 KIVY_NO_FILELOG=1 SDL_VIDEODRIVER=offscreen env/bin/python - <<'END'
import ctypes
import struct
from pathlib import Path

import kivy
from kivy.base import EventLoop, runTouchApp
from kivy.core.window import Window

sdl = ctypes.CDLL(str(next((Path(kivy.__file__).parent.parent / "Kivy.libs").glob("libSDL2-2-*"))))
seen = []
Window.bind(on_touch_down=lambda _window, touch: seen.append(type(touch).__name__))
runTouchApp(embedded=True)


def push(kind, rest):
    sdl.SDL_PushEvent(struct.pack("=II", kind, 0) + rest.ljust(120, b"\0"))


def frames():
    for _ in range(4):
        EventLoop.idle()
        Window.mainloop()
    told, seen[:] = list(seen), []
    return told


for finger in (1, 2):
    push(0x700, struct.pack("=qqfffff", 1, finger, 0.2 * finger, 0.5, 0, 0, 1))  # SDL_FINGERDOWN
fingers = frames()
push(0x401, struct.pack("=IIBBBBii", 1, 0, 1, 1, 1, 0, 100, 100))  # SDL_MOUSEBUTTONDOWN
mouse = frames()
print("touches of two fingers:", fingers, "– of one mouse press:", mouse)
assert fingers == []
assert mouse == ["MouseMotionEvent"]
END
