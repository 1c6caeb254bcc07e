"""Last words: what a kiosk last said of itself, put right by what has come from it since, and told by the half day.

A kiosk says every minute how far its journal goes and what waits; both move with each press, so whoever watched them
would know when somebody pressed. So what is told of these is the last word of a half day that is over: ``keep_words``
keeps it beside the newest one. It says what waits before it delivers that, so the word is out of date a moment later;
but how far the copy here goes is known.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, select

from sync.collector.calendar.half_days import half_day_at, half_day_ends
from sync.collector.store.schema import journal

LIVE = ("journal_id", "next_seq", "head", "pending", "oldest_pending_s")
"""What of a word moves with each press."""
AGE_S_MAX = 20 * 366 * 86_400
"""A kiosk whose clock had failed may tell any age."""
DELIVERED_MINUTES = 15
"""As finely as a delivery is told."""
_CLOSED = "closed"
BOOTS = "boots"
"""Kept beside the word as well: how far the boot clocks of the last boots had come, in microseconds."""


def closed_word(
    before: Mapping[str, Any] | None, said_at: datetime | None, now: datetime, zone: tzinfo
) -> dict[str, Any]:
    """What is to be kept beside a new word: of the one before, where its half day is over; else what that kept."""
    if before is None or said_at is None:
        return {}
    if half_day_at(said_at, zone) < half_day_at(now, zone):
        return {_CLOSED: {**{name: before[name] for name in LIVE if name in before}, "said_at": said_at.isoformat()}}
    return {_CLOSED: before[_CLOSED]} if _CLOSED in before else {}


def contact_of(said_at: datetime | None, delivered_at: datetime | None) -> datetime | None:
    """When a kiosk was last heard, as it is told: by its status, which comes whether anybody pressed or not.

    A delivery follows a press within a second, so it is told by the quarter of an hour: it matters only where no
    status comes, from a stick or from an older kiosk. Whether a kiosk is silent is found by the exact moments.
    """
    delivered = None
    if delivered_at is not None:
        minutes = delivered_at.minute - delivered_at.minute % DELIVERED_MINUTES
        delivered = delivered_at.replace(minute=minutes, second=0, microsecond=0)
    said = None if said_at is None else said_at.replace(second=0, microsecond=0)
    return max((at for at in (said, delivered) if at is not None), default=None)


class LastWords:
    """Tells kiosks' last words by the half day, and puts them right by the journals as they are here now."""

    def __init__(self, connection: Connection, now: datetime, zone: tzinfo) -> None:
        self._connection, self._now, self._zone = connection, now, zone

    def of(self, status: Mapping[str, Any] | None, said_at: datetime | None) -> dict[str, Any]:
        """A kiosk's last word as it may be told now; empty before the first.

        ``said_at`` in it is when that was said which moves with presses, ``waits_since`` the end of the half day from
        which the oldest is that waits; both are missing where nothing of a half day that is over is known.
        """
        said = dict(status or {})
        closed: dict[str, Any] = {}
        said.pop(BOOTS, None)
        if said and said_at is not None:
            kept = said.pop(_CLOSED, {})
            own = {name: said.pop(name) for name in LIVE if name in said}
            is_over = half_day_at(said_at, self._zone) < half_day_at(self._now, self._zone)
            closed = {**own, "said_at": said_at.isoformat()} if is_over else dict(kept)
        return said | self._put_right(closed)

    def _put_right(self, said: dict[str, Any]) -> dict[str, Any]:
        age = said.pop("oldest_pending_s", None)
        here = self._next.get(str(said.get("journal_id"))) if said.get("pending") else None
        if here is not None and said.get("next_seq") is not None:
            said["pending"] = max(0, int(said["next_seq"]) - here)
        if said.get("pending") and age is not None:
            oldest = datetime.fromisoformat(said["said_at"]) - timedelta(seconds=min(int(age), AGE_S_MAX))
            said["waits_since"] = half_day_ends(oldest, self._zone).isoformat()
        return said

    @cached_property
    def _next(self) -> dict[str, int]:
        # Only asked for where something waits somewhere: on most days no page reads it.
        rows = self._connection.execute(select(journal.c.journal_id, journal.c.next_seq))
        return {str(row.journal_id): int(row.next_seq) for row in rows}
