"""Maintain: what is due is done once, in small steps, by one program at a time, and a dry run changes nothing."""

import json
import os
import socket
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import structs
from sqlalchemy import func, insert, select, text

from sync.collector.chores.retention import keep_upkeep
from sync.collector.people.audit import note
from sync.collector.retention.engine import check_file, compact, read_room
from sync.collector.retention.maintain import Site, look, maintain
from sync.collector.retention.steps import Pace
from sync.collector.retention.works import Work
from sync.collector.services.services import make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.settings.retention import Retention
from sync.collector.store import schema
from sync.collector.store.database import Database
from sync.collector.store.partitions import AHEAD, Partitions, make_parts, missing_parts, parts_of
from sync.collector.store.turns import TURN_S
from tests.sync.collector.builders import NOON, Office, Pen
from tests.sync.collector.commands.test_cli import run

LONG_AGO = NOON - timedelta(days=1000)


def site_of(database: Database, **retention: int) -> Site:
    config = structs.replace(CollectorConfig(), retention=Retention(**retention))
    return Site(config, database, database.transact, lambda: NOON, Pace(sleep=lambda _: None))


def put_old_rows(office: Office) -> None:
    """What nobody needs any more, and beside each what somebody does."""
    s = schema
    with office.database.writing() as connection:
        for at in (LONG_AGO, NOON):
            name, day = at.isoformat(), at.date()
            connection.execute(insert(s.incident), {"incident": name, "opened_at": at, "recovered_at": at})
            connection.execute(insert(s.mailed_report), {"report": name, "mailed_at": at})
            connection.execute(insert(s.signal_run), {"day": day, "ran_at": at})
            connection.execute(insert(s.signin_failure), {"name_hash": bytes(32) if at is NOON else b"1" * 32,
                                                          "failures": 1, "failed_at": at})  # fmt: skip
            heard = {"device_id": office.device.device_id, "day": day, "heard": 1, "last_at": at, "gap_s": 0}
            connection.execute(insert(s.device_day), heard)
            for action in ("sign-in", "suspect set aside", "served.typed"):
                note(connection, at, "somebody", action, name, {})
        goes_on = {"incident": "goes on", "opened_at": LONG_AGO}
        connection.execute(insert(s.incident), goes_on)


def url_of(database: Database) -> str:
    return database.writer.url.render_as_string(hide_password=False)


def count(database: Database, table: str) -> int:
    with database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(schema.metadata.tables[table])).scalar_one())


ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""One engine where both are asked the same."""
TABLES = ("incident", "mailed_report", "signal_run", "signin_failure", "device_day", "audit")


def test_what_is_old_goes_and_what_is_needed_stays(office: Office) -> None:
    put_old_rows(office)
    site = site_of(office.database, audit_days=730)

    told = {one.piece.work: one.n for one in maintain(site) if one.n}

    assert {work: told[work] for work in told if work not in (Work.PARTS, Work.STATISTICS)} == {
        **dict.fromkeys((Work.FAULTS, Work.MAILED, Work.SIGN_DAYS, Work.FAILURES, Work.HEARD_DAYS, Work.AUDIT), 1)
    }
    # Two faults: one that is just over, one that goes on. Of the log one line went, and one says so.
    assert [count(office.database, table) for table in TABLES] == [2, 1, 1, 1, 1, 6]


@ON_SQLITE
def test_decisions_and_typed_numbers_stay_in_the_audit_log(office: Office) -> None:
    put_old_rows(office)
    site = site_of(office.database, audit_days=730)

    list(maintain(site))

    with office.database.reading() as connection:
        old = select(schema.audit.c.action).where(schema.audit.c.at == LONG_AGO)
        left = set(connection.execute(old).scalars())
        said = select(schema.audit.c.details).where(schema.audit.c.action == "audit forget")
        assert left == {"suspect set aside", "served.typed"}
        assert connection.execute(said).scalars().all() == [{"lines": 1}]


@ON_SQLITE
def test_by_default_the_audit_log_stays_whole_and_no_lines_go(office: Office) -> None:
    pen = Pen()
    pen.rating()
    office.append(pen)
    put_old_rows(office)
    site = site_of(office.database)

    list(maintain(site))

    assert [count(office.database, table) for table in ("audit", "segment", "rating")] == [6, 1, 1]


@ON_SQLITE
def test_a_dry_run_says_how_much_is_due_and_changes_nothing(office: Office) -> None:
    put_old_rows(office)
    site = site_of(office.database)
    before = [count(office.database, table) for table in TABLES]

    due = {one.piece.work: one.n for one in look(site)}

    assert (due[Work.FAULTS], due[Work.HEARD_DAYS], due[Work.SESSIONS]) == (1, 1, 0)
    assert [count(office.database, table) for table in TABLES] == before


@ON_SQLITE
def test_done_twice_the_second_time_finds_nothing(office: Office) -> None:
    put_old_rows(office)
    site = site_of(office.database)
    list(maintain(site))

    again = {one.piece.work: one.n for one in maintain(site)}

    again.pop(Work.STATISTICS)
    assert set(again.values()) == {0}


def test_one_works_at_a_time_and_the_command_says_which_one(office: Office) -> None:
    put_old_rows(office)
    site = site_of(office.database)
    services = make_services(site.config, office.database, lambda: NOON)
    theirs = maintain(site)
    next(theirs)

    told = run("maintain", HAILONG_COLLECTOR_DATABASE_URL=url_of(office.database))
    by_itself = keep_upkeep(services, office.database.transact)
    services.writer.close()

    assert (told.returncode, told.stdout, by_itself) == (2, "", 0)
    assert f"another program is at it ({socket.gethostname()} {os.getpid()})" in told.stderr
    assert count(office.database, "incident") == 3
    assert len(list(theirs)) > 5


@ON_SQLITE
def test_who_lost_the_turn_stops_before_the_next_piece(office: Office) -> None:
    put_old_rows(office)
    now = [0.0]
    site = site_of(office.database)
    cut_off = maintain(site, lambda: now[0])
    next(cut_off)

    now[0] += TURN_S

    assert list(cut_off) == []
    assert count(office.database, "incident") == 3


@ON_SQLITE
def test_what_was_broken_off_is_gone_on_with(office: Office) -> None:
    put_old_rows(office)
    site = site_of(office.database)
    broken = maintain(site)
    while next(broken).piece.work is not Work.FAULTS:
        pass
    del broken

    told = {one.piece.work: one.n for one in maintain(site)}

    assert (told[Work.FAULTS], told[Work.HEARD_DAYS]) == (0, 1)


def test_steps_are_as_small_as_the_time_they_may_hold_the_writer() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0], lambda _: None)
    left = [100_000]

    def some(_: object, most: int) -> int:
        n = min(most, left[0])
        left[0] -= n
        now[0] += n * 0.0001  # a tenth of a millisecond a row
        return n

    assert pace.run(lambda work: work(None), some) == 100_000
    assert pace.rows <= 200
    assert pace.longest_s < 0.05


@ON_SQLITE
def test_a_serving_collector_does_it_once_a_day(office: Office, tmp_path: Path) -> None:
    now = [NOON]
    config = CollectorConfig(data_dir=tmp_path)
    services = make_services(config, office.database, lambda: now[0])
    put_old_rows(office)

    first = keep_upkeep(services, office.database.transact)
    put = insert(schema.incident).values(incident="x", opened_at=LONG_AGO, recovered_at=LONG_AGO)
    office.database.transact(lambda connection: connection.execute(put))
    soon = keep_upkeep(services, office.database.transact)
    now[0] += timedelta(hours=25)
    next_day = keep_upkeep(services, office.database.transact)
    services.writer.close()

    assert (first > 0, soon, next_day > 0) == (True, 0, True)
    assert count(office.database, "incident") == 2


def test_parts_are_made_a_season_ahead_and_once(database: Database) -> None:
    at = datetime(2031, 11, 30, 23, 59, tzinfo=UTC)
    if database.is_sqlite:
        assert (missing_parts(database, at), make_parts(database, at)) == ([], 0)
        return

    made, again = make_parts(database, at), make_parts(database, at)

    with database.reading() as connection:
        months = [part.month.date() for part in parts_of(connection, "rating") if part.month.year > 2030]
    assert (made, again) == (2 * (AHEAD + 1), 0)
    assert months == [date(2031, 11, 1), date(2031, 12, 1), date(2032, 1, 1), date(2032, 2, 1)]


def test_a_month_is_made_sure_of_anew_when_the_clock_goes_back_to_it() -> None:
    partitions = Partitions()
    partitions.note(NOON)
    known = partitions.missing(NOON)
    partitions.note(NOON + timedelta(days=90))

    assert (known, partitions.missing(NOON)) == (False, True)


def test_the_file_is_looked_through_and_written_anew_on_demand(office: Office) -> None:
    if not office.database.is_sqlite:
        assert check_file(office.database) is None
        assert read_room(office.database).size > 0
        return
    with office.database.writing() as connection:
        connection.execute(text("CREATE TABLE filler AS SELECT zeroblob(500000) AS b"))
    with office.database.writing() as connection:
        connection.execute(text("DROP TABLE filler"))
    before = read_room(office.database)

    compact(office.database)

    assert before.free >= 400_000
    assert read_room(office.database).free == 0


def test_the_command_says_what_it_would_do_and_does_it(office: Office) -> None:
    put_old_rows(office)
    url = url_of(office.database)

    would = run("maintain", "--dry-run", HAILONG_COLLECTOR_DATABASE_URL=url)
    told = run("maintain", "--json", HAILONG_COLLECTOR_DATABASE_URL=url)

    assert (would.returncode, would.stderr) == (0, "")
    assert "faults that are over: 1" in would.stdout
    assert "The database takes" in would.stdout
    assert json.loads(told.stdout)["pieces"]["faults"] == 1
