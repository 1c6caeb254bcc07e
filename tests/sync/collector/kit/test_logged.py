"""An altered report that was signed for another unit: page, bundle and verify hold it to the log, and say so."""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
from msgspec import structs
from sqlalchemy import insert, select, update

from kiosk.base.texts import texts
from sync.collector.chores.every import transact
from sync.collector.kit.bundle import Wanted, make_bundle
from sync.collector.kit.months import read_proven
from sync.collector.people.rights import ANYBODY
from sync.collector.services.closed import find_shelf
from sync.collector.services.services import Services
from sync.collector.settings.log import Log
from sync.collector.store.schema import closed_month, log_leaf
from sync.collector.transparency.check import check_log
from sync.collector.transparency.keeper import Keeper
from sync.collector.transparency.leaves import due
from sync.collector.transparency.leaves.reports import KeptReport
from sync.collector.transparency.public import PublicLog
from sync.protocol.tlog.leaf import REPORT, OfMonth
from tests.journey.bundles import VERIFY
from tests.sync.collector.builders import Office
from tests.sync.collector.closing import NOVEMBER, Closed


@pytest.fixture
def unlogged(office: Office, tmp_path: Path) -> Iterator[Closed]:
    """A closed month of XA."""
    made = Closed(office)
    config = structs.replace(made.config, log=Log(directory=tmp_path / "log", name="danhgia.example/log"))
    made.services = replace(made.services, config=config)
    made.press(*[4] * 30, *[2] * 10)
    made.close()
    yield made
    made.end()


@pytest.fixture
def closed(unlogged: Closed) -> Closed:
    """The same, and its log."""
    log(unlogged)
    return unlogged


def log(closed: Closed) -> None:
    """What the log does after the next midnight."""
    closed.clock.now += timedelta(days=1)
    services = closed.services
    Keeper(services.config, services.database, partial(transact, services), closed.clock).run()


def checked(closed: Closed, tmp_path: Path) -> tuple[list[str], set[str]]:
    """What the auditor's file says that differs in XA's bundle, and what it says that rests on words."""
    services: Services = closed.services
    vkey = PublicLog(services.config.log_directory).verifiers()[0].vkey
    shelf = find_shelf(services, ANYBODY, "XA", "2026-11")
    (tmp_path / "b.zip").write_bytes(make_bundle(services, Wanted(shelf, texts("collector", "en"))))
    _, told = VERIFY.verify(tmp_path / "b.zip", [VERIFY.read_vkey(vkey)], [], None)
    return [one["code"] for one in told.differs], {one["code"] for one in told.rests}


def differs(closed: Closed) -> list[bool]:
    """Of each report, whether the page says that its entry is of another one."""
    proven = read_proven(closed.services, ANYBODY, "XA")
    return [one.differs for month in proven.months for one in month.reports if one.entry is not None]


def found(closed: Closed) -> set[str]:
    services = closed.services
    return {one.code for one in check_log(services.database, PublicLog(services.config.log_directory))}


def test_a_report_that_nobody_altered_holds(closed: Closed, tmp_path: Path) -> None:
    codes, rests = checked(closed, tmp_path)

    assert (codes, found(closed), differs(closed)) == ([], set(), [False])
    assert not rests & {"word_report", "word_unit"}


def test_an_altered_report_signed_for_another_unit_is_named(
    closed: Closed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever owns the program too leaves out what would refuse it.
    monkeypatch.setattr(due, "require_said", lambda connection, report: None)
    c, mine = closed_month.c, closed_month.c.unit_id == 1
    with closed.office.database.writing() as connection:
        (packed,) = connection.execute(select(c.numbers).where(mine)).scalars()
        other = zlib.decompress(packed).replace(b'"recorded":40', b'"recorded":41') + b" "
        altered = {"hash": sha256(other).digest(), "numbers": zlib.compress(other)}
        row = {"unit_id": 2, "month": NOVEMBER, "number": 0, "made_at": closed.clock.now}
        connection.execute(insert(closed_month), row | altered)
    log(closed)
    subject = log_leaf.c.subject
    with closed.office.database.writing() as connection:
        connection.execute(update(closed_month).where(mine).values(altered))
        for old, new in (("XA 2026-11 0", "-"), ("XB 2026-11 0", "XA 2026-11 0"), ("-", "XB 2026-11 0")):
            connection.execute(update(log_leaf).where(log_leaf.c.kind == REPORT, subject == old).values(subject=new))

    codes, _ = checked(closed, tmp_path)

    assert codes == ["leaf_proof"]
    assert found(closed) == {"log_report"}
    assert differs(closed) == [True]


def test_an_entry_of_before_that_does_not_name_the_unit_counts_and_is_told(
    unlogged: Closed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(KeptReport, "leaf", KeptReport.unnamed_leaf)
        ids = {"XA": 1, "*": 0}
        patch.setattr(OfMonth, "subject", property(lambda one: f"{ids[one.unit]}/{one.month}/{one.number}"))
        log(unlogged)

    codes, rests = checked(unlogged, tmp_path)

    assert (codes, found(unlogged), differs(unlogged)) == ([], set(), [False])
    assert "word_unit" in rests
