"""Sender: delivers what lies in the outbox, once, and tries again what could not be delivered.

Each letter is claimed in a transaction of its own before it goes out, so that of several collectors
one delivers it. One that dies between the delivery and its note leaves the claim behind; when that has
run out another delivers the letter again. So a notice comes at least once, and twice only after a crash
at that very moment; then the mail has the same Message-ID and the webhook's notice the same id.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from sync.collector.notices.errors import ChannelDown, DeliveryTrouble, Refused
from sync.collector.notices.letter import Letter, Road, Sheet
from sync.collector.notices.outbox import FAILED, MAIL, SENT, WAITING, Attached
from sync.collector.settings.notices import Notices
from sync.collector.store.schema import delivery, notice
from sync.collector.store.writer import Transact

CLAIM = timedelta(minutes=5)
"""Far longer than any delivery lasts."""
TOGETHER_MAX = 50
AGAIN = timedelta(minutes=1)
AGAIN_MAX = timedelta(hours=1)
ROUND_MAX = 200
"""Letters of one round."""

_log = structlog.get_logger("collector.notices")


@dataclass(frozen=True, slots=True)
class Claimed:
    """A letter that is ours to deliver."""

    channel: str
    letter: Letter
    tries: int


@dataclass(slots=True)
class Sender:
    """Delivers from one database by the roads there are."""

    settings: Notices
    roads: Mapping[str, Road]
    transact: Transact
    now: Callable[[], datetime]
    chance: random.Random = field(default_factory=random.Random)

    def run_round(self) -> int:
        """Deliver what is due; how many letters went out. A channel that is down is left alone until the next round."""
        sent, open_roads = 0, set(self.roads)
        for _ in range(ROUND_MAX):
            claimed = self.transact(lambda connection: claim(connection, open_roads, self.settings, self.now()))
            if claimed is None:
                break
            trouble = self._deliver(claimed)
            sent += trouble is None
            if isinstance(trouble, ChannelDown):
                open_roads.discard(claimed.channel)
        return sent

    def _deliver(self, claimed: Claimed) -> DeliveryTrouble | None:
        trouble: DeliveryTrouble | None = None
        try:
            self.roads[claimed.channel].deliver(claimed.letter)
        except DeliveryTrouble as error:
            trouble = error
            # Neither the address nor the words: a log is read by more people than a letter.
            ids = [sheet.notice_id for sheet in claimed.letter.sheets]
            _log.warning("notice not delivered", channel=claimed.channel, notices=ids, why=str(error))
        self.transact(lambda connection: self._note(connection, claimed, trouble))
        return trouble

    def _note(self, connection: Connection, claimed: Claimed, trouble: DeliveryTrouble | None) -> None:
        mine = and_(
            delivery.c.channel == claimed.channel,
            delivery.c.address == claimed.letter.address,
            delivery.c.notice_id.in_([sheet.notice_id for sheet in claimed.letter.sheets]),
        )
        now = self.now()
        values: dict[str, Any] = {"claimed_until": None, "tries": claimed.tries + 1}
        if trouble is None:
            values |= {"state": SENT, "done_at": now, "trouble": None}
        else:
            values |= {"trouble": str(trouble), "not_before": now + self._pause(claimed.tries)}
        connection.execute(update(delivery).where(mine).values(values))
        if trouble is not None:
            self._give_up(connection, mine, now, at_once=isinstance(trouble, Refused))

    def _give_up(self, connection: Connection, mine: ColumnElement[bool], now: datetime, *, at_once: bool) -> None:
        oldest = now - timedelta(hours=self.settings.give_up_hours)
        too_old = select(notice.c.notice_id).where(notice.c.created_at <= oldest)
        hopeless = mine if at_once else and_(mine, delivery.c.notice_id.in_(too_old))
        connection.execute(update(delivery).where(hopeless).values(state=FAILED, done_at=now))

    def _pause(self, tries: int) -> timedelta:
        """1, 2, 4 … minutes, at most an hour; a little earlier or later, so that not all come back at once."""
        doubled: int = 1 << min(tries, 10)
        return min(AGAIN * doubled, AGAIN_MAX) * self.chance.uniform(0.8, 1.2)


def claim(connection: Connection, channels: set[str], settings: Notices, now: datetime) -> Claimed | None:
    """Take the next letter that is due: everything that waits for its address, so that many come as one."""
    due = and_(
        delivery.c.state == WAITING,
        delivery.c.not_before <= now,
        or_(delivery.c.claimed_until.is_(None), delivery.c.claimed_until <= now),
    )
    # An address that was just written to rests for a while; then one letter brings all that has come since.
    rested = now - timedelta(minutes=settings.gap_minutes)
    just = delivery.alias("just")
    resting = select(just.c.address).where(
        just.c.channel == MAIL, just.c.address == delivery.c.address, just.c.done_at > rested, just.c.state == SENT
    )
    wanted = (
        select(delivery.c.channel, delivery.c.address)
        .where(due, delivery.c.channel.in_(sorted(channels)))
        .where(or_(delivery.c.channel != MAIL, ~resting.exists()))
        .order_by(delivery.c.not_before, delivery.c.notice_id)
        .limit(1)
    )
    first = connection.execute(wanted.with_for_update(skip_locked=True, of=delivery)).one_or_none()
    if first is None:
        return None
    mine = and_(due, delivery.c.channel == first.channel, delivery.c.address == first.address)
    rows = connection.execute(
        select(delivery.c.notice_id, delivery.c.tries)
        .where(mine)
        .order_by(delivery.c.notice_id)
        .limit(TOGETHER_MAX)
        .with_for_update(skip_locked=True)
    ).all()
    ids = [row.notice_id for row in rows]
    connection.execute(
        update(delivery)
        .where(delivery.c.channel == first.channel, delivery.c.address == first.address)
        .where(delivery.c.notice_id.in_(ids))
        .values(claimed_until=now + CLAIM)
    )
    return Claimed(first.channel, Letter(first.address, _sheets(connection, ids)), max(row.tries for row in rows))


def _sheets(connection: Connection, ids: list[int]) -> tuple[Sheet, ...]:
    rows = connection.execute(select(notice).where(notice.c.notice_id.in_(ids)).order_by(notice.c.notice_id))
    return tuple(
        Sheet(
            row.notice_id,
            row.kind,
            row.created_at,
            row.subject,
            row.body,
            row.facts,
            Attached(row.file_name, row.file_type, row.file) if row.file is not None else None,
        )
        for row in rows
    )
