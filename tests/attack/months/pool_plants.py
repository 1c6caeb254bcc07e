"""Pool plants: faults in how tails are told together, each with a story in which an attacker must find it."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, Row, select

from kiosk.domain.visit.rating import Standing
from sync.collector.replica.outgoing import pooling, pools
from sync.collector.replica.outgoing.pooling import Group, Pooling
from sync.collector.replica.outgoing.pools import Pool, Tail, add_pools, form_pools
from sync.collector.replica.outgoing.standings import set_shown, set_standing
from sync.collector.replica.outgoing.sums import BLOCK, add_blocks
from sync.collector.replica.stretch import Stretch
from sync.collector.store.schema import block, unit
from tests.attack.months import pool_stories as stories
from tests.attack.plants import Plant


def _by_itself(tails: Collection[Tail], least: int) -> bool:
    """Whatever is left at one kiosk is a pool."""
    return bool(tails)


def _few_later(step: Pooling, connection: Connection, group: Group) -> bool:
    """What is left when a pool was told goes out behind it, however few it is."""
    more = _TELL(step, connection, group)
    left = pooling._tails(connection, group)
    units = dict(connection.execute(select(unit.c.path, unit.c.unit_id)).all())
    step._keep(connection, group, [Pool(tail.way, (tail,), False) for tail in left], units)
    return more


def _everywhere(connection: Connection, told: Collection[int], sign: int = 1) -> None:
    """A pool's tails count at their counters and in their days as well."""
    add_pools(connection, told, sign)
    add_blocks(connection, connection.execute(select(*BLOCK).where(block.c.pool_id.in_(told))).all(), sign)


def _all_aside(tails: Iterable[Tail], ways: Collection[str], least: int) -> list[Pool]:
    """Levels of what was set aside go out with a pool, however few they are."""
    return [each._replace(tells_aside=True) for each in form_pools(tails, ways, least)]


def _every_block(connection: Connection, stretch: Stretch) -> list[Row[Any]]:
    """A decision takes what lies in its days, be it in a pool or not."""
    here = block.c.last_day.between(stretch.first, stretch.last)
    wanted = select(*BLOCK).where(block.c.counter_id == stretch.counter_id, here)
    return list(connection.execute(wanted.order_by(block.c.last_seq)))


def _out_of_its_pool(connection: Connection, one: Row[Any], to: Standing) -> int:
    """A tail alone stands otherwise, and its pool is told anew."""
    if one.pool_id is None:
        return set_shown(connection, one, to)
    add_pools(connection, [one.pool_id], -1)
    after = set_standing(connection, one, to)
    add_pools(connection, [one.pool_id])
    return int(after.n)


_TELL = Pooling._tell
_POOLS, _STEP, _SIGNS = pools.__name__, pooling.__name__, "sync.collector.care.signals.standing"
POOL_PLANTS = (
    Plant("a pool of one kiosk's few", {f"{_POOLS}._is_enough": _by_itself}, stories.left_at_three,
          stories.months_of_all),
    Plant("few told after a pool", {f"{_STEP}.Pooling._tell": _few_later}, stories.left_at_three,
          stories.months_of_all),
    Plant("a pool told at its counters", {f"{_STEP}.add_pools": _everywhere}, stories.left_at_two,
          stories.months_of_all),
    Plant("a pool's few set aside", {f"{_STEP}.form_pools": _all_aside}, stories.left_at_two, stories.months_of_all),
    Plant(
        "a decision about one tail of a pool",
        {f"{_SIGNS}.blocks_at": _every_block, f"{_SIGNS}.set_shown": _out_of_its_pool},
        stories.decided_after_the_pool, stories.months_of_all,
    ),
)  # fmt: skip
