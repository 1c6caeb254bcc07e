"""The whole kiosk with settings and journal, in the data directory given; says when its first frame is up."""

import sys
from pathlib import Path

from kiosk.config import load_kiosk_settings
from kiosk.start import show_kiosk


def first_frame(app):
    print("first frame", flush=True)
    app.stop()


if __name__ == "__main__":
    show_kiosk(load_kiosk_settings(None, Path(sys.argv[1]), {"screen": {"fullscreen": False}}), on_started=first_frame)
