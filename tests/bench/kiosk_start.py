"""The whole of ``kiosk run`` in the data directory given; says when its first frame is up, and ends."""

import sys
from functools import partial

import kiosk.start
from kiosk.cli import main


def first_frame(app):
    print("first frame", flush=True)
    app.stop()


if __name__ == "__main__":
    kiosk.start.show_kiosk = partial(kiosk.start.show_kiosk, on_started=first_frame)
    sys.argv = ["kiosk", "run", "--data-dir", sys.argv[1]]
    main()
