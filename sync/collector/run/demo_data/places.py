"""Places: the units and counters of the demo province."""

import random
from datetime import datetime

from sqlalchemy import Connection, insert, select

from sync.collector.fleet.places.units import new_counter
from sync.collector.store.schema import counter, unit

UNITS = 18
"""Communes with kiosks, besides the province's centre."""
SUBJECTS = ("Tư pháp, hộ tịch", "Đất đai, môi trường", "Kinh tế, xây dựng", "Văn hóa, xã hội")
CENTRE_COUNTERS = 8


def make_counters(
    connection: Connection, province: str, chance: random.Random, now: datetime
) -> list[tuple[str, str, int]]:
    """Make the centre and some communes with their counters; code, name and id of each."""
    top = connection.execute(select(unit).where(unit.c.code == province)).one()
    communes = connection.execute(select(unit).where(unit.c.parent_id == top.unit_id).order_by(unit.c.code)).all()
    chosen = sorted(chance.sample(list(communes), min(UNITS, len(communes))), key=lambda row: str(row.code))
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
    halls += [(row.unit_id, row.code, chance.choice((2, 2, 3, 4))) for row in chosen]
    # One commune that has just begun, so that small numbers are seen as they are shown.
    halls[-1] = (halls[-1][0], halls[-1][1], 1)
    return [
        _make_counter(connection, unit_id, unit_code, place, now)
        for unit_id, unit_code, counters in halls
        for place in range(counters)
    ]


def _make_counter(
    connection: Connection, unit_id: int, unit_code: str, place: int, now: datetime
) -> tuple[str, str, int]:
    code, name = f"{unit_code}-{place + 1}", f"Quầy {place + 1} – {SUBJECTS[place % len(SUBJECTS)]}"
    new_counter(connection, code, name, unit_id, now)
    found = select(counter.c.counter_id).where(counter.c.code == code)
    return code, name, int(connection.execute(found).scalar_one())
