"""Store: rollouts as they are kept; each step in one transaction, with its line in the audit log."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, insert, select, text, update

from sync.collector.errors import UsageWrong
from sync.collector.fleet.rollouts.change import Change
from sync.collector.fleet.rollouts.effective import InForce, etag_of, read_bases
from sync.collector.fleet.rollouts.stage import STAGES, Heard, RolloutState, first_kiosks, next_percent
from sync.collector.people.audit import note
from sync.collector.store.schema import device_status, rollout, rollout_device, unit

SPOKE_LATELY = timedelta(days=1)
Choose = Callable[[Sequence[str], int], Sequence[str]]

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('hailong rollouts'))")
_DICE = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Rollout:
    """One rollout."""

    rollout_id: int
    unit_code: str
    """Empty for every unit."""
    unit_name: str
    path: str
    title: str
    change: Change
    state: RolloutState
    percent: int
    at_once: bool
    """To all kiosks, without stages."""
    begins_at: datetime
    stage_at: datetime | None
    why: str
    made_at: datetime
    made_by: str

    @property
    def version(self) -> str:
        """What of it changes with each step."""
        return f"{self.state}-{self.percent}"

    @property
    def may_go_on(self) -> bool:
        """Whether a person may bring it to more kiosks now."""
        return self.state in (RolloutState.PLANNED, RolloutState.HELD) or (
            self.state is RolloutState.RUNNING and self.percent < STAGES[-1]
        )

    @property
    def may_be_undone(self) -> bool:
        """Whether the rollout can be taken back."""
        return self.state in (RolloutState.PLANNED, RolloutState.RUNNING, RolloutState.HELD, RolloutState.DONE)


def plan_rollout(
    connection: Connection, unit_id: int | None, title: str, change: Change, begins_at: datetime, actor: str,
    now: datetime, *, at_once: bool = False,
) -> int:  # fmt: skip
    """Keep a rollout that begins at its time; its number."""
    row = {
        "unit_id": unit_id, "title": title, "change": msgspec.to_builtins(change), "state": RolloutState.PLANNED,
        "percent": 0,
        "at_once": at_once,
        "begins_at": begins_at, "stage_at": None, "why": "", "made_at": now, "made_by": actor,
    }  # fmt: skip
    number = int(connection.execute(insert(rollout).values(row).returning(rollout.c.rollout_id)).scalar_one())
    planned = {"unit": read_rollout(connection, number).unit_code, "change": row["change"]}
    note(connection, now, actor, "settings.plan", str(number), planned)
    return number


def read_rollout(connection: Connection, rollout_id: int, path: str = "") -> Rollout:
    """One rollout, if it is for the subtree at ``path``.

    Raises UsageWrong: what may not be seen is as what is not there.
    """
    row = connection.execute(_rollouts().where(rollout.c.rollout_id == rollout_id)).one_or_none()
    if row is None or not (row.path or "").startswith(path):
        raise UsageWrong("there is no such change of settings")
    return _rollout(row)


def lock_rollout(connection: Connection, rollout_id: int) -> None:
    """Of two who decide about it at once, let the second read what the first wrote."""
    mine = select(rollout.c.rollout_id).where(rollout.c.rollout_id == rollout_id)
    connection.execute(mine.with_for_update()).all()


def lock_rollouts(connection: Connection) -> None:
    """Of two who change one setting at once, let the second read what the first set; none is begun in between."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK)


def read_rollouts(connection: Connection, path: str = "", most: int = 100) -> list[Rollout]:
    """The newest rollouts for the subtree at ``path``."""
    wanted = _rollouts().order_by(rollout.c.rollout_id.desc()).limit(most)
    if path:
        wanted = wanted.where(unit.c.path.startswith(path, autoescape=True))
    return [_rollout(row) for row in connection.execute(wanted)]


def read_unfinished(connection: Connection) -> list[Rollout]:
    """The rollouts of which something may become by itself."""
    open_ones = rollout.c.state.in_((RolloutState.PLANNED, RolloutState.RUNNING))
    # Locked: of several collectors one takes each step.
    return [_rollout(row) for row in connection.execute(_rollouts().where(open_ones).with_for_update(of=rollout))]


def go_on(connection: Connection, one: Rollout, actor: str, now: datetime, *, choose: Choose = _DICE.sample) -> None:
    """Bring a rollout to its next stage."""
    percent = STAGES[-1] if one.at_once else next_percent(one.percent)
    if percent < STAGES[-1]:
        _draw(connection, one, percent, now, choose)
    _put(connection, one, actor, now, "settings.stage", state=RolloutState.RUNNING, percent=percent, stage_at=now)


def hold(connection: Connection, one: Rollout, actor: str, now: datetime) -> None:
    """Leave it in force where it is, until a person lets it go on."""
    _put(connection, one, actor, now, "settings.hold", state=RolloutState.HELD)


def finish(connection: Connection, one: Rollout, actor: str, now: datetime) -> None:
    """Every kiosk has it."""
    _put(connection, one, actor, now, "settings.done", state=RolloutState.DONE)


def stop(connection: Connection, one: Rollout, why: str, actor: str, now: datetime) -> None:
    """Take it back because kiosks report faults."""
    _put(connection, one, actor, now, "settings.stop", state=RolloutState.STOPPED, why=why)


def undo(connection: Connection, one: Rollout, actor: str, now: datetime) -> None:
    """Take it back: each kiosk falls back to what lies below."""
    _put(connection, one, actor, now, "settings.undo", state=RolloutState.UNDONE)


def heard_of(connection: Connection, one: Rollout, in_force: InForce) -> tuple[Heard, list[str]]:
    """What the kiosks of its stage said of it, and the faults they told."""
    mine = next((active for active in in_force.rollouts if active.rollout_id == one.rollout_id), None)
    if mine is None or one.stage_at is None:
        return Heard(0, 0, 0), []
    told = {row.device_id: row for row in connection.execute(select(device_status))}
    kiosks = taken = 0
    faults = []
    for base in read_bases(connection, one.path):
        if not mine.reaches(base.device_id, base.path):
            continue
        kiosks += 1
        row = told.get(base.device_id)
        if row is None or row.received_at < one.stage_at:
            continue
        settings = in_force.settings(base)
        if settings.ring == one.change.ring and _refused_upgrade(row, one):
            refused = row.status["upgrade_refused"]
            faults.append(f"upgrade to {refused['version']}: {refused['why']}")
        elif row.status.get("settings") == etag_of(settings):
            taken += 1
        elif row.status.get("settings_fault"):
            faults.append(str(row.status["settings_fault"]))
    return Heard(kiosks, taken, len(faults)), faults


def _refused_upgrade(row: Row[Any], one: Rollout) -> bool:
    """Whether the kiosk refused an upgrade since it may have had this rollout's ring."""
    refused = row.status.get("upgrade_refused")
    if one.change.ring is None or one.stage_at is None or not refused:
        return False
    ahead = timedelta(microseconds=row.clock_ahead_us)
    # A person may have begun it before its time.
    return datetime.fromisoformat(refused["at"]) - min(one.begins_at, one.stage_at) >= ahead


def _draw(connection: Connection, one: Rollout, percent: int, now: datetime, choose: Choose) -> None:
    """Choose by lot whom the stage needs beside those of the stage before; rather kiosks that spoke lately."""
    every = [base.device_id for base in read_bases(connection, one.path)]
    has = set(
        connection.execute(
            select(rollout_device.c.device_id).where(rollout_device.c.rollout_id == one.rollout_id)
        ).scalars()
    )
    lately = set(
        connection.execute(
            select(device_status.c.device_id).where(device_status.c.received_at > now - SPOKE_LATELY)
        ).scalars()
    )
    wanted = first_kiosks(len(every), percent) - len(has)
    speaking = [each for each in every if each not in has and each in lately]
    others = [each for each in every if each not in has and each not in lately]
    drawn = list(choose(speaking, max(0, min(wanted, len(speaking)))))
    drawn += choose(others, max(0, min(wanted - len(drawn), len(others))))
    if drawn:
        rows = [{"rollout_id": one.rollout_id, "device_id": each} for each in drawn]
        connection.execute(insert(rollout_device), rows)


def _put(connection: Connection, one: Rollout, actor: str, now: datetime, action: str, **values: Any) -> None:
    connection.execute(update(rollout).where(rollout.c.rollout_id == one.rollout_id).values(**values))
    said = {key: value for key, value in values.items() if key in ("percent", "why")}
    note(connection, now, actor, action, str(one.rollout_id), {"unit": one.unit_code, **said})


def _rollouts() -> Select[Any]:
    places = (unit.c.code.label("unit_code"), unit.c.name.label("unit_name"), unit.c.path)
    return select(rollout, *places).join_from(rollout, unit, isouter=True)


def _rollout(row: Row[Any]) -> Rollout:
    return Rollout(
        row.rollout_id, row.unit_code or "", row.unit_name or "", row.path or "", row.title,
        msgspec.convert(row.change, Change), RolloutState(row.state), row.percent, row.at_once,
        row.begins_at, row.stage_at, row.why, row.made_at, row.made_by,
    )  # fmt: skip
