"""Fleet pages: which kiosk needs a look first, and one kiosk with its history and what can be asked of it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import Connection, select
from starlette.responses import RedirectResponse, Response

from kiosk.cells import csv_bytes
from sync.collector.api.gate import reader_of
from sync.collector.audit import note
from sync.collector.credentials import move_device, revoke_device
from sync.collector.devices import new_code
from sync.collector.errors import NotAllowed, UsageWrong
from sync.collector.kiosks.commands import Kind, order_command, read_commands
from sync.collector.kiosks.faults import Fault
from sync.collector.kiosks.history import last_presses, read_events, strip_with_contact, strips
from sync.collector.kiosks.roll import Kiosk, count_faults, find_kiosk, read_roll
from sync.collector.rights import Reader, Right
from sync.collector.schema import counter, unit
from sync.collector.services import Services
from sync.collector.web.fleet_words import GRAVE, FleetWords
from sync.collector.web.forms import read_form, require_key
from sync.collector.web.rendering import phrases_of, render, words_of

router = APIRouter(include_in_schema=False)

FAULTS = {
    "im-lang": Fault.SILENT, "ton-cho": Fault.BACKLOG, "dong-ho": Fault.CLOCK, "dia": Fault.DISK,
    "phien-ban": Fault.VERSION, "re-nhanh": Fault.JOURNAL, "cam-ung": Fault.TOUCH, "sqlite": Fault.SQLITE,
    "khong-bam": Fault.DEAD, "bao-loi": Fault.ERROR, "nang-cap": Fault.UPGRADE,
}  # fmt: skip
"""As an address writes them, in the order of the page."""
PER_PAGE, STRIP_DAYS, HISTORY_DAYS, COMMANDS_SHOWN = 50, 15, 40, 12
TEXT_MAX = 100


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address asks for."""

    fault: str = ""
    unit: str = ""
    sought: str = ""
    by_unit: bool = False
    page: int = 1

    def query(self, **other: str | int) -> dict[str, str]:
        """The same for another address, with something changed."""
        values = {"loi": self.fault, "dv": self.unit, "tim": self.sought, "xem": "don-vi" if self.by_unit else "",
                  "trang": self.page, **other}  # fmt: skip
        return {key: str(value) for key, value in values.items() if value and value != 1}


@router.get("/may")
async def show_fleet(request: Request) -> Response:
    """The kiosks that are wanted, the gravest first, or their units."""
    reader = await reader_of(request, Right.FLEET)
    return await _fleet(request, reader)


@router.get("/may.csv")
async def take_fleet(request: Request) -> Response:
    """The same list as a file."""
    services: Services = request.app.state.services
    reader = await reader_of(request, Right.FLEET)
    wish = _wish_of(request)
    kiosks = _narrowed(await asyncio.to_thread(_read, services, reader), wish)
    w = _words(request)
    body = csv_bytes([_heads(w), *(_line(w, kiosk) for kiosk in kiosks)], ";" if w.t.language == "vi" else ",")

    def noting(connection: Connection) -> None:
        # What found nothing may name another unit, and the log of this one is read by its auditor.
        asked = wish.query() if kiosks else {}
        note(connection, services.now(), reader.name, "export", "kiosks", {"form": "csv", **asked})

    await asyncio.wrap_future(services.writer.submit(noting))
    headers = {"Content-Disposition": 'attachment; filename="may.csv"', "Cache-Control": "no-store"}
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/may")
async def take_enrolment(request: Request) -> Response:
    """A one-time code for a kiosk at a counter, shown this once."""
    reader, form = await _asked(request)
    services: Services = request.app.state.services
    code = form.get("counter", "").strip()[:TEXT_MAX]
    try:
        made = await _do(request, partial(_new_code, reader=reader, code=code, services=services))
    except UsageWrong as error:
        return await _fleet(request, reader, wrong=error.said(words_of(request)))
    return _code_page(request, reader, code, made)


@router.get("/may/{device}")
async def show_kiosk(request: Request, device: str) -> Response:
    """One kiosk."""
    return await _kiosk(request, await reader_of(request, Right.FLEET), device)


@router.post("/may/{device}/lenh")
async def take_command(request: Request, device: str) -> Response:
    """Something is asked of the kiosk for its next contact."""
    reader, form = await _asked(request)
    try:
        kind = Kind(form.get("kind", ""))
    except ValueError as error:
        raise NotAllowed("there is no such command") from error
    services: Services = request.app.state.services
    return await _act(request, reader, device, lambda c: order_command(c, device, kind, services.now(), reader.name))


@router.post("/may/{device}/chuyen")
async def take_move(request: Request, device: str) -> Response:
    """The kiosk stands at another counter from now on."""
    reader, form = await _asked(request)
    services: Services = request.app.state.services
    code = form.get("counter", "").strip()[:TEXT_MAX]

    def move(connection: Connection) -> None:
        _require_counter(connection, code, reader)
        move_device(connection, device, code, services.now(), reader.name)

    return await _act(request, reader, device, move)


@router.post("/may/{device}/thu-hoi")
async def take_revocation(request: Request, device: str) -> Response:
    """Nothing is taken from the kiosk any more."""
    reader, _ = await _asked(request)
    services: Services = request.app.state.services
    answer = await _act(request, reader, device, lambda c: revoke_device(c, device, services.now(), reader.name))
    services.directory.forget(device)
    return answer


@router.post("/may/{device}/thay")
async def take_replacement(request: Request, device: str) -> Response:
    """A one-time code for the machine that takes this one's place."""
    reader, _ = await _asked(request)
    services: Services = request.app.state.services
    kiosk = find_kiosk(await asyncio.to_thread(_read, services, reader), device)
    made = await _do(request, partial(_new_code, reader=reader, code=kiosk.counter, services=services))
    return _code_page(request, reader, kiosk.counter, made, kiosk)


async def _asked(request: Request) -> tuple[Reader, dict[str, str]]:
    reader = await reader_of(request, Right.FLEET)
    form = await read_form(request)
    require_key(form, reader.form_key)
    return reader, form


async def _do(request: Request, work: Callable[[Connection], Any]) -> Any:
    services: Services = request.app.state.services
    return await asyncio.wrap_future(services.writer.submit(work))


async def _act(request: Request, reader: Reader, device: str, work: Callable[[Connection], Any]) -> Response:
    """Do it, when the kiosk is among this person's, and go back to its page."""
    services: Services = request.app.state.services
    find_kiosk(await asyncio.to_thread(_read, services, reader), device)
    try:
        await _do(request, work)
    except (UsageWrong, NotAllowed) as error:
        return await _kiosk(request, reader, device, wrong=error.said(words_of(request)))
    return RedirectResponse(phrases_of(request).way(f"/may/{device}"), 303)


def _new_code(connection: Connection, reader: Reader, code: str, services: Services) -> str:
    _require_counter(connection, code, reader)
    valid = timedelta(hours=services.config.enrolment.code_valid_hours)
    return new_code(connection, code, None, valid, services.now(), reader.name)


def _require_counter(connection: Connection, code: str, reader: Reader) -> None:
    """Raise UsageWrong unless the counter lies in this person's units; one that may not be seen is not there."""
    wanted = select(unit.c.path).join_from(counter, unit).where(counter.c.code == code)
    path = connection.execute(wanted).scalar_one_or_none()
    if path is None or not reader.sees(path):
        raise UsageWrong("there is no counter {code}; make it with: collector counter new", code=code)


def _read(services: Services, reader: Reader) -> list[Kiosk]:
    with services.database.reading() as connection:
        in_force = services.rollouts.in_force(connection)
        return read_roll(connection, reader.path, services.now(), services.config, in_force)


async def _fleet(request: Request, reader: Reader, wrong: str = "") -> Response:
    services: Services = request.app.state.services
    wish = _wish_of(request)
    every = await asyncio.to_thread(_read, services, reader)
    found = _narrowed(every, wish)
    pages = max(1, -(-len(found) // PER_PAGE))
    shown = found[(wish.page - 1) * PER_PAGE : wish.page * PER_PAGE]
    of_shown = await asyncio.to_thread(_details, services, reader, shown)
    living = [kiosk for kiosk in every if not kiosk.revoked_at]
    units = {kiosk.unit: kiosk.unit_name for kiosk in sorted(every, key=lambda one: one.path)}
    return render(
        request, "fleet.html", 400 if wrong else 200, reader=reader, w=_words(request), wish=wish, FAULTS=FAULTS,
        GRAVE=GRAVE, counts=count_faults(_narrowed(every, Wish(unit=wish.unit, sought=wish.sought))), living=living,
        found=found, shown=shown, pages=pages, units=units, by_unit=_by_unit(found) if wish.by_unit else [],
        wrong=wrong, rules=services.config.fleet, **of_shown,
    )  # fmt: skip


def _details(services: Services, reader: Reader, shown: Sequence[Kiosk]) -> dict[str, Any]:
    ids = [kiosk.device_id for kiosk in shown]
    now, config = services.now(), services.config
    with services.database.reading() as connection:
        return {
            "strips": strips(connection, ids, now, config, reader.path, STRIP_DAYS) if ids else {},
            "last": last_presses(connection, ids, now, config, reader.path) if ids else {},
        }


async def _kiosk(request: Request, reader: Reader, device: str, wrong: str = "") -> Response:
    services: Services = request.app.state.services

    def read() -> dict[str, Any]:
        kiosk = find_kiosk(_read(services, reader), device)
        now, config = services.now(), services.config
        with services.database.reading() as connection:
            return {
                "kiosk": kiosk,
                "days": strip_with_contact(connection, device, now, config, reader.path, HISTORY_DAYS),
                "last": last_presses(connection, [device], now, config, reader.path).get(device),
                "events": read_events(connection, device),
                "commands": read_commands(connection, device, COMMANDS_SHOWN),
            }

    values = await asyncio.to_thread(read)
    return render(
        request, "kiosk.html", 400 if wrong else 200, reader=reader, w=_words(request), wrong=wrong, KINDS=list(Kind),
        GRAVE=GRAVE, **values,
    )  # fmt: skip


def _code_page(request: Request, reader: Reader, counter_code: str, code: str, old: Kiosk | None = None) -> Response:
    services: Services = request.app.state.services
    hours = services.config.enrolment.code_valid_hours
    return render(
        request, "kiosk_code.html", reader=reader, counter=counter_code, code=code, url=services.config.url,
        hours=hours, old=old,
    )  # fmt: skip


def _words(request: Request) -> FleetWords:
    services: Services = request.app.state.services
    return FleetWords(phrases_of(request), services.now().astimezone(services.config.zone).date())


def _wish_of(request: Request) -> Wish:
    query = request.query_params
    fault = query.get("loi", "")
    page = query.get("trang", "1")
    return Wish(
        fault if fault in FAULTS else "", query.get("dv", "")[:TEXT_MAX], query.get("tim", "").strip()[:TEXT_MAX],
        query.get("xem") == "don-vi", max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1,
    )  # fmt: skip


def _narrowed(kiosks: Sequence[Kiosk], wish: Wish) -> list[Kiosk]:
    words = wish.sought.casefold()
    return [
        kiosk
        for kiosk in kiosks
        if (not wish.fault or FAULTS[wish.fault] in kiosk.faults)
        and (not wish.unit or kiosk.unit == wish.unit)
        and (not words or any(words in text.casefold() for text in _texts(kiosk)))
    ]


def _texts(kiosk: Kiosk) -> tuple[str, ...]:
    return kiosk.device_id, kiosk.counter, kiosk.counter_name, kiosk.unit, kiosk.unit_name, kiosk.software


def _by_unit(kiosks: Sequence[Kiosk]) -> list[tuple[str, str, int, Any]]:
    groups: dict[str, list[Kiosk]] = {}
    for kiosk in sorted(kiosks, key=lambda one: one.path):
        groups.setdefault(kiosk.unit, []).append(kiosk)
    return [(code, group[0].unit_name, len(group), count_faults(group)) for code, group in groups.items()]


def _heads(w: FleetWords) -> list[str]:
    t = w.t
    return [t("Kiosk"), t("Unit"), t("Counter"), t("State"), t("Last contact"), t("Waiting"), t("Clock is off"),
            t("Disk free"), t("Version"), t("Journal"), t("Touch")]  # fmt: skip


def _line(w: FleetWords, kiosk: Kiosk) -> list[str]:
    heard = kiosk.heard_at.isoformat(timespec="seconds") if kiosk.heard_at else ""
    return [kiosk.device_id, kiosk.unit_name, f"{kiosk.counter} {kiosk.counter_name}", w.state(kiosk), heard,
            w.waiting(kiosk), w.clock(kiosk), w.disk(kiosk), kiosk.software, w.journal(kiosk),
            w.touch(kiosk)]  # fmt: skip
