"""Audit page: who did what, when, for auditors; and as a file."""

import asyncio
import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy import select
from starlette.responses import Response

from kiosk.cells import csv_bytes
from sync.collector.api.gate import reader_of
from sync.collector.api.signed import AccessDenied
from sync.collector.rights import Right
from sync.collector.schema import audit
from sync.collector.services import Services
from sync.collector.web.rendering import phrases_of, render

router = APIRouter(include_in_schema=False)

LINES_MAX = 200
FILE_LINES_MAX = 100_000


@router.get("/nhat-ky")
async def show_audit(request: Request, truoc: Annotated[int | None, Query(ge=1)] = None) -> Response:
    """The newest lines, or those before one."""
    services: Services = request.app.state.services
    reader = await reader_of(request, Right.AUDIT)
    if reader.path:
        # The log names accounts and counters of every unit.
        raise AccessDenied("the audit log is for an auditor of the whole office")
    lines = await asyncio.to_thread(_read, services, truoc, LINES_MAX)
    return render(request, "audit.html", reader=reader, lines=lines, older=len(lines) == LINES_MAX)


@router.get("/nhat-ky.csv")
async def take_audit(request: Request) -> Response:
    """The whole log as a file."""
    services: Services = request.app.state.services
    reader = await reader_of(request, Right.AUDIT)
    if reader.path:
        raise AccessDenied("the audit log is for an auditor of the whole office")
    lines = await asyncio.to_thread(_read, services, None, FILE_LINES_MAX)
    p = phrases_of(request)
    heads = [p.t("Line"), p.t("Time"), p.t("Who"), p.t("What"), p.t("Of what"), p.t("Details")]
    body = csv_bytes([heads, *[[str(line[0]), line[1].isoformat(), *line[2:5], line[5]] for line in lines]], ",")
    name = {"Content-Disposition": 'attachment; filename="nhat-ky.csv"', "Cache-Control": "no-store"}
    return Response(body, media_type="text/csv; charset=utf-8", headers=name)


def _read(services: Services, before: int | None, most: int) -> list[tuple[Any, ...]]:
    wanted = select(audit).order_by(audit.c.audit_id.desc()).limit(most)
    if before is not None:
        wanted = wanted.where(audit.c.audit_id < before)
    with services.database.reading() as connection:
        rows = connection.execute(wanted).all()
    return [(*row[:5], json.dumps(row.details, ensure_ascii=False) if row.details else "") for row in rows]
