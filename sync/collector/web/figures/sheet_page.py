"""Sheet pages: the profiles of Decision 766 and Circular 01/2018, each on a page of its own."""

import asyncio
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy import Connection
from starlette.responses import Response

from sync.collector.api.depends import MayExport, MayRead, TheServices
from sync.collector.calendar.periods import Kind, Period, parse_period, period_of
from sync.collector.errors import UsageWrong
from sync.collector.export.sheets import SHEET_FORMS
from sync.collector.figures.book import Rules
from sync.collector.figures.places import Place, find_place, read_places
from sync.collector.figures.queries.grains import Days, to_the_end
from sync.collector.people.audit import note
from sync.collector.people.rights import Reader
from sync.collector.profiles.counts_file import FAULTS_MAX, CountsWrong
from sync.collector.profiles.index766 import COLUMNS
from sync.collector.profiles.reading import read_months, read_scored
from sync.collector.profiles.sheets import INDEX766, TT01, Sheet, sheet_766, sheet_tt01
from sync.collector.profiles.tt01 import load_profile
from sync.collector.services.services import Services
from sync.collector.web.figures.report_page import address_of
from sync.collector.web.shared.rendering import phrases_of, render
from sync.collector.words.phrases import Phrases

router = APIRouter(include_in_schema=False)
KINDS = (Kind.QUARTER, Kind.YEAR)
CHOICES = 8
Ky = Annotated[str, Query(max_length=24)]


@router.get("/tt01")
@router.get("/tt01/{unit}")
async def show_tt01(
    request: Request, services: TheServices, reader: MayRead, unit: str | None = None, ky: Ky = ""
) -> Response:
    """The three indicators of Circular 01/2018 that a kiosk can give."""
    return await show_sheet(request, services, reader, TT01, unit, ky)


@router.get("/766")
@router.get("/766/{unit}")
async def show_766(
    request: Request,
    services: TheServices,
    reader: MayRead,
    unit: str | None = None,
    ky: Ky = "",
    nhap: Annotated[int, Query(ge=0, le=10**6)] = 0,
) -> Response:
    """The ratios of Decision 766 from imported counts; ``nhap`` tells how many months were just taken over."""
    return await show_sheet(request, services, reader, INDEX766, unit, ky, taken=nhap)


@router.get("/xuat-tt01/{form}")
@router.get("/xuat-tt01/{form}/{unit}")
async def take_tt01(
    request: Request, services: TheServices, reader: MayExport, form: str, unit: str | None = None, ky: Ky = ""
) -> Response:
    """The same as csv, xlsx or pdf."""
    return await _take(request, services, reader, TT01, form, unit, ky)


@router.get("/xuat-766/{form}")
@router.get("/xuat-766/{form}/{unit}")
async def take_766(
    request: Request, services: TheServices, reader: MayExport, form: str, unit: str | None = None, ky: Ky = ""
) -> Response:
    """The same as csv, xlsx or pdf."""
    return await _take(request, services, reader, INDEX766, form, unit, ky)


async def show_sheet(
    request: Request,
    services: Services,
    reader: Reader,
    key: str,
    unit: str | None,
    ky: str,
    *,
    taken: int = 0,
    wrong: CountsWrong | None = None,
) -> Response:
    """A profile's page, with what came of a file that was handed in on it."""
    p = _phrases(request, key)
    make = partial(_make, services, reader, key, unit, ky, p)
    sheet, way, children = await asyncio.to_thread(make)
    day = min(sheet.period.last, sheet.today)
    values: dict[str, Any] = {
        "sheet": sheet,
        "p": p,
        "way": way,
        "children": children,
        "address": address_of,
        "choices": _choices(sheet),
        "kinds": [(kind, period_of(kind, day).code) for kind in KINDS],
        "taken": taken,
        "wrong": wrong,
        "FAULTS_MAX": FAULTS_MAX,
        "COLUMNS": COLUMNS,
    }
    return render(request, "sheet.html", 400 if wrong else 200, **values)


async def _take(
    request: Request, services: Services, reader: Reader, key: str, form: str, unit: str | None, ky: str
) -> Response:
    if form not in SHEET_FORMS:
        raise UsageWrong("there is no file of the form {form}", form=form[:10])
    p = _phrases(request, key)
    sheet, _, _ = await asyncio.to_thread(partial(_make, services, reader, key, unit, ky, p))
    make, media_type = SHEET_FORMS[form]
    body = await asyncio.to_thread(make, sheet, p)
    noting = partial(_note, reader=reader, form=form, sheet=sheet, now=services.now())
    await services.write(noting)
    name = f"hailong-{key}-{sheet.place.code or 'tat-ca'}-{sheet.period.code}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=media_type, headers=headers)


def _phrases(request: Request, key: str) -> Phrases:
    return phrases_of(request).of_dossiers() if key == INDEX766 else phrases_of(request)


def _make(
    services: Services, reader: Reader, key: str, unit: str | None, ky: str, p: Phrases
) -> tuple[Sheet, list[Place], list[Place]]:
    """The sheet, the way to its place, and the units below it."""
    if key == TT01 and not services.config.reports.tt01:
        raise UsageWrong("the profile of Circular 01/2018 is off: [reports] tt01 = true in collector.toml turns it on")
    now = services.now()
    present = services.days.today(now)
    today = date.fromisoformat(present[0])
    period = parse_period(ky) if ky else period_of(Kind.QUARTER, today)
    services.release()
    with services.database.reading() as connection:
        places = read_places(connection, services.missed(connection))
        place = find_place(places, unit, None, reader.path)
        days = to_the_end(Days(period.first, period.last), today)
        if key == TT01:
            profile, policy = load_profile(), services.config.policy
            rules = Rules(now, today, policy, services.surveys, present)
            scored = read_scored(connection, places, place, profile, days, rules)
            kiosks = tuple((at, kiosk) for at in places.counters(place.key) for kiosk in at.kiosks)
            sheet = sheet_tt01(scored, profile, place, period, today, policy, kiosks, now, p)
        else:
            sheet = sheet_766(read_months(connection, place.key, days), place, period, today, now, p)
    way = [at for at in places.way_to(place.key) if at.key.startswith(reader.path) and at.key]
    return sheet, way, [child for child in places.children(place.key) if not child.is_counter]


def _choices(sheet: Sheet) -> list[Period]:
    kind = sheet.period.kind if sheet.period.kind in KINDS else Kind.QUARTER
    found = [period_of(kind, sheet.today)]
    while len(found) < CHOICES:
        found.append(found[-1].previous)
    return found if sheet.period in found else [sheet.period, *found]


def _note(connection: Connection, reader: Reader, form: str, sheet: Sheet, now: datetime) -> None:
    details = {"form": form, "period": sheet.period.code, "profile": sheet.key}
    note(connection, now, reader.name, "export", sheet.place.key or "*", details)
