"""Pictures: what kiosks' screens showed when IT staff asked; of each kiosk the last one, for two weeks.

A picture is kept as it came and never taken apart here: browsers show it, from an answer that can be nothing but an
image.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from kiosk.office.picture import PICTURE_BYTES_MAX
from sync.collector.errors import QuestionWrong
from sync.collector.store.schema import device_picture

KEPT_FOR = timedelta(days=14)
SIDE_PX_ABSURD = 4096
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_BYTES = 33


def keep_picture(connection: Connection, device_id: str, png: bytes, now: datetime) -> None:
    """Keep a kiosk's picture in the place of its last one. Raises QuestionWrong for what is none."""
    width, height = _size_of(png)
    values = {"received_at": now, "width": width, "height": height, "png": png}
    insert = pg_insert if connection.dialect.name == "postgresql" else sqlite_insert
    row = insert(device_picture).values(device_id=device_id, **values)
    # In one statement: a picture that is sent again after a lost answer may come beside the first.
    connection.execute(row.on_conflict_do_update(index_elements=["device_id"], set_=values))


def read_picture(connection: Connection, device_id: str) -> bytes | None:
    """A kiosk's picture as it came; None where there is none."""
    wanted = select(device_picture.c.png).where(device_picture.c.device_id == device_id)
    png: bytes | None = connection.execute(wanted).scalar_one_or_none()
    return png


def pictures_of(connection: Connection, devices: Sequence[str]) -> dict[str, Any]:
    """When each of these kiosks showed its screen, and how large that is; without the pictures."""
    c = device_picture.c
    wanted = select(c.device_id, c.received_at, c.width, c.height).where(c.device_id.in_(devices))
    return {row.device_id: row for row in connection.execute(wanted)}


def forget_pictures(connection: Connection, now: datetime) -> None:
    """Let go of pictures of two weeks ago."""
    connection.execute(delete(device_picture).where(device_picture.c.received_at < now - KEPT_FOR))


def _size_of(png: bytes) -> tuple[int, int]:
    """Width and height in pixels, by the header that every PNG begins with (RFC 2083, section 4.1.1)."""
    if len(png) > PICTURE_BYTES_MAX or len(png) < _HEADER_BYTES or png[:8] != _SIGNATURE or png[12:16] != b"IHDR":
        raise QuestionWrong("the body is no PNG of at most {n} bytes", n=PICTURE_BYTES_MAX)
    width, height = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
    if not (0 < width <= SIDE_PX_ABSURD and 0 < height <= SIDE_PX_ABSURD):
        raise QuestionWrong("a picture has between 1 and {n} pixels on a side", n=SIDE_PX_ABSURD)
    return width, height
