"""Bundle: one file with everything that an auditor needs to check a unit's closed month without trusting the collector.

What is in which file of the zip, config/KIEMTOAN.md says; who reads it is config/audit/hailong-verify.py, which
shares no code with this. By default nothing in it rests on one to four ratings.
"""

import io
import json
import zipfile
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

import msgspec
from sqlalchemy import Connection

from kiosk.base.texts import Texts
from sync.collector.closed.basis import Basis, unpack
from sync.collector.closed.closing import place_of
from sync.collector.closed.frozen import thaw
from sync.collector.closed.kept import UnitMonth, basis_of, numbers_of, unit_month_of, versions_of
from sync.collector.closed.resting import read_basis
from sync.collector.errors import UsageWrong
from sync.collector.figures.places import Places, read_places
from sync.collector.figures.tables import tables_of
from sync.collector.kit.journals import Inside, Telling
from sync.collector.kit.lines import told_lines
from sync.collector.kit.logged import LogProofs, told_version
from sync.collector.kit.numbered import block_numbers, numbered
from sync.collector.services.closed import Shelf
from sync.collector.services.services import Services
from sync.collector.transparency.public import PublicLog
from sync.collector.words.phrases import Phrases
from sync.protocol.tlog.checkpoint import Checkpoint

FORM = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which bundle."""

    shelf: Shelf
    t: Texts
    since: Checkpoint | None = None
    """An earlier checkpoint: the bundle proves that the present one follows from it."""
    lines: bool = False
    """Whether whole lines go along; whoever says so has the grant of a second person."""
    number: int | None = None
    """Which report of the month: 0 is the first, 1 the first correction; None is the newest."""

    @property
    def numbered(self) -> int:
        """The number of that report; raises UsageWrong where it was never made."""
        known = [one.number for one in self.shelf.versions]
        if self.number is not None and self.number not in known:
            raise UsageWrong("there is no report {number} of this month; the newest is {newest}",
                             number=self.number, newest=known[-1])  # fmt: skip
        return known[-1] if self.number is None else self.number


def make_bundle(services: Services, wanted: Wanted) -> bytes:
    """The bundle of a report of a closed month, as a zip; raises UsageWrong where it was never made."""
    key = unit_month_of(wanted.shelf.place, wanted.shelf.period)
    assert key is not None  # noqa: S101 - it is on the shelf
    with services.database.reading() as connection:
        return _packed(_files(services, connection, wanted, key))


def proofs_of(services: Services) -> LogProofs | None:
    """The log as everybody is shown it; None before anything is published."""
    log = PublicLog(services.config.log_directory)
    published = log.newest()
    return None if published is None else LogProofs(log, published)


def _files(services: Services, connection: Connection, wanted: Wanted, key: UnitMonth) -> dict[str, bytes]:
    versions, number = versions_of(connection, key), wanted.numbered
    numbers = numbers_of(connection, key, number)
    assert numbers is not None  # noqa: S101 - it was just found in the same transaction
    places = read_places(connection, services.missed(connection))
    basis, is_kept = _basis(connection, places, key, number)
    proofs, book = proofs_of(services), thaw(numbers)
    place, month = wanted.shelf.place, wanted.shelf.period.code
    names = block_numbers(basis)
    inside, is_newest = Inside.of(places, places[place.key]), number == versions[-1].number
    telling = Telling(connection, basis, month, inside, proofs, names, is_newest=is_newest)
    about = {
        "hailong-bundle": FORM,
        "made_at": services.now().astimezone(UTC).replace(microsecond=0).isoformat(),
        "unit": {"code": place.code, "key": place.key, "name": place.name},
        "month": month,
        "number": number,
        "basis": "kept" if is_kept else "now",
    }
    unlogged = {"checkpoint": None, "consistency": None, "reports": [told_version(one, None) for one in versions]}
    log = unlogged if proofs is None else proofs.told(connection, key, versions, wanted.since)
    p = Phrases(wanted.t, services.config.zone, book.made_at)
    lines = {"lines.json": _json(told_lines(connection, basis, names))} if wanted.lines else {}
    return {
        "bundle.json": _json(about | {"lines": wanted.lines}),
        "report.json": numbers,
        "printed.json": _json(
            {"tables": {table.key: table.plain_rows() for table in tables_of(book, p.titles_of(book))}}
        ),
        "basis.json": msgspec.json.encode(numbered(basis, names, lines=wanted.lines)),
        "proofs.json": _json(log),
        "journals.json": _json(telling.journals()),
        **lines,
    }


def _basis(connection: Connection, places: Places, key: UnitMonth, number: int) -> tuple[Basis, bool]:
    """What the report rests on, as it was kept; what it would rest on now, where an older version kept none."""
    packed = basis_of(connection, key, number)
    if packed is not None:
        return unpack(packed), True
    place = place_of(places, key.unit_id)
    return read_basis(connection, places.subtree(place.key), place, key.month), False


def _json(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False, sort_keys=True, indent=1).encode()


def _packed(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as into:
        for name, body in files.items():
            # No moment of this machine is in it: the same bundle has the same bytes but for its own date.
            into.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), body, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def bundle_name(wanted: Wanted, today: date) -> str:
    """How the file is called; ``today`` is the day as the pages tell it."""
    place, number = wanted.shelf.place.code or "tat-ca", wanted.numbered
    which = f"{wanted.shelf.period.code}-dinh-chinh-{number}" if number else wanted.shelf.period.code
    return f"hailong-kiem-toan-{place}-{which}-{today:%Y%m%d}.zip"
