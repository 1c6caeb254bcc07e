"""The whole of ``kiosk run`` in the data directory given; says when its first frame is up, and ends."""

import sys
from functools import partial

import kiosk.run.start
from kiosk.commands.main import main


def first_frame(app):
    print("first frame", flush=True)
    app.stop()


if __name__ == "__main__":
    kiosk.run.start.show_kiosk = partial(kiosk.run.start.show_kiosk, on_started=first_frame)
    sys.argv = ["kiosk", "run", "--data-dir", sys.argv[1]]
    main()
