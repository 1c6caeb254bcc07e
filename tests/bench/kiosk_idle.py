"""A kiosk with its journal in the folder given, left alone: it says when it is up, and rests after five seconds."""

import sys
from pathlib import Path

from kiosk.office.settings import load_kiosk_settings
from kiosk.run.start import show_kiosk

if __name__ == "__main__":
    settings = load_kiosk_settings(
        None,
        Path(sys.argv[1]),
        {"screen": {"fullscreen": False}, "visit": {"question_s": 5}, "journal": {"allow_any_disk": True}},
    )
    show_kiosk(settings, on_started=lambda _app: print("first frame", flush=True))
