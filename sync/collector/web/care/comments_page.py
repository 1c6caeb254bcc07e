"""Words page: what citizens wrote, for whoever answers for the counter; what is done about it is written down."""

import asyncio
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import Response

from kiosk.domain.instant import monday_of
from sync.collector.api.depends import MayDecide, TheServices
from sync.collector.calendar.periods import Kind, parse_period, period_of
from sync.collector.care.cases.docket import open_cases_of
from sync.collector.care.comments import inbox
from sync.collector.care.comments.care import Deed, NoteNeeded, What, care_for, read_steps
from sync.collector.care.comments.forget import last_day
from sync.collector.care.comments.inbox import CommentState, find_comment, find_counter, read_inbox, units_written_of
from sync.collector.care.comments.opening import count_left_closed
from sync.collector.errors import UsageWrong
from sync.collector.figures.places import Place
from sync.collector.fleet.places.units import path_seen
from sync.collector.people.owners import owners_of
from sync.collector.people.rights import Reader, Right
from sync.collector.services.services import Services
from sync.collector.web.care.care_words import CareWords
from sync.collector.web.care.decisions import LOOKED_AT, Sent, keep_decision, seen_in
from sync.collector.web.shared.depends import DecideForm
from sync.collector.web.shared.query import Query, page_of, said_as
from sync.collector.web.shared.rendering import phrases_of, render
from sync.collector.words.phrases import Phrases

router = APIRouter(include_in_schema=False)

STATES = {"moi": CommentState.NEW, "dang": CommentState.DOING, "xong": CommentState.DONE, "rac": CommentState.SPAM}
"""The states by their keys in an address; without a key, every comment but spam is wanted."""
MONTHS = 6
LINKABLE_MAX = 10
ABOUT_MAX = 5
"""So many comments stand on the page of their counter."""
NOTHING_BESIDE: dict[str, Any] = {"steps": [], "owners": [], "cases": [], "goes_on": None}


@dataclass(frozen=True, slots=True)
class InboxQuery(Query):
    """Which comments are wanted."""

    unit: str = said_as("dv")
    state: str = said_as("tt")
    words: str = said_as("tim")
    period: str = said_as("ky")
    page: int = said_as("trang", 1)
    counter: str = said_as("quay")
    """A counter's code."""


def query_of(request: Request) -> InboxQuery:
    """What the address asks for; impossible values are ignored."""
    said = request.query_params
    state, words = said.get("tt", ""), " ".join(said.get("tim", "")[:100].split())
    page = page_of(said.get("trang", ""))
    unit, counter, period = said.get("dv", "")[:40], said.get("quay", "")[:40], said.get("ky", "")[:24]
    return InboxQuery(unit, state if state in STATES else "", words, period, page, counter)


@router.get("/gop-y")
async def show_inbox(request: Request, services: TheServices, reader: MayDecide) -> Response:
    """The comments that a search finds, and the first of them in full."""
    return await _show(request, services, reader, query_of(request), None)


@router.get("/gop-y/{code}")
async def show_comment(request: Request, services: TheServices, reader: MayDecide, code: str) -> Response:
    """One comment in full beside what the search finds."""
    return await _show(request, services, reader, query_of(request), code)


@router.post("/gop-y/{code}")
async def take_deed(
    request: Request, services: TheServices, reader: MayDecide, form: DecideForm, code: str
) -> Response:
    """What somebody does about a comment."""
    query = query_of(request)
    caring = partial(care_for, code=code, deed=_deed(form), reader=reader, now=services.now())
    again = partial(_show, request, services, reader, query, code)
    address = phrases_of(request).way(f"/gop-y/{code}", **query.changed())
    return await keep_decision(services, caring, form, missing=NoteNeeded, again=again, address=address)


@dataclass(frozen=True, slots=True)
class About:
    """What the inbox shows of one counter, for the counter's page."""

    words: CareWords
    found: inbox.Inbox
    query: InboxQuery
    """With which the inbox shows the same."""

    @property
    def first(self) -> tuple[inbox.Written, ...]:
        """The newest of them."""
        return self.found.comments[:ABOUT_MAX]


def about_counter(services: Services, reader: Reader, place: Place, phrases: Phrases) -> About | None:
    """What was written about a counter, as the inbox shows it to whoever may read the inbox."""
    if place.counter_id is None or not reader.may(Right.DECIDE):
        return None
    wanted = inbox.Query(reader.path, counter_id=place.counter_id)
    with services.database.reading() as connection:
        found = read_inbox(connection, wanted)
    return About(CareWords(phrases, services), found, InboxQuery(counter=place.code))


def _deed(form: dict[str, str]) -> Deed:
    try:
        what = What(form.get("what", ""))
    except ValueError as error:
        raise UsageWrong("the form does not say what is to be done") from error
    number = form.get("case", "")
    case_id = int(number) if number.isascii() and number.isdigit() and len(number) < 12 else None
    return Deed(what, form.get("note", ""), form.get("owner", "")[:60], case_id, seen_in(form))


async def _show(
    request: Request, services: Services, reader: Reader, query: InboxQuery, code: str | None, sent: Sent = LOOKED_AT
) -> Response:
    values = await asyncio.to_thread(_read, services, reader, query, code)
    words = CareWords(phrases_of(request), services)
    shown = {"w": words, "query": query, "STATES": STATES, "asked": code}
    return render(
        request, "comments.html", sent.status, **shown, **sent.values(words.t), **sent.since(values["steps"]), **values
    )


def _read(services: Services, reader: Reader, query: InboxQuery, code: str | None) -> dict[str, Any]:
    period = parse_period(query.period) if query.period else None
    today = services.now().astimezone(services.config.zone).date()
    with services.database.reading() as connection:
        path = path_seen(connection, query.unit, reader.path)
        days = (period.first, period.last) if period else None
        at = find_counter(connection, query.counter, reader.path) if query.counter else None
        wanted = inbox.Query(
            path, STATES.get(query.state), query.words, days, query.page, at.counter_id if at else None
        )
        found = read_inbox(connection, wanted)
        one = found.comments[0] if code is None and found.comments else None
        if code is not None and (one := find_comment(connection, code, reader.path)) is None:
            raise UsageWrong("there is no comment {code}", code=code)
        return {
            "inbox": found,
            "one": one,
            "at": at,
            "units": units_written_of(connection, reader.path),
            "closed": count_left_closed(connection, reader.path, monday_of(today)),
            "period": period,
            "months": [period_of(Kind.MONTH, day) for day in _months(today)],
            **(_beside(connection, services, reader, one, today) if one else NOTHING_BESIDE),
        }


def _beside(
    connection: Connection, services: Services, reader: Reader, one: inbox.Written, today: date
) -> dict[str, Any]:
    """What stands beside a comment."""
    calendars = services.calendars(connection)
    cases, _, _ = open_cases_of(connection, one.unit_path, today, calendars, LINKABLE_MAX)
    return {
        "steps": read_steps(connection, one.code),
        "owners": owners_of(connection, one.unit_path, reader),
        "cases": cases,
        "goes_on": last_day(one.published_on, services.config.comments.keep_days),
    }


def _months(today: date) -> list[date]:
    """A day in each of the last months, the newest first."""
    found = [today]
    while len(found) < MONTHS:
        found.append(period_of(Kind.MONTH, found[-1]).previous.first)
    return found
