"""Tokens: with what a program of those entitled reads numbers, of one unit and everything under it, until a day.

A token is 256 random bits, so its SHA-256 is enough here: nobody finds 256 bits by trying, which is what slow hashes
of passwords are for. It is shown once, to whoever makes it. How it begins lets programs that look for secrets in files
know it: ``hailong_[0-9A-Za-z]{43}``.
"""

import hmac
import re
import secrets
import string
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from math import ceil
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from sync.collector.errors import UsageWrong
from sync.collector.people.accounts import is_account_name, unit_id_of
from sync.collector.people.audit import OF_TOKEN, note
from sync.collector.people.rights import Reader
from sync.collector.people.token_order import DAYS_MAX, READS, Readable, TokenOrder
from sync.collector.store.schema import token, unit

CALL_S = 0.5
"""In the long run a token is answered so often: 120 calls a minute, over all processes together."""
AT_ONCE = 60
"""So many calls may come one after another before that."""
_LETTERS = string.digits + string.ascii_letters
_LETTERS_N = 43
_FORM = re.compile(rf"hailong_[0-9A-Za-z]{{{_LETTERS_N}}}")


@dataclass(frozen=True, slots=True)
class TooMany:
    """The token has called too often."""

    retry_after_s: int


def new_token(connection: Connection, order: TokenOrder, now: datetime, actor: str) -> str:
    """Make a token; it is nowhere but in what is returned.

    Raises UsageWrong for a name that is taken or is none, a unit that is not there, and an expiry out of bounds.
    """
    if not is_account_name(order.name):
        raise UsageWrong("{name!r} is no name: take lower-case letters, digits, dots, hyphens", name=order.name)
    if _find(connection, order.name) is not None:
        raise UsageWrong("there was a token {name} already: a name is used once", name=order.name)
    if not 1 <= order.days <= DAYS_MAX:
        raise UsageWrong("a token is good for 1 to {most} days", most=DAYS_MAX)
    made = "hailong_" + "".join(secrets.choice(_LETTERS) for _ in range(_LETTERS_N))
    may, expires_at = " ".join(sorted({str(one) for one in order.may})), now + timedelta(days=order.days)
    row = {"name": order.name, "token_hash": _hash(made), "unit_id": unit_id_of(connection, order.unit_code)}
    connection.execute(insert(token).values(**row, may=may, made_at=now, made_by=actor, expires_at=expires_at))
    details = {"unit": order.unit_code, "may": may, "expires": expires_at.isoformat(timespec="minutes")}
    note(connection, now, actor, "token new", order.name, details)
    return made


def withdraw_token(connection: Connection, name: str, now: datetime, actor: str) -> None:
    """The token opens nothing from the commit on, at any process.

    Raises UsageWrong for one that is not there or was withdrawn.
    """
    found = _find(connection, name)
    if found is None or found.withdrawn_at is not None:
        raise UsageWrong("there is no token {name}", name=name)
    connection.execute(update(token).where(token.c.token_id == found.token_id).values(withdrawn_at=now))
    note(connection, now, actor, "token withdraw", name, {})


def list_tokens(connection: Connection) -> list[Row[Any]]:
    """Every token with its unit's code, by name; what it opens is not among what is kept."""
    c = token.c
    wanted = select(c.name, unit.c.code, c.may, c.made_at, c.made_by, c.expires_at, c.withdrawn_at, c.used_on)
    return list(connection.execute(wanted.select_from(token).outerjoin(unit).order_by(c.name)))


def find_holder(connection: Connection, given: str, now: datetime) -> Reader | None:
    """Who reads with it; None for what is no token, is unknown, withdrawn or over: which of these is told to nobody."""
    if not _FORM.fullmatch(given):
        return None
    row = connection.execute(_WHO.where(token.c.token_hash == _hash(given))).one_or_none()
    # The index has found it by its hash; that is 256 bits which nobody can steer towards another one's.
    if row is None or not hmac.compare_digest(row.token_hash, _hash(given)):
        return None
    if row.withdrawn_at is not None or row.expires_at <= now:
        return None
    rights = frozenset(READS[Readable(one)] for one in row.may.split())
    return Reader(OF_TOKEN + row.name, row.name, None, rights, row.path or "")


def take_call(connection: Connection, reader: Reader, now: datetime, today: date) -> TooMany | None:
    """Count a call of the token, and note the first one of a day; or say how long to wait, and count nothing.

    Calls are paid for with time (the "generic cell rate algorithm"), so one moment in the row holds the limit for all
    processes: each call puts off until when they are paid, and that may lie AT_ONCE calls ahead at most.
    """
    c, name = token.c, reader.name.removeprefix(OF_TOKEN)
    wanted = select(c.token_id, c.paid_until, c.used_on).where(c.name == name).with_for_update()
    row = connection.execute(wanted).one()
    paid_until = max(row.paid_until or now, now) + timedelta(seconds=CALL_S)
    beyond = (paid_until - now).total_seconds() - AT_ONCE * CALL_S
    if beyond > 0:
        return TooMany(ceil(beyond))
    connection.execute(update(token).where(c.token_id == row.token_id).values(paid_until=paid_until, used_on=today))
    if row.used_on != today:
        note(connection, now, reader.name, "token use", name, {})
    return None


_WHO = (
    select(token.c.name, token.c.token_hash, token.c.may, token.c.expires_at, token.c.withdrawn_at, unit.c.path)
    .select_from(token)
    .outerjoin(unit, unit.c.unit_id == token.c.unit_id)
)


def _find(connection: Connection, name: str) -> Row[Any] | None:
    return connection.execute(select(token).where(token.c.name == name)).one_or_none()


def _hash(given: str) -> bytes:
    return sha256(given.encode()).digest()
