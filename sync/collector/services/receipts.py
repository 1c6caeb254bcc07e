"""Receipts: whether the rating of a citizen's code is still there; never what it was, when, or where."""

import time
from collections.abc import Callable
from datetime import date
from threading import Lock
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from kiosk.domain.visit.rating import Standing
from kiosk.domain.visit.receipt import digest_of
from sync.collector.store.schema import rating, receipt
from sync.collector.transparency.logged import logged_through
from sync.collector.transparency.public import Published

A_SECOND = 5.0
"""Look-ups that one machine answers in the long run; a code has 80 bits, so this is no guard against guessing."""
AT_ONCE = 60.0
"""As many more as people ask after a busy hour."""


class Found(NamedTuple):
    """What is told of a code's rating."""

    through: date
    """To the end of this day the log is published in which the rating's journal stands with it."""
    standing: Standing


def find_receipt(connection: Connection, code: str, published: Published | None) -> Found | None:
    """The rating of a code; None both where nobody knows it and where it is not in the public log yet.

    ``code`` is as ``read_code`` gives it.
    """
    if published is None:
        return None
    # Once a rating was dropped, how it counts and when it came stand with its receipt.
    came = func.coalesce(rating.c.received_at, receipt.c.received_at, type_=rating.c.received_at.type)
    standing = func.coalesce(rating.c.standing, receipt.c.standing).label("standing")
    wanted = (
        select(receipt.c.journal_id, receipt.c.seq, standing)
        .outerjoin(rating, (rating.c.journal_id == receipt.c.journal_id) & (rating.c.seq == receipt.c.seq))
        .where(standing.is_not(None))
    )
    digest = bytes.fromhex(digest_of(code))
    # Who learns a hash, and writes it into a journal of their own, comes later than the citizen.
    first = wanted.where(receipt.c.digest == digest).order_by(came, receipt.c.journal_id).limit(1)
    row = connection.execute(first).first()
    if row is None:
        return None
    logged = logged_through(connection, row.journal_id, published)
    if logged is None or logged.seq < row.seq:
        return None
    return Found(logged.day, Standing(row.standing))


class Pace:
    """How many may ask: strangers must not keep the database from those who work with it."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, workers: int = 1) -> None:
        """For one of ``workers`` processes of this machine, each of which lets in its part."""
        self._monotonic, self._workers = monotonic, workers
        self._left, self._at = AT_ONCE / workers, monotonic()
        self._lock = Lock()

    def lets_in(self) -> bool:
        """Whether one more is answered now."""
        with self._lock:
            now = self._monotonic()
            more = (now - self._at) * A_SECOND / self._workers
            self._left = min(AT_ONCE / self._workers, self._left + more)
            self._at = now
            if self._left < 1:
                return False
            self._left -= 1
            return True
