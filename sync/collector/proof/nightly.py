"""Nightly: what was looked at since this night began, what is left, and what does not hold, kept in the database."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, or_, select, update

from sync.collector.proof.device import Checked
from sync.collector.proof.marks import Mark
from sync.collector.proof.wrong import Finding, What
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import journal, proof_look, proof_mark, proof_state

_ROW = 1
_AGAIN = "ON CONFLICT (journal_id) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in ("next_seq", "head", "signed_seq", "signs", "rated")
)


class Look(NamedTuple):
    """A kiosk that is to be looked at."""

    device_id: str
    whole_at: datetime | None
    """When its journals were last read from their first entry on."""


class State(NamedTuple):
    """When the checks of the night last ended, and when everything held."""

    looked_at: datetime | None
    """When what is shown was last held against its blocks: the end of a night's work."""
    held_at: datetime | None
    """When everything last held."""
    findings: list[Finding]


def kiosks_left(connection: Connection, since: datetime, limit: int) -> list[Look]:
    """Some of the kiosks that were not looked at since then."""
    look = proof_look.c
    wanted = select(journal.c.device_id, look.whole_at).distinct()
    wanted = wanted.outerjoin(proof_look, look.device_id == journal.c.device_id).where(journal.c.next_seq > 1)
    left = wanted.where(or_(look.looked_at.is_(None), look.looked_at < since))
    rows = connection.execute(left.order_by(journal.c.device_id).limit(limit))
    return [Look(str(row.device_id), row.whole_at) for row in rows]


def marks_of(connection: Connection, device_id: str) -> dict[str, Mark]:
    """Up to where each journal of a kiosk held."""
    wanted = select(proof_mark).join(journal, journal.c.journal_id == proof_mark.c.journal_id)
    return {
        str(row.journal_id): Mark(
            device_id, str(row.journal_id), row.next_seq, row.head.hex(), row.signed_seq, row.signs, row.rated
        )
        for row in connection.execute(wanted.where(journal.c.device_id == device_id))
    }


def keep_look(connection: Connection, one: Checked, now: datetime, whole_at: datetime) -> None:
    """Remember what came of a kiosk."""
    rows = [
        (mark.journal_id, mark.next_seq, bytes.fromhex(mark.head), mark.signed_seq, mark.signs, mark.rated)
        for mark in one.marks
    ]
    insert_rows(connection, proof_mark, {}, tuple(proof_mark.c.keys()), rows, then=_AGAIN)
    connection.execute(delete(proof_look).where(proof_look.c.device_id == one.device_id))
    # What is set aside and might be read by now is told where IT staff see all that is set aside.
    told = [finding for finding in one.findings if finding.code != What.ENTRY_IGNORED.code]
    values = {"device_id": one.device_id, "looked_at": now, "whole_at": whole_at, "found": _written(told)}
    connection.execute(insert(proof_look).values(values))


def keep_shown(connection: Connection, findings: Sequence[Finding], now: datetime) -> State:
    """Remember what came of what is shown, with which a night's work ends; everything that is known then."""
    values = {"looked_at": now, "found": _written(findings)}
    if not connection.execute(update(proof_state).values(values)).rowcount:
        connection.execute(insert(proof_state).values(values | {"row_id": _ROW}))
    state = read_state(connection)
    if not state.findings:
        connection.execute(update(proof_state).values(held_at=now))
    return read_state(connection)


def read_state(connection: Connection) -> State:
    """When everything last held, and what does not."""
    row = connection.execute(select(proof_state)).one_or_none()
    found = [] if row is None else _read(row.found)
    for words in connection.execute(select(proof_look.c.found).where(proof_look.c.found.is_not(None))).scalars():
        found += _read(words)
    return State(None, None, found) if row is None else State(row.looked_at, row.held_at, found)


def _written(findings: Sequence[Finding]) -> str | None:
    return json.dumps([finding._asdict() for finding in findings]) if findings else None


def _read(words: str | None) -> list[Finding]:
    return [Finding(**one) for one in json.loads(words)] if words else []
