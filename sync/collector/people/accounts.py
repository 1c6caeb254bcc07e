"""Accounts: people who may read, each with a role over a unit and its subtree. Every change is in the audit log."""

import re
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from sync.collector.errors import UsageWrong
from sync.collector.people.audit import NO_PERSONS, note
from sync.collector.people.passwords import hash_password, make_password
from sync.collector.people.rights import Role
from sync.collector.settings.notices import is_mail_address
from sync.collector.store.schema import account, signed_in, signin_failure, unit

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")


def is_account_name(name: str) -> bool:
    """Whether an account may be called so."""
    return _NAME.fullmatch(name) is not None and name not in NO_PERSONS


def new_account(
    connection: Connection, name: str, full_name: str, role: Role, unit_code: str | None, now: datetime, actor: str
) -> str:
    """Make an account; its one-time password, which must be changed at the first sign-in.

    Raises UsageWrong for a name that is taken or is none, or a unit that is not there.
    """
    if not is_account_name(name):
        raise UsageWrong("{name!r} is no account name: take lower-case letters, digits, dots, hyphens", name=name)
    if _find(connection, name) is not None:
        raise UsageWrong("there is an account {name} already", name=name)
    password = make_password()
    row = {
        "name": name,
        "full_name": full_name,
        "role": str(role),
        "unit_id": unit_id_of(connection, unit_code),
        "password_hash": hash_password(password),
        "one_time": True,
        "created_at": now,
    }
    connection.execute(insert(account).values(row))
    note(connection, now, actor, "account new", name, {"role": str(role), "unit": unit_code})
    return password


def reset_account(connection: Connection, name: str, now: datetime, actor: str) -> str:
    """Give the account a new one-time password, open it again, and end wherever it is signed in.

    Raises UsageWrong.
    """
    found = _require(connection, name)
    password = make_password()
    values = {"password_hash": hash_password(password), "one_time": True, "disabled_at": None}
    connection.execute(update(account).where(account.c.account_id == found.account_id).values(values))
    end_everywhere(connection, found.account_id)
    forget_failures(connection, name)
    note(connection, now, actor, "account reset", name, {})
    return password


def disable_account(connection: Connection, name: str, now: datetime, actor: str) -> None:
    """Close the account and end wherever it is signed in; what it did stays in the audit log.

    Raises UsageWrong.
    """
    found = _require(connection, name)
    connection.execute(update(account).where(account.c.account_id == found.account_id).values(disabled_at=now))
    end_everywhere(connection, found.account_id)
    note(connection, now, actor, "account disable", name, {})


def change_email(connection: Connection, name: str, email: str | None, now: datetime, actor: str) -> None:
    """Send what the account is to hear of to this address from now on; None: to none.

    Raises UsageWrong.
    """
    if email is not None and not is_mail_address(email):
        raise UsageWrong("{email!r} is no mail address", email=email)
    found = _require(connection, name)
    connection.execute(update(account).where(account.c.account_id == found.account_id).values(email=email))
    note(connection, now, actor, "account email", name, {"email": email is not None})


def change_password(connection: Connection, name: str, password: str, now: datetime) -> None:
    """Take the password that the person chose; every place where they are signed in ends."""
    found = _require(connection, name)
    values = {"password_hash": hash_password(password), "one_time": False}
    connection.execute(update(account).where(account.c.account_id == found.account_id).values(values))
    end_everywhere(connection, found.account_id)
    note(connection, now, name, "password change", name, {})


def forget_failures(connection: Connection, name: str) -> None:
    """The name is not locked any more."""
    connection.execute(delete(signin_failure).where(signin_failure.c.name_hash == name_hash(name)))


def name_hash(name: str) -> bytes:
    """By what failures are kept: names that do not exist are anybody's words, perhaps a password."""
    return sha256(name.encode()).digest()


def end_everywhere(connection: Connection, account_id: int) -> None:
    """End wherever an account is signed in."""
    connection.execute(delete(signed_in).where(signed_in.c.account_id == account_id))


def has_accounts(connection: Connection) -> bool:
    """Whether anybody has an account; a disabled one counts, or closing the last would open the pages."""
    return bool(connection.execute(select(func.count()).select_from(account)).scalar_one())


def list_accounts(connection: Connection) -> list[Row[Any]]:
    """Every account with its unit's code, by name."""
    wanted = select(account.c.name, account.c.full_name, account.c.role, account.c.disabled_at, unit.c.code)
    return list(connection.execute(wanted.outerjoin(unit).order_by(account.c.name)))


def _find(connection: Connection, name: str) -> Row[Any] | None:
    return connection.execute(select(account).where(account.c.name == name)).one_or_none()


def _require(connection: Connection, name: str) -> Row[Any]:
    found = _find(connection, name)
    if found is None:
        raise UsageWrong("there is no account {name}", name=name)
    return found


def unit_id_of(connection: Connection, code: str | None) -> int | None:
    """The id of the unit over which somebody may do something; None, without a code, is every unit.

    Raises UsageWrong for one that is not there.
    """
    if code is None:
        return None
    found = connection.execute(select(unit.c.unit_id).where(unit.c.code == code)).scalar_one_or_none()
    if found is None:
        raise UsageWrong("there is no unit {code}", code=code)
    return int(found)
