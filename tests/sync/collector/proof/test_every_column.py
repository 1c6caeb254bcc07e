"""Every column of every table: one row of it is altered by SQL, and verify names it; or here stands why it cannot."""

import zlib
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Column, Row, Table, and_, select, update

from sync.collector.replica.shown import LEVEL_NAMES
from sync.collector.services.services import make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store.database import Database, open_database
from sync.collector.store.schema import metadata
from tests.sync.collector.builders import NOON, open_office
from tests.sync.collector.kiosk_client import URL
from tests.sync.collector.proof import world
from tests.sync.collector.proof.proven import findings, not_proven
from tests.sync.collector.sharing import migrated_copy

PEOPLE = "people and machines as somebody registered them: no kiosk ever said so, and no number is made of it"
WORK = "what people do about numbers and words: no number is made of it"
CARE = "how kiosks are, as they said last: no number is made of it"
OWN = "the collector's own state: wrong, it shows nothing else, it sends or asks something again"
APART = {
    **dict.fromkeys(
        (
            "account",
            "signed_in",
            "signin_failure",
            "token",
            "kept_form",
            "device",
            "device_grant",
            "enrolment_code",
            "enrolment_failure",
            "placement",
            "counter",
            "unit",
            "unit_follower",
        ),
        PEOPLE,
    ),
    **dict.fromkeys(
        (
            "signal",
            "signal_run",
            "comment",
            "comment_step",
            "follow_up",
            "follow_up_step",
            "rollout",
            "rollout_device",
            "survey_text",
            "index766_count",
        ),
        WORK,
    ),
    **dict.fromkeys(
        (
            "device_command",
            "device_day",
            "device_picture",
            "device_status",
            "incident",
            "kiosk_incident",
            "kiosk_trouble",
            "known_fault",
        ),
        CARE,
    ),
    **dict.fromkeys(
        (
            "mailed_report",
            "notice",
            "notice_delivery",
            "own_address",
            "own_key",
            "own_move",
            "probe",
            "outgoing",
            "release_rule",
            "demonstration",
            "first_closed",
            "fleet_change",
            "chore_turn",
            "kiosk_count",
            "closed_look",
            "cut_due",
            "words_key",
        ),
        OWN,
    ),
    **dict.fromkeys(
        ("log_leaf", "log_journal", "log_state"), "an index of the public log, held to its tiles by the log"
    ),
    "log_witness": "what witnesses of the public log answered last, for pages",
    "closed_basis": "what a kept report rests on, for auditors, who recompute the report from it",
    **dict.fromkeys(("proof_look", "proof_mark", "proof_state"), "what verify itself noted"),
    **dict.fromkeys(("dropped_month", "dropped_lines"), "empty until lines are dropped (retention/test_proven.py)"),
    "told_later": "what a sentence says of months before blocks: no number is made of it",
    "audit": "nothing else says what people did: decisions and typed numbers are held to it, and it to them",
    "enclosure": "a citizen's words, which the law may order deleted; their hash is in the chain",
    "boot_clock": "how clocks stood when they were heard: times that were dated by them are held to their bounds",
    "carried": "where carried entries came from: used to find what was counted elsewhere, which is read again",
    "duplicate": "held by lines of a kiosk that went on in another journal (test_carried.py has them)",
}
"""Tables whose rows no stored line says, each with what that means."""
_WHEN = "when it was: no page tells it"
BESIDE = {
    "block.cut_seq": "of a block that the collector cut for an older kiosk: at which line it did; no number has it",
    "block.shown_at": "since when it is shown: only whether it is counts",
    "closed_file.form": "how the bytes are called: their hash is of the bytes",
    "closed_file.language": "in which language the file was made; the file itself shows it",
    "closed_month.made_at": "the moment stands in the report's bytes, which are held to their hash",
    "tally.served_due": "whether participation has to follow: a release does, and takes the mark away",
    "transaction_count.served_due": "as before",
    "cut_tree.since": "from which line on a tree was looked for: the tree itself is held to the lines",
    "cut_tree.through": "up to which line it was: as before",
    "cut_state.next_seq": "how far cuts were judged: of a kiosk that cuts each one is held to the chain",
    "cut_state.state": "what is judged on from: as before",
    "device_key.since": "from when a key was the kiosk's: what it signed was signed by it",
    "device_key.until": "until when it was: earlier than that is named, later is not seen",
    "device_key.body": "of the first key nothing was handed in by a key before it",
    "device_key.request": "as before",
    "device_key.signature": "as before",
    "journal.boot": "how a clock stood that was heard: used for times that are still to come",
    "journal.boot_offset_us": "as before",
    "journal.first_received_at": "only the order in which journals are listed",
    "journal.forked_at": _WHEN,
    "journal.last_received_at": "contact, which is told to the quarter of an hour",
    "journal.measured_us": "bounds times that are still to come",
    "journal.continued": "whether another journal carries entries of it: if not, it is only looked for once more",
    "rating.received_at": "by which month the row is stored, and how far back signs look",
    "remainder.counter_id": "what had not been told before blocks: how many in a month, and no longer where",
    "remainder.day": "as before",
    "remainder.part": "as before",
    "remainder.survey": "as before",
    "series_version.survey": "a known version that is missing here is written down again by the next release",
    "shown_stream.question": "a name more that is looked for and found nowhere; one that is missing is named",
    "suspicion.suspicion_id": "by which number it is called",
    "typed_count.typed_id": "its place among numbers that were typed in at the same moment",
    "unread.detail": "words for technicians",
    "unread.received_at": _WHEN,
    "unread.reason": "why a line was not read, in a word for technicians",
}
"""Columns of the other tables that verify does not hold to anything, each with its reason."""


@pytest.fixture(scope="module")
def filled() -> Iterator[Database]:
    with migrated_copy() as url:
        database = open_database(url)
        services = make_services(CollectorConfig(public_url=URL), database, lambda: NOON)
        world.fill(open_office(database), services)
        yield database
        database.close()


def _looked_at() -> list[Table]:
    return [table for name, table in sorted(metadata.tables.items()) if name not in APART]


def test_every_table_is_looked_at_or_stands_apart_with_its_reason(filled: Database) -> None:
    assert not_proven(filled, signed=True) == []
    assert APART.keys() <= metadata.tables.keys()
    assert all(_rows(filled, table) for table in _looked_at())
    assert BESIDE.keys() <= {f"{table.name}.{column.name}" for table in _looked_at() for column in table.c}


@pytest.mark.parametrize("table", _looked_at(), ids=lambda table: table.name)
def test_whatever_is_altered_in_a_column_is_named(filled: Database, table: Table) -> None:
    for column in table.c:
        if f"{table.name}.{column.name}" not in BESIDE:
            assert _is_named(filled, table, column), column.name


def _is_named(database: Database, table: Table, column: Column[Any]) -> bool:
    """Whether anything is found once a value of the column is another; the row is put back."""
    rows = _rows(database, table)
    counts = [name for name in ("n", *LEVEL_NAMES) if name in table.c]
    alive = [row for row in rows if not counts or any(row._mapping[name] for name in counts)]
    alive = [row for row in alive if table.name != "segment" or row.request is not None]
    usable = [row for row in alive if row._mapping[column.name] is not None] or alive
    row = usable[zlib.crc32(f"{table.name}.{column.name}".encode()) % len(usable)]
    other = _other(row._mapping[column.name], column, {each._mapping[column.name] for each in rows}, database)
    _write(database, table, row, {column.name: other})
    try:
        return next(findings(database), None) is not None
    finally:
        after = dict(row._mapping) | {column.name: other}
        _write(database, table, row, {column.name: row._mapping[column.name]}, after)


def _rows(database: Database, table: Table) -> Sequence[Row[Any]]:
    with database.reading() as connection:
        return connection.execute(select(table).order_by(*table.primary_key.columns)).all()


def _write(database: Database, table: Table, row: Row[Any], values: dict[str, Any], at: Any = None) -> None:
    found = at or row._mapping
    here = and_(*(key == found[key.name] for key in table.primary_key.columns))
    with database.writing() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        assert connection.execute(update(table).where(here).values(values)).rowcount == 1


def _other(value: Any, column: Column[Any], taken: Collection[Any], database: Database) -> Any:
    """Another value of the column; of a key one that no row has, and of a foreign one what another table has."""
    if value is None:
        return {int: 3, str: "x", date: NOON.date(), datetime: NOON, object: NOON, bytes: b"x", bool: True}[
            column.type.python_type
        ]
    if isinstance(value, bool):
        return not value
    for key in column.foreign_keys:
        with database.reading() as connection:
            return connection.execute(select(key.column).where(key.column != value)).scalars().all()[0]
    other = value
    while other == value or (column.primary_key and other in taken):
        other = _next(other)
    return other


def _next(value: Any) -> Any:
    match value:
        case int():
            return value + 1
        case str():
            middle = len(value) // 2
            return f"{value[:middle]}{chr(ord(value[middle]) + 1) if value else 'a'}{value[middle + 1 :]}"
        case datetime():
            return value + timedelta(hours=1)
        case date():
            return value + timedelta(days=1)
    return value + b"x"
