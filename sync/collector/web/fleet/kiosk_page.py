"""Kiosk page: one kiosk with its history, what can be asked of it, and what somebody knows of its faults."""

import asyncio
from collections.abc import Callable, Collection
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from sqlalchemy import Connection, select
from starlette.responses import RedirectResponse, Response

from sync.collector.api.depends import MayKeepKiosks, TheServices
from sync.collector.calendar.half_days import told_until
from sync.collector.chores.reproject import Reading, reproject
from sync.collector.drawing.journal_chart import draw_journals
from sync.collector.errors import ChangedMeanwhile, NotAllowed, UsageWrong
from sync.collector.fleet.devices.credentials import move_device, revoke_device
from sync.collector.fleet.devices.devices import new_code
from sync.collector.fleet.devices.grants import confirm_grants, end_grants, grant_counters, read_grants
from sync.collector.fleet.devices.roster import read_entries
from sync.collector.fleet.devices.standing import Occupied, Spot, find_spot, require_told
from sync.collector.fleet.kiosks.beyond import read_asides
from sync.collector.fleet.kiosks.branches import read_branches
from sync.collector.fleet.kiosks.commands import Kind, order_command, read_commands
from sync.collector.fleet.kiosks.faults import Fault, mark_of
from sync.collector.fleet.kiosks.history import last_presses, read_events, strip_with_contact
from sync.collector.fleet.kiosks.known import Known, know_fault, require_unknown, unknow_fault
from sync.collector.fleet.kiosks.pictures import pictures_of
from sync.collector.fleet.kiosks.roll import Kiosk, find_kiosk, read_roll
from sync.collector.people.rights import Reader
from sync.collector.services.services import Services
from sync.collector.store.schema import counter, unit
from sync.collector.store.schema import device as device_table
from sync.collector.web.fleet.fleet_query import TEXT_MAX
from sync.collector.web.fleet.fleet_words import GRAVE, FleetWords
from sync.collector.web.shared.depends import FormFields, KiosksForm
from sync.collector.web.shared.rendering import phrases_of, render, words_of

router = APIRouter(include_in_schema=False)
T = TypeVar("T")

HISTORY_DAYS, COMMANDS_SHOWN = 40, 12


@router.get("/may/{device}")
async def show_kiosk(request: Request, services: TheServices, reader: MayKeepKiosks, device: str) -> Response:
    """One kiosk."""
    return await _kiosk(request, services, reader, device)


@router.post("/may/{device}/lenh")
async def take_command(
    request: Request, services: TheServices, reader: MayKeepKiosks, form: KiosksForm, device: str
) -> Response:
    """A command that the kiosk gets at its next contact."""
    try:
        kind = Kind(form.get("kind", ""))
    except ValueError as error:
        raise NotAllowed("there is no such command") from error
    return await _act(
        request, services, reader, device, lambda c, _: order_command(c, device, kind, services.now(), reader.name)
    )


@router.post("/may/{device}/da-biet")
async def take_known(
    request: Request, services: TheServices, reader: MayKeepKiosks, form: KiosksForm, device: str
) -> Response:
    """A note that a fault is known, or the end of that note."""
    now = services.now()

    def keep(connection: Connection, kiosk: Kiosk) -> None:
        fault = next((one for one in kiosk.faults if one == form.get("fault", "")), None)
        if fault is None:
            raise UsageWrong("this is over by now; open the page again")
        if form.get("what") == "undo":
            unknow_fault(connection, device, fault, now, reader.name)
            return
        known = Known(
            mark_of(fault, kiosk.status, kiosk.hurt_at, kiosk.beyond), form.get("words", ""), now, reader.name
        )
        require_unknown(connection, device, fault, known)
        know_fault(connection, device, fault, known)

    return await _act(request, services, reader, device, keep)


@router.post("/may/{device}/chuyen")
async def take_move(
    request: Request, services: TheServices, reader: MayKeepKiosks, form: KiosksForm, device: str
) -> Response:
    """The kiosk stands at another counter from now on."""
    code = form.get("counter", "").strip()[:TEXT_MAX]

    def move(connection: Connection, kiosk: Kiosk) -> None:
        _require_there(connection, kiosk, form.get("at"))
        require_told(connection, code, reader.path, form.get("standing", ""))
        move_device(connection, device, code, services.now(), reader.name)

    try:
        return await _act(request, services, reader, device, move)
    except Occupied:
        return await ask_page(request, services, reader, code, f"/may/{device}/chuyen", form)


@router.post("/may/{device}/thu-hoi")
async def take_revocation(
    request: Request, services: TheServices, reader: MayKeepKiosks, _form: KiosksForm, device: str
) -> Response:
    """The kiosk's key is withdrawn: nothing that it sends is taken any more."""
    answer = await _act(
        request, services, reader, device, lambda c, _: revoke_device(c, device, services.now(), reader.name)
    )
    services.directory.forget(device)
    return answer


@router.post("/may/{device}/quay")
async def take_grant(
    request: Request, services: TheServices, reader: MayKeepKiosks, form: KiosksForm, device: str
) -> Response:
    """A counter that the kiosk may speak for too, or no longer; or the grants of an update are confirmed."""
    code, what, now = form.get("counter", "").strip()[:TEXT_MAX], form.get("what", ""), services.now()

    def change(connection: Connection, _: Kiosk) -> None:
        if what == "confirm":
            confirm_grants(connection, device, now, reader.name)
            return
        _require_counter(connection, code, reader)
        (end_grants if what == "end" else grant_counters)(connection, device, [code], now, reader.name)

    answer = await _act(request, services, reader, device, change)
    services.directory.forget(device)
    return answer


@router.post("/may/{device}/doc-lai")
async def take_reading(
    request: Request, services: TheServices, reader: MayKeepKiosks, _form: KiosksForm, device: str
) -> Response:
    """The kiosk's unread entries are read again: those for a counter that was granted since are counted."""
    find_kiosk(await asyncio.to_thread(read_kiosks, services, reader), device)
    reading = Reading(services.now(), reader.name, services.days)
    await asyncio.to_thread(reproject, services.database, reading, lambda _: None, device)
    return RedirectResponse(phrases_of(request).way(f"/may/{device}"), 303)


@router.post("/may/{device}/thay")
async def take_replacement(
    request: Request, services: TheServices, reader: MayKeepKiosks, _form: KiosksForm, device: str
) -> Response:
    """A one-time code for the machine that takes this one's place."""
    kiosk = find_kiosk(await asyncio.to_thread(read_kiosks, services, reader), device)
    # The machine that takes its place serves the same hall.
    serves = await asyncio.to_thread(_served_by, services, device)
    made = await make_code(services, reader, kiosk.counter, serves)
    return code_page(request, services, await asyncio.to_thread(_spot, services, kiosk.counter, reader), made, kiosk)


def read_kiosks(services: Services, reader: Reader) -> list[Kiosk]:
    """Every kiosk that somebody may see, the gravest first."""
    with services.database.reading() as connection:
        in_force = services.rollouts.in_force(connection)
        return read_roll(connection, reader.path, services.now(), services.config, in_force)


async def make_code(
    services: Services, reader: Reader, code: str, serves: Collection[str] = (), told: str | None = None
) -> str:
    """A one-time code for a kiosk at a counter, which may speak for those of ``serves`` too.

    ``told`` is what the person was told that stands there; None where they replace that. Raises UsageWrong for a
    counter outside this person's units, Occupied where something else stands there.
    """
    valid = timedelta(hours=services.config.enrolment.code_valid_hours)

    def make(connection: Connection) -> str:
        for one in (code, *serves):
            _require_counter(connection, one, reader)
        if told is not None:
            require_told(connection, code, reader.path, told)
        return new_code(connection, code, None, valid, services.now(), reader.name, serves)

    return await services.write(make)


async def ask_page(
    request: Request, services: Services, reader: Reader, code: str, action: str, form: FormFields
) -> Response:
    """What stands at a counter, and what is to become of it, before anything is done there."""
    spot = await asyncio.to_thread(_spot, services, code, reader)
    return render(request, "kiosk_ask.html", 409, spot=spot, action=action, form=form)


def code_page(request: Request, services: Services, spot: Spot, code: str, old: Kiosk | None = None) -> Response:
    """The page that shows a one-time code, this once."""
    hours = services.config.enrolment.code_valid_hours
    return render(
        request,
        "kiosk_code.html",
        spot=spot,
        code=code,
        url=services.config.url,
        hours=hours,
        old=old,
    )


def fleet_words(request: Request, services: Services) -> FleetWords:
    """The words of these pages."""
    return FleetWords(phrases_of(request), services.now(), services.config.zone)


async def _act(
    request: Request, services: Services, reader: Reader, device: str, work: Callable[[Connection, Kiosk], Any]
) -> Response:
    """Do the work, when the reader may see the kiosk, and go back to its page."""
    kiosk = find_kiosk(await asyncio.to_thread(read_kiosks, services, reader), device)
    try:
        await services.write(lambda connection: work(connection, kiosk))
    except Occupied:
        raise
    except (UsageWrong, NotAllowed, ChangedMeanwhile) as error:
        status = 409 if isinstance(error, ChangedMeanwhile) else 400
        return await _kiosk(request, services, reader, device, error.sentence(words_of(request)), status)
    return RedirectResponse(phrases_of(request).way(f"/may/{device}"), 303)


def _spot(services: Services, code: str, reader: Reader) -> Spot:
    with services.database.reading() as connection:
        return find_spot(connection, code, reader.path)


def _require_there(connection: Connection, kiosk: Kiosk, at: str | None) -> None:
    """Raise ChangedMeanwhile where the kiosk stands at another counter than the person's page showed."""
    here = select(counter.c.code).join_from(device_table, counter).where(device_table.c.device_id == kiosk.device_id)
    now = connection.execute(here).scalar_one()
    if at is not None and now != at:
        raise ChangedMeanwhile(
            "Somebody moved this kiosk to counter {code} meanwhile; it was not moved again.", code=now
        )


def _served_by(services: Services, device: str) -> list[str]:
    with services.database.reading() as connection:
        return [one.code for one in read_grants(connection, device).get(device, []) if one.until is None]


def _require_counter(connection: Connection, code: str, reader: Reader) -> None:
    """Raise UsageWrong unless the counter lies in this person's units; one that may not be seen is not there."""
    wanted = select(unit.c.path).join_from(counter, unit).where(counter.c.code == code)
    path = connection.execute(wanted).scalar_one_or_none()
    if path is None or not reader.sees(path):
        raise UsageWrong("there is no counter {code}; make it with: collector counter new", code=code)


async def _kiosk(
    request: Request, services: Services, reader: Reader, device: str, wrong: str = "", status: int = 200
) -> Response:
    values = await asyncio.to_thread(partial(_read_page, services, reader, device))
    w = fleet_words(request, services)
    return render(
        request,
        "kiosk.html",
        status,
        w=w,
        wrong=wrong,
        KINDS=list(Kind),
        GRAVE=GRAVE,
        Fault=Fault,
        chart=draw_journals(values["branches"]),
        silent_minutes=services.config.fleet.silent_minutes,
        **values,
    )


def _read_page(services: Services, reader: Reader, device: str) -> dict[str, Any]:
    kiosk = find_kiosk(read_kiosks(services, reader), device)
    now, config = services.now(), services.config
    until = told_until(now, config.zone)
    with services.database.reading() as connection:
        return {
            "kiosk": kiosk,
            "closed": services.missed(connection).closed([kiosk.path]),
            "entries": read_entries(connection, device, until),
            "days": strip_with_contact(connection, kiosk, now, config, reader.path, HISTORY_DAYS),
            "last": last_presses(connection, [device], now, config, reader.path).get(device),
            "events": read_events(connection, device),
            "commands": read_commands(connection, device, COMMANDS_SHOWN),
            "branches": read_branches(connection, device, until),
            "grants": read_grants(connection, device).get(device, []),
            "picture": pictures_of(connection, [device]).get(device),
            "asides": read_asides(connection, device, reader.path, now, config.zone),
        }
