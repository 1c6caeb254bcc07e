"""Second: a person beside the one who works at the machine, who lets whole lines out and signs for it.

Nobody alone takes single ratings away. Who grants it is an auditor or an administrator over the unit; they type their
own password, and wrong ones lock the name as at the sign-in page.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from sync.collector.errors import NotAllowed
from sync.collector.people.accounts import forget_failures
from sync.collector.people.rights import RIGHTS, Right, Role
from sync.collector.people.signin import Refused, check_password, sign_in
from sync.collector.store.database import Database
from sync.collector.store.schema import account, unit

ENTITLED = (Right.AUDIT, Right.ACCOUNTS)


def require_second(
    database: Database, transact: Callable[..., Any], name: str, password: str, place: str, now: datetime
) -> None:
    """Be sure that ``name`` is somebody who may grant lines of the unit at the path ``place``, and typed the password.

    Raises NotAllowed.
    """
    with database.reading() as connection:
        checked = check_password(connection, name, password, now)
    if isinstance(checked, Refused):
        raise NotAllowed("too many wrong passwords for this name: wait until {time}", time=str(checked.until))
    if checked.account_id is None:
        transact(partial(sign_in, checked=checked, now=now))
        raise NotAllowed("the second person's name or password is wrong")
    transact(partial(forget_failures, name=name))
    with database.reading() as connection:
        _require_entitled(connection, checked.account_id, name, place)


def _require_entitled(connection: Connection, account_id: int, name: str, place: str) -> None:
    a = account.c
    wanted = select(a.role, a.one_time, unit.c.path).select_from(account).outerjoin(unit, unit.c.unit_id == a.unit_id)
    row = connection.execute(wanted.where(a.account_id == account_id)).one()
    if row.one_time:
        raise NotAllowed("{name} still has the one-time password: sign in on the web and choose another", name=name)
    rights = RIGHTS[Role(row.role)]
    if not any(one in rights for one in ENTITLED):
        raise NotAllowed("{name} may not grant this: an auditor or administrator over the unit may", name=name)
    if not place.startswith(row.path or ""):
        raise NotAllowed(
            "{name} is over a part of this alone: take an auditor or administrator over the whole of it", name=name
        )
