"""Minimum: how many ratings are told together at least, by the settings; what a higher number held back comes out.

The settings may raise it above five, and lower it again. Blocks, tails, unions and what is set aside in pools were too
few when they were looked at, and are looked at once more under the lower number; what is shown stays, whatever it is.
"""

from sqlalchemy import Connection, delete, insert, select, update

from kiosk.domain.numbers.blocks import COUNTED_MIN
from sync.collector.replica.outgoing.pools import mark_loose, tell_aside
from sync.collector.replica.outgoing.sums import BLOCK
from sync.collector.replica.outgoing.unions import tell_enough
from sync.collector.store.schema import block, release_rule

_ROW = 1


def follows_minimum(connection: Connection, least: int) -> bool:
    """Whether everything was looked at under this number last."""
    return connection.execute(select(release_rule.c.least)).scalar_one_or_none() == least


def follow_minimum(connection: Connection, least: int) -> None:
    """Have everything looked at under this number that a higher one may have held back."""
    before = connection.execute(select(release_rule.c.least)).scalar_one_or_none()
    if before is None or least < before:
        _look_again(connection, least)
    if before != least:
        connection.execute(delete(release_rule))
        connection.execute(insert(release_rule).values(row_id=_ROW, least=least))


def _look_again(connection: Connection, least: int) -> None:
    b = block.c
    waits = (b.shown_at.is_(None), b.fault.is_(None), b.grain.is_not(None))
    enough = update(block).where(*waits, b.is_tail.is_(False), b.n >= max(least, COUNTED_MIN))
    connection.execute(enough.values(grain=None))
    tails = select(*BLOCK).where(*waits, b.is_tail, b.pool_id.is_(None), b.loose.is_(None))
    mark_loose(connection, connection.execute(tails).all())
    tell_enough(connection, least)
    tell_aside(connection, least)
