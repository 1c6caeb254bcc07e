"""Sheets: a PDF's pages as an eye sees them, text and shapes, read by the library that a browser prints with.

It takes a twentieth of the time of the one that takes a file apart glyph by glyph (``papers``).
"""

from collections.abc import Iterator
from typing import NamedTuple

import pypdfium2
from pypdfium2.raw import FPDF_PAGEOBJ_PATH

Edges = tuple[float, float, float, float]
"""Left, bottom, right and top, in points."""


class Sheet(NamedTuple):
    """One page."""

    text: str
    shapes: tuple[Edges, ...]
    """Every bar, line and box, in the order in which they are drawn."""


def sheets_of(pdf: bytes) -> Iterator[Sheet]:
    """The pages of a PDF, one after the other."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            shapes = page.get_objects(filter=[FPDF_PAGEOBJ_PATH], max_depth=5)
            yield Sheet(page.get_textpage().get_text_range(), tuple(each.get_bounds() for each in shapes))
    finally:
        document.close()
