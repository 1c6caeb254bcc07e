"""Migrations: from nothing to exactly the schema that the code knows, on both engines."""

import stat
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, column, insert, select, table, text

import sync.collector.store.migrate
from sync.collector.errors import DatabaseUnusable, SchemaNewer, SchemaOutdated
from sync.collector.fleet.devices.own import read_own_key
from sync.collector.store import migrate as module
from sync.collector.store import schema
from sync.collector.store.database import open_database
from sync.collector.store.migrate import is_empty, migrate, require_current
from sync.collector.store.partitions import Partitions, ensure_partitions
from tests.sync.collector.builders import Office
from tests.sync.collector.older import upgrade

KINDS = ["sqlite", "postgresql"]
AT = datetime(2026, 11, 20, tzinfo=UTC)
JOURNAL = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"


@pytest.mark.parametrize("kind", KINDS)
def test_the_migrated_database_is_the_schema_of_the_code(kind: str, empty_urls: Callable[[str], str]) -> None:
    database = open_database(empty_urls(kind), create=True)
    assert is_empty(database)

    migrate(database)

    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": lambda name, kind, _: _ours(name, kind)})
        assert compare_metadata(context, schema.metadata) == []
    database.close()


def _ours(name: str | None, kind: str) -> bool:
    return kind != "table" or name in schema.metadata.tables


@pytest.mark.parametrize("kind", KINDS)
def test_migrating_again_changes_nothing(kind: str, empty_urls: Callable[[str], str]) -> None:
    database = open_database(empty_urls(kind), create=True)
    before, after = migrate(database)

    assert (before, migrate(database)) == (None, (after, after))
    require_current(database)
    database.close()


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_shown_before_blocks_stays_and_what_waited_waits(kind: str, empty_urls: Callable[[str], str]) -> None:
    """Under its series, for units as for counters, and no week crosses a month."""
    database = open_database(empty_urls(kind), create=True)
    with database.writing() as connection:
        upgrade(connection, "0021")
        _make_old_office(connection)
        for survey, day, part, n in (
            ("sipas-5@1", "2026-11-30", "am", 7), ("sipas-5@1", "2026-11-30", "pm", 5),
            ("sipas-5@1", "2026-12-01", "am", 6), ("mine@3", "2026-11-30", "am", 9),
        ):  # fmt: skip
            row = f"('{survey}', 'overall', 'counted', 'd', '{day}', '{part}', 1, {n}, 0, 0, 0, 1)"
            connection.execute(text(f"INSERT INTO shown_count VALUES {row}"))
        connection.execute(
            text("INSERT INTO leftover_count VALUES ('sipas-5@1', 'overall', 'counted', 1, '2026-11-30', 'am', 2, 3)")
        )
        connection.execute(
            text(
                "INSERT INTO leftover_count VALUES ('sipas-5@1', 'overall', 'reason:wait', 1, '2026-11-30', 'am', 0, 3)"
            )
        )

    migrate(database)

    with database.reading() as connection:
        of_series = schema.shown_count.c.survey == "sipas-5:12345"
        shown = schema.shown_count.c
        rows = connection.execute(
            select(shown.grain, shown.first, shown.last, shown.n1, shown.n5).where(of_series)
        ).all()
        units = connection.execute(select(schema.shown_unit_count.c.grain, schema.shown_unit_count.c.n1)).all()
        left = connection.execute(select(schema.remainder)).all()
        state = connection.execute(select(schema.cut_state.c.next_seq)).scalars().all()
    last, first = date(2026, 11, 30), date(2026, 12, 1)
    assert sorted(tuple(row) for row in rows) == [
        ("d", last, last, 12, 2), ("d", first, first, 6, 1), ("h", last, last, 5, 1), ("h", last, last, 7, 1),
        ("h", first, first, 6, 1), ("m", date(2026, 11, 1), last, 12, 2), ("m", first, date(2026, 12, 31), 6, 1),
        ("w", last, last, 12, 2), ("w", first, date(2026, 12, 6), 6, 1),
    ]  # fmt: skip
    assert sorted(tuple(row) for row in units) == [(grain, n) for grain in "dmw" for n in (6, 9, 12)]
    assert [tuple(row) for row in left] == [("sipas-5:12345", "overall", 1, last, "am", "counted", 3)]
    assert state == [8]
    database.close()


def _make_old_office(connection: Connection) -> None:
    """A counter with a kiosk whose journal has seven entries."""
    unit = {"unit_id": 1, "code": "XA", "name": "Xã", "kind": "office", "path": "XA/"}
    connection.execute(schema.unit.insert(), unit)
    counter = {"counter_id": 1, "code": "Q1", "name": "Q1", "unit_id": 1, "created_at": AT}
    connection.execute(schema.counter.insert(), counter)
    device = {"device_id": JOURNAL, "counter_id": 1, "public_key": "k", "info": {}, "enrolled_at": AT}
    connection.execute(schema.device.insert(), device)
    journal = {"journal_id": JOURNAL, "device_id": JOURNAL, "next_seq": 8, "head": b"", "first_received_at": AT,
               "last_received_at": AT}  # fmt: skip
    connection.execute(schema.journal.insert(), journal)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_told_of_kiosks_one_by_one_is_over_and_other_incidents_go_on(
    kind: str, empty_urls: Callable[[str], str]
) -> None:
    database = open_database(empty_urls(kind), create=True)
    steps = Config()
    steps.set_main_option("script_location", str(Path(sync.collector.store.migrate.__file__).parent / "migrations"))
    with database.writing() as connection:
        steps.attributes["connection"] = connection
        command.upgrade(steps, "0011")
        incident = table("incident", column("incident"), column("opened_at", schema.Moment()))
        for name in ("kiosk:disk:3f2504e0", "case:7"):
            connection.execute(incident.insert().values(incident=name, opened_at=AT))

    migrate(database)

    with database.reading() as connection:
        open_ones = select(schema.incident.c.incident).where(schema.incident.c.recovered_at.is_(None))
        assert connection.execute(open_ones).scalars().all() == ["case:7"]
    database.close()


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_database_is_refused_with_the_remedy(kind: str, empty_urls: Callable[[str], str]) -> None:
    database = open_database(empty_urls(kind), create=True)

    with pytest.raises(SchemaOutdated, match="collector migrate"):
        require_current(database)
    database.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_database_of_a_newer_version_is_left_alone(kind: str, empty_urls: Callable[[str], str]) -> None:
    database = open_database(empty_urls(kind), create=True)
    migrate(database)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(SchemaNewer, match="newer version"):
        require_current(database)
    with pytest.raises(SchemaNewer):
        migrate(database)
    database.close()


def test_partitions_are_made_for_a_month_and_the_next_and_only_once(empty_urls: Callable[[str], str]) -> None:
    database = open_database(empty_urls("postgresql"))
    migrate(database)
    december = datetime(2031, 12, 31, 23, 0, tzinfo=UTC)

    for _ in range(2):
        with database.writing() as connection:
            ensure_partitions(connection, december)

    with database.reading() as connection:
        made = set(
            connection.execute(text("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'")).scalars()
        )
    assert {"rating_2031_12", "rating_2032_01", "segment_2031_12", "segment_2032_01"} <= made
    database.close()


def test_a_month_is_made_sure_of_once_by_a_process() -> None:
    partitions, moment = Partitions(), datetime(2026, 11, 20, tzinfo=UTC)
    assert partitions.missing(moment)

    partitions.note(moment)

    assert not partitions.missing(moment.replace(day=1))
    assert partitions.missing(moment.replace(month=12))


def test_the_embedded_file_is_private_and_its_settings_are_read_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "collector.db"
    database = open_database(f"sqlite:///{path}", create=True)

    with database.writing() as connection:
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()

    assert (mode, synchronous) in {("wal", 2), ("truncate", 3)}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    database.close()


def test_a_reader_cannot_write(database_url: str) -> None:
    database = open_database(database_url)

    with pytest.raises(Exception, match=r"read-?only"), database.reading() as connection:
        connection.execute(schema.unit.insert().values(code="X", name="X", kind="x", path="X/"))
    database.close()


def test_a_reports_small_questions_are_neither_compiled_nor_shared_out(empty_urls: Callable[[str], str]) -> None:
    database = open_database(empty_urls("postgresql"))

    with database.reading() as connection:
        found = [connection.execute(text(f"SHOW {name}")).scalar_one()
                 for name in ("jit", "max_parallel_workers_per_gather")]  # fmt: skip

    assert found == ["off", "0"]
    database.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://host/db", "sqlite:/// or postgresql://"),
        ("nonsense", "cannot be used"),
        ("sqlite://", "must name a file"),
        ("sqlite:////nowhere/at/all.db", "collector migrate"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_with_the_remedy(url: str, words: str) -> None:
    with pytest.raises(DatabaseUnusable, match=words):
        open_database(url)


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    database = open_database("postgresql://user:secret@127.0.0.1:1/hailong")

    with pytest.raises(DatabaseUnusable, match="cannot be used") as caught:
        require_current(database)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_key_of_the_collector_is_made_once_in_a_filled_database(kind: str, empty_urls: Callable[[str], str]) -> None:
    database = open_database(empty_urls(kind), create=True)
    migrate(database)
    step = sync.collector.store.migrate._steps().get_revision("0020").module
    keys = []
    with database.writing() as connection:
        for name in ("own_key", "own_address", "own_move"):
            connection.execute(text(f"DROP TABLE {name}"))
        for _ in range(2):
            with Operations.context(MigrationContext.configure(connection)):
                step.upgrade()
            keys.append(read_own_key(connection).private_bytes_raw())
    database.close()

    assert keys[0] == keys[1]


def test_the_sign_of_a_counter_that_nobody_presses_is_named_anew(office: Office) -> None:
    steps = sync.collector.store.migrate._steps().walk_revisions()
    step = next(each.module for each in steps if each.module.__name__.endswith("unpressed_py"))
    day = {"first_day": AT.date(), "last_day": AT.date(), "found_at": AT, "seen_at": AT}
    rest = {"counter_id": 1, "part": "", "evidence": {}, "state": "open", **day}
    with office.database.writing() as connection:
        connection.execute(insert(schema.signal), [{"sign": sign, **rest} for sign in ("silent", "burst")])
        with Operations.context(MigrationContext.configure(connection)):
            step.upgrade()

    assert office.rows("signal", "sign") == [("unpressed",), ("burst",)]


@pytest.mark.parametrize("kind", KINDS)
def test_visits_of_all_surveys_become_one_row_a_day(kind: str, empty_urls: Callable[[str], str]) -> None:
    """Of a survey with several questions the first one; what was typed in stays what it was."""
    database = open_database(empty_urls(kind), create=True)
    with database.writing() as connection:
        upgrade(connection, "0025")
        for survey, question, day, figures in (
            ("", "", "2026-11-30", "0, 40, 1, 1"), ("sipas-5:12345", "overall", "2026-11-30", "9, 0, 0, 0"),
            ("tt01-2018:123", "one", "2026-11-30", "6, 0, 0, 0"), ("tt01-2018:123", "two", "2026-11-30", "5, 0, 0, 0"),
            ("mine@3", "overall", "2026-12-01", "0, 0, 0, 1"), ("sipas-5:12345", "overall", "2026-12-01", "0, 0, 0, 1"),
        ):  # fmt: skip
            row = f"('{survey}', '{question}', 'd', '{day}', 1, {figures})"
            connection.execute(text(f"INSERT INTO served_count VALUES {row}"))
        upgrade(connection, "0029")

    with database.reading() as connection:
        rows = connection.execute(select(schema.served_count)).all()
    last, first = date(2026, 11, 30), date(2026, 12, 1)
    assert sorted(tuple(row) for row in rows) == [
        ("d", last, 1, 15, 40, 1, 1), ("d", first, 1, 0, 0, 0, 1), ("m", date(2026, 11, 1), 1, 15, 40, 1, 1),
        ("m", first, 1, 0, 0, 0, 1), ("w", last, 1, 15, 40, 1, 1), ("w", first, 1, 0, 0, 0, 1),
    ]  # fmt: skip
    database.close()


def test_distributed_database_takes_each_step_alone_and_again(
    empty_urls: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(empty_urls("postgresql"))
    monkeypatch.setattr(module, "is_distributed", lambda _: True)
    steps, real = list[str](), module._upgrade

    def refused_once(connection: Connection, to: str) -> None:
        steps.append(to)
        real(connection, to)
        if len(steps) == 1:
            connection.execute(text("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$"))

    monkeypatch.setattr(module, "_upgrade", refused_once)

    assert migrate(database) == (None, module._head())
    assert steps[0] == steps[1] == "0001"
    assert len(set(steps)) == len(steps) - 1
    require_current(database)
    database.close()
