"""Forms: what stands in an answer or a file, piece by piece, each under a label that says where it stands.

Nothing is picked out: every word, cell, drawing and spoken label is a piece. Only ids and hashes are left out, which
are made anew in each telling of a story.
"""

import csv
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from html.parser import HTMLParser
from typing import Any

from openpyxl import load_workbook

from tests.attack.doors.sheets import sheets_of

Label = tuple[str, ...]
Pieces = Mapping[Label, str]
"""By where it stands: what stands there."""
_NAMES = ("code", "counter", "level", "reason", "week", "day", "month", "standing", "question", "survey", "period",
          "id")  # fmt: skip
"""Of a row for programs: what tells it from its neighbours, where it is written in words."""
_MADE_UP = re.compile(
    r"\b(?=[0-9a-f-]*\d)[0-9a-f]{8}[0-9a-f-]*\b|\b[0-9a-f]{4}…[0-9a-f]{4}\b|form_key\" value=\"\w+|nonce-[\w=+/-]+"
)
_BLOCKS = {"p", "li", "td", "th", "dt", "dd", "h1", "h2", "h3", "h4", "caption", "option", "title", "text", "desc",
           "summary", "label", "button", "legend", "pre", "figcaption"}  # fmt: skip
DRAWING = "drawing"
_SPOKEN = ("title", "aria-label", "alt", "content", "placeholder")


def read_form(form: str, body: bytes) -> Pieces:
    """The pieces of an answer of this form: html, csv, xlsx, pdf, zip, json or text."""
    return _read(form, body if form in ("xlsx", "pdf", "zip") else _MADE_UP.sub("…", body.decode("utf-8-sig")))


@lru_cache(maxsize=4096)
def _read(form: str, body: str | bytes) -> Pieces:
    """Many tellings of a story have most answers in common: each is read once."""
    seen: Counter[Label] = Counter()
    found: dict[Label, str] = {}
    for label, words in _FORMS[form](body):
        seen[label] += 1
        # The second one under the same label is known by its number.
        found[label if seen[label] == 1 else (*label, f"#{seen[label]}")] = words
    return found


def _of_html(body: str) -> Iterator[tuple[Label, str]]:
    page = _Page()
    page.feed(body)
    page.close()
    yield from page.pieces


class _Page(HTMLParser):
    """Takes a page apart: what stands where is told by the title above, the row and the column."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[tuple[Label, str]] = []
        self._above = self._row = self._tag = self._term = ""
        self._heads: list[str] = []
        self._column, self._silent = 0, 0
        self._in_head = self._is_drawing = False
        self._words: list[str] = []
        self._drawn: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._silent += tag in ("script", "style")
        if tag in _BLOCKS:
            self._end_piece()
            self._tag = tag
        match tag:
            case "thead":
                self._heads, self._in_head = [], True
            case "tbody":
                self._in_head = False
            case "tr":
                self._row, self._column = "", 0
            case "svg":
                self._is_drawing, self._drawn = True, []
        self._say_attributes(tag, values)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")
        if tag in _BLOCKS:
            self._end_piece()
        if tag in ("td", "th"):
            self._column += 1
        if tag == "svg":
            self._is_drawing = False
            self._say(DRAWING, " ".join(self._drawn))

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._words.append(data)

    def _say_attributes(self, tag: str, values: dict[str, str]) -> None:
        for name in _SPOKEN:
            if values.get(name):
                self._say(f"{tag} {name}", values[name])
        if tag in ("input", "meter", "progress") and values.get("type") != "hidden":
            self._say(f"{tag} {values.get('name', '')}", values.get("value", ""))
        drawn = [values[name] for name in ("x", "y", "cx", "cy", "x1", "x2", "width", "height", "d", "points", "class")
                 if name in values]  # fmt: skip
        if self._is_drawing:
            self._drawn.append(f"{tag} {' '.join(drawn)}")

    def _end_piece(self) -> None:
        words = " ".join("".join(self._words).split())
        self._words = []
        if not words:
            return
        if self._tag in ("h1", "h2", "h3"):
            self._above = words
        elif self._tag == "dt":
            self._term = words
        elif self._tag in ("td", "th") and self._in_head:
            self._heads.append(words)
        elif self._tag in ("td", "th") and not self._row:
            self._row = words
        self._say(self._tag, words)

    def _say(self, kind: str, words: str) -> None:
        kind = DRAWING if self._is_drawing else kind
        in_row = kind in ("td", "th") or self._row
        head = self._heads[self._column] if in_row and self._column < len(self._heads) else str(self._column)
        term = self._term if kind == "dd" else ""
        self.pieces.append(((self._above, self._row, head if in_row else "", term, kind), words))


def _of_csv(body: str) -> Iterator[tuple[Label, str]]:
    rows = list(csv.reader(io.StringIO(body), delimiter=";" if body.count(";") > body.count(",") else ","))
    yield from _of_rows("", rows)


def _of_xlsx(body: bytes) -> Iterator[tuple[Label, str]]:
    for sheet in load_workbook(io.BytesIO(body), read_only=True):
        rows = [["" if cell is None else f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in row]
                for row in sheet.iter_rows(values_only=True)]  # fmt: skip
        yield from _of_rows(sheet.title, rows)


_ONE_A_LINE = ["table", "row", "column", "unit", "value", "without"]
"""The heads of a file for programs that has each cell of each table on a line of its own."""


def _of_rows(name: str, rows: list[list[str]]) -> Iterator[tuple[Label, str]]:
    """Cells under the head of their table, named by the words of their row; a line by itself begins a new table."""
    title, heads = name, list[str]()
    for row in rows:
        cells = [cell for cell in row if cell]
        if len(cells) < 2:
            heads = []
            title = cells[0] if cells else title
            yield from (((name, "line"), cell) for cell in cells)
        elif not heads:
            heads = row
        elif heads == _ONE_A_LINE:
            table, place, column, _, value, without = row
            yield (name, title, f"{table} {place}", column), value or without
        else:
            words = " ".join([row[0], *(cell for cell in row[1:2] if not cell[:1].isdigit())])
            yield from (((name, title, words, head), cell) for head, cell in zip(heads, row, strict=False) if cell)


def _of_pdf(body: bytes) -> Iterator[tuple[Label, str]]:
    """Lines of text, and by page where each shape begins and ends: a chart's bars tell as much as its words."""
    for place, sheet in enumerate(sheets_of(body)):
        for line in sheet.text.splitlines():
            words = " ".join(line.split())
            yield (re.sub(r"\d[\d.,]*", "·", words),), words
        yield (DRAWING, f"sheet {place + 1}"), " ".join(f"{edge:.1f}" for shape in sheet.shapes for edge in shape)


def _of_zip(body: bytes) -> Iterator[tuple[Label, str]]:
    """The files in it, each by its own form."""
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        for name in packed.namelist():
            form = {"json": "json", "txt": "text"}[name.rpartition(".")[2]]
            yield from (((name, *label), words) for label, words in read_form(form, packed.read(name)).items())


def _of_json(body: str) -> Iterator[tuple[Label, str]]:
    yield from _of_value((), json.loads(body))


def _of_value(label: Label, value: Any) -> Iterator[tuple[Label, str]]:
    match value:
        case dict():
            for key, each in value.items():
                yield from _of_value((*label, key), each)
        case list():
            for place, each in enumerate(value):
                named = [str(each[name]) for name in _NAMES if name in each] if isinstance(each, dict) else []
                yield from _of_value((*label, "/".join(named) or str(place)), each)
        case _:
            yield label, str(value)


def _of_text(body: str) -> Iterator[tuple[Label, str]]:
    """Each line is known by its words; what Prometheus is told stands behind its name."""
    for line in body.splitlines():
        name, _, value = line.rpartition(" ")
        if name and re.fullmatch(r"[\w.+-]+", value):
            yield (name,), value.removesuffix(".0")
        else:
            yield (re.sub(r"\d", "·", line),), line


_FORMS: Mapping[str, Callable[[Any], Iterator[tuple[Label, str]]]] = {
    "html": _of_html, "csv": _of_csv, "xlsx": _of_xlsx, "pdf": _of_pdf, "json": _of_json, "text": _of_text,
    "zip": _of_zip,
}  # fmt: skip

_NUMBER = re.compile(r"\d[\d.,\u00a0\u202f]*(?<![.,])")
numbers_in = partial(re.findall, _NUMBER)
"""The numbers of a piece, as they are written."""


def shape_of(words: str) -> str:
    """A piece with nothing in the place of each number: it is the same sentence where only numbers differ."""
    return _NUMBER.sub("·", words)


def whole(number: str) -> int | None:
    """A whole number as a page writes it; None for a part of one."""
    plain = re.sub(r"[.,\u00a0\u202f](?=\d{3}\b)", "", number)
    return int(plain) if plain.isascii() and plain.isdigit() else None
