"""Account care: what an administrator may do to which account. Nobody gives more than they have.

An account outside the administrator's units is as one that is not there; one that may do more than
the administrator is seen and not touched: whoever could give it a password could become it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from sync.collector.errors import ChangedMeanwhile, NotAllowed, UsageWrong
from sync.collector.people.accounts import (
    change_email,
    disable_account,
    end_everywhere,
    new_account,
    reset_account,
)
from sync.collector.people.audit import note
from sync.collector.people.rights import RIGHTS, Reader, Right, Role
from sync.collector.store.schema import account, unit
from sync.collector.store.search import is_found

UNITS_MAX = 400
"""So many units are offered by name; the code of any other is typed in."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as an administrator sees it."""

    name: str
    full_name: str
    role: Role
    unit: str
    """Its unit's code; empty is the whole office."""
    unit_name: str
    path: str
    email: str
    one_time: bool
    created_at: datetime
    disabled_at: datetime | None
    mine: bool
    """Whether the administrator may change it."""

    @property
    def version(self) -> str:
        """What of it changes with each change of what it is for."""
        said = "\n".join((self.full_name, self.role, self.unit, self.email))
        return sha256(said.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an account is to be."""

    full_name: str
    role: Role
    unit: str
    """A code; empty is the whole office."""
    email: str


def roles_of(reader: Reader) -> list[Role]:
    """The roles that this person may give: none that may do more than themselves."""
    return [role for role in Role if RIGHTS[role] <= reader.rights]


def accounts_of(connection: Connection, reader: Reader, sought: str = "") -> list[Account]:
    """The accounts in this person's units, by unit and name; ``sought`` stands in a name, a unit or an address."""
    found = [_account(row, reader) for row in connection.execute(_wanted().order_by(unit.c.path, account.c.name))]
    return [
        one
        for one in found
        if _is_seen(one.unit, one.path, reader)
        and is_found(sought, (one.name, one.full_name, one.unit, one.unit_name, one.email))
    ]


def find_account(connection: Connection, name: str, reader: Reader) -> Account:
    """One account.

    Raises UsageWrong for one that is not there, or not among this person's.
    """
    row = connection.execute(_wanted().where(account.c.name == name)).one_or_none()
    if row is not None:
        found = _account(row, reader)
        if _is_seen(found.unit, found.path, reader):
            return found
    raise UsageWrong("there is no account {name}", name=name)


def units_of(connection: Connection, reader: Reader) -> Sequence[tuple[str, str]]:
    """Codes and names of the first units in this person's subtree."""
    below = select(unit.c.code, unit.c.name).where(unit.c.path.startswith(reader.path, autoescape=True))
    return [(row.code, row.name) for row in connection.execute(below.order_by(unit.c.path).limit(UNITS_MAX))]


def make_account(connection: Connection, name: str, wanted: Wanted, reader: Reader, now: datetime) -> str:
    """Make an account among this person's; its one-time password. Raises UsageWrong or NotAllowed."""
    _require_givable(connection, wanted, reader)
    full_name = wanted.full_name or name
    password = new_account(connection, name, full_name, wanted.role, wanted.unit or None, now, reader.name)
    if wanted.email:
        change_email(connection, name, wanted.email, now, reader.name)
    return password


def change_account(
    connection: Connection, name: str, wanted: Wanted, reader: Reader, now: datetime, seen: str | None = None
) -> None:
    """Give an account another name, role, unit or address; ``seen`` is its version on the administrator's page.

    Raises UsageWrong or NotAllowed, and ChangedMeanwhile where another administrator came first.
    """
    connection.execute(select(account.c.account_id).where(account.c.name == name).with_for_update()).all()
    found = _require_mine(connection, name, reader)
    if seen is not None and seen != found.version:
        raise ChangedMeanwhile(
            "Another administrator changed this account while your page was open, so nothing of yours was kept yet. "
            "Look at both below, then save again."
        )
    unit_id, path = _require_givable(connection, wanted, reader)
    if Right.ACCOUNTS not in RIGHTS[wanted.role] or not found.path.startswith(path):
        _require_another(connection, found)
    values = {"full_name": wanted.full_name or name, "role": str(wanted.role), "unit_id": unit_id}
    connection.execute(update(account).where(account.c.name == name).values(values))
    details = {"role": str(wanted.role), "unit": wanted.unit or None, "was": str(found.role), "at": found.unit or None}
    note(connection, now, reader.name, "account change", name, details)
    if wanted.email != found.email:
        change_email(connection, name, wanted.email or None, now, reader.name)


def give_password(connection: Connection, name: str, reader: Reader, now: datetime) -> str:
    """A new one-time password; the account is signed in nowhere any more. Raises UsageWrong or NotAllowed."""
    found = _require_mine(connection, name, reader)
    if found.disabled_at is not None:
        raise NotAllowed("the account {name} is closed; open it first", name=name)
    return reset_account(connection, name, now, reader.name)


def close_account(connection: Connection, name: str, reader: Reader, now: datetime) -> None:
    """Close an account. Raises UsageWrong, or NotAllowed for the last one that could open it again."""
    found = _require_mine(connection, name, reader)
    if found.disabled_at is None:
        _require_another(connection, found)
        disable_account(connection, name, now, reader.name)


def open_account(connection: Connection, name: str, reader: Reader, now: datetime) -> None:
    """Open a closed account again, with the password it had. Raises UsageWrong or NotAllowed."""
    found = _require_mine(connection, name, reader)
    if found.disabled_at is not None:
        connection.execute(update(account).where(account.c.name == name).values(disabled_at=None))
        note(connection, now, reader.name, "account enable", name, {})


def sign_out_everywhere(connection: Connection, name: str, now: datetime) -> None:
    """End wherever this person is signed in."""
    found = connection.execute(select(account.c.account_id).where(account.c.name == name)).scalar_one()
    end_everywhere(connection, found)
    note(connection, now, name, "sign-out everywhere", name, {})


def _wanted() -> Select[Any]:
    place = (unit.c.code.label("unit"), unit.c.name.label("unit_name"), unit.c.path)
    return select(account, *place).outerjoin(unit, unit.c.unit_id == account.c.unit_id)


def _account(row: Row[Any], reader: Reader) -> Account:
    role = Role(row.role)
    return Account(
        row.name, row.full_name, role, row.unit or "", row.unit_name or "", row.path or "", row.email or "",
        row.one_time, row.created_at, row.disabled_at, RIGHTS[role] <= reader.rights,
    )  # fmt: skip


def _is_seen(unit_code: str, path: str, reader: Reader) -> bool:
    """Whether an account lies in the subtree; one over the whole office lies in no unit's."""
    return reader.sees(path) if unit_code else not reader.path


def _require_mine(connection: Connection, name: str, reader: Reader) -> Account:
    found = find_account(connection, name, reader)
    if not found.mine:
        raise NotAllowed("the account {name} may do more than yours; only the command line changes it", name=name)
    return found


def _require_givable(connection: Connection, wanted: Wanted, reader: Reader) -> tuple[int | None, str]:
    """The unit's id and path, where this person may give the role there."""
    if wanted.role not in roles_of(reader):
        raise NotAllowed("you cannot give a role that may do more than your own")
    if not wanted.unit:
        if reader.path:
            raise NotAllowed("choose one of your units; the whole office is not yours to give")
        return None, ""
    found = connection.execute(select(unit.c.unit_id, unit.c.path).where(unit.c.code == wanted.unit)).one_or_none()
    if found is None or not reader.sees(found.path):
        raise UsageWrong("there is no unit {code}", code=wanted.unit)
    return found.unit_id, found.path


def _require_another(connection: Connection, leaving: Account) -> None:
    """Somebody must be left who can make accounts where this one can; two may leave at once, so they are locked."""
    if Right.ACCOUNTS not in RIGHTS[leaving.role]:
        return
    locked = select(account.c.account_id).where(account.c.role == str(leaving.role)).order_by(account.c.account_id)
    connection.execute(locked.with_for_update()).all()
    others = connection.execute(_wanted().where(account.c.disabled_at.is_(None), account.c.name != leaving.name))
    for row in others:
        other = _account(row, _NOBODY)
        if Right.ACCOUNTS in RIGHTS[other.role] and leaving.path.startswith(other.path):
            return
    raise NotAllowed("{name} is the last administrator here; make another one first", name=leaving.name)


_NOBODY = Reader("", "", None, frozenset(), "")
