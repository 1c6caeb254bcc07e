"""CSV list: what a page lists, as a file with the same columns."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from starlette.responses import Response

from kiosk.base.cells import code_note, csv_bytes
from kiosk.base.texts import Texts

T = TypeVar("T")

Columns = Sequence[tuple[str, Callable[[T], str]]]
"""Each column's head, and what stands in it for one thing of the list."""


def csv_list(file_name: str, columns: Columns[T], things: Iterable[T], t: Texts) -> Response:
    """The list as a file; below it is said where a cell was made safe for spreadsheets."""
    lines = [[cell(thing) for _, cell in columns] for thing in things]
    note = code_note((cell for line in lines for cell in line), t)
    table = [[head for head, _ in columns], *lines, *([[], note] if note else [])]
    # Excel with Vietnamese settings takes the semicolon, as for the reports.
    body = csv_bytes(table, ";" if t.language == "vi" else ",")
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"', "Cache-Control": "no-store"}
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)
