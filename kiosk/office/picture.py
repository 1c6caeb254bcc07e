"""Picture: what the screen shows, as IT staff asked for it; the screen lays it beside the journal for the agent.

Only of a screen at which nobody is: no visit is under way, no words are typed, no code is shown.
"""

from pathlib import Path

from kiosk.base.private_file import write_private

PICTURE_FILE = "picture.png"
SIDE_PX_MAX = 800
"""The longer side of a picture: texts can be read, and the resting screen is some 40 kB."""
PICTURE_BYTES_MAX = 256 * 1024


def keep_picture(folder: Path, png: bytes) -> bool:
    """Lay the picture for the agent, in the place of an earlier one; False where it is too large to be sent."""
    if len(png) > PICTURE_BYTES_MAX:
        return False
    write_private(folder / PICTURE_FILE, png, durable=False)
    return True
