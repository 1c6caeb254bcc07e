"""Served page: a supervisor types in how many transactions a counter served on a day, and sees all that was typed."""

import asyncio
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from sync.collector.api.depends import MayTypeServed, TheServices
from sync.collector.errors import UsageWrong
from sync.collector.figures.places import Place, Places, find_place, read_places
from sync.collector.people.rights import Reader
from sync.collector.profiles.typed import SERVED_MAX, WEB, Served, Source, Typed, keep_served, read_typed
from sync.collector.services.services import Services
from sync.collector.web.shared.depends import ServedForm
from sync.collector.web.shared.rendering import phrases_of, render

router = APIRouter(include_in_schema=False)

SHOWN_DAYS = 31
"""Numbers of so many days stand below the form; older ones can be typed in all the same."""


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What cannot be kept, and what was sent."""

    field: str
    day: str
    n: str


@router.get("/giao-dich/{unit}/{counter}")
async def show_served(
    request: Request, services: TheServices, reader: MayTypeServed, unit: str, counter: str
) -> Response:
    """The form, and every number of the last days."""
    return await _show(request, services, await _place(services, reader, unit, counter))


@router.post("/giao-dich/{unit}/{counter}")
async def take_served(
    request: Request, services: TheServices, reader: MayTypeServed, form: ServedForm, unit: str, counter: str
) -> Response:
    """A number for a day; it corrects what was typed in before, on the kiosk too."""
    place = await _place(services, reader, unit, counter)
    day, n = _day(form.get("day", "")), _number(form.get("n", ""))
    if day is None or day > _today(services) or n is None or not place.stood(day, day):
        sent = {"day": form.get("day", "")[:12], "n": form.get("n", "")[:12]}
        return await _show(request, services, place, _Wrong("n" if n is None else "day", **sent))
    assert place.counter_id is not None  # noqa: S101 - _place gives counters alone
    source = Source(reader.name, services.now(), WEB, place.key)
    keeping = partial(keep_served, served=[Served(place.counter_id, day, n)], source=source)
    await services.write(keeping)
    return RedirectResponse(phrases_of(request).way(f"/giao-dich/{unit}/{counter}", ghi=day.isoformat()), 303)


async def _show(request: Request, services: Services, place: Place, wrong: _Wrong | None = None) -> Response:
    today = _today(services)
    first = today - timedelta(days=SHOWN_DAYS)
    assert place.counter_id is not None  # noqa: S101 - _place gives counters alone
    typed = await asyncio.to_thread(_read, services, place.counter_id, first, today)
    kept = _day(request.query_params.get("ghi", ""))
    values = {"place": place, "typed": typed, "today": today, "kept": kept, "wrong": wrong, "SERVED_MAX": SERVED_MAX}
    return render(request, "served.html", 422 if wrong else 200, SHOWN_DAYS=SHOWN_DAYS, **values)


def _read(services: Services, counter_id: int, first: date, last: date) -> list[Typed]:
    with services.database.reading() as connection:
        return read_typed(connection, counter_id, first, last)


async def _place(services: Services, reader: Reader, unit: str, counter: str) -> Place:
    places = await asyncio.to_thread(_read_places, services)
    place = find_place(places, unit, counter, reader.path)
    if place.counter_id is None:
        raise UsageWrong("there is no counter {code}", code=counter[:40])
    return place


def _read_places(services: Services) -> Places:
    with services.database.reading() as connection:
        return read_places(connection, services.missed(connection))


def _today(services: Services) -> date:
    return date.fromisoformat(services.days.today(services.now())[0])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) else None
    except ValueError:
        return None


def _number(text: str) -> int | None:
    plain = text.strip()
    return int(plain) if re.fullmatch(r"\d{1,6}", plain, re.ASCII) and int(plain) <= SERVED_MAX else None
