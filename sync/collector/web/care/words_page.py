"""Words page: what citizens wrote, for whoever answers for the counter; what is done about it is written down."""

import asyncio
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import Connection, select
from starlette.responses import RedirectResponse, Response

from sync.collector.api.depends import MayDecide, Served
from sync.collector.calendar.periods import Kind, parse_period, period_of
from sync.collector.care.cases.docket import open_cases_of
from sync.collector.care.comments.care import Deed, NoteNeeded, What, care_for, read_steps
from sync.collector.care.comments.forget import last_day
from sync.collector.care.comments.inbox import Search, State, find_comment, read_inbox, units_written_of
from sync.collector.errors import UsageWrong
from sync.collector.people.owners import owners_of
from sync.collector.people.rights import Reader
from sync.collector.services.services import Services
from sync.collector.store.schema import unit
from sync.collector.web.care.care_words import CareWords
from sync.collector.web.shared.depends import DecideForm
from sync.collector.web.shared.rendering import phrases_of, render

router = APIRouter(include_in_schema=False)

STATES = {"moi": State.NEW, "dang": State.DOING, "xong": State.DONE, "rac": State.SPAM}
"""As an address writes them; nothing is every one but spam."""
MONTHS = 6
LINKABLE_MAX = 10


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for, as it is written there."""

    unit: str = ""
    state: str = ""
    words: str = ""
    period: str = ""
    page: int = 1

    def query(self, **other: str | int) -> dict[str, str]:
        """The same for another address, with something changed; the first page is left out."""
        values: dict[str, str | int] = {
            "dv": self.unit, "tt": self.state, "tim": self.words, "ky": self.period, "trang": self.page, **other
        }  # fmt: skip
        return {key: str(value) for key, value in values.items() if value and (key, value) != ("trang", 1)}


def filters_of(request: Request) -> Filters:
    """What the address asks for; whatever it says that cannot be is passed over."""
    query = request.query_params
    page, state = query.get("trang", ""), query.get("tt", "")
    return Filters(
        query.get("dv", "")[:40], state if state in STATES else "", " ".join(query.get("tim", "")[:100].split()),
        query.get("ky", "")[:24], page_of(page),
    )  # fmt: skip


def page_of(text: str) -> int:
    """The number of a page that an address names; 1 where it names none."""
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 7 else 1


@router.get("/gop-y")
async def show_inbox(request: Request, services: Served, reader: MayDecide) -> Response:
    """The comments that a search finds, and the first of them in full."""
    return await _show(request, services, reader, filters_of(request), None)


@router.get("/gop-y/{code}")
async def show_comment(request: Request, services: Served, reader: MayDecide, code: str) -> Response:
    """One comment in full beside what the search finds."""
    return await _show(request, services, reader, filters_of(request), code)


@router.post("/gop-y/{code}")
async def take_deed(request: Request, services: Served, reader: MayDecide, form: DecideForm, code: str) -> Response:
    """What somebody does about a comment."""
    filters = filters_of(request)
    caring = partial(care_for, code=code, deed=_deed(form), reader=reader, now=services.now())
    try:
        await asyncio.wrap_future(services.writer.submit(caring))
    except NoteNeeded as error:
        return await _show(request, services, reader, filters, code, wrong=str(error), form=form, status=400)
    return RedirectResponse(phrases_of(request).way(f"/gop-y/{code}", **filters.query()), 303)


def path_of(connection: Connection, code: str, reader: Reader) -> str:
    """The path of the unit whose subtree is asked for; the reader's own where none is.

    Raises UsageWrong for one that is not there or not to be seen.
    """
    if not code:
        return reader.path
    found = connection.execute(select(unit.c.path).where(unit.c.code == code)).scalar_one_or_none()
    if found is None or not reader.sees(found):
        raise UsageWrong("there is no unit {code}", code=code)
    return str(found)


def _deed(form: dict[str, str]) -> Deed:
    try:
        what = What(form.get("what", ""))
    except ValueError as error:
        raise UsageWrong("the form does not say what is to be done") from error
    number = form.get("case", "")
    case_id = int(number) if number.isascii() and number.isdigit() and len(number) < 12 else None
    return Deed(what, form.get("note", ""), form.get("owner", "")[:60], case_id)


async def _show(
    request: Request, services: Services, reader: Reader, filters: Filters, code: str | None, *,
    wrong: str = "", form: dict[str, str] | None = None, status: int = 200,
) -> Response:  # fmt: skip
    values = await asyncio.to_thread(_read, services, reader, filters, code)
    words = CareWords(phrases_of(request), services)
    return render(
        request, "words.html", status, w=words, filters=filters, STATES=STATES, wrong=wrong,
        form=form or {}, asked=code, **values,
    )  # fmt: skip


def _read(services: Services, reader: Reader, filters: Filters, code: str | None) -> dict[str, Any]:
    period = parse_period(filters.period) if filters.period else None
    today = services.now().astimezone(services.config.zone).date()
    keep_days = services.config.comments.keep_days
    with services.database.reading() as connection:
        search = Search(
            path_of(connection, filters.unit, reader), STATES.get(filters.state), filters.words,
            (period.first, period.last) if period else None, filters.page,
        )  # fmt: skip
        inbox = read_inbox(connection, search)
        one = inbox.comments[0] if code is None and inbox.comments else None
        if code is not None and (one := find_comment(connection, code, reader.path)) is None:
            raise UsageWrong("there is no comment {code}", code=code)
        beside: dict[str, Any] = {"steps": [], "owners": [], "cases": [], "goes_on": None}
        if one is not None:
            beside = {
                "steps": read_steps(connection, one.code),
                "owners": owners_of(connection, one.unit_path, reader),
                "cases": open_cases_of(connection, one.unit_path, today, services.calendars(connection), LINKABLE_MAX)[
                    0
                ],
                "goes_on": last_day(one.published_on, keep_days),
            }
        return {
            "inbox": inbox, "one": one, "units": units_written_of(connection, reader.path), "period": period,
            "months": [period_of(Kind.MONTH, day) for day in _months(today)], **beside,
        }  # fmt: skip


def _months(today: date) -> list[date]:
    """A day in each of the last months, the newest first."""
    found = [today]
    while len(found) < MONTHS:
        found.append(period_of(Kind.MONTH, found[-1]).previous.first)
    return found
