"""Witnessing: what each witness answered when it was asked last, as pages, measures and people are told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from sync.collector.store.schema import log_witness


class Outcome(StrEnum):
    """How it ended to ask a witness."""

    COSIGNED = "cosigned"
    """It signed what it was shown."""
    KNOWS = "knows"
    """It said what it has cosigned."""
    SILENT = "silent"
    """It could not be reached, or its answer was none."""
    REFUSED = "refused"
    """It did not sign."""
    STRANGE = "strange"
    """What it says that it has cosigned was not signed by this log."""

    @property
    def is_well(self) -> bool:
        """Whether nothing has to be done about it."""
        return self in (Outcome.COSIGNED, Outcome.KNOWS)


class Answered(NamedTuple):
    """What a witness answered."""

    outcome: Outcome
    size: int | None = None
    """So many leaves it has cosigned, where it said so."""
    detail: str = ""
    """For technicians, as it came."""


class Noted(NamedTuple):
    """An answer, and when it came."""

    asked_at: datetime
    answered: Answered


def read_answers(connection: Connection) -> dict[str, Noted]:
    """By key, what each witness answered last."""
    c = log_witness.c
    rows = connection.execute(select(c.vkey, c.asked_at, c.outcome, c.size, c.detail))
    return {row.vkey: Noted(row.asked_at, Answered(Outcome(row.outcome), row.size, row.detail)) for row in rows}


def keep_answers(connection: Connection, at: datetime, answers: Mapping[str, Answered], named: Sequence[str]) -> None:
    """Note what witnesses answered, by key, and forget those that are not ``named`` any more."""
    key = log_witness.c.vkey
    connection.execute(delete(log_witness).where(key.not_in(named) | key.in_(list(answers))))
    rows = [{"vkey": vkey, "asked_at": at, **one._asdict()} for vkey, one in answers.items() if vkey in named]
    if rows:
        connection.execute(insert(log_witness), rows)
