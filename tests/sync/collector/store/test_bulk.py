"""Bulk: what goes in as one text for each column comes out sign by sign, on either engine."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from sync.collector.store.bulk import insert_rows, update_rows
from sync.collector.store.schema import journal, micros, unread
from tests.sync.collector.builders import NOON, Office, Pen

_JOURNAL = ("journal_id", "device_id", "next_seq", "head", "first_received_at", "last_received_at")
NAMES = ("journal_id", "seq", "reason", "detail", "received_at")
_TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=20)
_AWKWARD = st.sampled_from(["", "NULL", "null", "{", "}", "a,b", '"', "\\", '\\"', " ", "\n", "{}", "Ông Bà"])
_ROWS = st.lists(st.tuples(_AWKWARD | _TEXTS, _AWKWARD), min_size=1, max_size=8)


def known_journal(office: Office) -> str:
    """The id of a new journal without an entry."""
    journal_id, at = Pen().journal_id, micros(NOON)
    row = (journal_id, office.device.device_id, 1, bytes(32), at, at)
    with office.database.writing() as connection:
        insert_rows(connection, journal, {}, _JOURNAL, [row])
    return journal_id


def kept(office: Office) -> list[tuple[Any, ...]]:
    return office.rows("unread", "seq", "reason", "detail")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_ROWS)
def test_any_text_is_kept_as_it_is(office: Office, said: list[tuple[str, str]]) -> None:
    journal_id = known_journal(office)
    rows = [(seq, reason, detail) for seq, (detail, reason) in enumerate(said, 1)]

    with office.database.writing() as connection:
        connection.execute(delete(unread))
        insert_rows(connection, unread, {"journal_id": journal_id, "received_at": micros(NOON)}, NAMES[1:4], rows)

    assert kept(office) == rows


@pytest.mark.parametrize("many", [1, 2, 17, 300])
def test_rows_are_as_many_as_they_are_whatever_they_share(office: Office, many: int) -> None:
    journal_id, at = known_journal(office), micros(NOON)
    rows = [(journal_id, seq, "failed", "the same", at) for seq in range(1, many + 1)]

    with office.database.writing() as connection:
        written = insert_rows(connection, unread, {}, NAMES, rows, then="ON CONFLICT DO NOTHING")
        again = insert_rows(connection, unread, {}, NAMES, rows, then="ON CONFLICT DO NOTHING")

    assert (written, again) == (many, 0)
    assert kept(office) == [(seq, "failed", "the same") for seq in range(1, many + 1)]


@pytest.mark.parametrize("many", [1, 3])
def test_rows_are_changed_each_by_its_key(office: Office, many: int) -> None:
    journal_id, at = known_journal(office), micros(NOON)
    with office.database.writing() as connection:
        insert_rows(connection, unread, {}, NAMES, [(journal_id, seq, "failed", "", at) for seq in range(1, 5)])
        changed = [(journal_id, seq, f"number {seq}") for seq in range(1, many + 1)]
        update_rows(connection, unread, ("journal_id", "seq"), ("detail",), changed)

    assert [row[2] for row in kept(office)] == [f"number {seq}" if seq <= many else "" for seq in range(1, 5)]


def test_rows_that_are_the_same_are_not_one(office: Office) -> None:
    row = (Pen().journal_id, 1, "failed", "", micros(NOON))

    with pytest.raises(IntegrityError), office.database.writing() as connection:
        insert_rows(connection, unread, {}, NAMES, [row, row])


def test_rows_of_a_journal_that_is_not_known_are_not_lost_in_silence(office: Office) -> None:
    if office.database.is_sqlite:
        return
    rows = [(Pen().journal_id, seq, "failed", "", micros(NOON)) for seq in (1, 2)]

    with office.database.writing() as connection:
        insert_rows(connection, unread, {}, NAMES, rows)
        with pytest.raises(LookupError):
            insert_rows(connection, unread, {}, NAMES, [(rows[0][0], *row[1:]) for row in rows])
