#!/usr/bin/env bash
# SDL 2.32.0 (pysdl2-dll 2.32.0, by PySDL2 0.9.17) on an X server (Debian's xvfb and xdotool).
#
# An input event of SDL carries a timestamp, "in milliseconds". The X server stamped each event when it happened; SDL drops
# that and writes when it took the event from the queue. A program that was busy for a second reads two clicks half a
# second apart as one moment: what tells a double tap, a bounce or a held finger by these stamps is wrong just when the
# machine is slow. The true times are to be had from the X server only (XIDeviceEvent.time).
# Seen: two clicks 500 ms apart, read after the pause, are less than 100 ms apart by SDL.
set -euo pipefail
for tool in Xvfb xdotool xauth; do command -v "$tool" >/dev/null || apt-get install -y -qq --no-install-recommends xvfb xdotool xauth; done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet PySDL2==0.9.17 pysdl2-dll==2.32.0
cat >"$folder/read.py" <<'END'
import subprocess
import time

import sdl2

sdl2.SDL_Init(sdl2.SDL_INIT_VIDEO)
window = sdl2.SDL_CreateWindow(b"panel", 0, 0, 300, 300, sdl2.SDL_WINDOW_SHOWN)
event = sdl2.SDL_Event()
end = time.monotonic() + 2
while time.monotonic() < end:
    sdl2.SDL_PollEvent(event)
subprocess.run(["xdotool", "mousemove", "100", "100", "click", "--repeat", "2", "--delay", "500", "1"], check=True)
stamps = []
while sdl2.SDL_PollEvent(event):
    if event.type == sdl2.SDL_MOUSEBUTTONDOWN:
        stamps.append(event.button.timestamp)
print("SDL", sdl2.SDL_GetRevision().decode(), "- stamps of two clicks 500 ms apart:", stamps)
assert len(stamps) == 2
assert stamps[1] - stamps[0] < 100
END
SDL_VIDEODRIVER=x11 xvfb-run -a -s "-screen 0 640x480x24" "$folder/env/bin/python" "$folder/read.py"
