"""Effective: the settings that are in force for one kiosk: its own counter's, and what the office laid upon them.

A change for a smaller unit lies above one for the unit around it; of the same unit, the later above
the earlier. Kiosks ask every minute, so what lies upon what is read once in a few seconds.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, bindparam, func, select

from sync.collector.fleet.devices.own import announced, read_own_key, read_words_key
from sync.collector.fleet.rollouts.change import Change, laid_upon
from sync.collector.fleet.rollouts.stage import IN_FORCE, STAGES
from sync.collector.store.changes import read_change
from sync.collector.store.schema import counter, device, device_grant, rollout, rollout_device, survey_text, unit
from sync.protocol.days import OfficeDays
from sync.protocol.messages import DeviceSettings, encode_message
from sync.protocol.own_key import Move, public_text

REMEMBERED_S = 5.0


@dataclass(frozen=True, slots=True)
class Active:
    """One rollout that is in force."""

    rollout_id: int
    path: str
    """Of the unit whose kiosks have it; empty is every one."""
    change: Change
    kiosks: frozenset[str] | None
    """The kiosks of its stage; None is all of the unit."""

    def reaches(self, device_id: str, path: str) -> bool:
        """Whether a kiosk of the unit at ``path`` has it."""
        return path.startswith(self.path) and (self.kiosks is None or device_id in self.kiosks)


@dataclass(frozen=True, slots=True)
class InForce:
    """Everything in force at one moment, the lowest first."""

    rollouts: tuple[Active, ...]
    survey_texts: Mapping[str, str]
    """Of published surveys, by ``id@version``."""
    collector_key: str | None = None
    """By which kiosks know this collector again."""
    move: Move | None = None
    """Where it will be."""
    office_days: OfficeDays | None = None
    """Of the collector's own settings, for every kiosk."""
    words_key: bytes | None = None
    """For which kiosks seal citizens' words."""

    def settings(self, base: "Base") -> DeviceSettings:
        """What a kiosk is to do."""
        changes = (active.change for active in self.rollouts if active.reaches(base.device_id, base.path))
        found = laid_upon(base.settings, changes)
        text = self.survey_texts.get(found.survey or "")
        return msgspec.structs.replace(
            found,
            survey_text=text,
            office_days=self.office_days,
            collector_key=self.collector_key,
            move=self.move,
            words_key=self.words_key,
        )


NOTHING_SET = InForce((), {})


@dataclass(frozen=True, slots=True)
class Base:
    """A kiosk, where it stands, and its settings before anything is laid upon them."""

    device_id: str
    path: str
    settings: DeviceSettings


class InForceCache:
    """What is in force, as it was read a few seconds ago."""

    def __init__(self, office_days: OfficeDays | None = None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._office_days = office_days
        self._monotonic = monotonic
        self._kept: tuple[float, int, InForce] | None = None
        """When it was read, the mark of the database then (``store.changes``), and what was read."""

    def in_force(self, connection: Connection) -> InForce:
        """What is in force."""
        kept, now = self._kept, self._monotonic()
        if kept is None or now - kept[0] >= REMEMBERED_S:
            return self._read(connection, now, read_change(connection))
        return kept[2]

    def at_this_moment(self, connection: Connection) -> InForce:
        """The same, with what another process changed just now: a kiosk that comes for it was told of it there."""
        kept, mark = self._kept, read_change(connection)
        if kept is None or kept[1] != mark:
            return self._read(connection, self._monotonic(), mark)
        return kept[2]

    def _read(self, connection: Connection, now: float, mark: int) -> InForce:
        found = read_in_force(connection, self._office_days)
        self._kept = (now, mark, found)
        return found

    def forget(self) -> None:
        """Read again the next time: something changed here."""
        self._kept = None


def read_in_force(connection: Connection, office_days: OfficeDays | None = None) -> InForce:
    """What is in force now; ``office_days`` is what the collector's own settings tell every kiosk."""
    wanted = (
        select(rollout, unit.c.path)
        .join_from(rollout, unit, isouter=True)
        .where(rollout.c.state.in_(IN_FORCE))
        .order_by(rollout.c.rollout_id)
    )
    found = [_active(connection, row) for row in connection.execute(wanted)]
    found.sort(key=lambda active: active.path.count("/"))
    texts = connection.execute(select(survey_text).where(survey_text.c.published_at.is_not(None)))
    key = read_own_key(connection)
    texts_by_ref = {row.ref: row.text for row in texts}
    words_key = read_words_key(connection)
    return InForce(tuple(found), texts_by_ref, public_text(key), announced(connection, key), office_days, words_key)


def read_base(connection: Connection, device_id: str) -> Base:
    """A kiosk, where it stands, and its own settings."""
    return base_of(connection.execute(_one_base(), {"wanted": device_id}).one())


def read_bases(connection: Connection, path: str) -> Iterator[Base]:
    """Every kiosk at or below a unit that is not revoked."""
    below = select_bases().where(unit.c.path.startswith(path, autoescape=True), device.c.revoked_at.is_(None))
    return map(base_of, connection.execute(below.order_by(device.c.device_id)))


def settings_for(connection: Connection, device_id: str, in_force: InForce) -> DeviceSettings:
    """What one kiosk is to do."""
    return in_force.settings(read_base(connection, device_id))


def etag_of(settings: DeviceSettings) -> str:
    """The settings' version, as it travels."""
    return f'"{sha256(encode_message(settings)).hexdigest()[:16]}"'


@cache
def select_bases() -> Select[Any]:
    """What a base is made of, for every kiosk."""
    place = (counter.c.code, counter.c.name, unit.c.name.label("unit_name"), unit.c.path)
    granted = counter.alias("granted")
    held = (device_grant.c.device_id == device.c.device_id) & device_grant.c.until.is_(None)
    codes = select(func.aggregate_strings(granted.c.code, " ")).select_from(device_grant)
    serves = codes.join(granted, granted.c.counter_id == device_grant.c.counter_id).where(held).correlate(device)
    wanted = select(device.c.device_id, device.c.survey, *place, serves.scalar_subquery().label("serves"))
    return wanted.select_from(device).join(counter).join(unit, unit.c.unit_id == counter.c.unit_id)


def base_of(row: Row[Any]) -> Base:
    """The base in a row of ``select_bases``."""
    serves = sorted((row.serves or "").split())
    own = DeviceSettings(row.code, row.survey, counter_name=row.name, unit_name=row.unit_name, counters=serves)
    return Base(row.device_id, row.path, own)


@cache
def _one_base() -> Select[Any]:
    return select_bases().where(device.c.device_id == bindparam("wanted"))


def _active(connection: Connection, row: Row[Any]) -> Active:
    kiosks = None
    if row.percent < STAGES[-1]:
        members = select(rollout_device.c.device_id).where(rollout_device.c.rollout_id == row.rollout_id)
        kiosks = frozenset(connection.execute(members).scalars())
    return Active(row.rollout_id, row.path or "", msgspec.convert(row.change, Change, strict=False), kiosks)
