"""Months: reports of closed months, and their files, are the bytes whose hashes were kept; none in between is gone."""

import zlib
from collections.abc import Iterator
from datetime import date
from hashlib import sha256

from sqlalchemy import Connection, select

from sync.collector.proof.told.own_words import said_by
from sync.collector.proof.wrong import What, Wrong
from sync.collector.replica.shown import NOWHERE, month_after
from sync.collector.store.schema import closed_file, closed_month, unit
from sync.protocol.tlog.leaf import WHOLE_OFFICE, OfMonth


def check_month(connection: Connection, month: date) -> Iterator[Wrong]:
    """The first report of a month, and the first file, that is not what its hash says; one at a time in memory.

    ``month`` is its first day; what lies at another day of it belongs to no month.
    """
    m, f = closed_month.c, closed_file.c
    for days in (m.month, f.month):
        odd = select(days).where(days > month, days < month_after(month)).limit(1)
        if connection.execute(odd).first() is not None:
            yield Wrong(What.REPORT_CHANGED, day=month.isoformat()[:7], number=0)
            return
    numbers: dict[int, int] = {}
    for wrong in _reports(connection, month, numbers):
        yield wrong
        return
    files = select(f.unit_id, f.number, f.form).where(f.month == month).order_by(f.unit_id, f.number, f.form)
    for unit_id, number, form in connection.execute(files).all():
        of_it = (f.month == month, f.unit_id == unit_id, f.number == number, f.form == form)
        kept = connection.execute(select(f.hash, f.size, f.body).where(*of_it)).one()
        if number > numbers.get(unit_id, -1) or not _is(kept.body, kept.hash, kept.size):
            yield Wrong(What.REPORT_CHANGED, day=month.isoformat()[:7], number=number)
            return


def _reports(connection: Connection, month: date, numbers: dict[int, int]) -> Iterator[Wrong]:
    """The same of reports alone; ``numbers`` gets each unit's newest."""
    m, day = closed_month.c, f"{month:%Y-%m}"
    keys = select(m.unit_id, m.number, unit.c.code).outerjoin(unit, unit.c.unit_id == m.unit_id)
    for unit_id, number, code in connection.execute(keys.where(m.month == month).order_by(m.unit_id, m.number)).all():
        row = connection.execute(
            select(m.hash, m.numbers).where(m.month == month, m.unit_id == unit_id, m.number == number)
        ).one()
        is_next = number == numbers.get(unit_id, -1) + 1
        numbers[unit_id] = number
        if not is_next or not _is(row.numbers, row.hash):
            yield Wrong(What.REPORT_CHANGED, day=day, number=number)
        wanted = OfMonth(WHOLE_OFFICE if unit_id == NOWHERE else code or "-", day, number)
        said = said_by(row.numbers, row.hash)
        if said != wanted:
            yield Wrong(What.REPORT_OTHERS, subject=wanted.subject, said="-" if said is None else said.subject)


def _is(packed: bytes, digest: bytes, size: int | None = None) -> bool:
    unpacker = zlib.decompressobj()
    try:
        body = unpacker.decompress(packed)
    except zlib.error:
        return False
    is_whole = unpacker.eof and not unpacker.unused_data
    return is_whole and sha256(body).digest() == digest and size in (None, len(body))
