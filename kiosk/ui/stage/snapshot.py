"""Snapshot: what the screen shows, drawn anew at a smaller size, as PNG; never what a person sees or types there."""

from io import BytesIO
from typing import Any

from kivy.core.image import Image
from kivy.graphics import ClearBuffers, ClearColor, Fbo, Scale, Translate
from kivy.uix.widget import Widget

from kiosk.domain.visit.door import Room
from kiosk.domain.visit.visit import Step


def picture_of(app: Any, side_px_max: int) -> bytes | None:
    """The screen of a running kiosk; None while a citizen or the staff are at it. On the screen's thread."""
    if app.step_shown not in (Step.RESTING, Room.CLEANING):
        return None
    return _drawn_again(app.root, app.look.ground, side_px_max)


def _drawn_again(widget: Widget, ground: Any, side_px_max: int) -> bytes:
    """The widget before its ground, its longer side no longer than so many pixels."""
    scale = min(1.0, side_px_max / max(widget.size))
    size = (round(widget.width * scale), round(widget.height * scale))
    # A stencil: pages clip by it. Upside down, as a file is read from its top.
    drawing = Fbo(size=size, with_stencilbuffer=True)
    with drawing:
        ClearColor(*ground)
        ClearBuffers()
        Scale(scale, -scale, 1)
        Translate(-widget.x, -widget.y - widget.height, 0)
    drawing.add(widget.canvas)
    drawing.draw()
    drawing.remove(widget.canvas)
    written = BytesIO()
    Image(drawing.texture).save(written, fmt="png")
    return written.getvalue()
