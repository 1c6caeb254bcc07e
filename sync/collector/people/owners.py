"""Owners: who can take care of a comment or a case, and who does where nobody was chosen."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from sync.collector.errors import UsageWrong
from sync.collector.people.rights import RIGHTS, Reader, Right, Role
from sync.collector.store.schema import account, unit


@dataclass(frozen=True, slots=True)
class Owner:
    """An account that may decide in a unit."""

    account_id: int
    name: str
    full_name: str
    role: Role
    unit: str
    """The name of its unit; empty for the whole office."""
    path: str


def owners_of(connection: Connection, unit_path: str, reader: Reader | None = None) -> list[Owner]:
    """Who may decide in a unit, the nearest first; as far as ``reader`` may know of them."""
    rows = connection.execute(
        select(account.c.account_id, account.c.name, account.c.full_name, account.c.role, unit.c.name, unit.c.path)
        .outerjoin(unit, unit.c.unit_id == account.c.unit_id)
        .where(account.c.disabled_at.is_(None))
        .order_by(account.c.account_id)
    )
    found = [Owner(*row[:3], Role(row[3]), row[4] or "", row[5] or "") for row in rows]
    mine = [owner for owner in found if Right.DECIDE in RIGHTS[owner.role] and unit_path.startswith(owner.path)]
    seen = [owner for owner in mine if reader is None or reader.sees(owner.path) or owner.name == reader.name]
    # Whoever supervises comes before whoever also keeps the accounts.
    return sorted(seen, key=lambda owner: (-len(owner.path), owner.role is not Role.SUPERVISOR))


def usual_owner(connection: Connection, unit_path: str) -> Owner | None:
    """Who takes care where nobody was chosen: of the unit itself, else of one above it; never of the whole office."""
    return next((owner for owner in owners_of(connection, unit_path) if owner.path), None)


def require_owner(connection: Connection, name: str, unit_path: str, reader: Reader) -> Owner | None:
    """The account that was chosen; None where nobody was.

    Raises UsageWrong for one that may not decide there.
    """
    if not name:
        return None
    for owner in owners_of(connection, unit_path, reader):
        if owner.name == name:
            return owner
    raise UsageWrong("there is no account {name}", name=name)
