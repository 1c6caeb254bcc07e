"""A leaf says whose report it is, so that an altered one is signed neither in its place nor for another unit."""

from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, update

from sync.collector.fleet.devices.own import read_own_key
from sync.collector.proof.told.months import check_month
from sync.collector.proof.wrong import What
from sync.collector.store import schema
from sync.collector.transparency.by_hand import restart_log
from sync.collector.transparency.check import check_log
from sync.collector.transparency.errors import LogAltered
from sync.collector.transparency.leaves.index import LeafSource
from sync.collector.transparency.leaves.kept import keep_index, kept_index
from sync.collector.transparency.leaves.reports import KeptReport
from sync.collector.transparency.logged import logged_report
from sync.protocol.tlog.leaf import REPORT, OfMonth
from tests.sync.collector.builders import Office, Pen
from tests.sync.collector.moving import after_ids
from tests.sync.collector.one_engine import database_url  # noqa: F401 - a fixture
from tests.sync.collector.transparency.logs import Kept, report_row

MONTH = schema.closed_month
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def kept(kept: Kept, office: Office, pen: Pen) -> Kept:
    """A log with the report of XA; beside it XB is registered, which has none."""
    with office.database.writing() as connection:
        unit = {"unit_id": 2, "code": "XB", "name": "Xã Nam Sơn", "kind": "office", "path": "XB/"}
        connection.execute(insert(schema.unit), unit)
        after_ids(connection)
        connection.execute(insert(MONTH), report_row())
    kept.run()
    return kept


def for_another(office: Office) -> None:
    """Give XB the report of XA, and XA one with other numbers."""
    with office.database.writing() as connection:
        connection.execute(update(MONTH).values(unit_id=2))
        connection.execute(insert(MONTH), report_row(shown=65))


def index_as(kept: Kept, subject: str | None, *, files: bool) -> None:
    """Let the index say something else of the report's leaf, or nothing; also in the files beside the log."""
    c = schema.log_leaf.c
    with kept.office.database.writing() as connection:
        connection.execute(update(schema.log_leaf).where(c.kind == REPORT).values(subject=subject))
    for first, entries in list(kept_index(kept.folder.index, 2**40)) if files else ():
        keep_index(kept.folder.index, first, [_as(one, subject) for one in entries])


def _as(entry: LeafSource, subject: str | None) -> LeafSource:
    return entry._replace(subject=subject) if entry.kind == REPORT else entry


def found(kept: Kept) -> list[str]:
    return [one.code for one in check_log(kept.office.database, kept.public)]


def test_what_nobody_altered_holds(kept: Kept) -> None:
    assert found(kept) == []
    with kept.office.database.reading() as connection:
        assert logged_report(connection, 1, OCTOBER, 0, kept.newest()) is not None
        assert logged_report(connection, 2, OCTOBER, 0, kept.newest()) is None


@pytest.mark.parametrize("subject", ["XB 2026-10 0", "2/2026-10/0", None])
@pytest.mark.parametrize("files", [False, True])
def test_an_altered_report_is_not_signed_though_another_unit_has_the_old_one(
    kept: Kept, office: Office, subject: str | None, files: bool
) -> None:
    signed = kept.newest()
    for_another(office)
    index_as(kept, subject, files=files)

    with pytest.raises(LogAltered):
        kept.run()

    assert kept.newest() == signed
    assert found(kept) in (["log_report"], ["log_lost"])


def test_a_leaf_of_which_no_index_is_left_is_known_by_its_own_words(kept: Kept, office: Office) -> None:
    signed = kept.newest()
    with office.database.writing() as connection:
        connection.execute(update(MONTH).values(report_row(shown=65)))
        connection.exec_driver_sql("DELETE FROM log_leaf")
    for file in kept.folder.index.glob("*.gz"):
        file.unlink()

    assert kept.run().checkpoint == signed.checkpoint

    assert found(kept) == ["log_report"]


OTHERS = {
    "unit": report_row(), "number": report_row(2, "XB", 1), "month": report_row(2, "XB", month="2026-09"),
    "hash": {"hash": bytes(32), "numbers": report_row(2, "XB")["numbers"]},
    "bytes": {"hash": bytes(32), "numbers": b"?"},
}  # fmt: skip


@pytest.mark.parametrize("of", OTHERS)
def test_a_report_whose_numbers_say_something_else_is_not_signed(kept: Kept, office: Office, of: str) -> None:
    signed, numbers = kept.newest(), {name: OTHERS[of][name] for name in ("hash", "numbers")}
    with office.database.writing() as connection:
        connection.execute(insert(MONTH), report_row(2, "XB") | numbers)

    with pytest.raises(LogAltered):
        kept.run()

    assert kept.newest() == signed
    with office.database.reading() as connection:
        named = {wrong.what for wrong in check_month(connection, OCTOBER)}
    assert named == {What.REPORT_CHANGED if of in ("hash", "bytes") else What.REPORT_OTHERS}
    with office.database.writing() as connection:
        connection.execute(update(MONTH).where(MONTH.c.unit_id == 2).values(report_row(2, "XB")))
    assert kept.run().checkpoint.size == signed.checkpoint.size + 1
    assert found(kept) == []


def test_leaves_of_before_that_do_not_name_the_unit_are_read_and_not_signed_again(
    kept: Kept, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    restart_log(kept.keeper, own_key(office), "somebody", although_whole=True)
    monkeypatch.setattr(KeptReport, "leaf", KeptReport.unnamed_leaf)
    monkeypatch.setattr(OfMonth, "subject", property(lambda one: f"1/{one.month}/{one.number}"))
    old = kept.run()
    assert [leaf.version for leaf in kept.leaves() if leaf.kind == REPORT] == [1]
    monkeypatch.undo()

    assert kept.run().checkpoint == old.checkpoint
    assert found(kept) == []
    with office.database.reading() as connection:
        assert logged_report(connection, 1, OCTOBER, 0, kept.newest()) is not None
    with office.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM log_leaf")
    for file in kept.folder.index.glob("*.gz"):
        file.unlink()
    assert kept.run().checkpoint == old.checkpoint
    assert found(kept) == []
    with office.database.writing() as connection:
        connection.execute(update(MONTH).values(report_row(shown=65)))
    # By the older log, whose leaf names the unit, and by this one.
    assert found(kept) == ["log_report", "log_report"]


def own_key(office: Office) -> Ed25519PrivateKey:
    with office.database.reading() as connection:
        return read_own_key(connection)
