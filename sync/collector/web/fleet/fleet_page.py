"""Fleet page: which kiosk needs a look first, as a page, by unit and as a file."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy import Connection, select
from starlette.responses import Response

from sync.collector.api.depends import MayKeepKiosks, TheServices
from sync.collector.calendar.half_days import HalfDay
from sync.collector.fleet.kiosks.history import last_presses, strips
from sync.collector.fleet.kiosks.hours import Closed
from sync.collector.fleet.kiosks.pictures import pictures_of
from sync.collector.fleet.kiosks.roll import Kiosk
from sync.collector.fleet.kiosks.words import FAULTS
from sync.collector.people.audit import note
from sync.collector.people.rights import Reader
from sync.collector.proof.nightly import State, read_state
from sync.collector.services.services import Services
from sync.collector.store.schema import unit
from sync.collector.transparency.leaves.index import State as LogState
from sync.collector.transparency.leaves.index import read_state as read_log_state
from sync.collector.transparency.witnessing import Noted, read_answers
from sync.collector.web.fleet.fleet_query import NONE, STATES, FleetQuery, by_unit, count_states
from sync.collector.web.fleet.fleet_words import GRAVE, FleetWords
from sync.collector.web.fleet.kiosk_page import fleet_words, read_kiosks
from sync.collector.web.shared.csv_list import Columns, csv_list
from sync.collector.web.shared.rendering import render

router = APIRouter(include_in_schema=False)

STRIP_DAYS = 15


@router.get("/may")
async def show_fleet(request: Request, services: TheServices, reader: MayKeepKiosks) -> Response:
    """The kiosks that are wanted, the gravest first, or their units."""
    return await _fleet(request, services, reader)


@router.get("/may.csv")
async def take_fleet(request: Request, services: TheServices, reader: MayKeepKiosks) -> Response:
    """The same list as a file."""
    query, w = FleetQuery.of(request.query_params), fleet_words(request, services)
    kiosks = query.narrow(await asyncio.to_thread(read_kiosks, services, reader))
    last = (await asyncio.to_thread(_details, services, reader, kiosks, days=0))["last"]

    def noting(connection: Connection) -> None:
        # A query that found nothing may name a foreign unit, which this unit's auditor must not read in the log.
        said = query.changed() if kiosks else {}
        note(connection, services.now(), reader.name, "export", "kiosks", {"form": "csv", **said})

    await services.write(noting)
    return csv_list("may.csv", _columns(w, last), kiosks, w.t)


async def _fleet(request: Request, services: Services, reader: Reader) -> Response:
    query = FleetQuery.of(request.query_params)
    every = await asyncio.to_thread(read_kiosks, services, reader)
    found = query.narrow(every)
    pages = max(1, -(-len(found) // query.per_page))
    shown = query.on_page(found)
    of_shown = await asyncio.to_thread(_details, services, reader, shown, days=STRIP_DAYS)
    living = [kiosk for kiosk in every if not kiosk.revoked_at]
    closed = await asyncio.to_thread(_closed, services, {kiosk.path for kiosk in living})
    units = await asyncio.to_thread(_units, services, reader, {kiosk.path for kiosk in every})
    return render(
        request,
        "fleet.html",
        w=fleet_words(request, services),
        query=query,
        FAULTS=FAULTS,
        STATES=STATES,
        GRAVE=GRAVE,
        NONE=NONE,
        counts=count_states(query.narrow_but_for_state(every)),
        living=living,
        closed=closed,
        found=found,
        shown=shown,
        pages=pages,
        units=units,
        by_unit=by_unit(found) if query.by_unit else [],
        versions=sorted({kiosk.software or NONE for kiosk in living}, reverse=True),
        rings=sorted({kiosk.ring or NONE for kiosk in living}),
        rules=services.config.fleet,
        proof=await asyncio.to_thread(_proof, services),
        log=await asyncio.to_thread(_log, services),
        witnesses=len(services.config.log.witnesses),
        unwell=await asyncio.to_thread(_unwell, services),
        **of_shown,
    )


def _details(services: Services, reader: Reader, kiosks: Sequence[Kiosk], *, days: int) -> dict[str, Any]:
    ids = [kiosk.device_id for kiosk in kiosks]
    now, config = services.now(), services.config
    with services.database.reading() as connection:
        return {
            "strips": strips(connection, kiosks, now, config, reader.path, days) if ids and days else {},
            "last": last_presses(connection, ids, now, config, reader.path) if ids else {},
            "pictures": pictures_of(connection, ids),
        }


def _closed(services: Services, paths: set[str]) -> Closed | None:
    with services.database.reading() as connection:
        return services.missed(connection).closed(paths)


def _proof(services: Services) -> State:
    with services.database.reading() as connection:
        return read_state(connection)


def _log(services: Services) -> LogState | None:
    with services.database.reading() as connection:
        return read_log_state(connection)


def _unwell(services: Services) -> list[tuple[str, Noted]]:
    """The witnesses by name that did not answer or not sign when they were asked last."""
    with services.database.reading() as connection:
        found = read_answers(connection)
    named = [(one.verifier.name, found.get(one.vkey)) for one in services.config.log.witnesses]
    return [(name, one) for name, one in named if one is not None and not one.answered.outcome.is_well]


def _units(services: Services, reader: Reader, paths: set[str]) -> list[tuple[str, str]]:
    """The units of the reader's subtree with kiosks at or below them, as the tree goes; each with its depth."""
    wanted = select(unit.c.code, unit.c.name, unit.c.path).where(unit.c.path.startswith(reader.path, autoescape=True))
    with services.database.reading() as connection:
        rows = connection.execute(wanted.order_by(unit.c.path)).all()
    above = {path[: end + 1] for path in paths for end, sign in enumerate(path) if sign == "/"}
    return [("\u2003" * (row.path.count("/") - 1) + row.name, row.code) for row in rows if row.path in above]


def _columns(w: FleetWords, last: Mapping[str, HalfDay]) -> Columns[Kiosk]:
    t = w.t
    return [
        (t("Kiosk"), lambda kiosk: kiosk.device_id),
        (t("Unit"), lambda kiosk: kiosk.unit_name),
        (t("Counter"), lambda kiosk: f"{kiosk.counter} {kiosk.counter_name}"),
        (t("State"), w.state),
        (t("Known"), lambda kiosk: "; ".join(f"{w.fault(fault)}: {one.words}" for fault, one in kiosk.known.items())),
        (t("Last contact"), lambda kiosk: kiosk.heard_at.isoformat(timespec="minutes") if kiosk.heard_at else ""),
        (t("Last press"), lambda kiosk: w.last_press(last.get(kiosk.device_id))),
        (t("Waiting"), w.waiting),
        (t("Clock is off"), w.clock),
        (t("Disk free"), w.disk),
        (t("Version"), lambda kiosk: kiosk.software),
        (t("Ring"), lambda kiosk: kiosk.ring),
        (t("Journal"), w.journal),
        (t("Touch"), w.touch),
        (t("SQLite"), w.sqlite),
    ]
