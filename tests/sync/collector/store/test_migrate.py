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
from sqlalchemy import column, insert, select, table, text

import sync.collector.store.migrate
from sync.collector.errors import DatabaseUnusable, SchemaNewer, SchemaOutdated
from sync.collector.fleet.devices.own import read_own_key
from sync.collector.store import schema
from sync.collector.store.database import open_database
from sync.collector.store.migrate import is_empty, migrate, require_current
from sync.collector.store.partitions import Partitions, ensure_partitions
from tests.sync.collector.builders import Office
from tests.sync.collector.older import take_back

KINDS = ["sqlite", "postgresql"]
AT = datetime(2026, 11, 20, tzinfo=UTC)


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
def test_what_is_shown_of_counters_is_summed_up_for_their_units(kind: str, empty_urls: Callable[[str], str]) -> None:
    database = open_database(empty_urls(kind), create=True)
    migrate(database)
    place, shown = {"unit_id": 1, "code": "XA", "name": "Xã", "kind": "office", "path": "XA/"}, schema.shown_count
    key = {"survey": "s@1", "question": "q", "stream": "counted", "grain": "d", "first": date(2026, 11, 20)}
    with database.writing() as connection:
        connection.execute(schema.unit.insert(), place)
        for counter_id, code in ((1, "Q1"), (2, "Q2")):
            stands = {
                "counter_id": counter_id,
                "code": code,
                "name": code,
                "unit_id": 1,
                "created_at": datetime.now(UTC),
            }
            connection.execute(schema.counter.insert(), stands)
            for part in ("am", "pm"):
                levels = {f"n{level}": level * counter_id for level in range(1, 6)}
                connection.execute(shown.insert(), {**key, "part": part, "counter_id": counter_id, **levels})
        take_back(connection, "0012", "shown_unit_count", "served_count")

    migrate(database)

    with database.reading() as connection:
        rows = connection.execute(schema.shown_unit_count.select()).all()
    assert [tuple(row) for row in rows] == [(*key.values(), 1, 6, 12, 18, 24, 30)]
    database.close()


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
