"""Province: the demo province as a whole, the same from the same seed."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from kiosk.domain.visit.survey import Survey
from sync.collector.calendar.presstime import LocalDays
from sync.collector.errors import UsageWrong
from sync.collector.fleet.devices.keys import key_id_of
from sync.collector.fleet.places.unit_list import import_units, plan_import
from sync.collector.fleet.surveys.library import shipped_surveys
from sync.collector.replica.sender import Device
from sync.collector.run.demo_data.desk import Desk, make_uuid
from sync.collector.run.demo_data.dossiers import write_dossiers
from sync.collector.run.demo_data.indicators import LEGACY, SURVEY, TEMPER
from sync.collector.run.demo_data.journal import Journal
from sync.collector.run.demo_data.kiosks import write_kiosk
from sync.collector.run.demo_data.places import make_counters, provinces_for
from sync.collector.run.demo_data.tempers import Temper, temper_of
from sync.collector.store.database import Database
from sync.collector.store.schema import counter
from sync.protocol.own_key import public_text

Progress = Callable[[str, int], None]
"""Told after each kiosk: its counter's name and how many of its ratings count."""


def write_province(
    database: Database,
    province: str,
    months: int,
    seed: int,
    now: datetime,
    days: LocalDays,
    survey: Survey,
    progress: Progress,
    counters: int | None = None,
) -> int:
    """Write a province of ``months`` up to ``now``; how many ratings were counted.

    Of so many ``counters`` those that the province has no room for stand in others; without a number some fifty.

    Raises UsageWrong where counters are there already: demo data must never mix with real ones.
    """
    chance = random.Random(seed)  # noqa: S311 - a demonstration, no secret
    today = now.astimezone(days.zone).date()
    first = today - timedelta(days=round(30.5 * months))
    with database.writing() as connection:
        if connection.execute(select(counter.c.code).limit(1)).first() is not None:
            raise UsageWrong("there are counters here already; write demo data into a folder of its own")
        import_units(
            connection, plan_import(connection, provinces_for(province, counters)), now, today, "demo", lambda *_: None
        )
        places = make_counters(connection, province, chance, now, counters)
    written = 0
    for number, (code, name, counter_id) in enumerate(places):
        temper = temper_of(number, len(places), chance, today)
        desk = _desk(code, counter_id, temper, chance, survey, now, days)
        written += _write(database, desk, first, today, f"{code} {name}", progress)
    asked = shipped_surveys()[SURVEY]
    for number in (each for each in LEGACY if each < len(places)):
        code, name, counter_id = places[number]
        desk = _desk(code, counter_id, TEMPER, chance, asked, now, days)
        written += _write(database, desk, first, today, f"{code} {name} ({SURVEY})", progress)
    write_dossiers(database, months, seed, now, days)
    return written


def _desk(
    code: str, counter_id: int, temper: Temper, chance: random.Random, survey: Survey, now: datetime, days: LocalDays
) -> Desk:
    device_id = make_uuid(chance)
    key = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
    key_id = key_id_of(public_text(key))
    known = Device(device_id, b"", counter_id, {code: counter_id}, False, key_id=key_id)
    journal = Journal(make_uuid(chance), make_uuid(chance))
    return Desk(known, key, temper, chance, journal, days, survey, now)


def _write(database: Database, desk: Desk, first: date, today: date, name: str, progress: Progress) -> int:
    with database.writing() as connection:
        added = write_kiosk(connection, desk, first, today)
    progress(name, added)
    return added
