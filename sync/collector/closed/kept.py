"""Kept: the reports of closed months and their files, as they lie in the database. Rows are added, never changed."""

import zlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, insert, select

from sync.collector.calendar.periods import Kind, Period
from sync.collector.closed.frozen import digest_of
from sync.collector.closed.named import FILE_FORMS
from sync.collector.figures.places import EVERYTHING, Place
from sync.collector.replica.shown import NOWHERE
from sync.collector.store.schema import closed_basis, closed_file, closed_look, closed_month


class UnitMonth(NamedTuple):
    """Which report: a unit's month. In calls ``key`` for short."""

    unit_id: int
    month: date


class Version(NamedTuple):
    """A report that was kept, without its numbers."""

    number: int
    """0 when the month was closed, then its corrections."""
    made_at: datetime
    hash: bytes


class KeptFile(NamedTuple):
    """A file that was made of a kept report."""

    number: int
    form: str
    language: str
    size: int
    hash: bytes


def unit_month_of(place: Place, period: Period) -> UnitMonth | None:
    """Where the report of a place and a period would be kept; None where none ever is."""
    if period.kind is not Kind.MONTH or place.is_counter:
        return None
    unit_id = NOWHERE if place.key == EVERYTHING else place.unit_id
    return None if unit_id is None else UnitMonth(unit_id, period.first)


def newest_numbers(connection: Connection, key: UnitMonth) -> bytes | None:
    """The numbers that hold of a unit's month now; None where it was not closed."""
    c = closed_month.c
    wanted = select(c.numbers).where(*_of(c, key)).order_by(c.number.desc()).limit(1)
    packed = connection.execute(wanted).scalar_one_or_none()
    return None if packed is None else zlib.decompress(packed)


def numbers_of(connection: Connection, key: UnitMonth, number: int) -> bytes | None:
    """The numbers of one report; None where there is none."""
    c = closed_month.c
    packed = connection.execute(select(c.numbers).where(*_of(c, key), c.number == number)).scalar_one_or_none()
    return None if packed is None else zlib.decompress(packed)


def versions_of(connection: Connection, key: UnitMonth) -> list[Version]:
    """Every report of a unit's month, the first one first."""
    c = closed_month.c
    wanted = select(c.number, c.made_at, c.hash).where(*_of(c, key)).order_by(c.number)
    return [Version(*row) for row in connection.execute(wanted)]


def files_of(connection: Connection, key: UnitMonth) -> list[KeptFile]:
    """The files that were made of these reports."""
    c = closed_file.c
    wanted = select(c.number, c.form, c.language, c.size, c.hash).where(*_of(c, key)).order_by(c.number)
    found = [KeptFile(*row) for row in connection.execute(wanted)]
    return sorted(found, key=lambda file: (file.number, FILE_FORMS.index(file.form)))


def body_of(connection: Connection, key: UnitMonth, number: int, form: str) -> bytes | None:
    """A file; None where it was not made yet."""
    c = closed_file.c
    wanted = select(c.body).where(*_of(c, key), c.number == number, c.form == form)
    packed = connection.execute(wanted).scalar_one_or_none()
    return None if packed is None else zlib.decompress(packed)


def waits(connection: Connection, key: UnitMonth) -> bool:
    """Whether something changed that is too little to be published."""
    found = connection.execute(select(closed_look.c.waits).where(*_of(closed_look.c, key))).scalar_one_or_none()
    return bool(found)


def keep_numbers(connection: Connection, key: UnitMonth, number: int, made_at: datetime, numbers: bytes) -> None:
    """Keep a report; raises IntegrityError where another collector was quicker."""
    row = {**key._asdict(), "number": number, "made_at": made_at, "hash": digest_of(numbers)}
    connection.execute(insert(closed_month).values(**row, numbers=zlib.compress(numbers, 9)))


def keep_basis(connection: Connection, key: UnitMonth, number: int, basis: bytes) -> None:
    """Keep what a report rests on, packed, beside it."""
    connection.execute(insert(closed_basis).values(**key._asdict(), number=number, basis=basis))


def basis_of(connection: Connection, key: UnitMonth, number: int) -> bytes | None:
    """What a report rests on, packed; None of one that a version before this kept."""
    c = closed_basis.c
    return connection.execute(select(c.basis).where(*_of(c, key), c.number == number)).scalar_one_or_none()


def keep_files(connection: Connection, key: UnitMonth, number: int, language: str, bodies: Mapping[str, bytes]) -> None:
    """Keep the files of a report; raises IntegrityError where another collector was quicker."""
    rows = [
        {**key._asdict(), "number": number, "form": form, "language": language, "size": len(body),
         "hash": sha256(body).digest(), "body": zlib.compress(body, 9)}
        for form, body in bodies.items()
    ]  # fmt: skip
    connection.execute(insert(closed_file), rows)


def without_files(connection: Connection, month: date) -> Iterator[tuple[UnitMonth, int]]:
    """The reports of a month whose files are not made yet."""
    c, f = closed_month.c, closed_file.c
    same = and_(f.unit_id == c.unit_id, f.month == c.month, f.number == c.number)
    wanted = select(c.unit_id, c.number).outerjoin(closed_file, same).where(c.month == month, f.unit_id.is_(None))
    for unit_id, number in connection.execute(wanted.order_by(c.unit_id, c.number)):
        yield UnitMonth(unit_id, month), number


def closed_months(connection: Connection, unit_id: int) -> list[date]:
    """The months of a unit that were closed, the newest first."""
    c = closed_month.c
    wanted = select(c.month).where(c.unit_id == unit_id).group_by(c.month).order_by(c.month.desc())
    return list(connection.execute(wanted).scalars())


def units_kept(connection: Connection, month: date) -> set[int]:
    """The units of which a month was closed."""
    c = closed_month.c
    return set(connection.execute(select(c.unit_id).where(c.month == month, c.number == 0)).scalars())


def _of(columns: Any, key: UnitMonth) -> tuple[ColumnElement[bool], ...]:
    return columns.unit_id == key.unit_id, columns.month == key.month
