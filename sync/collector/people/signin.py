"""Sign-in: a name and a password become a token in one browser, until it rests too long.

The token lies in the browser and only its hash here. Wrong passwords lock a name for a
time that doubles with each further one, told alike for names that do not exist.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, text, update

from sync.collector.people.accounts import forget_failures, name_hash
from sync.collector.people.audit import note
from sync.collector.people.passwords import is_password
from sync.collector.people.rights import RIGHTS, Reader, Role
from sync.collector.store.schema import Moment, account, signed_in, signin_failure, unit

FREE_FAILURES = 2
"""So many wrong passwords cost nothing; from the next one on there is a delay."""
DELAY = timedelta(seconds=30)
DELAY_MAX = timedelta(hours=1)
LIFE_MAX = timedelta(hours=12)
"""However busy, nobody stays signed in longer than a working day."""
REMEMBERED = timedelta(days=3)
"""So long after its last use it is known whose token it was, so that a form that was left open comes back to them."""
FORGOTTEN_AFTER = timedelta(days=1)
SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last use is known; each note of it is a commit."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whoever it is was let in."""

    token: str
    role: Role


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not, or was not looked at; whether the name exists is not told."""

    until: datetime | None
    """No password is looked at before."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found before anything is written: checking a password takes too long for a transaction."""

    name: str
    account_id: int | None
    """None for a wrong password, and for a name that is not there or closed."""


def check_password(connection: Connection, name: str, password: str, now: datetime) -> Checked | Refused:
    """Look at a password, unless the name is locked."""
    if (until := _locked_until(connection, name, now)) is not None:
        return Refused(until)
    usable = select(account).where(account.c.name == name, account.c.disabled_at.is_(None))
    found = connection.execute(usable).one_or_none()
    right = is_password(password, None if found is None else found.password_hash)
    return Checked(name, None if found is None or not right else found.account_id)


def sign_in(connection: Connection, checked: Checked, now: datetime) -> SignedIn | Refused:
    """Keep what came of a password that was looked at: a new token, or one more failure."""
    if checked.account_id is None:
        return _refuse(connection, checked.name, now)
    # Several may guess at once, at several processes: what came after the lock opens nothing, right or wrong.
    if (until := _locked_until(connection, checked.name, now)) is not None:
        return Refused(until)
    found = connection.execute(select(account).where(account.c.account_id == checked.account_id)).one()
    forget_failures(connection, checked.name)
    return let_in(connection, found, now)


def let_in(connection: Connection, found: Row[Any], now: datetime, *, outside: bool = False) -> SignedIn:
    """A new token for an account; ``outside`` where the office's directory of people vouched for it."""
    token = secrets.token_urlsafe(32)
    connection.execute(delete(signed_in).where(signed_in.c.seen_at < now - REMEMBERED))
    row = {"token_hash": _hash(token), "account_id": found.account_id, "began_at": now, "seen_at": now}
    connection.execute(insert(signed_in).values(**row, outside=outside))
    note(connection, now, found.name, "sign-in", found.name, {"by": "oidc"} if outside else {})
    return SignedIn(token, Role(found.role))


def find_reader(connection: Connection, token: str, now: datetime, idle: timedelta) -> tuple[Reader, bool] | None:
    """Who holds the token, and whether this use is to be noted; None for one that is unknown, rested or closed."""
    row = connection.execute(_WHO.where(signed_in.c.token_hash == _hash(token))).one_or_none()
    if row is None or row.disabled_at is not None or not _lives(row.began_at, row.seen_at, now, idle):
        return None
    role = Role(row.role)
    reader = Reader(
        row.name,
        row.full_name,
        role,
        RIGHTS[role],
        row.path or "",
        form_key_of(token),
        # Whoever comes by the office's directory has no use for a password of ours.
        one_time=row.one_time and not row.outside,
    )
    return reader, now - row.seen_at >= SEEN_EVERY


def holder_before(connection: Connection, token: str) -> int | None:
    """The account that held the token, also when its time is over; None where nobody did, or may no longer come in."""
    wanted = select(account.c.account_id).join(signed_in, signed_in.c.account_id == account.c.account_id)
    mine = wanted.where(signed_in.c.token_hash == _hash(token), account.c.disabled_at.is_(None))
    found: int | None = connection.execute(mine).scalar_one_or_none()
    return found


def note_seen(connection: Connection, token: str, now: datetime) -> None:
    """The token was used now."""
    connection.execute(update(signed_in).where(signed_in.c.token_hash == _hash(token)).values(seen_at=now))


def sign_out(connection: Connection, token: str, reader: Reader, now: datetime) -> bool:
    """The token opens nothing any more; whether the office's directory of people had vouched for its holder."""
    ended = delete(signed_in).where(signed_in.c.token_hash == _hash(token)).returning(signed_in.c.outside)
    was_outside = connection.execute(ended).scalar_one_or_none()
    note(connection, now, reader.name, "sign-out", reader.name, {})
    return bool(was_outside)


def form_key_of(token: str) -> str:
    """What forms of whoever holds the token carry; it gives the token away to nobody."""
    return hmac.new(token.encode(), b"form", sha256).hexdigest()


_WHO = (
    select(
        account.c.name, account.c.full_name, account.c.role, account.c.disabled_at, account.c.one_time, unit.c.path,
        signed_in.c.began_at, signed_in.c.seen_at, signed_in.c.outside,
    )
    .select_from(signed_in)
    .join(account, account.c.account_id == signed_in.c.account_id)
    .outerjoin(unit, unit.c.unit_id == account.c.unit_id)
)  # fmt: skip


_FAILED_ONCE_MORE = text(
    """
    INSERT INTO signin_failure (name_hash, failures, failed_at) VALUES (:name, 1, :now)
    ON CONFLICT (name_hash) DO UPDATE SET failures = signin_failure.failures + 1, failed_at = excluded.failed_at
    RETURNING failures
    """
).bindparams(bindparam("now", type_=Moment))


def _locked_until(connection: Connection, name: str, now: datetime) -> datetime | None:
    """Until when no password of this name is looked at; None where one is."""
    locked = select(signin_failure.c.locked_until).where(signin_failure.c.name_hash == name_hash(name))
    until: datetime | None = connection.execute(locked).scalar_one_or_none()
    return until if until is not None and now < until else None


def _lives(began_at: datetime, seen_at: datetime, now: datetime, idle: timedelta) -> bool:
    return now - seen_at < idle and now - began_at < LIFE_MAX


def _refuse(connection: Connection, name: str, now: datetime) -> Refused:
    old = delete(signin_failure).where(signin_failure.c.failed_at < now - FORGOTTEN_AFTER)
    connection.execute(old)
    # One statement: of two that fail at once, each counts, also where neither has failed before.
    failures = connection.execute(_FAILED_ONCE_MORE, {"name": name_hash(name), "now": now}).scalar_one()
    until = now + delay_after(failures) if failures > FREE_FAILURES else None
    mine = signin_failure.c.name_hash == name_hash(name)
    connection.execute(update(signin_failure).where(mine).values(locked_until=until))
    # Not the name itself: people type their password there.
    note(connection, now, "somebody", "sign-in refused", name_hash(name).hex()[:16], {"failures": failures})
    return Refused(until)


def delay_after(failures: int) -> timedelta:
    """How long a name is locked after so many wrong passwords: 30 s, then twice as long each time, at most an hour."""
    doubled: int = 1 << min(failures - FREE_FAILURES - 1, 20)
    return min(DELAY * doubled, DELAY_MAX)


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
