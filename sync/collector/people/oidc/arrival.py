"""Arrival: lets in whom the provider vouches for, where they have an open account here."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from sync.collector.errors import UsageWrong
from sync.collector.people.accounts import is_account_name, new_account
from sync.collector.people.audit import note
from sync.collector.people.rights import Role
from sync.collector.people.signin import SignedIn, let_in
from sync.collector.settings.oidc import Oidc
from sync.collector.store.schema import account


@dataclass(frozen=True, slots=True)
class Stranger:
    """Nobody was let in, and that is written down."""

    name: str


def arrive(connection: Connection, name: str, settings: Oidc, now: datetime) -> SignedIn | Stranger:
    """Sign in the account of this name; where the settings say so, one that is missing is made."""
    wanted = select(account).where(account.c.name == name)
    found = connection.execute(wanted).one_or_none()
    if found is None and settings.create_role and is_account_name(name):
        if not _make(connection, name, settings, now):
            return _refuse(connection, name, "no unit", now)
        found = connection.execute(wanted).one()
    if found is None or found.disabled_at is not None:
        return _refuse(connection, name, "no account" if found is None else "closed", now)
    return let_in(connection, found, now, outside=True)


def _make(connection: Connection, name: str, settings: Oidc, now: datetime) -> bool:
    try:
        # Its password is told to nobody: this person comes by the provider, until an administrator gives another.
        new_account(connection, name, name, Role(settings.create_role), settings.create_unit or None, now, "collector")
    except UsageWrong:
        return False
    return True


def _refuse(connection: Connection, name: str, why: str, now: datetime) -> Stranger:
    note(connection, now, "somebody", "sign-in refused", name[:60], {"by": "oidc", "why": why})
    return Stranger(name)
