"""Audit page: who did what, when, for auditors, also as a file; taking the file is logged too."""

import asyncio
from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from kiosk.base.cells import csv_bytes
from sync.collector.api.depends import MayAudit, TheServices
from sync.collector.people import audit_log
from sync.collector.people.audit import note
from sync.collector.people.audit_log import AuditLine, read_actions, read_lines, read_unit_names
from sync.collector.people.rights import Reader
from sync.collector.services.services import Services
from sync.collector.web.people.audit_details import parts_in
from sync.collector.web.people.audit_words import action_in, subject_in
from sync.collector.web.shared.rendering import phrases_of, render

router = APIRouter(include_in_schema=False)

LINES_MAX = 200
FILE_LINES_MAX = 100_000
NUMBER_MAX = 2**62


@router.get("/nhat-ky")
async def show_audit(
    request: Request,
    services: TheServices,
    reader: MayAudit,
    truoc: Annotated[int | None, Query(ge=1, le=NUMBER_MAX)] = None,
) -> Response:
    """The newest lines that are wanted, or those before one."""
    query = _asked(request, truoc)
    lines, actions, units = await asyncio.to_thread(_read, services, reader, query, LINES_MAX)
    return render(
        request,
        "audit.html",
        lines=lines,
        actions=actions,
        older=len(lines) == LINES_MAX,
        query=query,
        address=_address_of(query),
        action_in=action_in,
        parts_in=parts_in,
        subject_in=partial(subject_in, units=units),
    )


@router.get("/nhat-ky.csv")
async def take_audit(request: Request, services: TheServices, reader: MayAudit) -> Response:
    """The wanted lines as a file."""
    query = _asked(request, None)
    lines, _, _ = await asyncio.to_thread(_read, services, reader, query, FILE_LINES_MAX)
    p = phrases_of(request)
    heads = [p.t("Line"), p.t("Time"), p.t("Who"), p.t("What"), p.t("Of what"), p.t("Details")]
    body = csv_bytes([heads, *[[str(line.number), line.at.isoformat(), *line[2:]] for line in lines]], ",")

    def noting(connection: Connection) -> None:
        note(connection, services.now(), reader.name, "export", "audit", {"form": "csv", **_address_of(query)})

    await services.write(noting)
    name = {"Content-Disposition": 'attachment; filename="nhat-ky.csv"', "Cache-Control": "no-store"}
    return Response(body, media_type="text/csv; charset=utf-8", headers=name)


def _asked(request: Request, before: int | None) -> audit_log.Query:
    text = partial(_text_of, request)
    return audit_log.Query(text("ai"), text("viec"), text("cua"), _day_of(text("tu")), _day_of(text("den")), before)


def _text_of(request: Request, name: str) -> str:
    return request.query_params.get(name, "").replace("\0", "").strip()[:100]


def _day_of(text: str) -> date | None:
    """The day that a text names; None where it names none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _address_of(query: audit_log.Query) -> dict[str, str]:
    days = {"tu": query.first.isoformat() if query.first else "", "den": query.last.isoformat() if query.last else ""}
    found = {"ai": query.who, "viec": query.what, "cua": query.subject, **days}
    return {name: value for name, value in found.items() if value}


def _read(
    services: Services, reader: Reader, query: audit_log.Query, most: int
) -> tuple[list[AuditLine], list[str], dict[str, str]]:
    with services.database.reading() as connection:
        lines = read_lines(connection, reader, query, services.config.zone, most)
        return lines, list(read_actions(connection, reader)), read_unit_names(connection, lines)
