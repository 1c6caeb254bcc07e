"""Places: the units and counters of the demo province."""

import random
from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from sync.collector.fleet.places.unit_list import read_list
from sync.collector.fleet.places.units import new_counter
from sync.collector.store.schema import counter, unit

UNITS = 18
"""Communes with kiosks, besides the province's centre."""
SUBJECTS = ("Tư pháp, hộ tịch", "Đất đai, môi trường", "Kinh tế, xây dựng", "Văn hóa, xã hội")
CENTRE_COUNTERS = 8
COUNTERS_A_COMMUNE = (2, 2, 3, 4)


def provinces_for(province: str, counters: int | None) -> list[str]:
    """The province, and those after it in the State's list that so many counters need besides."""
    communes = Counter(one.parent for one in read_list() if one.parent)
    if province not in communes:
        return [province]
    order = sorted(communes, key=lambda code: (code != province, code))
    taken, room = 0, 0
    while taken == 0 or ((counters or 0) > room and taken < len(order)):
        # By the least that a commune has: nobody is to be left over.
        room += communes[order[taken]] * min(COUNTERS_A_COMMUNE)
        taken += 1
    return order[:taken]


def make_counters(
    connection: Connection, province: str, chance: random.Random, now: datetime, wanted: int | None = None
) -> list[tuple[str, str, int]]:
    """Make the centre and some communes with their counters, ``wanted`` in all; code, name and id of each."""
    top = connection.execute(select(unit).where(unit.c.code == province)).one()
    communes = connection.execute(select(unit).where(unit.c.parent_id == top.unit_id).order_by(unit.c.code)).all()
    if wanted is not None:
        others = select(unit).where(unit.c.parent_id.is_not(None), unit.c.parent_id != top.unit_id)
        communes = [*communes, *connection.execute(others.order_by(unit.c.path)).all()]
    chosen = communes
    if wanted is None:
        chosen = sorted(chance.sample(list(communes), min(UNITS, len(communes))), key=_code)
    code = f"{province}.HCC"
    centre = {
        "code": code,
        "name": "Trung tâm Phục vụ hành chính công tỉnh",
        "kind": "office",
        "parent_id": top.unit_id,
        "path": f"{top.path}{code}/",
    }
    centre_id = connection.execute(insert(unit).values(centre).returning(unit.c.unit_id)).scalar_one()
    halls = [(centre_id, code, CENTRE_COUNTERS)]
    halls += [(row.unit_id, row.code, chance.choice(COUNTERS_A_COMMUNE)) for row in chosen]
    if wanted is None:
        # One commune that has just begun, so that small numbers are seen as they are shown.
        halls[-1] = (halls[-1][0], halls[-1][1], 1)
    stands = [(unit_id, unit_code, place) for unit_id, unit_code, counters in halls for place in range(counters)]
    return [_make_counter(connection, *stand, now) for stand in stands[:wanted]]


def _code(row: Row[Any]) -> str:
    return str(row.code)


def _make_counter(
    connection: Connection, unit_id: int, unit_code: str, place: int, now: datetime
) -> tuple[str, str, int]:
    code, name = f"{unit_code}-{place + 1}", f"Quầy {place + 1} – {SUBJECTS[place % len(SUBJECTS)]}"
    new_counter(connection, code, name, unit_id, now)
    found = select(counter.c.counter_id).where(counter.c.code == code)
    return code, name, int(connection.execute(found).scalar_one())
