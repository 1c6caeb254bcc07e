"""What was told before there were blocks: a block of that time could cross a month's end; verify and reports say so."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from kiosk.base.texts import texts
from sync.collector.api.data.report import report_of
from sync.collector.export.files import heading_of
from sync.collector.people.rights import ANYBODY
from sync.collector.proof.run import check_sums
from sync.collector.proof.shown import check_before, check_shown, months_shown
from sync.collector.proof.told.recorded import Before
from sync.collector.proof.wrong import What
from sync.collector.services.reports import Query, read_book
from sync.collector.services.services import Services, make_services
from sync.collector.settings.collector import CollectorConfig
from sync.collector.store import schema
from sync.collector.store.database import Database, open_database
from sync.collector.store.migrate import migrate
from sync.collector.store.partitions import ensure_partitions
from sync.collector.words.phrases import Phrases
from tests.sync.collector.older import upgrade
from tests.sync.collector.proof.proven import rule_for

AT = datetime(2026, 11, 29, tzinfo=UTC)
JOURNAL = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
OVERALL = "'sipas-5@1', 'overall'"
NOVEMBER, AFTER = date(2026, 11, 1), date(2026, 12, 1)
ASIDE = (("2026-10-30", "repeat", 2), ("2026-10-30", "suspect", 6))
RECORDED = (("2026-09-30", "counted", 9), ("2026-10-30", "counted", 12), ("2026-11-29", "counted", 20), *ASIDE)
TOLD = (("2026-09-30", "counted", 7), ("2026-10-30", "counted", 11), ("2026-11-29", "counted", 20), *ASIDE)
"""Two were told a month later, and then three; three remain."""
ALTERED = {
    "one more is told than was recorded by then": (
        "UPDATE shown_count SET n5 = n5 + 7 WHERE stream = 'counted' AND first = '2026-10-01' AND grain = 'm'",
        "UPDATE shown_count SET n5 = n5 - 7 WHERE stream = 'counted' AND first = '2026-11-01' AND grain = 'm'",
    ),
    "one less is told": ("UPDATE shown_count SET n5 = n5 - 1 WHERE stream = 'counted' AND first = '2026-09-01'",),
    "one more is told": ("UPDATE shown_count SET n4 = n4 + 1 WHERE stream = 'counted' AND first = '2026-11-01'",),
    "one less remains": ("UPDATE remainder SET n = n - 1",),
    "what is set aside is told in another month": (
        "UPDATE shown_count SET first = '2026-11-01', last = '2026-11-30' WHERE stream = 'repeat' AND grain = 'm'",
    ),
}
PERIODS = {
    "2026-09": (7, 2, 0, ["2 ratings from the end of this period are counted in the next one"]),
    "2026-10": (19, 3, 2, ["3 ratings from the end of this period are counted in the next one",
                           "2 ratings from the end of the period before are counted in this one"]),
    "2026-11": (23, 0, 3, ["3 ratings from the end of the period before are counted in this one"]),
    "2026-10-30": (19, 0, 0, []),
    "2026": (49, 0, 0, []),
}  # fmt: skip
"""Of each period how many ratings are told of, how many of it later, how many of before in it, and the sentences."""
WITHDRAWN = ("UPDATE tally SET standing = 'counted', level = 3 WHERE standing = 'suspect'",)
"""What a decision of that time that is withdrawn does: tallies alone are counted otherwise, and it is no alteration."""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_block_that_crossed_a_months_end_is_no_alteration_and_alterations_are_named(
    kind: str, empty_urls: Callable[[str], str], tmp_path: Path
) -> None:
    database = open_database(empty_urls(kind), create=True)
    with database.writing() as connection:
        upgrade(connection, "0020")
        _make_old_office(connection)
    migrate(database)
    with database.writing() as connection:
        _make_newest_rating(connection)

    assert _found(database) == _found(database) == []
    assert [what for what, statements in ALTERED.items() if not _is_named(database, statements)] == []
    assert not _is_named(database, WITHDRAWN)
    services = make_services(CollectorConfig(data_dir=tmp_path), database, lambda: AT)
    assert [_told(services, period) for period in PERIODS] == list(PERIODS.values())

    with database.writing() as connection:
        connection.execute(text(ALTERED["one less is told"][0]))
    assert _found(database, NOVEMBER) == ["recorded_wrong"]
    assert _found(database, AFTER) == []
    database.close()


def _make_old_office(connection: Connection) -> None:
    """A counter with a kiosk of seven entries, and what was recorded, told and left over of it."""
    unit = {"unit_id": 1, "code": "XA", "name": "Xã", "kind": "office", "path": "XA/"}
    connection.execute(schema.unit.insert(), unit)
    counter = {"counter_id": 1, "code": "Q1", "name": "Q1", "unit_id": 1, "created_at": AT}
    connection.execute(schema.counter.insert(), counter)
    device = {"device_id": JOURNAL, "counter_id": 1, "public_key": "k", "info": {}, "enrolled_at": AT}
    connection.execute(schema.device.insert(), device)
    journal = {"journal_id": JOURNAL, "device_id": JOURNAL, "next_seq": 8, "head": b"", "first_received_at": AT,
               "last_received_at": AT}  # fmt: skip
    connection.execute(schema.journal.insert(), journal)
    for day, standing, n in RECORDED:
        row = f"('{JOURNAL}', 1, '{day}', 'am', {OVERALL}, 5, '{standing}', {n})"
        connection.execute(text(f"INSERT INTO tally VALUES {row}"))
    for day, standing, n in TOLD:
        levels = f"0, 0, 0, 0, {n}" if standing == "counted" else f"{n}, 0, 0, 0, 0"
        row = f"({OVERALL}, '{standing}', 'd', '{day}', 'am', 1, {levels})"
        connection.execute(text(f"INSERT INTO shown_count VALUES {row}"))
    for standing in ("counted", "repeat", "suspect"):
        connection.execute(text(f"INSERT INTO shown_stream VALUES ({OVERALL}, '{standing}')"))
    left = f"({OVERALL}, 'counted', 1, '2026-11-29', 'am', 2, 3)"
    connection.execute(text(f"INSERT INTO leftover_count VALUES {left}"))


def _make_newest_rating(connection: Connection) -> None:
    ensure_partitions(connection, AT)
    row = {"journal_id": JOURNAL, "seq": 7, "received_at": AT, "counter_id": 1, "survey": "sipas-5@1",
           "question": "overall", "level": 5, "standing": "counted", "pressed_at": AT, "time_quality": "exact",
           "day": AT.date(), "part": "am"}  # fmt: skip
    connection.execute(schema.rating.insert(), row)


def _told(services: Services, period: str) -> tuple[int, int, int, list[str]]:
    """How many ratings a report tells of, how many later and of before, and what it says of these."""
    book = read_book(services, ANYBODY, Query("XA", None, period))
    phrases = Phrases(texts("collector", "en"), services.config.zone, services.now())
    heading, said = " ".join(heading_of(book, phrases)), report_of(services, book, phrases).waits
    assert said in heading
    sentences = re.findall(r"\d+ ratings? from the end [^,]*", said)
    return book.recorded, book.told_later, book.told_before, sentences


def _is_named(database: Database, statements: tuple[str, ...]) -> bool:
    """Whether this alteration, which is taken back again, is named."""
    with database.writing() as connection:
        for statement in statements:
            assert connection.execute(text(statement)).rowcount > 0, statement
        before = Before()
        found = [
            wrong.what
            for first, last in months_shown(connection)
            for wrong in (*check_shown(connection, first, last, 5), *check_before(connection, first, last, before))
        ]
        connection.rollback()
    return What.RECORDED_WRONG in found


def _found(database: Database, since: date | None = None) -> list[str]:
    return [one.code for one in check_sums(database, rule_for(database), since)[1]]
