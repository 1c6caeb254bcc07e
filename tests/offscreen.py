"""Offscreen: what a program's window is told where nobody looks at it.

It is small, in the shape of the usual panel: a processor fills it, and takes four times as long for the whole size.
"""

OFFSCREEN = {
    "SDL_VIDEODRIVER": "offscreen",
    "SDL_AUDIODRIVER": "dummy",
    "HAILONG_KIOSK_SCREEN__FULLSCREEN": "false",
    "HAILONG_KIOSK_SCREEN__WIDTH_PX": "640",
    "HAILONG_KIOSK_SCREEN__HEIGHT_PX": "400",
}
