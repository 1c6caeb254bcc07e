"""Proof page: for auditors, month by month, a report's hash, its place in the public log, corrections, the bundle."""

import asyncio
import re
from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from kiosk.base.resources import resource
from kiosk.base.texts import Texts
from sync.collector.api.data.closed import NUMBER_MAX
from sync.collector.api.depends import MayAudit, TheServices
from sync.collector.kit.bundle import Wanted, bundle_name, make_bundle
from sync.collector.kit.months import Proven, read_proven
from sync.collector.people.audit import note
from sync.collector.services.closed import find_shelf
from sync.collector.services.services import Services
from sync.collector.web.shared.rendering import render, words_of

router = APIRouter(include_in_schema=False)
_HASH = re.compile("[0-9a-f]{64}")


@router.get("/kiem-toan")
@router.get("/kiem-toan/{unit}")
async def show_proofs(
    request: Request,
    services: TheServices,
    reader: MayAudit,
    unit: str | None = None,
    dv: Annotated[str, Query(max_length=60)] = "",
    sha256: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """The closed months of a unit; ``sha256`` is what somebody read off a paper."""
    proven = await asyncio.to_thread(read_proven, services, reader, unit or dv or None)
    asked = re.sub(r"\s", "", sha256).lower()
    file = _newest_file(services, proven, words_of(request))
    return render(request, "proof.html", proven=proven, asked=asked, found=_found(proven, asked), file=file)


@router.get("/kiem-toan-goi")
@router.get("/kiem-toan-goi/{unit}")
async def take_bundle(
    request: Request,
    services: TheServices,
    reader: MayAudit,
    ky: Annotated[str, Query(max_length=24)],
    lan: Annotated[int | None, Query(ge=0, le=NUMBER_MAX)] = None,
    unit: str | None = None,
) -> Response:
    """The bundle of a closed month; ``lan`` is the number of its correction. The audit log tells who took it."""
    shelf = await asyncio.to_thread(find_shelf, services, reader, unit, ky)
    wanted = Wanted(shelf, words_of(request), number=lan)
    body = await asyncio.to_thread(make_bundle, services, wanted)

    def noting(connection: Connection, subject: str) -> None:
        details = {"form": "zip", "period": shelf.period.code, "closed": wanted.numbered}
        note(connection, services.now(), reader.name, "audit bundle", subject, details)

    await services.write(partial(noting, subject=shelf.place.key or "*"))
    return _attachment(body, "application/zip", bundle_name(wanted, _today(services)))


@router.get("/kiem-toan-tep/hailong-verify.py")
async def take_file(_reader: MayAudit) -> Response:
    """The one file that checks a bundle; whoever does not trust this collector takes it elsewhere."""
    body = resource("config", "audit", "hailong-verify.py").read_bytes()
    return _attachment(body, "text/x-python; charset=utf-8", "hailong-verify.py")


def _attachment(body: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=media_type, headers=headers)


def _newest_file(services: Services, proven: Proven, t: Texts) -> str | None:
    """How the newest month's bundle is called that is taken today; None where no month was closed."""
    wanted = [Wanted(month.shelf, t) for month in proven.months[:1]]
    return next((bundle_name(one, _today(services)) for one in wanted), None)


def _today(services: Services) -> date:
    return services.now().astimezone(services.config.zone).date()


def _found(proven: Proven, asked: str) -> tuple[str, int] | None:
    """Of which month and number the report with a hash is; None where none of this unit has it."""
    if not _HASH.fullmatch(asked):
        return None
    return next(
        (
            (month.shelf.period.code, one.version.number)
            for month in proven.months
            for one in month.reports
            if one.version.hash.hex() == asked
        ),
        None,
    )
