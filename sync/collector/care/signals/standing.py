"""Standing: sets whole blocks of a counter aside as suspect, or lets them count again, in one transaction."""

from collections.abc import Sequence

from sqlalchemy import Connection, or_, select

from kiosk.domain.visit.rating import Standing
from sync.collector.replica.outgoing.standings import blocks_at, lies_in, set_shown, widened
from sync.collector.replica.spans import read_spans
from sync.collector.replica.stretch import Stretch
from sync.collector.store.schema import counter, device, device_grant, journal, placement

__all__ = ["lock_journals", "move", "widened"]


def lock_journals(connection: Connection, counter_id: int) -> None:
    """Let nobody append to a journal that may bring ratings of the counter until this transaction is over."""
    stood = {counter_id, *read_spans(connection, {counter_id})}
    units = select(counter.c.unit_id).where(counter.c.counter_id.in_(sorted(stood)))
    beside = select(counter.c.counter_id).where(counter.c.unit_id.in_(units))
    carried = select(placement.c.device_id).where(placement.c.counter_id.in_(beside))
    granted = select(device_grant.c.device_id).where(device_grant.c.counter_id.in_(sorted(stood)))
    here = or_(device.c.counter_id.in_(beside), device.c.device_id.in_(carried), device.c.device_id.in_(granted))
    devices = select(device.c.device_id).where(here)
    wanted = select(journal.c.journal_id).where(journal.c.device_id.in_(devices)).order_by(journal.c.journal_id)
    connection.execute(wanted.with_for_update()).all()


def move(connection: Connection, stretch: Stretch, to: Standing, spare: Sequence[Stretch] = ()) -> int:
    """Make the blocks that lie wholly in the stretch suspect, or let them count again; how many ratings were moved.

    A block that lies in one of ``spare`` stays as it is.
    """
    moved = 0
    for one in blocks_at(connection, stretch):
        is_meant = one.is_suspect is not (to is Standing.SUSPECT) and lies_in(connection, one, stretch)
        if is_meant and not any(lies_in(connection, one, other) for other in spare):
            moved += set_shown(connection, one, to)
    return moved
