"""Settings pages: a change of the kiosks' settings is shown first, then begun in stages, and can be taken back."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from sqlalchemy import Connection, select
from starlette.responses import RedirectResponse, Response

from kiosk.base.texts import LANGUAGES
from sync.collector.api.depends import MaySet, TheServices
from sync.collector.errors import ChangedMeanwhile, UsageWrong
from sync.collector.fleet.rollouts import store
from sync.collector.fleet.rollouts.calendars import Calendars
from sync.collector.fleet.rollouts.change import laid_upon
from sync.collector.fleet.rollouts.effective import NOTHING_SET, Base, InForce, read_bases, read_in_force
from sync.collector.fleet.rollouts.stage import STAGES, RolloutState, first_kiosks, next_percent
from sync.collector.fleet.rollouts.store import heard_of, plan_rollout, read_rollout, read_rollouts
from sync.collector.people.rights import Reader, Right
from sync.collector.services.services import Services
from sync.collector.store.schema import unit
from sync.collector.web.fleet.settings_form import (
    HOUR_ROWS,
    SETTINGS,
    WEEKDAYS,
    WORKED_ROWS,
    Fields,
    FilledForm,
    read_filled_form,
)
from sync.collector.web.fleet.settings_words import SettingsWords
from sync.collector.web.shared.depends import FormFields, SettingsForm, form_with
from sync.collector.web.shared.rendering import phrases_of, render

router = APIRouter(include_in_schema=False)

Number = Annotated[int, Path(ge=1, le=2**53)]

FIELDS_MAX = 120
LongForm = Annotated[FormFields, form_with(Right.SETTINGS, FIELDS_MAX)]
ROWS_MAX = 8
"""A preview shows at most so many rows of one setting, those of most kiosks first."""
MOVED_ON = "This change of settings moved on while your page was open, so nothing was done. This is how it is now."
EVERYWHERE = "*"
"""As an address and a form name every unit."""


@dataclass(frozen=True, slots=True)
class Row:
    """One setting before and after, and at how many kiosks."""

    name: str
    before: str
    after: str
    kiosks: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do."""

    kiosks: int
    rows: tuple[Row, ...]
    first: int
    """How many kiosks the first stage holds."""
    left_out: int
    """How many rows the preview leaves out, each of few kiosks."""


@router.get("/thiet-lap")
async def show_rollouts(request: Request, services: TheServices, reader: MaySet) -> Response:
    """Every change of settings of the reader's units, the newest first."""
    rollouts = await asyncio.to_thread(_reading(services, lambda connection: read_rollouts(connection, reader.path)))
    return render(
        request,
        "settings.html",
        w=SettingsWords(phrases_of(request)),
        rollouts=rollouts,
        rule=services.config.rollouts,
        State=RolloutState,
    )


@router.get("/thiet-lap/moi")
async def show_form(request: Request, services: TheServices, reader: MaySet) -> Response:
    """The form for a change of settings."""
    services.surveys.forget()
    return await _form_page(request, services, reader, dict(request.query_params), None, None)


@router.post("/thiet-lap/moi")
async def take_form(request: Request, services: TheServices, reader: MaySet, form: LongForm) -> Response:
    """Show what a change would do, or begin it."""
    services.surveys.forget()  # another process may have published one just now
    filled = read_filled_form(form, services.surveys, services.config.zone)
    if filled.faults or form.get("go") != "begin":
        showing = partial(_preview, filled=filled, reader=reader, p=SettingsWords(phrases_of(request)))
        preview = await asyncio.to_thread(_reading(services, showing))
        return await _form_page(request, services, reader, form, filled, preview)
    number = await _write(services, partial(_begin, filled=filled, reader=reader, now=services.now()))
    return RedirectResponse(phrases_of(request).way(f"/thiet-lap/{number}"), 303)


@router.get("/thiet-lap/{number}")
async def show_rollout(request: Request, services: TheServices, reader: MaySet, number: Number) -> Response:
    """One change of settings, and what its kiosks said of it."""
    return await _rollout_page(request, services, reader, number)


async def _rollout_page(
    request: Request, services: Services, reader: Reader, number: int, moved_on: ChangedMeanwhile | None = None
) -> Response:
    def read(connection: Connection) -> dict[str, Any]:
        one = read_rollout(connection, number, reader.path)
        heard, faults = heard_of(connection, one, read_in_force(connection, services.config.calendar.told))
        return {"one": one, "heard": heard, "faults": sorted(set(faults))}

    values = await asyncio.to_thread(_reading(services, read))
    return render(
        request,
        "settings_one.html",
        409 if moved_on else 200,
        w=SettingsWords(p := phrases_of(request)),
        wrong=moved_on.sentence(p.t) if moved_on else "",
        State=RolloutState,
        STAGES=STAGES,
        rule=services.config.rollouts,
        next_percent=next_percent,
        **values,
    )


@router.post("/thiet-lap/{number}")
async def take_step(
    request: Request, services: TheServices, reader: MaySet, form: SettingsForm, number: Number
) -> Response:
    """What a person decides about a change of settings."""
    deciding = partial(_decide, number=number, form=form, reader=reader, now=services.now())
    try:
        await _write(services, deciding)
    except ChangedMeanwhile as error:
        return await _rollout_page(request, services, reader, number, error)
    return RedirectResponse(phrases_of(request).way(f"/thiet-lap/{number}"), 303)


def _decide(connection: Connection, *, number: int, form: FormFields, reader: Reader, now: datetime) -> None:
    store.lock_rollout(connection, number)
    one, what = read_rollout(connection, number, reader.path), form.get("what")
    if form.get("seen", one.version) != one.version:
        raise ChangedMeanwhile(MOVED_ON)
    if what == "next" and one.may_go_on:
        store.go_on(connection, one, reader.name, now)
    elif what == "all" and one.may_go_on:
        store.go_on(connection, replace(one, at_once=True), reader.name, now)
    elif what == "hold" and one.state is RolloutState.RUNNING:
        store.hold(connection, one, reader.name, now)
    elif what == "undo" and one.may_be_undone:
        store.undo(connection, one, reader.name, now)
    else:
        raise ChangedMeanwhile(MOVED_ON)


def _begin(connection: Connection, *, filled: FilledForm, reader: Reader, now: datetime) -> int:
    unit_id, _ = unit_of(connection, filled.unit, reader)
    begins_at = filled.begins_at or now
    number = plan_rollout(
        connection, unit_id, filled.title, filled.change, begins_at, reader.name, now, at_once=filled.at_once
    )
    if begins_at <= now:
        store.go_on(connection, read_rollout(connection, number), reader.name, now)
    return number


def _preview(connection: Connection, *, filled: FilledForm, reader: Reader, p: SettingsWords) -> Preview | None:
    """Each setting before and after the change, and how many kiosks have these values."""
    if not filled.change.names:
        return None
    _, path = unit_of(connection, filled.unit, reader)
    in_force, bases = read_in_force(connection), list(read_bases(connection, path))
    counts: dict[tuple[str, str, str], int] = {}
    for base in bases:
        before, after = in_force.settings(base), _with(in_force, base, filled, path)
        for name in filled.change.names:
            key = (name, p.in_force(before, name), p.in_force(after, name))
            counts[key] = counts.get(key, 0) + 1
    rows = [Row(*key, n) for key, n in sorted(counts.items(), key=lambda each: (SETTINGS.index(each[0][0]), -each[1]))]
    shown = [row for name in SETTINGS for row in [row for row in rows if row.name == name][:ROWS_MAX]]
    return Preview(len(bases), tuple(shown), first_kiosks(len(bases), STAGES[0]), len(rows) - len(shown))


def _with(in_force: InForce, base: Base, filled: FilledForm, path: str) -> Any:
    """A kiosk's settings as if the change were in force; changes of smaller units lie on top of it."""
    below = [active.change for active in in_force.rollouts if active.reaches(base.device_id, base.path)]
    depth = [active.path.count("/") for active in in_force.rollouts if active.reaches(base.device_id, base.path)]
    place = sum(1 for each in depth if each <= path.count("/"))
    return laid_upon(base.settings, [*below[:place], filled.change, *below[place:]])


def unit_of(connection: Connection, code: str, reader: Reader) -> tuple[int | None, str]:
    """A unit's id and path, if the reader may set something there; None and "" for every unit."""
    if code in ("", EVERYWHERE):
        if reader.path:
            raise UsageWrong("choose a unit")
        return None, ""
    row = connection.execute(select(unit.c.unit_id, unit.c.path).where(unit.c.code == code)).one_or_none()
    if row is None or not reader.sees(row.path):
        raise UsageWrong("there is no unit {code}", code=code)
    return int(row.unit_id), str(row.path)


async def _form_page(
    request: Request,
    services: Services,
    reader: Reader,
    form: FormFields,
    filled: FilledForm | None,
    preview: Preview | None,
) -> Response:
    units = await asyncio.to_thread(_reading(services, partial(choices_of, path=reader.path)))
    calendar = Calendars(services.config, NOTHING_SET).of("")
    year = services.now().astimezone(services.config.zone).year
    p = phrases_of(request)
    status = 400 if filled is not None and filled.faults else 200
    return render(
        request,
        "settings_new.html",
        status,
        w=SettingsWords(p),
        form=Fields(form),
        units=units,
        faults=Fields(filled.faults if filled else {}),
        preview=preview,
        surveys=services.surveys,
        HOUR_ROWS=range(HOUR_ROWS),
        WEEKDAYS=WEEKDAYS,
        LANGUAGES=LANGUAGES,
        SETTINGS=SETTINGS,
        WORKED_ROWS=range(WORKED_ROWS),
        rule=services.config.rollouts,
        calendar=calendar,
        years=(year, year + 1),
    )


def choices_of(connection: Connection, path: str) -> list[tuple[str, str]]:
    """The units of the subtree that have kiosks at or below them, as the tree goes."""
    bases = {base.path for base in read_bases(connection, path)}
    rows = connection.execute(select(unit).where(unit.c.path.startswith(path, autoescape=True)).order_by(unit.c.path))
    return [
        ("\u2003" * (row.path.count("/") - 1) + row.name, row.code)
        for row in rows
        if any(each.startswith(row.path) for each in bases)
    ]


def _reading(services: Services, read: Callable[[Connection], Any]) -> Callable[[], Any]:
    def reading() -> Any:
        with services.database.reading() as connection:
            return read(connection)

    return reading


async def _write(services: Services, work: Callable[[Connection], Any]) -> Any:
    done = await services.write(work)
    services.rollouts.forget()
    return done
