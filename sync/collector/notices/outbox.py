"""Outbox: what people are to be told, written in the transaction that makes it true.

So nothing is told that was rolled back, and nothing is forgotten that was kept. Who hears of it is
decided here, once; the sender only delivers. Of an incident people hear when it begins and when it
is over, however often it is seen in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, delete, insert, select, update

from sync.collector.people.rights import RIGHTS, Right, Role
from sync.collector.settings.notices import Notices
from sync.collector.store.bulk import insert_rows
from sync.collector.store.schema import account, delivery, incident, micros, notice, unit

MAIL, WEBHOOK = "mail", "webhook"
AT_THE_WEBHOOK = "-"
WAITING, SENT, FAILED = "waiting", "sent", "failed"
BODY_CHARS_MAX = 20_000
SUBJECT_CHARS_MAX = 150


class Kind(StrEnum):
    """What a notice is about; the webhook's receiver sorts by it."""

    ALERT = "alert"
    RECOVERED = "recovered"
    CASE = "case"
    SIGNAL = "signal"
    REPORT = "report"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes with a notice, by mail only."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell, in words that hold no single rating and no secret."""

    kind: Kind
    subject: str
    body: str
    right: Right | None = None
    """Accounts with this right over ``path`` hear of it, where they have a mail address."""
    path: str = ""
    """The path of the unit it is about; empty is the whole office."""
    to: tuple[str, ...] = ()
    """Further addresses."""
    everyone: bool = True
    """Whether the addresses of the settings and the webhook hear of it too."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """The facts of the notice for programs."""
    attached: Attached | None = None
    waits: bool = True
    """Whether it waits for the end of the quiet hours."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """Takes notices; ``connection`` is always that of the transaction they tell of."""

    settings: Notices
    zone: ZoneInfo

    def put(self, connection: Connection, message: Notice, now: datetime) -> int | None:
        """Keep a notice until it is delivered; its number, or None where nobody is to hear of it."""
        addresses = self._addresses(connection, message)
        if not addresses:
            return None
        notice_id = _keep(connection, message, now)
        not_before = self.settings.after_quiet(now, self.zone) if message.waits else now
        rows = [(notice_id, *place, WAITING, 0, micros(not_before)) for place in addresses]
        names = ("notice_id", "channel", "address", "state", "tries", "not_before")
        insert_rows(connection, delivery, {}, names, rows)
        return notice_id

    def open(self, connection: Connection, key: str, message: Notice, now: datetime) -> bool:
        """Something is the matter: tell of it, unless it was the matter before; whether it is new.

        One that comes back soon after its recovery is noted and not told again.
        """
        row = connection.execute(select(incident).where(incident.c.incident == key).with_for_update()).one_or_none()
        if row is not None and row.recovered_at is None:
            return False
        soon = row is not None and now - row.recovered_at < timedelta(minutes=self.settings.again_minutes)
        if row is None and not _insert_first(connection, key, now):
            return False
        told_as = None if soon else self.put(connection, message, now)
        values = {"opened_at": now, "recovered_at": None, "notice_id": told_as, "grown_id": None}
        connection.execute(update(incident).where(incident.c.incident == key).values(values))
        return True

    def close(self, connection: Connection, key: str, message: Notice, now: datetime) -> bool:
        """Close an incident and tell whoever was told that it began; whether it was open.

        What began and ended in the quiet hours is told to nobody.
        """
        row = connection.execute(select(incident).where(incident.c.incident == key).with_for_update()).one_or_none()
        if row is None or row.recovered_at is not None:
            return False
        connection.execute(update(incident).where(incident.c.incident == key).values(recovered_at=now))
        if _leave_only_what_went_out(connection, row):
            self.put(connection, message, now)
        return True

    def grow(self, connection: Connection, key: str, message: Notice, now: datetime) -> bool:
        """Replace what was not yet delivered of an incident by a notice that says more; whether it was open."""
        row = connection.execute(select(incident).where(incident.c.incident == key).with_for_update()).one_or_none()
        if row is None or row.recovered_at is not None:
            return False
        _leave_only_what_went_out(connection, row)
        told_as = self.put(connection, message, now)
        connection.execute(update(incident).where(incident.c.incident == key).values(grown_id=told_as))
        return True

    def is_open(self, connection: Connection, key: str) -> bool:
        """Whether the incident with this key is open."""
        found = select(incident.c.opened_at).where(incident.c.incident == key, incident.c.recovered_at.is_(None))
        return connection.execute(found).first() is not None

    def _addresses(self, connection: Connection, message: Notice) -> list[tuple[str, str]]:
        found = set(message.to)
        if message.everyone:
            found |= set(self.settings.to)
        if message.right is not None:
            found |= _of_accounts(connection, message.right, message.path)
        places = [(MAIL, address) for address in sorted(found)] if self.settings.mail.host else []
        if message.everyone and self.settings.webhook.url:
            places.append((WEBHOOK, AT_THE_WEBHOOK))
        return places


def _leave_only_what_went_out(connection: Connection, row: Row[Any]) -> bool:
    """Take back what of an incident was not delivered yet; whether anything was told of it."""
    ids = [one for one in (row.notice_id, row.grown_id) if one is not None]
    mine = delivery.c.notice_id.in_(ids)
    untouched = (delivery.c.state == WAITING) & (delivery.c.tries == 0) & delivery.c.claimed_until.is_(None)
    connection.execute(delete(delivery).where(mine, untouched))
    return connection.execute(select(delivery.c.notice_id).where(mine).limit(1)).first() is not None


def _of_accounts(connection: Connection, right: Right, path: str) -> set[str]:
    """The mail addresses of whoever has the right over a unit."""
    wanted = (
        select(account.c.email, account.c.role, unit.c.path)
        .outerjoin(unit, unit.c.unit_id == account.c.unit_id)
        .where(account.c.email.is_not(None), account.c.disabled_at.is_(None))
    )
    rows = connection.execute(wanted).all()
    return {row.email for row in rows if right in RIGHTS[Role(row.role)] and path.startswith(row.path or "")}


def _keep(connection: Connection, message: Notice, now: datetime) -> int:
    file = message.attached
    row = {
        "created_at": now,
        "kind": str(message.kind),
        "subject": " ".join(message.subject.split())[:SUBJECT_CHARS_MAX],
        "body": message.body[:BODY_CHARS_MAX],
        "facts": dict(message.facts),
        "file_name": file.name if file else None,
        "file_type": file.media_type if file else None,
        "file": file.content if file else None,
    }
    return int(connection.execute(insert(notice).values(row).returning(notice.c.notice_id)).scalar_one())


def _insert_first(connection: Connection, key: str, now: datetime) -> bool:
    """Note a new incident; two processes may see it at once, and one of them is the first."""
    then = "ON CONFLICT (incident) DO NOTHING"
    insert_rows(connection, incident, {}, ("incident", "opened_at"), [(key, micros(now))], then=then)
    opened = select(incident.c.opened_at).where(incident.c.incident == key).with_for_update()
    return bool(connection.execute(opened).scalar_one() == now)
