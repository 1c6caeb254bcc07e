"""Audit page: who did what, when, for auditors; and as a file, which is a line of the log itself."""

import asyncio
from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from kiosk.base.cells import csv_bytes
from sync.collector.api.depends import MayAudit, Served
from sync.collector.people.audit import note
from sync.collector.people.audit_log import AuditLine, Wish, read_actions, read_lines
from sync.collector.people.rights import Reader
from sync.collector.services.services import Services
from sync.collector.web.people.audit_words import action_in
from sync.collector.web.shared.rendering import phrases_of, render

router = APIRouter(include_in_schema=False)

LINES_MAX = 200
FILE_LINES_MAX = 100_000
NUMBER_MAX = 2**62


@router.get("/nhat-ky")
async def show_audit(
    request: Request,
    services: Served,
    reader: MayAudit,
    truoc: Annotated[int | None, Query(ge=1, le=NUMBER_MAX)] = None,
) -> Response:
    """The newest lines that are wanted, or those before one."""
    wish = _wish_of(request, truoc)
    lines, actions = await asyncio.to_thread(_read, services, reader, wish, LINES_MAX)
    return render(
        request, "audit.html", lines=lines, actions=actions, older=len(lines) == LINES_MAX, wish=wish,
        query=_query_of(wish), action_in=action_in,
    )  # fmt: skip


@router.get("/nhat-ky.csv")
async def take_audit(request: Request, services: Served, reader: MayAudit) -> Response:
    """The wanted lines as a file."""
    wish = _wish_of(request, None)
    lines, _ = await asyncio.to_thread(_read, services, reader, wish, FILE_LINES_MAX)
    p = phrases_of(request)
    heads = [p.t("Line"), p.t("Time"), p.t("Who"), p.t("What"), p.t("Of what"), p.t("Details")]
    body = csv_bytes([heads, *[[str(line.number), line.at.isoformat(), *line[2:]] for line in lines]], ",")

    def noting(connection: Connection) -> None:
        note(connection, services.now(), reader.name, "export", "audit", {"form": "csv", **_query_of(wish)})

    await asyncio.wrap_future(services.writer.submit(noting))
    name = {"Content-Disposition": 'attachment; filename="nhat-ky.csv"', "Cache-Control": "no-store"}
    return Response(body, media_type="text/csv; charset=utf-8", headers=name)


def _wish_of(request: Request, before: int | None) -> Wish:
    text = partial(_text_of, request)
    return Wish(text("ai"), text("viec"), text("cua"), _day_of(text("tu")), _day_of(text("den")), before)


def _text_of(request: Request, name: str) -> str:
    return request.query_params.get(name, "").replace("\0", "").strip()[:100]


def _day_of(text: str) -> date | None:
    """What cannot be a day narrows nothing."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _query_of(wish: Wish) -> dict[str, str]:
    days = {"tu": wish.first.isoformat() if wish.first else "", "den": wish.last.isoformat() if wish.last else ""}
    found = {"ai": wish.who, "viec": wish.what, "cua": wish.subject, **days}
    return {name: value for name, value in found.items() if value}


def _read(services: Services, reader: Reader, wish: Wish, most: int) -> tuple[list[AuditLine], list[str]]:
    with services.database.reading() as connection:
        lines = read_lines(connection, reader, wish, services.config.zone, most)
        return lines, list(read_actions(connection, reader))
