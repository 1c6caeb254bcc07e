"""Hours page: when the counters of a unit are open, as the week that is in force, changed where it stands.

Who saves second is told: the page then has the hours of both, and nothing of the second is set yet.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Request
from sqlalchemy import Connection, select
from starlette.responses import RedirectResponse, Response

from sync.collector.api.depends import MaySet, TheServices
from sync.collector.errors import ChangedMeanwhile
from sync.collector.fleet.rollouts import store
from sync.collector.fleet.rollouts.change import Change
from sync.collector.fleet.rollouts.effective import InForce, read_bases, read_in_force
from sync.collector.fleet.rollouts.stage import RolloutState
from sync.collector.fleet.rollouts.store import Rollout, plan_rollout, read_rollout
from sync.collector.fleet.rollouts.week import WEEKDAYS, Week, columns_of, fault_of, hours_of, week_of
from sync.collector.people.rights import Reader, Right
from sync.collector.services.services import Services
from sync.collector.settings.fleet import Fleet
from sync.collector.store.schema import rollout
from sync.collector.web.fleet.settings_page import EVERYWHERE, choices_of, unit_of
from sync.collector.web.fleet.settings_words import SettingsWords
from sync.collector.web.shared.depends import FormFields, form_with
from sync.collector.web.shared.rendering import phrases_of, render
from sync.protocol.messages import OpeningHours

router = APIRouter(include_in_schema=False)

HOURS_PAGE = "/thiet-lap/gio"
COLUMNS_MAX = 4
FIELDS_MAX = 80
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
STOOD_MEANWHILE = (
    "Somebody changed these hours while your page was open, so yours were not set. Both stand below; look at them, "
    "then set yours again if they are right."
)
HoursForm = Annotated[FormFields, form_with(Right.SETTINGS, FIELDS_MAX)]


@dataclass(frozen=True, slots=True)
class Standing:
    """The hours of a unit at one moment."""

    code: str
    path: str
    week: Week
    by: Rollout | None
    """What set them; None where nothing did."""
    under_way: tuple[Rollout, ...]
    """Changes of these hours that are planned or have not reached every kiosk."""
    kiosks: int
    below: int
    """So many smaller units have hours of their own and keep them."""

    @property
    def version(self) -> str:
        """What of it changes with every change of these hours."""
        every = (*self.under_way, *([self.by] if self.by else []))
        said = [(one.rollout_id, str(one.state), one.percent) for one in every]
        return sha256(repr(said).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Typed:
    """A week as it was typed, and what is wrong with it."""

    week: Week
    faults: Mapping[int, str] = field(default_factory=dict)
    """Ids of sentences by weekday."""


@router.get(HOURS_PAGE)
async def show_hours(request: Request, services: TheServices, reader: MaySet) -> Response:
    """The week that is in force for a unit, in fields."""
    found = await asyncio.to_thread(_read, services, request.query_params.get("dv", ""), reader)
    return await _page(request, found)


@router.post(HOURS_PAGE)
async def take_hours(request: Request, services: TheServices, reader: MaySet, form: HoursForm) -> Response:
    """Other hours for a unit, to all of its kiosks at once."""
    code, typed = request.query_params.get("dv", ""), read_week(form)
    if typed.faults:
        found = await asyncio.to_thread(_read, services, code, reader)
        return await _page(request, found, typed, form)
    t = phrases_of(request).t
    setting = partial(
        _set, services=services, code=code, seen=form.get("seen"), week=typed.week, reader=reader,
        title=t("Office hours"), now=services.now(),
    )  # fmt: skip
    try:
        number = await services.write(setting)
    except ChangedMeanwhile as error:
        found = await asyncio.to_thread(_read, services, code, reader)
        return await _page(request, found, typed, form, error)
    services.rollouts.forget()
    return RedirectResponse(phrases_of(request).way(f"/thiet-lap/{number}"), 303)


def read_week(form: Mapping[str, str]) -> Typed:
    """The week that a form describes."""
    week: Week = {}
    faults = {}
    for day in WEEKDAYS:
        keys = [(f"d{day}_{n}_opens", f"d{day}_{n}_closes") for n in range(COLUMNS_MAX)]
        pairs = [(form.get(opens, "")[:5], form.get(closes, "")[:5]) for opens, closes in keys]
        week[day] = tuple(sorted(pair for pair in pairs if any(pair)))
        if fault := _fault(week[day]):
            faults[day] = fault
    if not any(week.values()):
        faults[1] = "the office is open on no day: leave at least one"
    return Typed(week, faults)


def written(spans: Sequence[tuple[str, str]]) -> str:
    """A day's spans in one field of a form."""
    return " ".join(f"{opens}-{closes}" for opens, closes in spans)


def standing_of(connection: Connection, in_force: InForce, code: str, reader: Reader, usual: Fleet) -> Standing:
    """The hours of a unit as they are now. Raises UsageWrong for one that is not this reader's."""
    _, path = unit_of(connection, code, reader)
    setting = [one for one in in_force.rollouts if one.change.hours is not None]
    above = [one for one in setting if path.startswith(one.path)]
    whole = [one for one in above if one.kiosks is None]
    top = whole[-1] if whole else None
    hours = (top.change.hours if top else None) or [_usual(usual)]
    below = {one.path for one in setting if one.path.startswith(path) and one.path != path}
    return Standing(
        code or EVERYWHERE,
        path,
        week_of(hours),
        read_rollout(connection, top.rollout_id) if top else None,
        _under_way(connection, path),
        sum(1 for _ in read_bases(connection, path)),
        len(below),
    )


def _usual(usual: Fleet) -> OpeningHours:
    """What holds where nothing was set, as the calendars have it."""
    return OpeningHours([1, 2, 3, 4, 5], f"{usual.opens:%H:%M}", f"{usual.closes:%H:%M}")


def _under_way(connection: Connection, path: str) -> tuple[Rollout, ...]:
    states = (RolloutState.PLANNED, RolloutState.RUNNING, RolloutState.HELD)
    numbers = select(rollout.c.rollout_id).where(rollout.c.state.in_(states)).order_by(rollout.c.rollout_id)
    found = (read_rollout(connection, number) for number in connection.execute(numbers).scalars().all())
    mine = (one for one in found if one.change.hours is not None and path.startswith(one.path))
    return tuple(one for one in mine if one.state is RolloutState.PLANNED or one.percent < 100)


def _fault(spans: tuple[tuple[str, str], ...]) -> str | None:
    if any(not TIME.fullmatch(moment) for span in spans for moment in span if moment):
        return "write each time as 07:30"
    return fault_of(spans)


def _set(
    connection: Connection, *, services: Services, code: str, seen: str | None, week: Week, reader: Reader, title: str,
    now: datetime,
) -> int:  # fmt: skip
    store.lock_rollouts(connection)
    found = standing_of(connection, read_in_force(connection), code, reader, services.config.fleet)
    if seen != found.version:
        raise ChangedMeanwhile(STOOD_MEANWHILE)
    unit_id, _ = unit_of(connection, code, reader)
    change = Change(hours=hours_of(week))
    number = plan_rollout(connection, unit_id, title, change, now, reader.name, now, at_once=True)
    store.go_on(connection, read_rollout(connection, number), reader.name, now)
    return number


def _read(services: Services, code: str, reader: Reader) -> tuple[Standing | None, list[tuple[str, str]]]:
    with services.database.reading() as connection:
        units = choices_of(connection, reader.path)
        # Whoever has one unit need not choose it.
        wanted = code or (units[0][1] if reader.path and units else "")
        if not wanted and reader.path:
            return None, units
        in_force = read_in_force(connection)
        return standing_of(connection, in_force, wanted or EVERYWHERE, reader, services.config.fleet), units


async def _page(
    request: Request,
    found: tuple[Standing | None, list[tuple[str, str]]],
    typed: Typed | None = None,
    form: FormFields | None = None,
    conflict: ChangedMeanwhile | None = None,
) -> Response:
    standing, units = found
    p = phrases_of(request)
    now = standing.week if standing else {}
    shown = typed.week if typed else now
    was = {day: written(spans) for day, spans in now.items()}
    if form is not None and typed and conflict is not None:
        # What this person left as it was follows whoever was quicker: sent again it takes nothing of theirs back.
        shown = {day: now[day] if form.get(f"was_{day}") == written(spans) else spans for day, spans in shown.items()}
    elif form is not None:
        was = {day: form.get(f"was_{day}", "") for day in WEEKDAYS}
    seen = standing.version if standing else ""
    # A form that comes back because a time is wrong has seen no more than before.
    seen = form.get("seen", "") if form is not None and conflict is None else seen
    return render(
        request,
        "hours.html",
        409 if conflict else 400 if typed else 200,
        w=SettingsWords(p),
        one=standing,
        units=units,
        now=now,
        week=shown,
        sent=typed.week if typed else {},
        was=was,
        faults=typed.faults if typed else {},
        columns=min(columns_of(now, shown), COLUMNS_MAX),
        seen=seen,
        wrong=conflict.sentence(p.t) if conflict else "",
        WEEKDAYS=WEEKDAYS,
        EVERYWHERE=EVERYWHERE,
    )
