"""Papers: a PDF as a reader sees it: the glyphs it draws, the fonts that are in it, and its pixels."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont
from pypdf import PdfReader
from pypdf.generic import ContentStream


@dataclass(frozen=True)
class Drawn:
    """One glyph that a page draws."""

    font: str
    glyph: int
    has_ink: bool
    """Whether the font in the file has an outline for it."""
    text: str
    """What a reader copies for it."""


def glyphs_drawn(pdf: bytes) -> set[Drawn]:
    """Every glyph on every page, drawings included, with what the embedded font has for it."""
    reader = PdfReader(io.BytesIO(pdf))
    return {
        drawn
        for page in reader.pages
        for drawn in _of_stream(ContentStream(page["/Contents"], reader), page["/Resources"], reader)
    }


def text_of(pdf: bytes) -> str:
    """What a reader copies."""
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def darkest_of_letters(pdf: bytes, page: int) -> dict[str, int]:
    """How dark each letter of a page comes out of a printer, 0 black and 255 white."""
    document, scale, found = pypdfium2.PdfDocument(pdf), 3.0, {}
    sheet = document[page]
    picture, words, height = sheet.render(scale=scale, grayscale=True), sheet.get_textpage(), sheet.get_height()
    pixels = bytes(picture.buffer)
    for place, letter in enumerate(words.get_text_range()):
        left, bottom, right, top = words.get_charbox(place)
        first, last = int(left * scale), int(right * scale) + 1
        lines = range(int((height - top) * scale), int((height - bottom) * scale) + 1)
        found[letter] = min(min(pixels[y * picture.stride + first : y * picture.stride + last]) for y in lines)
    for opened in (picture, words, document):
        opened.close()
    return found


def heights_of(pdf: bytes, words: str) -> list[float]:
    """How high the first letter of these words is on each page that has them, in points."""
    document, found = pypdfium2.PdfDocument(pdf), []
    for sheet in document:
        text = sheet.get_textpage()
        if hit := text.search(words).get_next():
            _, bottom, _, top = text.get_charbox(hit[0])
            found.append(top - bottom)
        text.close()
    document.close()
    return found


def _of_stream(stream: ContentStream, resources: Any, reader: PdfReader) -> Iterator[Drawn]:
    font: _Font | None = None
    for operands, operator in stream.operations:
        if operator == b"Tf":
            font = _Font(resources["/Font"][operands[0]].get_object())
        elif operator in (b"Tj", b"TJ"):
            assert font is not None
            shown = operands[0] if operator == b"TJ" else [operands[0]]
            yield from (font.drawn(code) for text in shown if isinstance(text, bytes | str) for code in _codes(text))
        elif operator == b"Do":
            form = resources["/XObject"][operands[0]].get_object()
            if form["/Subtype"] == "/Form":
                yield from _of_stream(ContentStream(form, reader), form.get("/Resources", resources), reader)


class _Font:
    """A font as it lies in the file."""

    def __init__(self, font: Any) -> None:
        self.name = str(font["/BaseFont"])
        (descendant,) = font["/DescendantFonts"]
        found = descendant.get_object()
        descriptor = found["/FontDescriptor"].get_object()
        program = next(descriptor[key] for key in ("/FontFile2", "/FontFile3") if key in descriptor)
        self._program = TTFont(io.BytesIO(program.get_object().get_data()))
        self._order = self._program.getGlyphOrder()
        self._glyphs = self._program.getGlyphSet()
        self._texts = _texts(font["/ToUnicode"].get_object().get_data().decode("ascii"))

    def drawn(self, code: int) -> Drawn:
        pen = BoundsPen(self._glyphs)
        if code < len(self._order):
            self._glyphs[self._order[code]].draw(pen)
        return Drawn(self.name, code, pen.bounds is not None, self._texts.get(code, ""))


def _codes(text: Any) -> list[int]:
    raw = text.original_bytes if hasattr(text, "original_bytes") else bytes(text)
    return [int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2)]


def _texts(table: str) -> dict[int, str]:
    """The characters of a ToUnicode table: lines of ``<code> <text>``."""
    found = {}
    for line in table.splitlines():
        parts = line.replace("><", "> <").split()
        if len(parts) == 2 and all(part.startswith("<") and part.endswith(">") for part in parts):
            code, text = (bytes.fromhex(part[1:-1]) for part in parts)
            found[int.from_bytes(code)] = text.decode("utf-16-be")
    return found
