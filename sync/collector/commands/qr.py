"""QR: a picture of what would otherwise be typed."""

import os
from pathlib import Path

import segno

from sync.collector.errors import UsageWrong

_KINDS = {".png": 8, ".svg": 4}
"""Kinds of picture, and how large a module is drawn."""


def draw_qr(text: str, file: Path) -> None:
    """Draw ``text`` into the new or existing ``file``, readable by its owner alone: it holds a code.

    Raises UsageWrong for another kind than .png and .svg, and where the file cannot be written.
    """
    kind = file.suffix.lower()
    if kind not in _KINDS:
        raise UsageWrong("{file} must end in .png or .svg", file=file)
    try:
        handle = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as picture:
            segno.make_qr(text, error="m").save(picture, kind=kind[1:], scale=_KINDS[kind])
    except OSError as error:
        raise UsageWrong("{file} cannot be written ({why})", file=file, why=error.strerror) from error
