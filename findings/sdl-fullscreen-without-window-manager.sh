#!/usr/bin/env bash
# A full-screen window of Kivy 2.3.1 (its wheel brings SDL 2.30.7) on an X server without a window manager, as a kiosk
# has it: the window stays as large as it was asked for, and Kivy and SDL say that it has the screen's size. Touches and
# clicks beyond the real window are lost, and nothing raises an error. A good engineer would expect a window as large as
# the screen, or else to be told its real size.
#
# Seen: Kivy says 1920x1080, the X server has 1280x800+320+140.
# Known to SDL as issue 16342 (mended in SDL 3 in September 2026); the wheels of Kivy bring SDL 2.
#
# Needs Python 3.11 to 3.13, xvfb and x11-utils (Debian: apt-get install xvfb x11-utils libgl1 libegl1).
set -euo pipefail
folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT
for tool in Xvfb xwininfo; do command -v "$tool" >/dev/null || { echo "$tool is missing" >&2; exit 2; }; done
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check kivy==2.3.1

Xvfb -displayfd 3 -screen 0 1920x1080x24 -nolisten tcp 3>"$folder/number" >/dev/null 2>&1 &
server=$!
for _ in $(seq 50); do [ -s "$folder/number" ] && break; sleep 0.1; done
cat >"$folder/window.py" <<'PYTHON'
import os, subprocess
os.environ |= {"KIVY_NO_ARGS": "1", "KIVY_NO_CONFIG": "1", "KIVY_NO_CONSOLELOG": "1", "KIVY_NO_FILELOG": "1"}
from kivy.config import Config
for key, value in {"width": "1280", "height": "800", "fullscreen": "auto"}.items():
    Config.set("graphics", key, value)
from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window

def tell(_elapsed):
    said = "{}x{}".format(*map(int, Window.system_size))
    tree = subprocess.run(["xwininfo", "-id", str(Window.get_window_info().window)], capture_output=True, text=True)
    has = dict(line.strip().split(": ", 1) for line in tree.stdout.splitlines() if ": " in line)
    print(f"Kivy says {said}, the X server has {has['Width'].strip()}x{has['Height'].strip()}", flush=True)
    App.get_running_app().stop()

Clock.schedule_once(tell, 2)
App().run()
PYTHON
unset SDL_VIDEODRIVER WAYLAND_DISPLAY
said=$(DISPLAY=:$(cat "$folder/number") KIVY_HOME="$folder" SDL_AUDIODRIVER=dummy "$folder/venv/bin/python" "$folder/window.py" 2>/dev/null)
echo "$said"
[ "$said" = "Kivy says 1920x1080, the X server has 1280x800" ] || { echo "This has changed." >&2; exit 1; }
