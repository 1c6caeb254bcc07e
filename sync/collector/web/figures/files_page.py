"""File pages: a report out of the system; each one is written into the audit log."""

import asyncio
from datetime import datetime
from functools import partial

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from sync.collector.api.depends import MayExport, TheServices
from sync.collector.closed.named import file_name
from sync.collector.errors import UsageWrong
from sync.collector.export.forms import FORMS, file_of
from sync.collector.figures.book import Book
from sync.collector.people.audit import note
from sync.collector.people.rights import Reader
from sync.collector.services.reports import read_book
from sync.collector.web.figures.report_page import Asks
from sync.collector.web.shared.rendering import words_of

router = APIRouter(include_in_schema=False)


@router.get("/xuat/{form}")
@router.get("/xuat/{form}/{unit}")
@router.get("/xuat/{form}/{unit}/{counter}")
async def take_file(
    request: Request,
    services: TheServices,
    reader: MayExport,
    asks: Asks,
    form: str,
    unit: str | None = None,
    counter: str | None = None,
) -> Response:
    """A place's report as csv, xlsx, pdf, or one table for programs (tidy)."""
    if form not in FORMS:
        raise UsageWrong("there is no file of the form {form}", form=form[:10])
    book = await asyncio.to_thread(read_book, services, reader, asks.query(unit, counter))
    _, media_type = FORMS[form]
    body = await asyncio.to_thread(file_of, services, book, form, words_of(request))
    noting = partial(_note, reader=reader, form=form, book=book, now=services.now())
    await services.write(noting)
    name = file_name(book.place.code, book.period.code, form)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=media_type, headers=headers)


def _note(connection: Connection, reader: Reader, form: str, book: Book, now: datetime) -> None:
    subject = book.place.key or "*"
    note(connection, now, reader.name, "export", subject, {"form": form, "period": book.period.code})
