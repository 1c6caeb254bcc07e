"""Snapshot: what a widget shows, drawn once more at a smaller size, as PNG."""

from io import BytesIO
from typing import Any

from kivy.core.image import Image
from kivy.graphics import ClearBuffers, ClearColor, Fbo, Scale, Translate
from kivy.uix.widget import Widget


def snapshot(widget: Widget, ground: Any, side_px_max: int) -> bytes:
    """The widget before its ground, its longer side no longer than so many pixels; on the screen's thread."""
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
