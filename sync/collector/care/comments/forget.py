"""Forget: texts are deleted when their time is over; the entries stay, and the chains verify as before."""

from datetime import date, datetime, timedelta

from sqlalchemy import Connection, delete, update

from sync.collector.people.audit import note
from sync.collector.store.schema import comment, enclosure


def forget_texts(connection: Connection, keep_days: int, today: date, now: datetime) -> int:
    """Delete texts that could be read for ``keep_days``, and enclosures that came so long ago; how many texts went."""
    over = comment.c.published_on.is_not(None) & (comment.c.published_on <= today - timedelta(days=keep_days))
    gone = connection.execute(
        update(comment).where(over, comment.c.text.is_not(None)).values(text=None, folded=None, forgotten_on=today)
    ).rowcount
    # Each came before its comment was shown, so none outlives its text; what was never matched goes as well.
    connection.execute(delete(enclosure).where(enclosure.c.received_at < now - timedelta(days=keep_days)))
    if gone:
        note(
            connection, now, "collector", "comments forget", today.isoformat(), {"texts": gone, "after_days": keep_days}
        )
    return gone


def last_day(published_on: date, keep_days: int) -> date:
    """The day on which a text is deleted."""
    return published_on + timedelta(days=keep_days)
