"""Cases page: what was too much dissatisfaction, who takes care of it until when, and whether it helped."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import Connection, select
from starlette.responses import RedirectResponse, Response

from kiosk.domain.numbers.measures import Method, Share
from sync.collector.api.depends import MayDecide, MayExport, MayFollow, TheServices
from sync.collector.care.cases import docket
from sync.collector.care.cases.care import Deed, ResultNeeded, What, care_for, read_steps
from sync.collector.care.cases.docket import Case, Which, find_case, open_cases_of, read_docket
from sync.collector.care.cases.opening import Opener, Rule, known_cases, unit_code
from sync.collector.care.comments.inbox import comments_of_case
from sync.collector.errors import UsageWrong
from sync.collector.figures.book import Book
from sync.collector.fleet.places.units import path_seen
from sync.collector.fleet.rollouts.calendars import Calendars
from sync.collector.people.audit import note
from sync.collector.people.owners import owners_of
from sync.collector.people.rights import Reader, Right
from sync.collector.services import reports
from sync.collector.services.cases import about_of
from sync.collector.services.cases_by_hand import NOTE_CHARS_MAX, can_be_opened, open_by_hand
from sync.collector.services.services import Services
from sync.collector.store.schema import account, follow_up, unit
from sync.collector.web.care.care_words import CareWords
from sync.collector.web.care.decisions import LOOKED_AT, Sent, keep_decision, seen_in
from sync.collector.web.shared.csv_list import Columns, csv_list
from sync.collector.web.shared.depends import DecideForm
from sync.collector.web.shared.query import Query, page_of, said_as
from sync.collector.web.shared.rendering import phrases_of, render
from sync.collector.words.phrases import Phrases

router = APIRouter(include_in_schema=False)

KINDS = {
    "dang-mo": Which.OPEN,
    "qua-han": Which.OVERDUE,
    "sap-han": Which.SOON,
    "chua-giao": Which.UNOWNED,
    "da-dong": Which.CLOSED,
}
"""As an address writes them."""
USUAL = "dang-mo"
PANEL_MAX = 4


@dataclass(frozen=True, slots=True)
class DocketQuery(Query):
    """Which cases are wanted."""

    unit: str = said_as("dv")
    which: str = said_as("loai", USUAL)
    owner: str = said_as("nguoi")
    page: int = said_as("trang", 1)


@dataclass(frozen=True, slots=True)
class Panel:
    """The open cases of a place, for its overview."""

    words: CareWords
    unit: str
    n: int
    overdue: int
    first: tuple[Case, ...]
    known: Mapping[str, str]
    """By place, the case that exists there in the period, so that no second one can be opened."""
    decides: bool
    """Whether this reader may open cases."""
    can_open: bool
    """Whether a case can be opened for the page's own place, from the numbers that it shows."""
    is_held: bool
    """Whether none opens there by itself because its case was closed within the period."""


@router.get("/vu-viec")
async def show_docket(request: Request, services: TheServices, reader: MayFollow) -> Response:
    """The cases that are wanted, and what was closed lately."""
    query = query_of(request)
    values = await asyncio.to_thread(_read_docket, services, reader, query)
    words = CareWords(phrases_of(request), services)
    return render(
        request,
        "cases.html",
        w=words,
        query=query,
        KINDS=KINDS,
        rule=services.config.cases,
        percent_min=services.config.policy.percent_min,
        **values,
    )


@router.post("/vu-viec")
async def take_opening(request: Request, services: TheServices, reader: MayDecide, form: DecideForm) -> Response:
    """A case that a person opens for a place, from the numbers that its page shows them."""
    wanted = reports.Query(
        form.get("unit", ""), form.get("counter") or None, form.get("ky", ""), asked=form.get("phieu", "")
    )
    book = await asyncio.to_thread(reports.read_book, services, reader, wanted)
    note = " ".join(form.get("note", "").split())[:NOTE_CHARS_MAX]
    calendars = await asyncio.to_thread(read_calendars, services)
    rule = Rule(services.config.cases, calendars, book.today, services.now())
    opener = Opener(reader.name, reader.full_name or reader.name, note)
    opening = partial(open_by_hand, services=services, book=book, opener=opener, rule=rule)
    opened = await services.write(opening)
    return RedirectResponse(phrases_of(request).way(f"/vu-viec/{opened.number}"), 303)


@router.get("/vu-viec.csv")
async def take_docket(request: Request, services: TheServices, reader: MayExport) -> Response:
    """The page's cases as a file."""
    query = query_of(request)
    found = (await asyncio.to_thread(_read_docket, services, reader, query))["docket"]
    words = CareWords(phrases_of(request), services)
    noting = partial(_note_export, reader=reader, query=query, now=services.now())
    await services.write(noting)
    return csv_list("vu-viec.csv", _columns(words), found.cases, words.t)


@router.get("/vu-viec/{number}")
async def show_case(request: Request, services: TheServices, reader: MayFollow, number: str) -> Response:
    """One case with the numbers that opened it."""
    return await _show(request, services, reader, number)


@router.post("/vu-viec/{number}")
async def take_deed(
    request: Request, services: TheServices, reader: MayDecide, form: DecideForm, number: str
) -> Response:
    """What somebody does about a case."""
    now = services.now()
    today = date.fromisoformat(services.days.today(now)[0])
    calendars = await asyncio.to_thread(read_calendars, services)
    caring = partial(
        care_for, number=number, deed=_deed(form), reader=reader, today=today, now=now, calendars=calendars
    )
    again = partial(_show, request, services, reader, number)
    address = phrases_of(request).way(f"/vu-viec/{number}")
    return await keep_decision(services, caring, form, missing=ResultNeeded, again=again, address=address)


def read_calendars(services: Services) -> Calendars:
    """When each place's office is open."""
    with services.database.reading() as connection:
        return services.calendars(connection)


def panel_of(services: Services, reader: Reader, book: Book, phrases: Phrases) -> Panel | None:
    """The open cases of a report's place and below, where the reader may see cases."""
    if not reader.may(Right.FOLLOW):
        return None
    place = book.place
    path = place.key if reader.sees(place.key) else reader.path
    # A closed month's report has the day of its closing; the cases are open today.
    today = date.fromisoformat(services.days.today(services.now())[0])
    with services.database.reading() as connection:
        first, n, overdue = open_cases_of(connection, path, today, services.calendars(connection), PANEL_MAX)
        known = known_cases(connection, book.period.code, book.days.first, about_of(book))
        own = find_case(connection, known.get(place.key, ""), path, today, services.calendars(connection))
    decides = reader.may(Right.DECIDE) and reader.role is not None
    can_open = decides and place.key not in known and can_be_opened(book)
    words = CareWords(phrases, services)
    return Panel(
        words, unit_code(place), n, overdue, tuple(first), known, decides, can_open, own is not None and own.is_closed
    )


def query_of(request: Request) -> DocketQuery:
    """What the address asks for; impossible values are ignored."""
    said = request.query_params
    which = said.get("loai", USUAL)
    which, page = which if which in KINDS else USUAL, page_of(said.get("trang", ""))
    return DocketQuery(said.get("dv", "")[:40], which, said.get("nguoi", "")[:60], page)


def _read_docket(services: Services, reader: Reader, query: DocketQuery) -> dict[str, Any]:
    today = date.fromisoformat(services.days.today(services.now())[0])
    with services.database.reading() as connection:
        path = path_seen(connection, query.unit, reader.path)
        wanted = docket.Query(path, KINDS[query.which], query.owner, query.page)
        found = read_docket(connection, wanted, today, services.calendars(connection))
        return {"docket": found, "units": _units(connection, reader), "people": _people(connection, reader)}


def _units(connection: Connection, reader: Reader) -> list[tuple[str, str]]:
    wanted = select(unit.c.code, unit.c.name).where(unit.c.unit_id.in_(select(follow_up.c.unit_id)))
    seen = unit.c.path.startswith(reader.path, autoescape=True)
    return [(row.code, row.name) for row in connection.execute(wanted.where(seen).order_by(unit.c.path))]


def _people(connection: Connection, reader: Reader) -> list[tuple[str, str]]:
    """Who has a case in the reader's units."""
    rows = connection.execute(
        select(account.c.name, account.c.full_name)
        .join(follow_up, follow_up.c.owner_id == account.c.account_id)
        .join(unit, unit.c.unit_id == follow_up.c.unit_id)
        .where(unit.c.path.startswith(reader.path, autoescape=True))
        .distinct()
        .order_by(account.c.full_name)
    )
    return [(row.name, row.full_name) for row in rows]


async def _show(request: Request, services: Services, reader: Reader, number: str, sent: Sent = LOOKED_AT) -> Response:
    values = await asyncio.to_thread(_read_case, services, reader, number)
    words = CareWords(phrases_of(request), services)
    return render(
        request, "case.html", sent.status, w=words, **sent.values(words.t), **sent.since(values["steps"]), **values
    )


def _read_case(services: Services, reader: Reader, number: str) -> dict[str, Any]:
    today = date.fromisoformat(services.days.today(services.now())[0])
    with services.database.reading() as connection:
        case = find_case(connection, number, reader.path, today, services.calendars(connection))
        if case is None:
            raise UsageWrong("there is no case {case}", case=number)
        row = case.row
        ends = case.opened_with.interval(1)
        high = max(row.share_percent, ends[1] if ends else 0)
        return {
            "case": case,
            "steps": (steps := read_steps(connection, row.case_id)),
            # The first step has an actor where a person opened the case; else a threshold did.
            "by_hand": bool(steps and steps[0].actor),
            "owners": owners_of(connection, row.path, reader),
            # The right to see cases does not include the right to read what citizens wrote.
            "comments": comments_of_case(connection, row.case_id, reader.path) if reader.may(Right.DECIDE) else [],
            "address": f"/t/{row.unit_code}/{row.counter_code}" if row.counter_code else f"/t/{row.unit_code}",
            "threshold": Share(Method.TOP2BOX, row.share_percent, 100),
            "axis_high": min(100, int(high) // 10 * 10 + 10),
        }


def _deed(form: dict[str, str]) -> Deed:
    try:
        what = What(form.get("what", ""))
        due_on = date.fromisoformat(form["due"]) if form.get("due") else None
    except ValueError as error:
        raise UsageWrong("the form does not say what is to be done, or until when") from error
    return Deed(what, form.get("note", ""), form["owner"][:60] if "owner" in form else None, due_on, seen_in(form))


def _columns(words: CareWords) -> Columns[Case]:
    t, p = words.t, words.p
    return [
        (t("Number"), lambda case: case.row.number),
        (t("Place"), lambda case: words.case_place(case.row)),
        (t("Period"), lambda case: case.row.period),
        (t("Dissatisfied"), lambda case: str(case.row.bad)),
        (t("Ratings, n"), lambda case: str(case.row.n)),
        (f"{t('Dissatisfied when opened')}, %", lambda case: p.number_of(case.opened_with)),
        (t("Owner"), lambda case: case.row.owner or ""),
        (t("Opened on"), lambda case: t.day(case.row.opened_on)),
        (t("Due on"), lambda case: t.day(case.row.due_on)),
        (t("State"), lambda case: words.case_state(case.row.state)),
        (t("Left"), words.left),
        (t("Latest note"), lambda case: case.newest_note),
        (t("Closed on"), lambda case: t.day(case.row.closed_on) if case.row.closed_on else ""),
        (t("Result"), lambda case: case.row.result or ""),
    ]


def _note_export(connection: Connection, reader: Reader, query: DocketQuery, now: datetime) -> None:
    note(connection, now, reader.name, "export", "cases", {"form": "csv", **query.changed()})
