"""Fleet: how kiosks are, for programs: what the page of kiosks shows, in words that programs decide by."""

import asyncio

from fastapi import Request
from starlette.responses import Response

from sync.collector.api.data import fleet_shapes as shapes
from sync.collector.api.data.asked import UnitCode
from sync.collector.api.data.described import SECURED, described
from sync.collector.api.data.paging import Page, ThePage, link_to
from sync.collector.api.data.questions import door_router
from sync.collector.api.data.sending import Column, Format, csv_answer, json_answer
from sync.collector.api.depends import MayWatch, TheServices
from sync.collector.api.noted import note_reading
from sync.collector.calendar.half_days import HalfDay
from sync.collector.fleet.kiosks.faults import Fault
from sync.collector.fleet.kiosks.history import last_presses
from sync.collector.fleet.kiosks.roll import Kiosk, read_roll
from sync.collector.fleet.places.units import path_seen
from sync.collector.people.rights import Reader, Right
from sync.collector.services.services import Services

router = door_router("fleet", Right.FLEET)
_COLUMNS: tuple[Column, ...] = (
    "kiosk", "unit", "counter", "counter_name", "enrolled_at", "withdrawn_at", "last_contact", "faults", "known",
    "last_press.day", "last_press.half", "waiting", "waits_since", "clock_ahead_s", "disk_free_mb", "software",
    "ring", "journal",
)  # fmt: skip


@router.get("/v1/fleet", responses=described("Fleet"), openapi_extra=SECURED)
async def get_fleet(
    request: Request,
    services: TheServices,
    reader: MayWatch,
    page: ThePage,
    unit: UnitCode = None,
    form: Format = "json",
) -> Response:
    """The kiosks that you may watch, with what is wrong; what moves with each press is told by the half day."""
    answer = await asyncio.to_thread(_fleet, services, reader, unit, page)
    await note_reading(services, reader, "/v1/fleet", unit or reader.path or "*", {})
    if form == "csv":
        return csv_answer(request, answer.kiosks, _COLUMNS, link_to(request, answer.next))
    return json_answer(request, answer, link_to(request, answer.next))


def _fleet(services: Services, reader: Reader, unit: str | None, page: Page) -> shapes.Fleet:
    now, config = services.now(), services.config
    with services.database.reading() as connection:
        path = path_seen(connection, unit, reader.path)
        every = read_roll(connection, path, now, config, services.rollouts.in_force(connection))
        wanted, cursor = page.of(every, lambda kiosk: (kiosk.path, kiosk.counter, kiosk.device_id))
        ids = [kiosk.device_id for kiosk in wanted]
        last = last_presses(connection, ids, now, config, reader.path) if ids else {}
    kiosks = [_state(kiosk, last.get(kiosk.device_id)) for kiosk in wanted]
    return shapes.Fleet(config.time_zone, kiosks, cursor)


def _state(kiosk: Kiosk, last: HalfDay | None) -> shapes.KioskState:
    said, ahead, free = kiosk.status, kiosk.clock_ahead_s, kiosk.status.get("disk_free_bytes")
    withdrawn, heard = (None if at is None else at.isoformat() for at in (kiosk.revoked_at, kiosk.heard_at))
    # What a silent kiosk said last of what waits there is out of date; the page says "unknown" as well.
    is_known = Fault.SILENT not in kiosk.faults
    return shapes.KioskState(
        kiosk.device_id, kiosk.unit, kiosk.counter, kiosk.counter_name, kiosk.enrolled_at.isoformat(), withdrawn, heard,
        [str(fault) for fault in kiosk.faults], [str(fault) for fault in kiosk.faults if fault in kiosk.known],
        None if last is None else shapes.HalfDay(last[0].isoformat(), last[1]),
        said.get("pending") if is_known else None, said.get("waits_since") if is_known else None,
        None if ahead is None else round(ahead, 1), None if free is None else free // 1_000_000, kiosk.software,
        kiosk.ring, kiosk.journal_state,
    )  # fmt: skip
